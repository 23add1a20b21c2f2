"""Builds the site: Sphinx and myst-nb make its pages from the saved notebooks.

Nothing is executed but the cells that a lab needs, whose pictures are drawn for many settings.
"""

import importlib.resources
import shutil
import tempfile
from pathlib import Path

import nbformat
import site_labs
import site_pages
from sphinx.application import Sphinx

TOOLS = Path(__file__).resolve().parent
ROOT = TOOLS.parent


def sources(folder: Path) -> None:
    """Writes what Sphinx reads: the notebooks as pages, the other documents, pictures, fonts."""
    static = folder / "_static"
    shutil.copytree(TOOLS / "site_static", static)
    (static / "labs").mkdir()
    for weight in ("Regular", "Bold"):
        font = importlib.resources.files("fontpkg_hind_siliguri")
        shutil.copy(str(font / "files" / f"HindSiliguri-{weight}.ttf"), static)
    (folder / "notebooks").mkdir()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        lab = ""
        if grid := site_labs.GRIDS.get(path.stem):
            made = site_labs.lab_of(notebook, path.parent)
            lab = site_labs.living(made, grid, static / "labs", path.stem[:2])
        site_pages.prepare(notebook, path.stem, lab, folder / "notebooks")
        nbformat.write(notebook, folder / "notebooks" / path.name)
    site_pages.documents(ROOT, folder)


def build(folder: Path) -> Path:
    """The site in folder/html; ValueError names each link that leads nowhere."""
    with tempfile.TemporaryDirectory() as place:
        source, problems = Path(place, "source"), Path(place, "problems.txt")
        source.mkdir()
        sources(source)
        site_pages.translations(source / "locale")
        settings = site_pages.SETTINGS | {"locale_dirs": [str(source / "locale")]}
        pages = folder / "html"
        shutil.rmtree(pages, ignore_errors=True)
        with problems.open("w", encoding="utf-8") as said:
            app = Sphinx(source, None, pages, Path(place, "doctrees"), "html", settings, None, said)
            app.connect("html-page-context", site_pages.finish)
            app.build()
        if found := problems.read_text(encoding="utf-8").strip():
            raise ValueError(found)
    return pages
