"""read_log gives each value under its own name, or says why not; path, table and History agree."""

import csv
import itertools
import math
import os
from pathlib import Path

from helpers import LogError, read_log
from helpers.logs import table_of

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras.callbacks import CSVLogger

CASES = Path(__file__).with_name("logs")
VALIDATED = {"accuracy": 0.5, "loss": 0.7, "val_accuracy": 0.4, "val_loss": 0.8}
TRAINED = {"accuracy": 0.5, "loss": 0.7}
RATE = {"learning_rate": 0.001}


def log_run(path, epochs, separator=","):
    """One fit as CSVLogger sees it: epochs is a list of (epoch, logs)."""
    logger = CSVLogger(str(path), separator=separator, append=True)
    logger.on_train_begin()
    for epoch, logs in epochs:
        logger.on_epoch_end(epoch, logs)
    logger.on_train_end()


def epochs(count, logs, start=0):
    """A metric's value differs in each epoch; a learning rate stays."""
    return [
        (epoch, {name: v if "rate" in name else v + epoch / 64 for name, v in logs.items()})
        for epoch in range(start, start + count)
    ]


def written(path, *runs):
    for run in runs:
        log_run(path, run)
    return read_log(path)


def history_of(run):
    history = keras.callbacks.History()
    history.set_model(type("Model", (), {})())
    history.on_train_begin()
    for epoch, logs in run:
        history.on_epoch_end(epoch, logs)
    return history


def notes(table):
    return "\n".join(table.attrs["notes"])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "training_log.csv"


# --- files as people have them: what each must give ---

GIVEN = {
    "val_f1_resumed": ({"val_f1": [0.1, 0.2, 0.3] * 2}, [0, 1, 2, 5, 6, 7]),
    "unsorted_header_every_fifth": ({"val_accuracy": [0.75] * 4}, [0, 5, 10, 15]),
    "lr_column": ({"learning_rate": [0.01] * 4 + [0.001] * 4 + [0.0001] * 4}, list(range(12))),
    "lr_then_without": ({"learning_rate": [0.01] * 4 + [math.nan] * 4}, [*range(4), *range(4)]),
    "pandas_history": ({"loss": [0.11, 0.09]}, list(range(10))),
    "epoch_last": ({"mae": [4.0, 3.6]}, list(range(10))),
    "comma_in_metric_name": ({"recall": [0.5] * 3, "val_precision, 0.5": [0.75] * 3}, [0, 1, 2]),
    "title_line_semicolon": ({"loss": [1.55, 1.25]}, list(range(8))),
    "utf16_tabs": ({"loss": [1.0, 0.95]}, list(range(6))),
    "val_f1_then_learning_rate": ({"val_f1": [0.1, 0.2, 0.3, 0.1, 0.2]}, [0, 1, 2, 0, 1]),
    "val_f1_array_cell": ({"val_f1_per_class": [math.nan] * 3}, list(range(3))),
    "spaces_after_commas": ({"val_loss": [1.2, 1.15]}, list(range(8))),
    "resaved_by_pandas": ({"val_loss": [math.nan]}, list(range(8))),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_file_from_the_wild_is_read_under_its_own_names(name):
    (file,) = CASES.glob(f"{name}.*")
    table = read_log(file)
    values, numbers = GIVEN[name]
    assert table["epoch"].tolist() == numbers
    assert not [column for column in table if column.startswith(("Unnamed", "column_", " "))]
    for column, wanted in values.items():
        np.testing.assert_allclose(table[column][: len(wanted)], wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("content", "said", "now"),
    [
        (b"", "একটি epoch-ও নেই", "fit"),
        (b"0,0.5,0.6\r\n1,0.4,0.5\r\n", "প্রথম লাইন: 0,0.5,0.6", "epoch,loss"),
        (b"epoch,loss\r\n0,0,53\r\n1,0,48\r\n", "নাম ২টি, সারিতে ঘর ৩টি", "দশমিক কমা"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "লেখা হিসেবে পড়া যায় না", "CSV"),
        (b'epoch,loss\r\n0,"' + b"x" * 200_000 + b"\r\n", "আলাদা করা যায়নি", "উদ্ধৃতিচিহ্ন"),
        ((CASES / "gan_per_batch.csv").read_bytes(), "Batch নামে একটি কলাম", "প্রতি epoch-এ একটি সারি"),
    ],
)
def test_what_is_no_log_is_refused_with_the_remedy_that_fits(path, content, said, now):
    path.write_bytes(content)
    with pytest.raises(LogError, match=said) as caught:
        read_log(path)
    assert str(path) in str(caught.value) and now in str(caught.value).partition("। ")[2]


def test_a_missing_file_a_folder_and_no_name_are_refused(path, tmp_path):
    for log, said in ((path, "এই নামে কিছু নেই"), (tmp_path, "ফোল্ডার"), (3, "উদ্ধৃতিচিহ্নের ভেতরে")):
        with pytest.raises(LogError, match=said):
            read_log(log)


# --- CSVLogger's own files ---


@pytest.mark.parametrize("kept", ["2", "2,", "2,0.9", "2,0.9,0.1,0.8,", "2,0.9,0.1,0.8,0.5"])
@pytest.mark.parametrize("start", [0, 2])
@pytest.mark.parametrize("logs", [VALIDATED, TRAINED])
def test_a_run_that_begins_in_a_line_cut_by_a_crash_loses_no_row(path, kept, start, logs):
    log_run(path, epochs(2, logs))
    path.write_bytes(path.read_bytes() + kept.encode())
    table = written(path, epochs(3, logs, start))
    assert table["epoch"].tolist() == [0, 1, start, start + 1, start + 2]
    assert table["loss"].tolist() == [0.7 + epoch / 64 for epoch in table["epoch"]]
    assert "লাইন ৪" in notes(table) and "অর্ধেক" in notes(table)


def test_a_file_being_written_is_read_at_any_moment(path, tmp_path):
    log_run(path, epochs(3, VALIDATED) + epochs(2, VALIDATED))
    log_run(path, epochs(2, VALIDATED | RATE))
    content, growing, lengths = path.read_bytes(), tmp_path / "growing.csv", []
    for end in range(content.index(b"\n") + 1, len(content) + 1):
        growing.write_bytes(content[:end])
        try:
            lengths.append(len(read_log(growing)))
        except LogError:
            lengths.append(0)
    # one row with a column more tells nothing: it comes with the next
    assert lengths == sorted(lengths) and set(lengths) == {*range(6), 7}


@pytest.mark.parametrize("change", [str, "\ufeff{}".format])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r\r\n", "\n\n"])
def test_line_ends_blank_lines_and_marks_do_not_matter(path, change, line_end):
    log_run(path, epochs(3, VALIDATED))
    log_run(path, epochs(3, VALIDATED), separator=";")
    expected = read_log(path)
    path.write_bytes(change(path.read_text()).replace("\n", line_end).encode())
    pd.testing.assert_frame_equal(read_log(path), expected)
    assert len(expected) == 6 and notes(expected) == ""


# --- any table at all: each value under its own name, or a LogError ---

# More of them: LOG_EXAMPLES=2000 uv run pytest -n0 tests/test_logs.py -k own_name
each_example = settings(
    max_examples=int(os.environ.get("LOG_EXAMPLES", 150)),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
METRICS = ["accuracy", "f1", "mae", "precision, 0.5", "weighted_auc"]  # the last sorts after "val_"


@st.composite
def fits(draw):
    """Fits one after the other: (start, rows of logs). No value stands in two cells."""
    value = map(float, itertools.count(1)).__next__
    twins = {name: draw(st.booleans()) for name in METRICS}
    rated = draw(st.booleans())
    every, made, columns = draw(st.sets(st.sampled_from(METRICS))), [], []
    extra = draw(st.sampled_from([{}, {}, {"words": "good"}, {"array": [1, 2]}]))
    for number in range(draw(st.integers(1, 4))):
        change = draw(st.sampled_from(["same", "fewer", "more", "rate"])) if number else "same"
        others = draw(st.sets(st.sampled_from(METRICS)))
        kept = {"fewer": every & others, "more": every | others}.get(change, every)
        validated = draw(st.sampled_from([True, True, False]))
        names = ["loss", *sorted(kept)]
        if validated:
            names += ["val_loss", *(f"val_{name}" for name in sorted(kept) if twins[name])]
        rate = {"learning_rate": value()} if rated != (change == "rate") else {}
        count = draw(st.integers(1, 4))
        rows = [{name: value() for name in names} | extra | rate for _ in range(count)]
        if validated and len(rows) > 1 and draw(st.booleans()):  # validation_freq=2
            rows[0::2] = [{n: v for n, v in row.items() if n[:4] != "val_"} for row in rows[0::2]]
        # a row as long as the header, of other columns: the file can't tell it from the header's
        keys = sorted(rows[0])
        if not any(key.startswith("val_") for key in keys):
            keys += [f"val_{key}" for key in keys]
        columns = columns or keys
        if len(keys) != len(columns) or sorted(keys) == sorted(columns):
            made.append((draw(st.sampled_from([0, 0, len(rows)])), rows))
    return made


@each_example
@given(made=fits(), separator=st.sampled_from(",;\t|"), cut=st.booleans())
def test_each_value_of_csvloggers_files_comes_back_under_its_own_name(path, made, separator, cut):
    path.unlink(missing_ok=True)
    origin, total = {}, 0
    for start, rows in made:
        log_run(path, list(enumerate(rows, start)), separator)
        for epoch, row in enumerate(rows, start):
            total += 1
            numbers = {name: cell for name, cell in row.items() if isinstance(cell, float)}
            for name, cell in numbers.items():  # a rate stands in every row of its run
                origin[cell] = (name, *((None, None) if "rate" in name else (epoch, total)))
    if cut:
        path.write_bytes(path.read_bytes() + b"7" + separator.encode() + b"0.2")
    try:
        table = read_log(path)
    except LogError:
        assert len(made) > 1
        return
    for row in table.drop(columns="run").to_dict("records"):
        epoch, own = row.pop("epoch"), set()
        for name, value in row.items():
            if not math.isnan(value):
                from_name, from_epoch, from_row = origin[value]
                assert (from_name, from_epoch or epoch) == (name, epoch)
                own |= {from_row} - {None}
        assert len(own) == 1  # no row is made of two
    if len(made) == 1:
        assert len(table) == total
    elif len(table) < total:
        assert table.attrs["notes"]


@each_example
@given(
    names=st.lists(st.sampled_from(["loss", "lr", "val_f1", *METRICS]), unique=True),
    count=st.integers(1, 5),
    separator=st.sampled_from(",;\t|"),
    index=st.booleans(),
    epoch=st.sampled_from(["first", "last", "float", None]),
    gaps=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    decimal=st.sampled_from([".", ","]),
)
def test_each_value_of_a_table_that_pandas_saved_comes_back_under_its_own_name(
    path, names, count, separator, index, epoch, gaps, quoting, decimal
):
    names = ["val_loss", *names]
    numbers = np.arange(count * len(names)).reshape(count, -1) + 0.5
    table = pd.DataFrame(numbers, columns=names)
    if gaps and count > 1:
        table.iloc[0, 0] = math.nan
    if epoch:
        at = len(names) if epoch == "last" else 0
        table.insert(at, "epoch", np.arange(count, dtype=float if epoch == "float" else int))
    table.to_csv(path, sep=separator, index=index, quoting=quoting, decimal=decimal)
    found = read_log(path).drop(columns="run")
    table = table.rename(columns={"lr": "learning_rate"}).assign(epoch=range(count))
    pd.testing.assert_frame_equal(found, table, check_like=True, check_dtype=False)


@each_example
@given(
    content=st.binary(max_size=200)
    | st.text('epoch,;\t|: \n\r"0123456789.-eNA\x00loss', max_size=120).map(
        lambda text: ("epoch,loss" + text).encode()
    )
)
def test_any_other_file_gives_a_log_error_or_a_table(path, content):
    path.write_bytes(content)
    try:
        table = read_log(path)
    except LogError as error:
        assert path.name in str(error)
    else:
        assert list(table.columns[:2]) == ["run", "epoch"] and len(table)


# --- path, table and History ---


def test_path_table_and_history_agree(path):
    run = epochs(4, VALIDATED | RATE)
    run = [(epoch, logs | {"per_class": np.array([epoch, 1.0])}) for epoch, logs in run]
    from_path = written(path, run)
    raw = pd.read_csv(path, index_col=False)
    for log in (path, str(path), raw, history_of(run)):
        table = table_of(log)
        pd.testing.assert_frame_equal(table[from_path.columns], from_path)
        assert table["per_class"].isna().all() and "per_class" in notes(table)
    pd.testing.assert_frame_equal(table_of(from_path), from_path)
    assert notes(table_of(from_path)) == notes(from_path)


@pytest.mark.parametrize("log", [3, [1, 2], history_of([]), pd.DataFrame()])
def test_what_holds_no_epochs_is_refused(log):
    with pytest.raises(LogError, match="এই log দিয়ে কাজ চলে না"):
        table_of(log)
