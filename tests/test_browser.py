"""JupyterLab in a real browser: a notebook runs from top to bottom, its quiz answers, its lab obeys."""

import json
import re
import time
import tomllib

from notebooks import ROOT

import pytest
from chromium import keep_screenshot

pytestmark = pytest.mark.browser

# what a lab shows: its picture, its sentence and its code
SHOWN = """() => ['img', '[role=alert]', 'pre'].map(
  part => document.querySelector(`.lab ${part}`)).map(part => part && (part.src || part.innerText))"""
CHANGED = f"before => JSON.stringify(({SHOWN})()) !== before"


def _share_of(slider) -> float:
    """Where a slider's handle stands, from 0 at its left end to 1."""
    handle = slider.locator(".noUi-handle")
    low, now, high = (float(handle.get_attribute(f"aria-value{name}")) for name in ("min", "now", "max"))
    return (now - low) / (high - low)


def _move_by_keyboard(slider) -> None:
    slider.locator(".noUi-handle").press("ArrowRight" if _share_of(slider) < 0.9 else "ArrowLeft")


def _move_by_mouse(slider) -> None:
    box = slider.bounding_box()
    share = 0.3 if _share_of(slider) > 0.5 else 0.7
    slider.click(position={"x": box["width"] * share, "y": box["height"] / 2})


def _wait_until_the_code_has_the_value_of(slider, lab, page) -> None:
    """Picture, sentence and code of a lab come one after the other."""
    deadline = time.monotonic() + 30
    while not _code_has_the_value_of(slider, lab):
        assert time.monotonic() < deadline, lab.locator("pre").inner_text()
        page.wait_for_timeout(50)


def _code_has_the_value_of(slider, lab) -> bool:
    code = lab.locator("pre").inner_text()
    if "def on_" in code:  # the lab of the hooks has the name of the hook there
        return True
    in_code = [float(number) for number in re.findall(r"(?<![\w.])\d[\d.]*(?:e-?\d+)?", code)]
    row = slider.locator("xpath=ancestor::*[contains(@class, 'widget-hbox')][1]")
    value = float(row.locator("input").first.input_value())
    return any(abs(number - value) < 1e-9 for number in in_code)


def test_a_notebook_runs_from_top_to_bottom_and_its_quiz_answers(opened):
    stem = "01_what_is_a_callback"
    page = opened(stem)
    quiz = page.locator(".practice-quiz")
    quiz.scroll_into_view_if_needed()
    quiz.locator("input[type=radio]").first.check()
    quiz.get_by_role("button", name="উত্তর দেখো").first.click()
    practice = tomllib.loads((ROOT / "exercises" / f"{stem}.toml").read_text(encoding="utf-8"))
    option = practice["quiz"][0]["options"][0]
    alert = quiz.get_by_role("alert").first
    alert.wait_for()
    assert alert.inner_text().startswith("✓" if "correct" in option else "✗")
    assert option["feedback"].replace("`", "") in alert.inner_text()
    keep_screenshot(page, stem)
    assert page.troubles == []


# the cells that a lab needs; nbval runs the others
LABS = {
    "02_lifecycle": ["setup", "lab"],
    "04_early_stopping": ["setup", "guide", "so-far", "noise", "lab"],
    "05_reduce_lr_on_plateau": ["setup", "lab"],
    "06_three_together": ["setup", "lab"],
    "09_learning_rate_scheduler": ["setup", "lab"],
}


@pytest.mark.parametrize("stem", LABS)
def test_every_slider_of_a_lab_changes_the_picture_by_keyboard_and_by_mouse(opened, stem):
    page = opened(stem, only=LABS[stem])
    lab = page.locator(".lab").first
    lab.scroll_into_view_if_needed()
    sliders = lab.locator(".noUi-target:visible")
    assert sliders.count() >= 1
    pictures = {page.evaluate(SHOWN)[0]}
    for place in range(sliders.count()):
        for move in (_move_by_keyboard, _move_by_mouse):
            before = json.dumps(page.evaluate(SHOWN), ensure_ascii=False, separators=(",", ":"))
            move(sliders.nth(place))
            page.wait_for_function(CHANGED, arg=before, timeout=30_000)
            _wait_until_the_code_has_the_value_of(sliders.nth(place), lab, page)
            pictures.add(page.evaluate(SHOWN)[0])
    # a small step of min_delta may stop at the same epoch, and then the picture is rightly the same
    assert len(pictures) > sliders.count()
    keep_screenshot(page, stem)
    assert page.troubles == []


IN_KERNEL = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code});
  let said = '';
  future.onIOPub = message => { said += message.content.text ?? message.content.evalue ?? ''; };
  await future.done;
  return said.trim() }"""


def test_a_click_ends_a_training_at_the_next_batch_and_the_history_is_whole(opened):
    stem = "15_custom_callbacks"
    needed = ["setup", "model", "smallest", "live-cost", "live-picture", "live", "stop-when", "lab"]
    page = opened(stem, only=needed)
    cockpit = page.locator(".lab").first
    cockpit.scroll_into_view_if_needed()
    start, stop = (cockpit.get_by_role("button", name=name) for name in ("শুরু", "থামাও"))
    preview = cockpit.locator("img").get_attribute("src")
    start.click()
    # a picture of the new training: it has got through an epoch, and is still at it
    page.wait_for_function(
        "before => document.querySelector('.lab img').src !== before", arg=preview, timeout=60_000
    )
    assert stop.is_enabled() and start.is_disabled()
    stop.click()
    said = cockpit.get_by_role("alert").filter(has_text="তুমি থামিয়েছ")
    said.wait_for(timeout=30_000)
    last = int(re.search(r"epoch (\d+)-এ", said.inner_text())[1])
    assert last < 1999  # of two thousand epochs
    assert start.is_enabled() and stop.is_disabled()
    assert page.evaluate("document.querySelector('.lab img').naturalWidth") > 300
    code = "book = cockpit.history; print(len(book.epoch), {len(values) for values in book.history.values()})"
    assert page.evaluate(IN_KERNEL, code) == f"{last + 1} {{{last + 1}}}"
    errors = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type*='jupyter.error']"
    assert page.locator(f".jp-OutputArea {errors}").count() == 0
    keep_screenshot(page, stem)
    assert page.troubles == []
