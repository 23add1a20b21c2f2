"""A page of a real Chromium, for the tests that look at the course as a learner does."""

import contextlib
import importlib.util
import shutil
from collections.abc import Iterator

from notebooks import ROOT

from needs import require

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
_ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@contextlib.contextmanager
def new_page(height: int = 768) -> Iterator:
    require(CHROMIUM, "Chromium is not installed")
    installed = importlib.util.find_spec("playwright")
    require(installed, "playwright is not installed (requirements-ci.txt)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1366, "height": height})
        # where no font has the letters, each is a box of one width: every layout comes out wrong
        boxes = page.evaluate(
            """() => {
                const pen = document.createElement("canvas").getContext("2d");
                return new Set([..."কঔই"].map(letter => pen.measureText(letter).width)).size === 1;
            }"""
        )
        require(not boxes, "the browser has no Bengali font (apt install fonts-beng)")
        yield page
        browser.close()


def is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))


def keep_screenshot(page, name: str) -> None:
    file = ROOT / "test-artefacts" / f"{name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file)
