"""Notebook 15 in a real browser: a click on the button ends a training that runs, and nothing is lost."""

import re

import pytest
from chromium import keep_screenshot
from lab_in_browser import lab, opened, page  # noqa: F401  (fixtures)

pytestmark = pytest.mark.browser

STEM = "15_custom_callbacks"
# what the lab needs of the notebook; the rest runs in nbval, and in every browser by `-m long`
CELLS = ["setup", "model", "smallest", "live-cost", "live-picture", "live", "stop-when", "lab"]
IN_KERNEL = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code});
  let said = '';
  future.onIOPub = message => { said += message.content.text ?? message.content.evalue ?? ''; };
  await future.done;
  return said.trim() }"""


def test_a_click_ends_a_training_at_the_next_batch_and_the_history_is_whole(opened):  # noqa: F811
    page = opened(STEM, only=CELLS)  # noqa: F811
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
    keep_screenshot(page, STEM)
    assert page.troubles == []
