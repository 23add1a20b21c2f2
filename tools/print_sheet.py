"""Prints the cheat sheet, one page A4: data/cheatsheet.toml and the rows of data/symptoms.toml that
bear print = true, laid out by data/cheatsheet.html.jinja.

    uv run python tools/print_sheet.py    # writes data/cheatsheet.pdf and data/cheatsheet.png

Needs Playwright (requirements-ci.txt) and Chromium or Google Chrome.
"""

import hashlib
import importlib.resources
import re
import shutil
import tempfile
from pathlib import Path

from helpers.bengali import digits
from helpers.cheatsheet import DATA, PRINTED, SHEET, shown

import matplotlib
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from PIL import Image, PngImagePlugin

PDF, PNG = DATA / "cheatsheet.pdf", DATA / "cheatsheet.png"
A4 = {"width": 794, "height": 1123}  # at 96 dots an inch


def page(**extra: object) -> str:
    """The page as HTML; without `fonts` and `mark` in extra their places stay empty."""
    jinja = Environment(loader=FileSystemLoader(DATA), autoescape=True)
    jinja.filters |= {"code": code, "digits": digits, "shown": shown}
    template = jinja.get_template("cheatsheet.html.jinja")
    return template.render(sheet=SHEET, symptoms=PRINTED, **extra)


def fingerprint() -> str:
    """Changes with every change of the words or of their form."""
    return hashlib.sha256(page().encode()).hexdigest()[:10]


def code(text: str) -> Markup:
    """Words between backquotes in code font."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped)


def fonts() -> list[tuple[str, int, str]]:
    """(family, weight, address) of files that pip installed: no font of the machine is needed."""
    bengali = importlib.resources.files("fontpkg_hind_siliguri") / "files"
    latin = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = [
        ("Text", 400, bengali / "HindSiliguri-Regular.ttf"),
        ("Text", 700, bengali / "HindSiliguri-Bold.ttf"),
        ("Mono", 400, latin / "DejaVuSansMono.ttf"),
        ("Signs", 400, latin / "DejaVuSans.ttf"),
    ]
    return [(family, weight, Path(str(file)).as_uri()) for family, weight, file in faces]


def print_page(pdf: Path, png: Path) -> None:
    """Prints the page, and a picture of it in greys; RuntimeError if one page is too small."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "page.png"
        print_html(page(fonts=fonts(), mark=fingerprint()), pdf, shot)
        notes = PngImagePlugin.PngInfo()
        notes.add_text("fingerprint", fingerprint())
        # sixteen greys are enough for letters, and a third of the file
        Image.open(shot).convert("L").quantize(16).save(png, optimize=True, pnginfo=notes)


def print_html(text: str, pdf: Path, shot: Path | None = None) -> None:
    """Prints a page of HTML; with `shot` also a picture, then all of it must fit one page A4."""
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tool:
        source = Path(folder) / "page.html"  # a page read from a file may load fonts from files
        source.write_text(text, encoding="utf-8")
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        arguments += ["--disable-background-networking"]
        browser = tool.chromium.launch(executable_path=browser_path, args=arguments)
        tab = browser.new_page(viewport=A4, device_scale_factor=2)
        tab.goto(source.as_uri())
        tab.evaluate("document.fonts.ready")
        if shot:
            if tab.evaluate("document.documentElement.scrollHeight > innerHeight"):
                raise RuntimeError("more than one page: shorten data/cheatsheet.toml")
            tab.screenshot(path=shot)
        tab.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
        browser.close()


if __name__ == "__main__":
    print_page(PDF, PNG)
    print(f"{PDF.name}, {PNG.name}: {fingerprint()}")
