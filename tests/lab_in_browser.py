"""JupyterLab in a real browser: a notebook is opened and run, all labs on one page."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from notebooks import copy_course

import nbformat
import pytest
import save
from chromium import CHROMIUM, is_ours, new_page
from needs import require

ERRORS = "[data-mime-type='application/vnd.jupyter.stderr'], [data-mime-type*='jupyter.error']"
_IDLE = """async path => {
  const app = window.jupyterapp; if (!app) return false;
  await app.restored;
  const tab = app.shell.currentWidget;
  if (!tab || !tab.context || tab.context.path !== path) return false;
  await tab.context.ready; await tab.sessionContext.ready;
  return tab.sessionContext.session?.kernel?.status === 'idle' }"""
_NOT_RUN = """() => window.jupyterapp.shell.currentWidget.content.widgets.filter(
  cell => cell.model.type === 'code' && cell.model.executionCount === null).length"""

# a kernel with TensorFlow holds half a gigabyte, and the next notebook starts another
SHUT_DOWN = "() => window.jupyterapp?.shell.currentWidget?.sessionContext.shutdown()"


# Every lab on one page, called as the notebooks call it.
LAB_CELLS = {
    "setup": """from helpers import *
import keras
from matplotlib.figure import Figure
setup()
recorded, photo = "../data/runs/dog_cat_no_callbacks.csv", "photo.png"
def model_and_data():
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model, *toy_data("overfit")
""",
    "hooks_lab": """recorder = HookRecorder()
model, train, val = model_and_data()
model.fit(train, validation_data=val, epochs=2, verbose=0, callbacks=[recorder])
hooks_lab(recorder.events)""",
    "patience_lab": "patience_lab(recorded, minutes=25)",
    "plateau_lab": "plateau_lab()",
    "three_lab": "three_lab(recorded)",
    "schedule_lab": "schedule_lab()",
    "upload_lab": """figure = Figure(figsize=(6, 4), facecolor="teal")
figure.savefig(photo)
upload_lab(lambda content: "মডেল বলছে: কুকুর (৯৭% নিশ্চিত)", sample=photo)""",
    "live_lab": """def watched(show, wanted):
    model, train, val = model_and_data()
    seen = []
    def draw(epoch, logs):
        seen.append(logs["loss"])
        if epoch % 5 == 4:
            figure = Figure(figsize=(9, 4), layout="constrained")
            figure.subplots().plot(seen)
            show(figure)
    def ask(batch, logs):
        model.stop_training = model.stop_training or wanted()
    watch = keras.callbacks.LambdaCallback(on_epoch_end=draw, on_train_batch_end=ask)
    return model.fit(train, epochs=2000, verbose=0, callbacks=[watch])
live_lab(watched)""",
    "chooser": "chooser()",
}
LABS = [name for name in LAB_CELLS if name != "setup"]
_PAGE = "all_labs"


@contextlib.contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of a JupyterLab with its own settings, on a copy of the course."""
    copy_course(home / "course")
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in LAB_CELLS.items()]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": save.KERNEL})
    nbformat.write(notebook, home / "course" / "notebooks" / f"{_PAGE}.ipynb")
    settings = home / "settings" / "@jupyterlab"
    for plugin, value in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }.items():
        file = settings / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
    folders = {f"JUPYTERLAB_{name.upper()}_DIR": name for name in ("settings", "workspaces")}
    folders |= {f"JUPYTER_{name.upper()}_DIR": name for name in ("config", "data", "runtime")}
    folders["IPYTHONDIR"] = "ipython"
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--ip=127.0.0.1", "--LabApp.expose_app_in_browser=True"]
    command += [f"--ServerApp.root_dir={home / 'course'}"]
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
            status = f"{told['url']}api/status?token={told['token']}"
            urllib.request.urlopen(status, timeout=1).close()
            return told["url"], told["token"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@contextlib.contextmanager
def watched_page() -> Iterator:
    """A page which notes errors and addresses outside this machine in `troubles`."""
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


def open_notebook(page, address: str, stem: str) -> None:
    """Opens a notebook, runs it from top to bottom, and sees that nothing went wrong."""
    path = f"notebooks/{stem}.ipynb"
    page.goto(address.format(path=path))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    _wait_until_idle(page, path)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    _wait_until_idle(page, path)
    assert page.evaluate(_NOT_RUN) == 0
    assert page.locator(f".jp-OutputArea :is({ERRORS})").count() == 0


def open_labs(page, address: str) -> dict:
    """The page of all labs; each lab, by its name, as a locator."""
    open_notebook(page, address, _PAGE)
    labs = page.locator(".lab")
    assert labs.count() == len(LABS)
    return {name: labs.nth(place) for place, name in enumerate(LABS)}


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    require(CHROMIUM, "Chromium is not installed")
    with served(tmp_path_factory.mktemp("lab")) as address:
        yield address


@pytest.fixture
def page():
    with watched_page() as page:
        yield page


@pytest.fixture
def opened(jupyterlab, page):
    def open_and_run(stem: str):
        open_notebook(page, jupyterlab, stem)
        return page

    yield open_and_run
    page.evaluate(SHUT_DOWN)
