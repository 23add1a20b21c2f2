"""Exports each notebook's core as a deck for a browser without network: reveal.js, labs alive.

Which cell is a slide stands in its metadata (slides.py). Nothing is executed but the labs' cells.
"""

import importlib.resources
import re
import shutil
from pathlib import Path

import nbformat
import site_build
import site_labs
import site_pages
from jinja2 import DictLoader
from nbconvert import SlidesExporter
from traitlets.config import Config

# nbconvert's own page asks a network for require.js, jquery and MathJax, which no slide needs
_PAGE = """
{%- extends 'index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_css -%}
<link rel="stylesheet" href="../_static/site.css">
{%- endblock -%}
{%- block footer_js -%}
<script src="../reveal/dist/reveal.js"></script>
<script>Reveal.initialize({width: 1280, height: 720, hash: true, transition: "none"});</script>
<script src="../_static/site.js"></script>
{%- endblock -%}
"""


def build(folder: Path) -> Path:
    """The decks in folder/slides/notebooks, one page a notebook."""
    shutil.rmtree(folder / "slides", ignore_errors=True)
    labs = site_build.static(folder / "slides" / "_static")
    reveal = importlib.resources.files("sphinx_revealjs") / "_static" / "revealjs" / "dist"
    target = folder / "slides" / "reveal" / "dist"
    (target / "theme").mkdir(parents=True)
    for name in ("reveal.js", "reveal.css"):
        (target / name).write_bytes((reveal / name).read_bytes())
    shutil.move(folder / "slides" / "_static" / "deck.css", target / "theme")  # asks no network
    decks = folder / "slides" / "notebooks"
    decks.mkdir()
    hidden = {"enabled": True, "remove_input_tags": ["shown-without-code"]}
    exporter = SlidesExporter(
        config=Config({"TagRemovePreprocessor": hidden}),
        extra_loaders=[DictLoader({"deck.html.j2": _PAGE})],
        template_file="deck.html.j2",
        reveal_theme="deck",
        reveal_url_prefix="../reveal",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        language_code="bn",
    )
    for path in sorted((site_build.ROOT / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        lab = site_labs.of_page(notebook, path, labs)
        site_pages.prepare(notebook, path.stem, lab, decks)
        for cell in notebook.cells:
            if cell.cell_type == "code" and {"tool", "lab"} & set(cell.metadata.tags):
                cell.metadata.tags.append("shown-without-code")
            cell.source = re.sub(r"\]\((\d\d_\w+)\.ipynb[^)]*\)", r"](\1.html)", cell.source)
        page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem}})
        (decks / f"{path.stem}.html").write_text(page, encoding="utf-8")
    return decks
