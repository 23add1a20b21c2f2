"""JupyterLab in a real browser: a notebook is opened, run from top to bottom, and its quiz answers."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

from notebooks import ROOT

import pytest
from chromium import CHROMIUM, is_ours, keep_screenshot, new_page
from conftest import require

pytestmark = pytest.mark.browser

IDLE = """async path => {
  const app = window.jupyterapp; if (!app) return false;
  await app.restored;
  const tab = app.shell.currentWidget;
  if (!tab || !tab.context || tab.context.path !== path) return false;
  await tab.context.ready; await tab.sessionContext.ready;
  return tab.sessionContext.session?.kernel?.status === 'idle' }"""
NOT_RUN = """() => window.jupyterapp.shell.currentWidget.content.widgets.filter(
  cell => cell.model.type === 'code' && cell.model.executionCount === null).length"""

# what a lab shows: its picture, its sentence and its code
SHOWN = """() => ['img', '[role=alert]', 'pre'].map(
  part => document.querySelector(`.lab ${part}`)).map(part => part && (part.src || part.innerText))"""
CHANGED = f"before => JSON.stringify(({SHOWN})()) !== before"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab with its own settings, on a copy of the notebooks."""
    require(CHROMIUM, "Chromium is not installed")
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", home / "course" / "notebooks")
    shutil.copytree(ROOT / "data", home / "course" / "data", ignore=shutil.ignore_patterns("photos"))
    settings = home / "settings" / "@jupyterlab"
    for plugin, value in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }.items():
        file = settings / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    folders = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += ["--port=0", f"--ServerApp.root_dir={home / 'course'}", "--LabApp.expose_app_in_browser=True"]
    environment = os.environ | {name: str(home / folder) for name, folder in folders.items()}
    with (home / "lab.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address, token = _started(server, home / "runtime", home / "lab.log")
        yield f"{address}lab/tree/{{path}}?token={token}&reset"
    finally:
        server.terminate()
        server.wait(20)


def _started(server: subprocess.Popen, runtime: Path, log: Path) -> tuple[str, str]:
    """The server's own word on its address and token, once it answers there."""
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError, OSError):
            told = json.loads((runtime / f"jpserver-{server.pid}.json").read_text())
            urllib.request.urlopen(f"{told['url']}api/status?token={told['token']}", timeout=1).close()
            return told["url"], told["token"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture
def page(lab):
    with new_page() as page:
        page.troubles = []
        page.on("console", lambda message: _note(page, message.type == "error", message.text))
        page.on("request", lambda request: _note(page, not is_ours(request.url), request.url))
        yield page


def _note(page, is_trouble: bool, text: str) -> None:
    if is_trouble:
        page.troubles.append(text)


def _wait_until_idle(page, path: str) -> None:
    deadline = time.monotonic() + 900
    while not page.evaluate(IDLE, path):
        assert time.monotonic() < deadline, f"{path}: the kernel is still busy"
        page.wait_for_timeout(100)


@pytest.fixture
def opened(lab, page):
    """Opens a notebook, runs it from top to bottom and sees that nothing went wrong."""

    def open_and_run(stem: str):
        path = f"notebooks/{stem}.ipynb"
        page.goto(lab.format(path=path))
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        _wait_until_idle(page, path)
        assert page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')") is not False
        _wait_until_idle(page, path)
        assert page.evaluate(NOT_RUN) == 0
        errors = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type*='jupyter.error']"
        assert page.locator(f".jp-OutputArea {errors}").count() == 0
        return page

    return open_and_run


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


@pytest.mark.parametrize("stem", ["01_what_is_a_callback", "14_dog_cat"])
def test_a_notebook_runs_from_top_to_bottom_and_its_quiz_answers(opened, stem):
    page = opened(stem)
    quiz = page.locator(".practice-quiz")
    quiz.scroll_into_view_if_needed()
    quiz.locator("input[type=radio]").first.check()
    quiz.get_by_role("button", name="উত্তর দেখো").first.click()
    practice = tomllib.loads((ROOT / "data" / "practice" / f"{stem}.toml").read_text(encoding="utf-8"))
    option = practice["quiz"][0]["options"][0]
    alert = quiz.get_by_role("alert").first
    alert.wait_for()
    assert alert.inner_text().startswith("✓" if "correct" in option else "✗")
    assert option["feedback"].replace("`", "") in alert.inner_text()
    keep_screenshot(page, stem)
    assert page.troubles == []


@pytest.mark.parametrize(
    "stem",
    [
        "02_lifecycle",
        "04_early_stopping",
        "05_reduce_lr_on_plateau",
        "06_three_together",
        "09_learning_rate_scheduler",
    ],
)
def test_every_slider_of_a_lab_changes_the_picture_by_keyboard_and_by_mouse(opened, stem):
    page = opened(stem)
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
