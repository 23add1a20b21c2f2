"""What the course never does: show an address or a key, open a door, trust a strange file."""

import ast
import base64
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from helpers import hooks_lab, patience_lab, plot_log, read_log, setup, upload_lab
from helpers.hooks import HookEvent
from helpers.labs.base import Lab
from notebooks import QUESTIONS, ROOT, notebook_files, read_notebook

import ipywidgets
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from PIL import Image

setup()

# --- what is saved in a notebook, for all to see ---

SECRETS = {
    # Keras's own default may stand there
    "an address with its port": r"https?://(?!localhost:9000\b)[^\s/\"'<>]+:\d+",
    "a key": r"\btoken=\w|\bBearer \w|\bapi_?key=\w",
    "a folder of somebody's machine": r"/(?:home|root|Users|tmp|content)/|\b[A-Za-z]:\\+\w"
    rf"|{re.escape(str(ROOT))}|{re.escape(str(Path.home()))}(?:/|\b)",
    "the name of the machine": r"tfevents\.\d+\.\w",
}


def secrets_in(text: str) -> list[str]:
    found = {what: re.search(secret, text) for what, secret in SECRETS.items()}
    return [f"{what}: {secret[0]}" for what, secret in found.items() if secret]


def saved_texts(node: dict) -> Iterator[tuple[str, str]]:
    """(where, text) of all that a notebook's run has written, in its pictures too."""
    yield "metadata", str(node["metadata"])
    for cell in node["cells"]:
        for output in cell.get("outputs", []):
            data = dict(output.get("data", {}))
            if picture := data.pop("image/png", None):
                with Image.open(io.BytesIO(base64.b64decode(picture))) as png:
                    yield cell["id"], str(png.info)
            yield from ((cell["id"], str(text)) for text in data.values())
            rest = {name: part for name, part in output.items() if name not in ("data", "text")}
            yield cell["id"], f"{rest} {output.get('text', '')}"


@pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)
def test_no_saved_output_tells_an_address_a_key_or_a_folder(path):
    found = [(where, secrets_in(text)) for where, text in saved_texts(read_notebook(path).node)]
    assert [one for one in found if one[1]] == []


def test_the_data_of_the_course_names_no_folder_or_key_either():
    files = [*(ROOT / "data" / "runs").rglob("*.*"), *QUESTIONS.glob("*.toml")]
    found = {path.name: secrets_in(path.read_text("utf-8")) for path in files}
    assert len(files) > 20 and not [one for one in found.items() if one[1]]


# --- what code opens, loads and listens on ---


def calls_in(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def course_calls() -> Iterator[tuple[str, ast.Call]]:
    """(where, call) of every call in the course's code, also in solutions and scripts."""
    for room in ("helpers", "exercises", "tools"):
        for path in (ROOT / room).rglob("*.py"):
            yield from ((path.stem, call) for call in calls_in(path.read_text("utf-8")))
    for path in notebook_files():
        for cell in read_notebook(path).cells:
            blocks = [cell.source]
            if cell.cell_type == "markdown":
                blocks = re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL)
            for source in blocks:
                _, is_script, rest = source.partition("%%writefile")
                code = rest.partition("\n")[2] if is_script else without_magic(source)
                yield from ((f"{path.stem}/{cell.id}", call) for call in calls_in(code))


without_magic = TransformerManager().transform_cell


@pytest.fixture(scope="module")
def calls() -> list[tuple[str, ast.Call]]:
    return list(course_calls())


def test_only_the_lesson_on_strangers_files_opens_a_model_without_safe_mode(calls):
    safe = {"safe_mode": "True", "allow_pickle": "False"}
    words = [(where, word) for where, call in calls for word in call.keywords if word.arg in safe]
    unsafe = {where for where, word in words if ast.unparse(word.value) != safe[word.arg]}
    assert unsafe == {"03_model_checkpoint/stranger-open"}
    assert not _places(calls, r"enable_unsafe_deserialization$")


def test_every_receiver_listens_on_this_machine_only_and_ends_with_its_kernel(calls):
    assert _places(calls, r"Server$") == _places(calls, r"server_close$") == {"12"}
    for _, call in calls:
        if ast.unparse(call.func).endswith("Server"):
            assert ast.unparse(call.args[0]) == "('127.0.0.1', 0)"
        if ast.unparse(call.func) == "threading.Thread":
            assert "daemon=True" in ast.unparse(call)


def _places(calls: list, function: str) -> set[str]:
    """The numbers of the notebooks that call it."""
    return {where[:2] for where, call in calls if re.search(function, ast.unparse(call.func))}


# --- what a learner's file says is text, never a page's code ---

HOSTILE = "<img src=x onerror=alert(1)>"
OURS = {"code", "pre", "div", "style", "b", "br", "p"}


def tags(page: str) -> set[str]:
    found, reader = set(), HTMLParser()
    reader.handle_starttag = lambda tag, attrs: found.add(tag)
    reader.feed(page)
    return found


def pages(widget: ipywidgets.Widget) -> Iterator[str]:
    if isinstance(widget, ipywidgets.HTML):
        yield widget.value
    for child in getattr(widget, "children", ()):
        yield from pages(child)


def assert_harmless(lab: Lab) -> None:
    seen = "".join(pages(lab))
    assert "&lt;img" in seen  # it is shown, as text
    assert tags(seen) <= OURS


def test_a_metrics_name_is_no_html(tmp_path):
    log_file = tmp_path / "log.csv"
    rows = "0,1,2,0.5\n1,3,4,0.4\n2,3,4,0.6\n"
    log_file.write_text(f"epoch,{HOSTILE},val_{HOSTILE},val_loss\n{rows}", "utf-8")
    table = read_log(log_file)
    assert HOSTILE in table
    assert "img" not in tags(table._repr_html_())
    figure = plot_log(log_file)
    figure.canvas.draw()
    assert HOSTILE in [axes.get_ylabel() for axes in figure.axes]
    lab = patience_lab(log_file)
    lab.monitor.value = f"val_{HOSTILE}"
    assert_harmless(lab)


def test_the_names_of_logs_photos_and_classes_are_shown_as_text(tmp_path):
    names = "on_epoch_begin", "on_epoch_end"
    assert_harmless(hooks_lab([HookEvent(name, 1, 0, {HOSTILE: 1.0}, 0.0) for name in names]))
    sample = tmp_path / "sample.png"
    Image.new("RGB", (40, 30)).save(sample)
    assert_harmless(upload_lab(lambda content: f"মডেল বলছে: {HOSTILE}", sample))
    lab = upload_lab(lambda content: "বিড়াল", sample)
    file = {"name": HOSTILE, "type": "image/png", "size": 1, "content": memoryview(b"x")}
    lab.children[0].value = [{**file, "last_modified": datetime.now(UTC)}]
    assert_harmless(lab)
