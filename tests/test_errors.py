"""Every public helper, given what a learner may give it by mistake: a right result, or words that help.

Words that help are Bengali, of a fitting built-in type, and have three parts: what happened, why, what now.
How many arguments a helper takes is Python's own to say, and what a learner's own function raises is theirs.
"""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import helpers
from helpers import (
    HookRecorder,
    LogError,
    PhotoError,
    cheat_table,
    check,
    check_machine,
    chooser,
    digits,
    dog_cat,
    hooks_lab,
    live_lab,
    open_tensorboard,
    patience_lab,
    photo_batches,
    plateau_lab,
    plot_hooks,
    plot_log,
    press,
    quiz,
    read_log,
    replay,
    run_dir,
    run_script,
    schedule_lab,
    setup,
    three_lab,
    toy_data,
    upload_lab,
)
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
from PIL import Image

setup()
NAN, INF = float("nan"), float("inf")
LONG = "লম্বা" * 20_000
PHOTO = str(ROOT / "data" / "readme.png")
CODE = "import keras\n" + "keras.Sequential()\n" * 300  # the script itself where its name belongs

# --- what is given ---

NO_TEXT = [None, 5, NAN, [], {}, b"loss", object(), len]
NO_PATH = [None, 5, NAN, [], {"path": "a"}, b"a.csv", len]
NO_FILE = ["", " ", "নেই.csv", "ফোল্ডার নেই/ফাইল নেই.csv", "a\0b", LONG, CODE, "~nobody/a.csv", "C:\\runs\\01"]
NO_WHOLE = [None, "32", "৩২", 2.5, NAN, INF, [], True, "বত্রিশ"]
NO_SECONDS = [None, "60", "৬০", [], True]
BAD_SECONDS = [-1, NAN, INF, -INF, 10**400]
NO_SEED = ["a", "৫", 1.5, NAN, [], True]
BAD_SEED = [-1, 2**64, 10**30]


FOUR = st.lists(st.floats(width=32), min_size=4, max_size=4)  # float32, as Keras computes


def table(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(
        {"epoch": range(4), "loss": [0.4, 0.3, 0.2, 0.1], "val_loss": [0.5, 0.4, 0.4, 0.5], **columns}
    )


NO_LOG = [None, 5, [], [0.5, 0.4], {"loss": [0.5]}, len, b"log.csv", keras.Sequential()]
NO_EPOCHS = {
    "a History of no fit": keras.callbacks.History(),
    "an empty table": pd.DataFrame(),
    "an epoch of NaN": table(epoch=[0, NAN, 2, 3]),
    "an epoch of inf": table(epoch=[0, INF, 2, 3]),
    "an epoch of letters": table(epoch=list("abcd")),
    "a fraction": table(epoch=[0, 0.5, 1, 1.5]),
    "a negative epoch": table(epoch=[-4, -3, -2, -1]),
    "a huge epoch": table(epoch=[0, 1, 2, 1e300]),
    "columns that are numbers": pd.DataFrame(np.ones((4, 3))),
    "a column twice": pd.concat([table(), table()], axis=1),
    "two rows of names": pd.DataFrame({("epoch", "a"): [0, 1], ("loss", "b"): [1.0, 0.5]}),
}
NO_NUMBERS = table(loss=list("abcd"), val_loss=list("abcd"))
TYPES = (ValueError, TypeError, OSError, RuntimeError)


def photos(count: int = 60, shape: tuple = (8, 8, 3)) -> tf.data.Dataset:
    images = np.zeros((count, *shape), "float32")
    return tf.data.Dataset.from_tensor_slices((images, np.zeros((count, 1), "float32")))


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20)).save(buffer, "png")
    return buffer.getvalue()


def mixed_sizes() -> tf.data.Dataset:
    return tf.data.Dataset.from_generator(
        lambda: iter([]), output_signature=(tf.TensorSpec((None, None, 3)), tf.TensorSpec((1,)))
    )


def events(count: int = 1) -> list:
    recorder = HookRecorder()
    for epoch in range(count):
        recorder.on_epoch_begin(epoch)
        recorder.on_epoch_end(epoch, {"loss": NAN, "পরিমাপ": INF, "none": None, "list": [1, "২"]})
    return recorder.events


def fitted(*given: Callable) -> keras.callbacks.History:
    for ask in given[1:]:
        ask()
    history = keras.callbacks.History()
    history.on_train_begin()
    return history


def raising(*_: object) -> str:
    raise KeyError("মডেল")


# --- what must come of it ---
# name of the helper → (what it is given, the call, the error it answers with or what is true of its result)
Case = tuple[str, Callable[[], object], type[Exception] | Callable[[object], object]]


def each(name: str, call: Callable[[object], object], values: list | dict, expected: object) -> list[Case]:
    if not isinstance(values, dict):
        values = {f"{place} {type(value).__name__}": value for place, value in enumerate(values)}
    return [(f"{name}: {said}", lambda value=value: call(value), expected) for said, value in values.items()]


def is_picture(figure: object) -> bool:
    figure.canvas.draw()
    return isinstance(figure, Figure)


def is_lab(lab: object) -> bool:
    return lab.readout.value and bytes(lab.picture.value).startswith(b"\x89PNG")


def logs(call: Callable[[object], object]) -> list[Case]:
    """What everything that takes a log answers alike."""
    return [
        *each("no log", call, NO_LOG, LogError),
        *each("no epochs", call, NO_EPOCHS, LogError),
        *each("no file", call, [*NO_FILE, str(ROOT), PHOTO], LogError),
    ]


TABLE: dict[str, list[Case]] = {
    "HookRecorder": [
        ("anything in logs", lambda: events(3), lambda made: len(made) == 6),
        ("odd numbers", lambda: HookRecorder().on_epoch_end("৫", None), lambda made: made is None),
    ],
    "LogError": [("as ValueError", lambda: LogError("ক"), lambda made: isinstance(made, ValueError))],
    "PhotoError": [("as ValueError", lambda: PhotoError(*"কখগ"), lambda made: isinstance(made, ValueError))],
    "check_machine": [("any time", check_machine, lambda made: made is None)],
    "cheat_table": each("what", cheat_table, [*NO_TEXT, "", "glossery", "শব্দ", LONG], ValueError),
    "check": [
        *each("name", lambda name: check(name, 1), [*NO_TEXT, "", "/", "নেই/নেই", "../x", LONG], ValueError),
        *each(
            "answer",
            lambda answer: check("00_start/best_epoch", answer),
            [NAN, INF, -INF, 10**400, "", LONG, object(), {}, b"1", np.nan, pd.NA, pd.DataFrame(), len, "৩"],
            lambda made: made is None,
        ),
    ],
    "chooser": [
        *each(
            "answer",
            lambda place: chooser().answer(place),
            [None, "a", "০", 99, -1, NAN, 0.0, [], np.array([0, 1]), 10**30],
            ValueError,
        ),
        ("too many", lambda: chooser().answer(*[0] * 100), ValueError),
        ("none", lambda: chooser().answer(), lambda made: made is None),
    ],
    "digits": [
        *each("any", digits, [*NO_TEXT, LONG, INF], lambda made: isinstance(made, str)),
        ("big", lambda: digits(10**40), lambda made: made == "১" + "০" * 40),
    ],
    "dog_cat": [
        *each("source", dog_cat, NO_PATH[1:], TypeError),
        *each("no folder", dog_cat, [*NO_FILE, "Drawn", PHOTO, str(ROOT)], PhotoError),
        *each("per_class", lambda count: dog_cat("drawn", count), NO_WHOLE[1:], TypeError),
        *each("few", lambda count: dog_cat("drawn", count), [0, -1, 49], PhotoError),
    ],
    "hooks_lab": [
        *each(
            "no events", hooks_lab, [None, 5, "events", HookRecorder(), HookRecorder, [5], {}, len], TypeError
        ),
        *each("none", hooks_lab, [[], HookRecorder().events], ValueError),
        ("odd logs", lambda: hooks_lab(events()), is_lab),
        ("a tuple", lambda: hooks_lab(tuple(events())), is_lab),
    ],
    "live_lab": [
        *each("train", live_lab, [None, 5, "train", [], fitted()], TypeError),
        ("too few parameters", lambda: live_lab(lambda show: fitted()), TypeError),
        ("too many parameters", lambda: live_lab(lambda show, wanted, more: fitted()), TypeError),
        *each(
            "returns", lambda made: live_lab(lambda show, wanted: made), [None, 5, {"loss": []}], TypeError
        ),
        *each("preview", lambda preview: live_lab(fitted, preview), NO_WHOLE, TypeError),
        ("negative preview", lambda: live_lab(fitted, -1), ValueError),
        *each(
            "show",
            lambda shown: live_lab(lambda show, wanted: show(shown)),
            [None, 5, "a", plot_log],
            TypeError,
        ),
        ("not one epoch", lambda: live_lab(fitted, 0), lambda lab: "০টি epoch" in lab.readout.value),
    ],
    "open_tensorboard": [
        *each("log_dir", open_tensorboard, NO_PATH, TypeError),
        *each("no folder", open_tensorboard, [*NO_FILE[2:], PHOTO], FileNotFoundError),
        *each("port", lambda port: open_tensorboard(ROOT, port=port), NO_WHOLE, TypeError),
        *each("no port", lambda port: open_tensorboard(ROOT, port=port), [-1, 65536, 10**30], ValueError),
        *each("limit", lambda limit: open_tensorboard(ROOT, limit=limit), NO_SECONDS, TypeError),
        *each("no limit", lambda limit: open_tensorboard(ROOT, limit=limit), BAD_SECONDS, ValueError),
    ],
    "patience_lab": [
        *logs(patience_lab),
        ("no numbers", lambda: patience_lab(NO_NUMBERS), LogError),
        *each("minutes", lambda minutes: patience_lab(table(), minutes), NO_SECONDS[1:], TypeError),
        *each("bad minutes", lambda minutes: patience_lab(table(), minutes), BAD_SECONDS, ValueError),
    ],
    "photo_batches": [
        *each(
            "photos",
            photo_batches,
            [None, 5, "photos", Path("photos"), [], np.zeros((60, 8, 8, 3))],
            TypeError,
        ),
        *each(
            "photos of another kind",
            lambda made: photo_batches(made, training=True),
            {
                "in batches": photos().batch(32),
                "without labels": photos().map(lambda image, label: image),
                "two-dimensional": photos(shape=(8, 8)),
                "of many sizes": mixed_sizes(),
                "endless": photos().repeat(),
                "unknown how many": photos().filter(lambda image, label: True),
                "none": photos().take(0),
            },
            ValueError,
        ),
        *each("batch_size", lambda size: photo_batches(photos(), size), NO_WHOLE, TypeError),
        *each("no batch_size", lambda size: photo_batches(photos(), size), [0, -1, 10**30], ValueError),
        ("a huge batch", lambda: photo_batches(photos(), 10**6), lambda made: len(made) == 1),
    ],
    "plateau_lab": [("nothing to give", plateau_lab, is_lab)],
    "plot_hooks": [
        *each(
            "no events",
            plot_hooks,
            [None, 5, "events", HookRecorder(), HookRecorder, [5], {}, len],
            TypeError,
        ),
        *each("none", plot_hooks, [[], HookRecorder().events], ValueError),
        ("odd logs", lambda: plot_hooks(events()), is_picture),
        ("a tuple", lambda: plot_hooks(tuple(events())), is_picture),
    ],
    "plot_log": [
        *logs(plot_log),
        ("no numbers", lambda: plot_log(NO_NUMBERS), LogError),
        *each(
            "metrics", lambda names: plot_log(table(), names), [5, NAN, {"loss": 1}, len, b"loss"], TypeError
        ),
        *each(
            "no metrics",
            lambda names: plot_log(table(), names),
            [[5], [None], "los", ["ক্ষতি"], [LONG]],
            LogError,
        ),
        ("one name", lambda: plot_log(table(), "loss"), is_picture),
        ("no names", lambda: plot_log(table(), []), is_picture),
    ],
    "press": [
        *each("button", press, [None, 5, "শুরু", len, Button], TypeError),
        ("no kernel", lambda: press(Button()), RuntimeError),
    ],
    "quiz": each("name", quiz, [*NO_TEXT, "", "04", "../x", "০৪_early_stopping", LONG], ValueError),
    "read_log": [
        *each("path", read_log, [*NO_PATH, table()], LogError),
        *each("no file", read_log, [*NO_FILE, str(ROOT), PHOTO], LogError),
    ],
    "replay": [
        *logs(lambda log: replay([], log)),
        ("no numbers", lambda: replay([], NO_NUMBERS), LogError),
        *each(
            "callbacks",
            lambda given: replay(given, table()),
            [5, "early", [None], keras.callbacks.EarlyStopping, {"a": 5}, len],
            TypeError,
        ),
        *each(
            "learning_rate",
            lambda rate: replay([], table(), rate),
            [None, "০.১", [], True, LONG],
            TypeError,
        ),
        *each("no learning_rate", lambda rate: replay([], table(), rate), [0, -1, NAN, INF], ValueError),
        ("no callback", lambda: replay(None, table()).epochs, lambda made: made == 4),
    ],
    "run_dir": [
        *each("name", run_dir, ["", " ", "a/b", "../up", "a\0b", "C:", "নাম ফাঁক", LONG], ValueError),
        *each("no name", run_dir, [*NO_TEXT, Path("a")], TypeError),
    ],
    "run_script": [
        *each("script", run_script, NO_PATH, TypeError),
        *each("no file", run_script, [*NO_FILE, str(ROOT)], FileNotFoundError),
        *each("kill_after", lambda words: run_script(__file__, words), [5, NAN, [], b"epoch"], TypeError),
        *each("limit", lambda limit: run_script(__file__, limit=limit), NO_SECONDS, TypeError),
        *each("no limit", lambda limit: run_script(__file__, limit=limit), BAD_SECONDS, ValueError),
        ("no Python", lambda: run_script(PHOTO), RuntimeError),
    ],
    "schedule_lab": [("nothing to give", schedule_lab, is_lab)],
    "setup": [
        ("any time", lambda: setup(7), lambda made: made is None),
        *each("seed", setup, [None, *NO_SEED], TypeError),
        *each("no seed", setup, BAD_SEED, ValueError),
    ],
    "three_lab": [
        *logs(three_lab),
        ("no numbers", lambda: three_lab(NO_NUMBERS), LogError),
        ("no val_loss", lambda: three_lab(table().drop(columns="val_loss")), LogError),
    ],
    "toy_data": [
        *each("kind", toy_data, [*NO_TEXT, "", "overfitt", "প্লাটো", LONG], ValueError),
        *each("seed", lambda seed: toy_data(seed=seed), [None, *NO_SEED], TypeError),
        *each("no seed", lambda seed: toy_data(seed=seed), BAD_SEED, ValueError),
    ],
    "upload_lab": [
        *each("judge", lambda judge: upload_lab(judge, PHOTO), [None, 5, "বিড়াল", []], TypeError),
        ("no parameter", lambda: upload_lab(lambda: "বিড়াল", PHOTO), TypeError),
        *each("verdict", lambda made: upload_lab(lambda _: made, PHOTO), [None, 0.9, ["বিড়াল"]], TypeError),
        *each("sample", lambda sample: upload_lab(str, sample), NO_PATH, TypeError),
        *each("no sample", lambda sample: upload_lab(str, sample), [*NO_FILE, str(ROOT)], FileNotFoundError),
        ("no photo", lambda: upload_lab(str, __file__).children[1].value, lambda made: "নেওয়া গেল না" in made),
    ],
}
CASES = [pytest.param(*case[1:], id=f"{name}-{case[0]}") for name, cases in TABLE.items() for case in cases]


def assert_helps(error: Exception, expected: type[Exception] | tuple[type[Exception], ...]) -> None:
    assert isinstance(error, expected), repr(error)[:500]
    parts = re.fullmatch("(?s)(.+?) — (.+?)। (.+)", str(error))
    assert parts, str(error)[:500]
    assert all(re.search("[\u0985-\u09b9]", part) for part in parts.groups()), str(error)[:500]
    assert len(str(error)) < 1000, "a value as long as a book is not to be shown whole"


def answer(call: Callable[[], object]) -> object:
    """What comes of the call: a result, or words that help."""
    try:
        return call()
    except Exception as error:
        assert_helps(error, TYPES)
        return error


@pytest.mark.parametrize(("call", "expected"), CASES)
def test_a_mistake_is_answered(call, expected):
    made = answer(call)
    if isinstance(expected, type):
        assert isinstance(made, expected), repr(made)[:500]
    else:
        assert expected(made)


def test_no_public_helper_is_left_out():
    assert set(TABLE) == set(helpers.__all__) and all(TABLE.values())


@pytest.mark.parametrize("place", ["runs", "runs/dog_cat"])
def test_a_file_in_the_place_of_a_run_folder_is_said_and_stays(place, tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.start.COURSE", tmp_path)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("আমার")
    assert isinstance(answer(lambda: run_dir("dog_cat")), FileExistsError)
    assert (tmp_path / place).read_text() == "আমার"


def test_a_run_may_have_a_bengali_name(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.start.COURSE", tmp_path)
    assert run_dir("বিড়াল-কুকুর_১").is_dir()


# --- names of files ---

READERS = {
    "read_log": read_log,
    "plot_log": plot_log,
    "replay": lambda path: replay([], path),
    "patience_lab": patience_lab,
    "three_lab": three_lab,
    "run_script": run_script,
    "open_tensorboard": open_tensorboard,
    "dog_cat": dog_cat,
    "upload_lab": lambda path: upload_lab(str, path),
}


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=300))
def test_whatever_the_name_of_a_file_that_is_not_there(name):
    for call in READERS.values():
        assert isinstance(answer(lambda call=call: call(f"নেই{name}")), ValueError | FileNotFoundError)


@pytest.mark.parametrize("call", READERS.values(), ids=READERS)
def test_what_may_not_be_read_is_said(call, tmp_path, monkeypatch):
    place = tmp_path / "বন্ধ"
    if call in (dog_cat, open_tensorboard):
        place.mkdir()
    else:
        place.touch()

    def denied(*_: object, **__: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("helpers.guards.os.access", lambda *_: False)
    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    with pytest.raises((ValueError, OSError), match="পড়ার অনুমতি তোমার নেই") as raised:
        call(place)
    assert_helps(raised.value, TYPES)
    monkeypatch.setattr("pathlib.Path.exists", denied)  # in a folder that may not be looked into
    with pytest.raises((ValueError, OSError), match="পড়ার অনুমতি তোমার নেই"):
        call(place)


def test_photos_that_may_not_be_written_are_said(tmp_path, monkeypatch):
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("helpers.pets.PHOTOS", tmp_path / "photos")
    monkeypatch.setattr("pathlib.Path.mkdir", denied)
    for source in ("drawn", "photos"):
        assert "লেখার অনুমতি নেই" in str(answer(lambda source=source: dog_cat(source)))


# --- what stands in the files ---

LOG = "epoch,loss,ক্ষতি\n0,0.5,0.6\n1,0.4,0.5\n"
TEXTS = {
    "with a byte order mark": (LOG.encode("utf-8-sig"), 2),
    "with the line ends of Windows": (LOG.replace("\n", "\r\n").encode(), 2),
    "UTF-16, as Notepad's Unicode": (LOG.encode("utf-16"), None),
    "Latin-1": (LOG.replace("ক্ষতি", "précision").encode("latin-1"), None),
    "of Excel's semicolons": (LOG.replace(",", ";").encode(), 2),
    "French": ("époque;perte\n0;0,5\n".encode(), None),
    "a picture": (b"\x89PNG\r\n\x1a\n", None),
    "a notebook": (b'{"cells": [], "nbformat": 4}', None),
    "empty": (b"", None),
}


@pytest.mark.parametrize(("content", "rows"), TEXTS.values(), ids=TEXTS)
def test_a_log_of_any_encoding_is_read_or_refused(content, rows, tmp_path):
    path = tmp_path / "আমার লগ ১.csv"
    path.write_bytes(content)
    made = answer(lambda: read_log(path))
    assert isinstance(made, LogError) if rows is None else len(made) == rows


@pytest.mark.parametrize(
    ("content", "runs"),
    [
        ("print('চলল')".encode("utf-8-sig"), True),
        ("print('é')".encode("latin-1"), False),
        ("print('চলল')".encode("utf-16"), False),
        ("ছাপো 'চলল'".encode(), False),
        ("print(১)".encode(), False),
    ],
    ids=["byte order mark", "Latin-1", "UTF-16", "Bengali code", "a Bengali digit"],
)
def test_a_script_of_any_encoding_is_run_or_its_error_told(content, runs, tmp_path):
    script = tmp_path / "আমার কোড" / "ট্রেনিং ১.py"
    script.parent.mkdir()
    script.write_bytes(content)
    made = answer(lambda: run_script(script))
    assert made.lines == ["চলল"] if runs else isinstance(made, RuntimeError)


def test_folders_with_bengali_letters_and_spaces_are_no_obstacle(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.pets.PHOTOS", tmp_path / "কোর্সের ছবি")
    mine = tmp_path / "আমার ছবি"
    for name in ("কুকুর ছানা", "বিড়াল"):
        (mine / name).mkdir(parents=True)
        for number in range(50):
            (mine / name / f"ছবি {number}.png").write_bytes(png())
    assert dog_cat(mine) == mine and upload_lab(lambda _: "বিড়াল", mine / "বিড়াল" / "ছবি 0.png").code
    board = open_tensorboard(mine)
    board.stop()


# --- what varies without end ---

NUMBERS = st.one_of(
    st.integers(), st.floats(), st.none(), st.booleans(), st.text("0123456789০১২৩৪৫৬৭৮৯.-", max_size=5)
)
TAKES_NUMBER = {
    "toy_data": lambda number: toy_data(seed=number),
    "photo_batches": lambda number: photo_batches(photos(2), batch_size=number),
    "replay": lambda number: replay([], table(), number),
    "live_lab": lambda number: live_lab(fitted, number),
    "digits": digits,
    "check": lambda number: check("00_start/best_epoch", number),
}
TAKES_TEXT = {
    "cheat_table": cheat_table,
    "check": lambda text: check(text, text),
    "check, answer": lambda text: check("00_start/best_epoch", text),
    "digits": digits,
    "plot_log": lambda text: plot_log(table(), [text]),
    "quiz": quiz,
    "toy_data": toy_data,
}


@pytest.mark.parametrize("call", TAKES_NUMBER.values(), ids=TAKES_NUMBER)
@settings(max_examples=40, deadline=None)
@given(number=NUMBERS)
def test_any_number_is_taken_or_refused(call, number):
    answer(lambda: call(number))


@pytest.mark.parametrize("call", TAKES_TEXT.values(), ids=TAKES_TEXT)
@settings(max_examples=12, deadline=None)
@given(text=st.text(max_size=100))
def test_any_text_is_taken_or_refused(call, text):
    answer(lambda: call(text))


@pytest.mark.parametrize("call", [plot_log, lambda log: replay([], log), patience_lab, three_lab])
@settings(max_examples=12, deadline=None)
@given(
    columns=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("loss", "val_loss", "মাপ", "learning_rate"), FOUR)
    )
)
def test_any_values_of_a_log_are_drawn_or_refused(call, columns):
    made = answer(lambda: call(table(**columns)))
    if isinstance(made, Figure):
        made.canvas.draw()


def test_what_fails_with_an_uploaded_photo_stands_below_the_button():
    lab = upload_lab(lambda content: raising() if len(content) < 1000 else "বিড়াল", PHOTO)
    button, message, *_ = lab.children
    file = {"name": "ছোট.png", "type": "image/png", "size": 9, "last_modified": datetime.now(UTC)}
    button.value = ({**file, "content": memoryview(png())},)
    assert_helps(ValueError(message.value), ValueError)
    assert "KeyError" in message.value
