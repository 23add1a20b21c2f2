"""Every public helper, given what a learner may give it by mistake: a result, or words that help.

Words that help are Bengali, of a built-in type, and have three parts: what happened, why, what now.
"""

import re
from collections.abc import Callable
from pathlib import Path

import helpers as h
from notebooks import ROOT

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets import Button
from matplotlib.figure import Figure

h.setup()
NAN = float("nan")
LONG = "লম্বা" * 20_000
PHOTO = str(ROOT / "data" / "readme.png")
NO_FILE = ["", "নেই.csv", "a\0b", LONG]


def table(**columns: list) -> pd.DataFrame:
    losses = {"loss": [0.4, 0.3, 0.2, 0.1], "val_loss": [0.5, 0.4, 0.4, 0.5]}
    return pd.DataFrame({"epoch": range(4)} | losses | columns)


def photos(shape: tuple = (8, 8, 3)) -> tf.data.Dataset:
    images = np.zeros((60, *shape), "float32")
    return tf.data.Dataset.from_tensor_slices((images, np.zeros((60, 1), "float32")))


def judged(photo: object) -> object:
    return h.upload_lab(lambda _: "বিড়াল", photo)


# (what a helper is given, one call for each, the error that answers)
Refusal = tuple[Callable[[object], object], list, type[Exception]]


def no_log(call: Callable[[object], object]) -> list[Refusal]:
    """What everything that takes a log answers alike."""
    empty = [keras.callbacks.History(), pd.DataFrame(), table(epoch=[0, NAN, 2, 3])]
    return [(call, [5, {"loss": [0.5]}, *NO_FILE, str(ROOT), PHOTO, *empty], h.LogError)]


REFUSED: dict[str, list[Refusal]] = {
    "cheat_table": [(h.cheat_table, [None, [], "glossery", LONG], ValueError)],
    "progress": [(h.progress, ["", "../27", "রহিম ২৭", LONG], ValueError)],
    "check": [(lambda name: h.check(name, 1), [None, [], "", "নেই/নেই", LONG], ValueError)],
    "dog_cat": [
        (h.dog_cat, [5, []], TypeError),
        (h.dog_cat, [*NO_FILE, PHOTO], h.PhotoError),
        (lambda count: h.dog_cat("drawn", count), ["32", 2.5, True], TypeError),
        (lambda count: h.dog_cat("drawn", count), [0], h.PhotoError),
    ],
    "hooks_lab": [
        (h.hooks_lab, [None, h.HookRecorder(), [5]], TypeError),
        (h.hooks_lab, [[]], ValueError),
    ],
    "live_lab": [
        (
            h.live_lab,
            [None, "train", lambda show: None, lambda show, wanted, more: None],
            TypeError,
        ),
        (lambda made: h.live_lab(lambda show, wanted: made), [None, {"loss": []}], TypeError),
        (lambda shown: h.live_lab(lambda show, wanted: show(shown)), [5], TypeError),
    ],
    "open_tensorboard": [
        (h.open_tensorboard, [None, 5], TypeError),
        (h.open_tensorboard, [*NO_FILE[1:], PHOTO], FileNotFoundError),
        (lambda port: h.open_tensorboard(ROOT, port), [None, "6006", True, 2.5], TypeError),
        (lambda port: h.open_tensorboard(ROOT, port), [-1, 65536], ValueError),
    ],
    "patience_lab": [
        *no_log(h.patience_lab),
        (lambda minutes: h.patience_lab(table(), minutes), ["৬০", True], TypeError),
        (lambda minutes: h.patience_lab(table(), minutes), [-1, NAN, 10**400], ValueError),
    ],
    "photo_batches": [
        (h.photo_batches, [None, "photos", np.zeros((60, 8, 8, 3))], TypeError),
        (
            lambda made: h.photo_batches(made, training=True),
            [photos().batch(32), photos(shape=(8, 8)), photos().repeat(), photos().take(0)],
            ValueError,
        ),
        (lambda size: h.photo_batches(photos(), size), [None, "32", True], TypeError),
        (lambda size: h.photo_batches(photos(), size), [0, 10**30], ValueError),
    ],
    "plot_hooks": [
        (h.plot_hooks, [None, h.HookRecorder(), [5]], TypeError),
        (h.plot_hooks, [[]], ValueError),
    ],
    "plot_log": [
        *no_log(h.plot_log),
        (lambda names: h.plot_log(table(), names), [5, {"loss": 1}], TypeError),
        (lambda names: h.plot_log(table(), names), [[5], "los", [LONG]], h.LogError),
    ],
    "press": [(h.press, [None, "শুরু"], TypeError), (h.press, [Button()], RuntimeError)],  # no kernel
    "quiz": [(h.quiz, [None, [], "", "04", "০৪_early_stopping", LONG], ValueError)],
    "read_log": [(h.read_log, [None, [], table(), *NO_FILE, str(ROOT), PHOTO], h.LogError)],
    "replay": [
        *no_log(lambda log: h.replay([], log)),
        (
            lambda given: h.replay(given, table()),
            [5, [None], keras.callbacks.EarlyStopping],
            TypeError,
        ),
        (lambda rate: h.replay([], table(), rate), ["০.১", True], TypeError),
        (lambda rate: h.replay([], table(), rate), [0, -1, NAN], ValueError),
    ],
    "run_dir": [
        (h.run_dir, [None, Path("a")], TypeError),
        (h.run_dir, ["", "../up", "a/b", "C:", "a b", "a\0b", LONG], ValueError),
    ],
    "run_script": [
        (h.run_script, [None, 5], TypeError),
        (h.run_script, [*NO_FILE, str(ROOT), "import keras\n" * 300], FileNotFoundError),
        (lambda words: h.run_script(__file__, words), [5, b"epoch"], TypeError),
        (h.run_script, [PHOTO], RuntimeError),
    ],
    "symptoms": [(h.symptoms, [12345, "xyzzy", LONG], ValueError)],
    "three_lab": [
        *no_log(h.three_lab),
        (h.three_lab, [table().drop(columns="val_loss")], h.LogError),
    ],
    "toy_data": [(h.toy_data, [None, [], "overfitt", LONG], ValueError)],
    "upload_lab": [
        (lambda judge: h.upload_lab(judge, PHOTO), [None, "বিড়াল", lambda: "বিড়াল"], TypeError),
        (lambda made: h.upload_lab(lambda _: made, PHOTO), [None, 0.9], TypeError),
        (judged, [None, 5], TypeError),
        (judged, [*NO_FILE, str(ROOT)], FileNotFoundError),
    ],
}
# these take nothing that could be wrong, and CheckUp never refuses (tests/test_checkup.py)
TAKE_NOTHING = "HookRecorder LogError PhotoError check_machine chooser digits plateau_lab"
TAKE_NOTHING += " schedule_lab setup CheckUp check_up"
REFUSALS = [
    pytest.param(call, value, error, id=f"{name}-{number}-{place}-{type(value).__name__}")
    for name, refusals in REFUSED.items()
    for number, (call, values, error) in enumerate(refusals)
    for place, value in enumerate(values)
]


def answer(call: Callable[[], object]) -> object:
    """What comes of the call: a result, or words that help."""
    try:
        return call()
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        parts = re.fullmatch("(?s)(.+?) — (.+?)। (.+)", str(error))
        assert parts, str(error)[:500]
        assert all(re.search("[\u0985-\u09b9]", part) for part in parts.groups()), str(error)[:500]
        assert len(str(error)) < 1000, "a value as long as a book is not to be shown whole"
        return error


@pytest.mark.parametrize(("call", "value", "error"), REFUSALS)
def test_a_mistake_is_refused_with_words_that_help(call, value, error):
    made = answer(lambda: call(value))
    assert isinstance(made, error), repr(made)[:500]


def test_no_public_helper_is_left_out():
    assert sorted([*REFUSED, *TAKE_NOTHING.split()]) == sorted(h.__all__)


def test_odd_values_are_written_and_drawn():
    assert [h.digits(value) for value in (None, 5, [])] == ["None", "৫", "[]"]
    recorder = h.HookRecorder()
    recorder.on_epoch_begin(0)
    recorder.on_epoch_end(0, {"loss": NAN, "none": None, "list": [1, "২"]})
    h.plot_hooks(tuple(recorder.events)).canvas.draw()
    assert h.hooks_lab(recorder.events).readout.value


@pytest.mark.parametrize("call", [h.read_log, h.run_script, h.open_tensorboard, h.dog_cat, judged])
def test_what_may_not_be_read_is_said(call, tmp_path, monkeypatch):
    place = tmp_path / "বন্ধ"
    place.mkdir() if call in (h.dog_cat, h.open_tensorboard) else place.touch()

    def denied(*_: object, **__: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("helpers.guards.os.access", lambda *_: False)
    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    assert "পড়ার অনুমতি তোমার নেই" in str(answer(lambda: call(place)))
    for look in ("exists", "is_file", "is_dir"):  # in a folder that may not be looked into
        monkeypatch.setattr(f"pathlib.Path.{look}", denied)
    assert "পড়ার অনুমতি তোমার নেই" in str(answer(lambda: call(place)))


def test_folders_with_bengali_letters_and_spaces_are_no_obstacle(tmp_path):
    script = tmp_path / "আমার কোড" / "ট্রেনিং ১.py"
    script.parent.mkdir()
    script.write_text("print('চলল')", encoding="utf-8")
    assert h.run_script(script).lines == ["চলল"]
    h.open_tensorboard(script.parent).stop()


TEXT, FOUR = st.text(max_size=100), st.lists(st.floats(width=32), min_size=4, max_size=4)
LOGS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("loss", "val_loss", "learning_rate"), FOUR)
)
NUMBERS = st.one_of(st.integers(), st.floats(), st.none(), st.text("0123456789০১২.-", max_size=5))
ANY = {
    "photo_batches": (lambda number: h.photo_batches(photos(), batch_size=number), NUMBERS),
    "replay": (lambda number: h.replay([], table(), number), NUMBERS),
    "check": (lambda number: h.check("00_start/best_epoch", number), NUMBERS),
    "check, text": (lambda text: h.check("00_start/best_epoch", text), TEXT),
    "plot_log": (lambda columns: h.plot_log(table(**columns)), LOGS),
}


@pytest.mark.parametrize(("call", "values"), ANY.values(), ids=ANY)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_whatever_is_given_is_taken_or_refused(call, values, data):
    value = data.draw(values)
    made = answer(lambda: call(value))
    if isinstance(made, Figure):
        made.canvas.draw()
