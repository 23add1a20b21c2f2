"""JupyterLab in a real browser, as fixtures: a notebook is opened and run from top to bottom."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from notebooks import copy_course

import pytest
from chromium import CHROMIUM, is_ours, new_page
from needs import require

_IDLE = """async path => {
  const app = window.jupyterapp; if (!app) return false;
  await app.restored;
  const tab = app.shell.currentWidget;
  if (!tab || !tab.context || tab.context.path !== path) return false;
  await tab.context.ready; await tab.sessionContext.ready;
  return tab.sessionContext.session?.kernel?.status === 'idle' }"""
_RUN = """async ids => {
  const { content } = window.jupyterapp.shell.currentWidget;
  for (const id of ids) {
    content.deselectAll();
    content.activeCellIndex = content.widgets.findIndex(cell => cell.model.id === id);
    if (await window.jupyterapp.commands.execute('notebook:run-cell') === false) return false;
  }
  return true }"""
_NOT_RUN = """() => window.jupyterapp.shell.currentWidget.content.widgets.filter(
  cell => cell.model.type === 'code' && cell.model.executionCount === null).length"""

# a kernel with TensorFlow holds half a gigabyte, and the next notebook starts another
_SHUT_DOWN = "() => window.jupyterapp?.shell.currentWidget?.sessionContext.shutdown()"


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """The address of a JupyterLab with its own settings, on a copy of the notebooks."""
    require(CHROMIUM, "Chromium is not installed")
    home = tmp_path_factory.mktemp("lab")
    copy_course(home / "course")
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
            told = json.loads((runtime / f"jpserver-{server.pid}.json").read_text(encoding="utf-8"))
            urllib.request.urlopen(f"{told['url']}api/status?token={told['token']}", timeout=1).close()
            return told["url"], told["token"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture
def page():
    with new_page() as page:
        page.troubles = []
        page.on("console", lambda message: _note(page, message.type == "error", message.text))
        page.on("pageerror", lambda error: _note(page, True, str(error)))
        page.on("request", lambda request: _note(page, not is_ours(request.url), request.url))
        yield page


def _note(page, is_trouble: bool, text: str) -> None:
    if is_trouble:
        page.troubles.append(text)


def _wait_until_idle(page, path: str) -> None:
    deadline = time.monotonic() + 900
    while not page.evaluate(_IDLE, path):
        assert time.monotonic() < deadline, f"{path}: the kernel is still busy"
        page.wait_for_timeout(100)


@pytest.fixture
def opened(jupyterlab, page):
    """Opens a notebook, runs it from top to bottom, or only some cells, and sees that nothing went wrong."""

    def open_and_run(stem: str, only: Sequence[str] = ()):
        path = f"notebooks/{stem}.ipynb"
        page.goto(jupyterlab.format(path=path))
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        _wait_until_idle(page, path)
        if only:
            assert page.evaluate(_RUN, only)
            _wait_until_idle(page, path)
        else:
            assert page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')") is not False
            _wait_until_idle(page, path)
            assert page.evaluate(_NOT_RUN) == 0
        errors = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type*='jupyter.error']"
        assert page.locator(f".jp-OutputArea {errors}").count() == 0
        return page

    yield open_and_run
    page.evaluate(_SHUT_DOWN)
