"""Slides: which cell is one, and the deck in JupyterLab, where nothing runs off the screen."""

import importlib.util

from notebooks import ROOT, read_notebook

import pytest
import slides
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from needs import require

SCREEN = {"width": 1280, "height": 720}
NINETY_MINUTES = ["01_what_is_a_callback", "04_early_stopping", "06_three_together"]
_SHOWN = """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]
  .map(cell => [cell.model ?? cell.innerText.slice(0, 40), cell.getBoundingClientRect()])
  .filter(([_, box]) => box.height > 5 && box.bottom > 0 && box.top < innerHeight)
  .map(([words, box]) => [words, box.top, box.bottom])"""


def cell(tags, source, *printed):
    outputs = [new_output("stream", text=text) for text in printed]
    made = new_code_cell(source, outputs=outputs) if printed else new_markdown_cell(source)
    made.metadata["tags"] = tags
    return made


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (cell(["problem"], "ছোট একটি প্রশ্ন"), "slide"),
        (cell(["problem"], "শব্দ " * 41), "notes"),
        (cell(["objectives"], "শব্দ " * 60), "slide"),
        (cell(["nav"], "শেষ"), "skip"),
        (cell(["trap", "more"], "গভীরে"), "skip"),
        (cell(["trap"], "print(1)", "1\n"), "slide"),
        (cell(["trap"], "print(1)\n" * 8, "1\n" * 8), "skip"),
        (cell(["trap", "tool"], "print(1)\n" * 30, "1\n" * 8), "slide"),
    ],
)
def test_a_cell_is_a_slide_if_it_fits(made, kind):
    assert slides.kind(made) == kind


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("stem", NINETY_MINUTES)
def test_no_slide_runs_off_the_screen_and_the_lab_lives(opened, page, stem):
    installed = importlib.util.find_spec("jupyterlab_slideshow")
    require(installed, "jupyterlab-slideshow is not installed (requirements-ci.txt)")
    page.set_viewport_size(SCREEN)
    opened(stem)
    page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    page.evaluate("window.jupyterapp.commands.execute('deck:start')")
    page.wait_for_timeout(1000)  # the deck says nowhere that it is drawn
    core = read_notebook(ROOT / "notebooks" / f"{stem}.ipynb").core.cells
    seen = []
    for _ in range(sum(slides.kind(one) == "slide" for one in core)):
        shown = page.evaluate(_SHOWN)
        assert len(shown) == 1 and shown[0][1] >= 0 and shown[0][2] <= SCREEN["height"], shown
        seen.append(shown[0][0])
        if page.locator(".lab").is_visible():
            before = page.locator(".lab img").get_attribute("src")
            page.locator(".lab .noUi-handle").first.focus()
            page.keyboard.press("ArrowRight")
            changed = "before => document.querySelector('.lab img').src !== before"
            page.wait_for_function(changed, arg=before)
        page.evaluate("window.jupyterapp.commands.execute('deck:forward')")
        page.wait_for_timeout(300)
    assert len(set(seen)) == len(seen)
