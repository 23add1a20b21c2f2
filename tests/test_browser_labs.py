"""Every lab in a real browser: it fits the screen, is sharp, obeys keyboard, mouse, buttons."""

import re
from pathlib import Path

import pytest
from chromium import keep_screenshot
from lab_in_browser import ERRORS, LABS, SHUT_DOWN, open_labs, watched_page

pytestmark = pytest.mark.browser

LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8")
# the height from the first control to the lower edge of the picture, and how sharp that is
MEASURED = """lab => {
  const image = lab.querySelector('img'), { top } = lab.getBoundingClientRect();
  const { top: above, bottom, width } = image.getBoundingClientRect();
  return { height: bottom - top, above: above - top, sharp: image.naturalWidth / width } }"""
# what a lab shows: its picture, its sentence and its code
SHOWN = """lab => JSON.stringify(['img', '[role=alert]', 'pre'].map(
  part => lab.querySelector(part)).map(part => part && (part.src || part.innerText)))"""
IS_SHARP = f"lab => ({MEASURED})(lab).sharp >= 1.99"
WITH_SLIDERS = [name for name in LABS if name not in ("upload_lab", "live_lab", "chooser")]


@pytest.fixture(scope="module")
def labs(jupyterlab):
    with watched_page() as page:
        yield open_labs(page, jupyterlab)
        errors, troubles = page.locator(f".jp-OutputArea :is({ERRORS})").count(), page.troubles
        page.evaluate(SHUT_DOWN)
        assert (errors, troubles) == (0, [])


def wait_until(lab, condition, argument=None):
    condition = f"([lab, argument]) => ({condition})(lab, argument)"
    lab.page.wait_for_function(condition, arg=[lab.element_handle(), argument], timeout=60_000)


@pytest.mark.parametrize(("width", "height", "most"), [(1366, 768, 600), (1280, 720, 540)])
def test_controls_sentence_and_picture_of_a_lab_fit_and_are_sharp(labs, width, height, most):
    page = labs["chooser"].page
    page.set_viewport_size({"width": width, "height": height})
    labs["schedule_lab"].locator("select").select_option(index=1)  # the kind with one slider more
    for place, answer in enumerate((1, 0, 1, 2, 1, 1, 1)):  # those with most callbacks
        labs["chooser"].locator("select").nth(place).select_option(index=answer)
    labs["chooser"].get_by_role("alert").filter(has_text="৮টি").wait_for()
    for name, lab in labs.items():
        lab.evaluate("lab => lab.scrollIntoView()")
        wait_until(lab, IS_SHARP)
        keep_screenshot(page, f"{name}-{width}")
        assert lab.evaluate(MEASURED)["height"] <= most, name
    assert [trouble for trouble in page.evaluate(LAYOUT) if "lies over" not in trouble] == []


def ends(slider):
    return [float(slider.get_attribute(f"aria-value{name}")) for name in ("min", "now", "max")]


def by_keyboard(slider):
    _low, now, high = ends(slider.locator(".noUi-handle"))
    slider.locator(".noUi-handle").press("ArrowRight" if now < high else "ArrowLeft")


def by_mouse(slider):
    low, now, high = ends(slider.locator(".noUi-handle"))
    box = slider.bounding_box()
    share = 0.3 if now > (low + high) / 2 else 0.7
    slider.click(position={"x": box["width"] * share, "y": box["height"] / 2})


CODE_HAS = """(lab, value) => {
  const code = lab.querySelector('pre').innerText;
  // the lab of the hooks has the name of the hook there
  return /def on_/.test(code) || code.match(/(?<![\\w.])\\d[\\d.]*(e-?\\d+)?/g).some(
    number => Math.abs(number - value) < 1e-9) }"""


@pytest.mark.parametrize("name", WITH_SLIDERS)
def test_every_slider_changes_its_box_and_the_code_and_the_picture_stays_in_its_place(labs, name):
    lab = labs[name]
    above = lab.evaluate(MEASURED)["above"]
    lab.scroll_into_view_if_needed()
    pictures, sliders = set(), lab.locator(".noUi-target:visible")
    assert sliders.count() >= 1
    for slider in sliders.all():
        row = slider.locator("xpath=ancestor::*[contains(@class, 'widget-hbox')][1]")
        for move in (by_keyboard, by_mouse):
            before = lab.evaluate(SHOWN)
            move(slider)
            wait_until(lab, f"(lab, before) => ({SHOWN})(lab) !== before", before)
            wait_until(lab, CODE_HAS, float(row.locator("input").first.input_value()))
            wait_until(lab, IS_SHARP)
            pictures.add(lab.locator("img").get_attribute("src"))
        assert lab.evaluate(MEASURED)["above"] == pytest.approx(above, abs=1)
    assert len(pictures) >= sliders.count()


def test_a_click_ends_a_training_and_the_sentence_says_where(labs):
    lab = labs["live_lab"]
    lab.scroll_into_view_if_needed()
    start, stop = (lab.get_by_role("button", name=name) for name in ("শুরু", "থামাও"))
    preview = lab.locator("img").get_attribute("src")
    start.click()
    # a picture of the new training: it has got through some epochs, and is still at it
    wait_until(lab, "(lab, before) => lab.querySelector('img').src !== before", preview)
    assert stop.is_enabled() and start.is_disabled()
    stop.click()
    said = lab.get_by_role("alert").filter(has_text="তুমি ট্রেনিং থামিয়েছ")
    said.wait_for(timeout=30_000)
    assert int(re.search(r"epoch (\d+)-এ", said.inner_text())[1]) < 1999  # of two thousand
    assert start.is_enabled() and stop.is_disabled()
