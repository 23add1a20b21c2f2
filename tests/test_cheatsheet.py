"""The cheat sheet: every snippet runs, every link and trap exists, and the printed page is today's."""

import ast
import http.server
import importlib.util
import inspect
import itertools
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from helpers import cheat_table, cheatsheet, cheatsheet_page, chooser, setup, toy_data
from helpers.labs.chooser import choose
from notebooks import ROOT, read_notebook

import keras
import pytest
from needs import require
from PIL import Image

setup()

CLASSES = {name for name, one in vars(keras.callbacks).items() if inspect.isclass(one)}
NOTEBOOK = read_notebook(ROOT / "notebooks" / "17_cheatsheet.ipynb")


def model(**settings) -> keras.Model:
    keras.utils.set_random_seed(1)
    net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    net.compile(keras.optimizers.SGD(0.01, **settings), loss="mse", metrics=["accuracy"])
    return net


def fit(callbacks: list, epochs: int = 2, **settings) -> keras.callbacks.History:
    train, validation = toy_data("plateau")
    return model(**settings).fit(
        train, validation_data=validation, epochs=epochs, verbose=0, callbacks=callbacks
    )


# ---- the data ------------------------------------------------------------------------------------


def test_every_class_of_keras_has_one_entry_in_a_notebook_that_names_it():
    assert set(cheatsheet.ENTRIES) == CLASSES
    assert sum(len(group["callback"]) for group in cheatsheet.SHEET["group"]) == len(CLASSES)
    for name, one in cheatsheet.ENTRIES.items():
        notebook = read_notebook(ROOT / "notebooks" / f"{one['notebook']}.ipynb")
        assert any(re.search(rf"\b{name}\b", cell.source) for cell in notebook.code), (name, one["notebook"])


def test_every_trap_a_symptom_points_to_stands_in_notebook_16_under_that_number():
    text = "\n".join(
        cell.source for cell in read_notebook(ROOT / "notebooks" / "16_common_mistakes.ipynb").markdown
    )
    headings = re.findall(r"^### ফাঁদ (.+)$", text, re.MULTILINE)
    assert [one["trap"] for one in cheatsheet.SHEET["symptom"] if one["trap"] not in headings] == []


# ---- the snippets --------------------------------------------------------------------------------


class _Listener(http.server.BaseHTTPRequestHandler):
    heard: list[bytes] = []  # noqa: RUF012  (one list for the one server of this file)

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server():
    """The address of a server that takes whatever RemoteMonitor sends."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Listener) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()


def made_by(code: str) -> keras.callbacks.Callback:
    """What a snippet makes: the value of its expression, or an object of its class."""
    names = {**{name: getattr(keras.callbacks, name) for name in CLASSES}, "Path": Path, "model": model()}
    last = ast.parse(code.strip()).body[-1]
    if isinstance(last, ast.Expr):
        return eval(code.strip(), names)
    exec(code.strip(), names)
    return names[last.name]()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_the_snippet_of_a_class_runs_in_a_fit(name, server, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = cheatsheet.ENTRIES[name]["code"].replace("http://localhost:9000", server)
    if name == "OrbaxCheckpoint" and not importlib.util.find_spec("orbax"):
        with pytest.raises(ImportError, match="orbax-checkpoint"):
            made_by(code)
        return
    callback = made_by(code)
    assert isinstance(callback, getattr(keras.callbacks, name)) or name == "CallbackList"
    if name == "CallbackList":  # for a loop of one's own
        callback.on_train_begin()
        callback.on_train_end()
        return
    history = fit([callback], use_ema=name == "SwapEMAWeights")
    assert history.epoch == [0, 1]
    if name == "RemoteMonitor":
        assert len(_Listener.heard) == 2


def without_fit(code: str) -> str:
    """The calls of the list in a recipe, in one form, whatever the line breaks."""
    tree = ast.parse("\n".join(line for line in code.splitlines() if not line.startswith("%")))
    return ast.unparse(tree)


def test_the_recipe_of_the_page_is_the_one_the_notebook_runs_and_the_guides():
    cell = next(cell for cell in NOTEBOOK.code if cell.id == "recipe")
    assert without_fit(cell.source) == without_fit(cheatsheet.SHEET["recipe"]["code"])


def test_the_recipe_runs_as_it_stands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    train, validation = toy_data("overfit")
    net = keras.Sequential([keras.Input((20,)), keras.layers.Dense(1, activation="sigmoid")])
    net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    names = {"model": net, "train_ds": train, "val_ds": validation}
    exec(cheatsheet.SHEET["recipe"]["code"], names)
    kinds = [type(one).__name__ for one in names["callbacks"]]
    assert kinds == ["ModelCheckpoint", "EarlyStopping", "ReduceLROnPlateau"]
    best = max(net.history.history["val_accuracy"])
    assert names["best"].evaluate(validation, verbose=0)[1] == pytest.approx(best, abs=1e-3)


# ---- the chooser ---------------------------------------------------------------------------------


PLACES = [range(len(question["options"])) for question in cheatsheet.SHEET["question"]]
EVERY_ANSWER = list(itertools.product(*PLACES))


def chosen(places: tuple[int, ...]) -> tuple[list[str], str]:
    asked = cheatsheet.SHEET["question"]
    return choose([one["options"][place] for one, place in zip(asked, places, strict=True)])


def test_every_list_the_chooser_can_make_keeps_the_rules_of_order_and_one_driver_of_the_rate():
    rules = cheatsheet.SHEET["order"]["pair"]
    for places in EVERY_ANSWER:
        names, _ = chosen(places)
        assert not {"ReduceLROnPlateau", "LearningRateScheduler"} <= set(names)
        for rule in rules:
            first, then = rule["first"], rule["then"]
            if first in names and then in names and rule.get("unless") not in names:
                assert names.index(first) < names.index(then), (places, names)


def test_every_answer_makes_code_that_compiles_and_every_option_changes_it():
    sources = {places: chosen(places)[1] for places in EVERY_ANSWER}
    for source in sources.values():
        ast.parse(source)
    assert len(set(sources.values())) == len(EVERY_ANSWER)


# every option of every question at least once
FEW = [tuple(min(step, len(options) - 1) for options in PLACES) for step in range(max(map(len, PLACES)))]

# and the lines of every callback for every measure
FEW += [(measure, 0, 0, 2, 1, 1, 1) for measure in PLACES[0]]


@pytest.mark.parametrize("places", FEW, ids=str)
def test_what_the_chooser_shows_runs(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lab = chooser()
    lab.answer(*places)
    assert lab.source == chosen(places)[1]
    names: dict = {}
    exec(lab.source, names)
    history = fit(names["callbacks"], use_ema=True)
    assert history.epoch == [0, 1]
    assert Path("best.keras").exists()
    assert [type(one).__name__ for one in names["callbacks"]] == chosen(places)[0]


def test_an_answer_changes_picture_sentence_and_code_and_they_remain_without_a_kernel():
    lab = chooser()
    parts = (lab.picture, lab.readout, lab.code)
    before = [part.value for part in parts]
    lab.answer(1, 0, 1, 2, 1, 1, 1)
    assert all(part.value != old for part, old in zip(parts, before, strict=True))
    data, metadata = lab._repr_mimebundle_()
    assert "৮টি callback" in data["text/plain"] == metadata["image/png"]["alt"]
    assert data["image/png"]


@pytest.mark.parametrize("places", [(3,), (0, -1), (0,) * 8, ("a",)], ids=str)
def test_an_answer_that_does_not_exist_is_told_and_changes_nothing(places):
    lab = chooser()
    before = lab.source
    with pytest.raises(ValueError, match="৭টি প্রশ্নে"):
        lab.answer(*places)
    assert lab.source == before


def test_a_table_that_does_not_exist_is_answered_in_bengali_with_the_names():
    with pytest.raises(ValueError, match="glossary"):
        cheat_table("order ")
    assert all(
        cheat_table(what).data.count("\n") > 5 for what in ("callbacks", "order", "symptoms", "glossary")
    )


# ---- the printed page ----------------------------------------------------------------------------


def _tool(name: str, *arguments: object) -> str:
    require(shutil.which(name), f"{name} is not installed (Debian, Ubuntu: apt-get install poppler-utils)")
    done = subprocess.run([name, *map(str, arguments)], capture_output=True, check=True, encoding="utf-8")
    return done.stdout


def _letters(text: str) -> str:
    # a PDF keeps no spaces that can be relied on, and breaks lines where the page does
    return re.sub(r"\s", "", text)


def test_the_committed_pdf_is_one_a4_page():
    said = dict(re.findall(r"^(.+?): +(.+)$", _tool("pdfinfo", cheatsheet_page.PDF), re.MULTILINE))
    assert said["Pages"] == "1"
    assert said["Page size"].endswith("(A4)")


def test_its_fonts_are_inside_it():
    rows = [line.split() for line in _tool("pdffonts", cheatsheet_page.PDF).splitlines()[2:]]
    names = {row[0].partition("+")[2] for row in rows}
    assert {"HindSiliguri-Regular", "HindSiliguri-Bold", "DejaVuSansMono"} <= names
    assert {row[-5] for row in rows} == {"yes"}, rows  # the column "emb"


def test_its_text_is_all_that_the_data_says():
    printed = _letters(_tool("pdftotext", "-raw", cheatsheet_page.PDF, "-"))
    sheet = cheatsheet.SHEET
    wanted = [sheet["title"], sheet["how"], sheet["recipe"]["title"], sheet["order"]["rule"]]
    wanted += [group["name"] for group in sheet["group"]] + list(cheatsheet.ENTRIES)
    for group in sheet["group"]:
        parts = ("when",) if "brief" in group else ("when", "watch", "code")
        wanted += [one[part] for one in group["callback"] for part in parts]
    wanted += [one[part] for one in sheet["symptom"] for part in ("seen", "look")]
    wanted += [one["why"] for one in sheet["order"]["pair"]]
    assert [text for text in wanted if _letters(text.replace("`", "")) not in printed] == []


def test_pdf_and_picture_were_printed_from_the_data_as_it_is_now():
    now = "the page is older than its data: uv run python -m helpers.cheatsheet_page"
    with Image.open(cheatsheet_page.PNG) as picture:
        assert picture.info["fingerprint"] == cheatsheet_page.fingerprint(), now
        assert picture.size == (1588, 2246)
        colours = picture.convert("RGB").getcolors()
    assert all(red == green == blue for _, (red, green, blue) in colours), "it is meant for black and white"
    assert cheatsheet_page.fingerprint() in _tool("pdftotext", cheatsheet_page.PDF, "-"), now


def test_a_changed_word_changes_the_fingerprint(monkeypatch):
    before = cheatsheet_page.fingerprint()
    monkeypatch.setitem(cheatsheet.SHEET, "how", "অন্য কথা")
    assert cheatsheet_page.fingerprint() != before


def _can_print() -> None:
    require(importlib.util.find_spec("playwright"), "playwright is not installed (requirements-ci.txt)")
    require(shutil.which("chromium") or shutil.which("google-chrome"), "Chromium is not installed")


@pytest.mark.browser
def test_the_command_prints_the_same_page_again(tmp_path):
    _can_print()
    command = "import sys; from pathlib import Path; from helpers.cheatsheet_page import print_page as p; "
    command += "p(*map(Path, sys.argv[1:]))"
    files = tmp_path / "a.pdf", tmp_path / "a.png"
    subprocess.run([sys.executable, "-c", command, *map(str, files)], check=True, cwd=ROOT)
    assert _letters(_tool("pdftotext", files[0], "-")) == _letters(
        _tool("pdftotext", cheatsheet_page.PDF, "-")
    )


@pytest.mark.browser
def test_a_page_that_is_too_long_is_not_printed(tmp_path, monkeypatch):
    _can_print()
    monkeypatch.setitem(cheatsheet.SHEET, "symptom", cheatsheet.SHEET["symptom"] * 3)
    with pytest.raises(RuntimeError, match="এক পাতায়"):
        cheatsheet_page.print_page(tmp_path / "a.pdf", tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
