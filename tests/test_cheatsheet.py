"""The cheat sheet: every snippet runs, the printed page is today's."""

import ast
import importlib.util
import inspect
import itertools
import re
import shutil
import subprocess
from pathlib import Path

from helpers import cheatsheet, chooser, setup, toy_data
from helpers.labs.chooser import choose

import keras
import print_sheet
import pytest
from faults import SGD, batches, build
from needs import require
from PIL import Image

setup()

SHEET, ENTRIES = cheatsheet.SHEET, cheatsheet.ENTRIES
CLASSES = {name for name, one in vars(keras.callbacks).items() if inspect.isclass(one)}


def epochs(callbacks: list, use_ema: bool) -> list[int]:
    options = {"validation_data": batches(), "epochs": 2, "verbose": 0, "callbacks": callbacks}
    return build(SGD(0.01, use_ema=use_ema)).fit(batches(), **options).epoch


# ---- the data and the snippets -------------------------------------------------------------------


def made_by(code: str) -> keras.callbacks.Callback:
    """What a snippet makes: the value of its expression, or an object of its class."""
    names = {**vars(keras.callbacks), "Path": Path, "model": build()}
    last = ast.parse(code.strip()).body[-1]
    if isinstance(last, ast.Expr):
        return eval(code.strip(), names)
    exec(code.strip(), names)
    return names[last.name]()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_the_snippet_of_a_class_runs_in_a_fit(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sent = []  # by RemoteMonitor, which no server hears here
    monkeypatch.setattr("requests.post", lambda address, *data, **more: sent.append(address))
    code = ENTRIES[name]["code"]
    if name == "OrbaxCheckpoint" and not importlib.util.find_spec("orbax"):
        with pytest.raises(ImportError, match="orbax-checkpoint"):
            made_by(code)
        return
    callback = made_by(code)
    if name == "CallbackList":  # for a loop of one's own
        callback.on_train_begin()
        return
    assert isinstance(callback, getattr(keras.callbacks, name))
    assert epochs([callback], use_ema=name == "SwapEMAWeights") == [0, 1]
    assert len(sent) == (2 if name == "RemoteMonitor" else 0)


def test_the_recipe_runs_as_it_stands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    train, val = toy_data("overfit")
    net = keras.Sequential([keras.Input((20,)), keras.layers.Dense(1, activation="sigmoid")])
    net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    names = {"model": net, "train_ds": train, "val_ds": val}
    exec(SHEET["recipe"]["code"], names)
    kinds = [type(one).__name__ for one in names["callbacks"]]
    assert kinds == ["ModelCheckpoint", "EarlyStopping", "ReduceLROnPlateau"]
    best = max(net.history.history["val_accuracy"])
    assert names["best"].evaluate(val, verbose=0)[1] == pytest.approx(best, abs=1e-3)


# ---- the chooser ---------------------------------------------------------------------------------

PLACES = [range(len(question["options"])) for question in SHEET["question"]]
MOST = max(map(len, PLACES))
FEW = [tuple(min(n, len(options) - 1) for options in PLACES) for n in range(MOST)]


def chosen(places: tuple[int, ...]) -> tuple[list[str], str]:
    asked = SHEET["question"]
    return choose([one["options"][place] for one, place in zip(asked, places, strict=True)])


def test_every_list_the_chooser_can_make_keeps_the_order_and_every_option_changes_it():
    answers = [chosen(places) for places in itertools.product(*PLACES)]
    assert len({code for _, code in answers}) == len(answers)
    for names, code in answers:
        ast.parse(code)
        assert not {"ReduceLROnPlateau", "LearningRateScheduler"} <= set(names)
        for rule in SHEET["order"]["pair"]:
            if {rule["first"], rule["then"]} <= set(names) and rule.get("unless") not in names:
                assert names.index(rule["first"]) < names.index(rule["then"]), names


@pytest.mark.parametrize("places", FEW, ids=str)
def test_what_the_chooser_shows_runs(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lab, names = chooser(), {}
    for question, place in zip(lab.controls.values(), places, strict=True):
        question.index = place
    exec(lab.source, names)
    assert epochs(names["callbacks"], use_ema=True) == [0, 1] and Path("best.keras").exists()
    assert [type(one).__name__ for one in names["callbacks"]] == chosen(places)[0]


# ---- the printed page ----------------------------------------------------------------------------


def _tool(name: str, *arguments: object) -> str:
    require(shutil.which(name), f"{name} is not installed (apt-get install poppler-utils)")
    command = [name, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def test_the_committed_pdf_is_one_a4_page_of_today_with_its_fonts_inside():
    said = dict(re.findall(r"^(.+?): +(.+)$", _tool("pdfinfo", print_sheet.PDF), re.MULTILINE))
    assert said["Pages"] == "1" and said["Page size"].endswith("(A4)")
    rows = [line.split() for line in _tool("pdffonts", print_sheet.PDF).splitlines()[2:]]
    assert "HindSiliguri-Regular" in {row[0].partition("+")[2] for row in rows}
    assert {row[-5] for row in rows} == {"yes"}, rows  # the column "emb"
    now = "the page is older than its data: uv run python tools/print_sheet.py"
    with Image.open(print_sheet.PNG) as picture:
        assert picture.info["fingerprint"] == print_sheet.fingerprint(), now
    assert print_sheet.fingerprint() in _tool("pdftotext", print_sheet.PDF, "-"), now
