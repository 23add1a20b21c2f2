"""What the course must never do: show an address or a key, open a door to others, trust a strange file."""

import ast
import base64
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from helpers import hooks_lab, patience_lab, plot_log, read_log, setup, upload_lab
from helpers.hooks import HookEvent
from helpers.labs.base import Lab
from notebooks import ROOT, notebook_files, read_notebook

import ipywidgets
import matplotlib.pyplot as plt
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from PIL import Image

setup()

# --- what is saved in a notebook, for all to see ---

SECRETS = {
    "an address with its port": r"https?://(?!localhost:9000\b)[^\s/\"'<>]+:\d+",  # Keras's own default
    "a key": r"\btoken=\w|\bBearer \w|\bapi_?key=\w",
    "a folder of somebody's machine": r"/(?:home|root|Users|tmp|content)/|\b[A-Za-z]:\\+\w"
    rf"|{re.escape(str(ROOT))}|{re.escape(str(Path.home()))}(?:/|\b)",
    "the name of the machine": r"tfevents\.\d+\.\w",
}


def secrets_in(text: str) -> list[str]:
    return [f"{what}: {found[0]}" for what, secret in SECRETS.items() if (found := re.search(secret, text))]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


def saved_texts(node: dict) -> Iterator[tuple[str, str]]:
    """(where, text) of all in a notebook that its run has written, what a PNG says of itself included."""
    yield "metadata", json.dumps(node["metadata"])
    for cell in node["cells"]:
        for output in cell.get("outputs", []):
            data = dict(output.get("data", {}))
            if picture := data.pop("image/png", None):
                with Image.open(io.BytesIO(base64.b64decode(picture))) as png:
                    yield cell["id"], str(png.info)
            for text in strings([{**output, "data": data}]):
                yield cell["id"], text


@pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)
def test_no_saved_output_tells_an_address_a_key_or_a_folder(path):
    found = [(where, secrets_in(text)) for where, text in saved_texts(read_notebook(path).node)]
    assert [one for one in found if one[1]] == []


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "stream", "text": "http://127.0.0.1:43121/"},
        {"output_type": "stream", "text": "http://127.0.0.1:8888/lab?token=0a1b"},
        {"output_type": "error", "traceback": ["Authorization: Bearer 0a1b"]},
        {"output_type": "execute_result", "data": {"text/plain": "PosixPath('/home/rima/runs')"}},
        {"output_type": "display_data", "data": {"text/html": r"<b>C:\Users\Rima</b>"}},
        {"output_type": "display_data", "data": {}, "metadata": {"image/png": {"alt": str(ROOT / "runs")}}},
        {"output_type": "stream", "text": "events.out.tfevents.1795541060.rimas-laptop.26.62.v2"},
    ],
)
def test_each_of_these_would_be_found(output):
    node = {"metadata": {}, "cells": [{"id": "one", "outputs": [output]}]}
    assert any(secrets_in(text) for _, text in saved_texts(node))


def test_the_data_of_the_course_names_no_folder_or_key_either():
    found = [*(ROOT / "data").glob("*/*"), *(ROOT / "exercises").rglob("*.*")]
    files = [path for path in found if path.suffix in (".json", ".csv", ".toml")]
    assert len(files) > 20
    assert [(path.name, found) for path in files if (found := secrets_in(path.read_text("utf-8")))] == []


# --- what code opens, loads and listens on ---


def calls_in(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def course_calls() -> Iterator[tuple[str, ast.Call]]:
    """(where, call) of every call in the course's code, solutions and scripts within notebooks included."""
    rooms = ("helpers", "exercises", "benchmarks")
    for path in (path for room in rooms for path in (ROOT / room).rglob("*.py")):
        for call in calls_in(path.read_text("utf-8")):
            yield path.stem, call
    for path in notebook_files():
        for cell in read_notebook(path).cells:
            is_code = cell.cell_type == "code"
            blocks = [cell.source] if is_code else re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL)
            for source in blocks:
                _, head, script = source.partition("%%writefile")
                python = script.partition("\n")[2] if head else TransformerManager().transform_cell(source)
                for call in calls_in(python):
                    yield f"{path.stem}/{cell.id}", call


@pytest.fixture(scope="module")
def calls() -> list[tuple[str, ast.Call]]:
    return list(course_calls())


def test_only_the_lesson_on_strangers_files_opens_a_model_without_safe_mode(calls):
    safe = {"safe_mode": "True", "allow_pickle": "False"}
    words = [(where, word) for where, call in calls for word in call.keywords if word.arg in safe]
    unsafe = {where for where, word in words if ast.unparse(word.value) != safe[word.arg]}
    names = {where for where, call in calls if "enable_unsafe_deserialization" in ast.unparse(call.func)}
    assert unsafe == {"03_model_checkpoint/stranger-open"} and not names


def test_every_receiver_listens_on_this_machine_only_and_ends_with_its_kernel(calls):
    servers = [(where, call) for where, call in calls if ast.unparse(call.func).endswith("Server")]
    assert {where.partition("_")[0] for where, _ in servers} == {"12", "15"}
    assert {ast.unparse(call.args[0]) for _, call in servers} == {"('127.0.0.1', 0)"}
    threads = [call for _, call in calls if ast.unparse(call.func) == "threading.Thread"]
    serving = [call for call in threads if "serve_forever" in ast.unparse(call)]
    assert len(serving) == len(servers)
    assert all("daemon=True" in ast.unparse(call) for call in threads)
    closed = {where.partition("_")[0] for where, call in calls if "server_close" in ast.unparse(call.func)}
    assert closed == {"12", "15"}


# --- what a learner's file says is text, never a page's code ---

HOSTILE = "<img src=x onerror=alert(1)>"
OURS = {"code", "pre", "div", "style", "b", "br", "p"}


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)


def pages(widget: ipywidgets.Widget) -> Iterator[str]:
    if isinstance(widget, ipywidgets.HTML):
        yield widget.value
    for child in getattr(widget, "children", ()):
        yield from pages(child)


def assert_harmless(lab: Lab) -> None:
    seen = "".join(pages(lab))
    assert "&lt;img" in seen  # it is shown, as text
    assert Tags(seen).found <= OURS


@pytest.fixture
def log_file(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(f"epoch,{HOSTILE},val_{HOSTILE},val_loss\n0,1,2,0.5\n1,3,4,0.4\n2,3,4,0.6\n", "utf-8")
    return path


def test_a_metrics_name_is_no_html(log_file):
    table = read_log(log_file)
    assert HOSTILE in table
    assert "img" not in Tags(table._repr_html_()).found
    figure = plot_log(log_file)
    figure.canvas.draw()
    assert HOSTILE in [axes.get_ylabel() for axes in figure.axes]


@pytest.mark.parametrize("mode", ["auto", "min", "max"])
def test_a_lab_shows_a_metrics_name_as_text(log_file, mode):
    lab = patience_lab(log_file)
    lab.monitor.value, lab.mode.value = f"val_{HOSTILE}", mode
    assert_harmless(lab)


def test_the_names_of_logs_photos_and_classes_are_shown_as_text(tmp_path):
    assert_harmless(hooks_lab([HookEvent("on_epoch_end", 1, 0, {HOSTILE: 1.0}, 0.0)]))
    sample = tmp_path / "sample.png"
    Image.new("RGB", (40, 30)).save(sample)
    assert_harmless(upload_lab(lambda content: f"মডেল বলছে: {HOSTILE}", sample))
    lab = upload_lab(lambda content: "বিড়াল", sample)
    file = {"name": HOSTILE, "type": "image/png", "size": 1, "content": memoryview(b"x")}
    lab.children[0].value = [{**file, "last_modified": datetime.now(UTC)}]
    assert_harmless(lab)


def test_an_error_and_a_setting_are_shown_as_text():
    lab = Lab()
    lab.say(f"ValueError: {HOSTILE} `{HOSTILE}`")
    assert_harmless(lab)
    lab.say("")
    figure = plt.figure()
    lab.show(figure, code=f'monitor="{HOSTILE}"')
    plt.close(figure)
    assert_harmless(lab)
