"""ছাপার চিটশিট: `data/cheatsheet.toml`-এর কথা, `data/cheatsheet.html.jinja`-র সাজ, এক পাতা A4।

পাতাটি নতুন করে বানাতে `uv run python -m helpers.cheatsheet_page`: লেখা হয় `data/cheatsheet.pdf` আর `.png`।
লাগে Playwright (`requirements-ci.txt`) আর Chromium বা Google Chrome।
"""

import hashlib
import importlib.resources
import re
import shutil
import tempfile
from pathlib import Path

from helpers.bengali import digits, explain
from helpers.cheatsheet import DATA, SHEET, shown

import matplotlib
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

PDF, PNG = DATA / "cheatsheet.pdf", DATA / "cheatsheet.png"


def page(**extra: object) -> str:
    """পাতাটি, HTML-এ। extra: সাজের ফাইলে আর যা বসে; `fonts` আর `mark` না দিলে জায়গাটি খালি থাকে।"""
    jinja = Environment(loader=FileSystemLoader(DATA), autoescape=True)
    jinja.filters |= {"code": _code, "digits": digits, "shown": shown}
    return jinja.get_template("cheatsheet.html.jinja").render(sheet=SHEET, **extra)


def fingerprint() -> str:
    """পাতার লেখা আর সাজের আঙুলের ছাপ: দুটোর কোনোটি বদলালে এটিও বদলায়।"""
    return hashlib.sha256(page().encode()).hexdigest()[:10]


def _code(text: str) -> Markup:
    """Words between backquotes in code font."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704  (escaped)


def _fonts() -> list[tuple[str, int, str]]:
    """(family, weight, address) of files that pip installed: the page needs no font of the machine."""
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
    """পাতাটি Chromium দিয়ে ছাপে: `pdf` এক পাতা A4, `png` তারই ছবি, সাদা-কালোয়।

    Playwright না থাকলে ImportError; Chromium বা Google Chrome না থাকলে, কিংবা লেখা
    এক পাতায় না আঁটলে RuntimeError।
    """
    from PIL import Image, PngImagePlugin
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        now = "Chromium ইনস্টল করে আবার চালাও।"
        raise RuntimeError(explain("পাতাটি ছাপা গেল না", "Chromium বা Google Chrome পাওয়া যায়নি", now))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tool:
        source, shot = Path(folder) / "page.html", Path(folder) / "page.png"
        # a page read from a file may load fonts from files
        source.write_text(page(fonts=_fonts(), mark=fingerprint()), encoding="utf-8")
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        browser = tool.chromium.launch(executable_path=browser_path, args=arguments)
        # A4 at 96 dots an inch, drawn twice as fine
        tab = browser.new_page(viewport={"width": 794, "height": 1123}, device_scale_factor=2)
        tab.goto(source.as_uri())
        tab.evaluate("document.fonts.ready")
        if tab.evaluate("document.documentElement.scrollHeight > innerHeight"):
            now = "data/cheatsheet.toml-এ কিছু লেখা কমাও।"
            raise RuntimeError(explain("পাতাটি ছাপা গেল না", "লেখা এক পাতায় আঁটে না", now))
        tab.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
        tab.screenshot(path=shot)
        browser.close()
        notes = PngImagePlugin.PngInfo()
        notes.add_text("fingerprint", fingerprint())
        # sixteen greys are enough for letters, and a third of the file
        Image.open(shot).convert("L").quantize(16).save(png, optimize=True, pnginfo=notes)


if __name__ == "__main__":
    print_page(PDF, PNG)
    print(f"{PDF.name} আর {PNG.name} লেখা হলো, ছাপ {fingerprint()}")
