"""JupyterLab in a real browser: a notebook runs from top to bottom, and its quiz answers."""

import tomllib

from notebooks import ROOT

import pytest
from chromium import keep_screenshot

pytestmark = pytest.mark.browser


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
