"""Any table at all: each value under its own name, or a LogError; path, table, History agree."""

import csv
import io
import itertools
import math
import os

from helpers import LogError, read_log
from helpers.logs import table_of

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_logs import RATE, TRAINED, VALIDATED, epochs, history_of, log_run, notes, written

# More of them: LOG_EXAMPLES=2000 uv run pytest -n0 tests/test_log_rows.py
EXAMPLES = int(os.environ.get("LOG_EXAMPLES", 150))
each_example = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
METRICS = ["accuracy", "f1", "mae", "precision, 0.5", "weighted_auc"]  # the last sorts after "val_"


@st.composite
def fits(draw):
    """Fits one after the other: (start, rows of logs). No value stands in two cells."""
    value, some = map(float, itertools.count(1)).__next__, st.sets(st.sampled_from(METRICS))
    every, twins, rated, made, columns = draw(some), draw(some), draw(st.booleans()), [], []
    extra = draw(st.sampled_from([{}, {}, {"words": "good"}, {"array": [1, 2]}]))
    for number in range(draw(st.integers(1, 4))):
        change = draw(st.sampled_from(["same", "fewer", "more", "rate"])) if number else "same"
        names = {"loss"} | every
        if change in ("fewer", "more"):
            names = names & draw(some) | {"loss"} if change == "fewer" else names | draw(some)
        validated = draw(st.sampled_from([True, True, False]))
        if validated:
            names |= {f"val_{name}" for name in names & twins | {"loss"}}
            names |= {"val_iou"} if draw(st.booleans()) else set()
        rate = {"learning_rate": value()} if rated != (change == "rate") else {}
        count = draw(st.integers(1, 4))
        rows = [{name: value() for name in sorted(names)} | extra | rate for _ in range(count)]
        if validated and count > 1 and draw(st.booleans()):  # validation_freq=2
            rows[0::2] = [{n: v for n, v in row.items() if n[:4] != "val_"} for row in rows[0::2]]
        # what no file can tell: a row as long as the header, or one that lacks a column and has a
        # new one
        keys = sorted(rows[0])
        if not any(key.startswith("val_") for key in keys):
            keys += [f"val_{key}" for key in keys]
        columns = columns or keys
        new = {*keys} - {*columns, "learning_rate", "val_learning_rate"}
        same_length = len(keys) == len(columns) and sorted(keys) != sorted(columns)
        if same_length or (new and {*columns} - {*keys}):
            continue
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
            for name, number in row.items():
                is_rate = name == "learning_rate"  # the same in the whole fit
                origin[str(number)] = (name, *((None, None) if is_rate else (epoch, total)))
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
                from_name, from_epoch, from_row = origin[str(value)]
                assert (from_name, from_epoch or epoch) == (name, epoch)
                own |= {from_row} - {None}
        assert len(own) == 1  # no row is made of two
    if len(made) == 1:
        assert len(table) == total
    elif len(table) < total:
        assert table.attrs["notes"]


@each_example
@given(
    names=st.lists(
        st.sampled_from(["loss", "val_loss", "lr", "val_f1", *METRICS]), min_size=1, unique=True
    ).filter(lambda names: {"loss", "val_loss"} & {*names}),
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
    numbers = np.arange(count * len(names)).reshape(count, -1) + 0.5
    table = pd.DataFrame(numbers, columns=names)
    if gaps and count > 1:
        table.iloc[0, 0] = math.nan
    if epoch:
        at = len(names) if epoch == "last" else 0
        table.insert(at, "epoch", np.arange(count, dtype=float if epoch == "float" else int))
    table.to_csv(path, sep=separator, index=index, quoting=quoting, decimal=decimal)
    found = read_log(path)
    table = table.rename(columns={"lr": "learning_rate"})
    assert found["epoch"].tolist() == list(range(count))
    assert sorted(found) == sorted({"run", "epoch", *table})
    pd.testing.assert_frame_equal(
        found[table.columns.drop("epoch", errors="ignore")],
        table.drop(columns="epoch", errors="ignore"),
        check_dtype=False,
    )


@each_example
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(alphabet='epoch,;\t|: \n\r"0123456789.-eNA\x00loss', max_size=120).map(
            lambda text: ("epoch,loss" + text).encode()
        ),
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


def test_what_read_log_returns_and_a_learner_saves_reads_back_equal(path):
    table = written(path, epochs(3, VALIDATED), epochs(2, VALIDATED | RATE), epochs(2, TRAINED, 2))
    table.to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_log(path), table, check_flags=False)


def test_path_table_and_history_agree(path):
    run = [
        (epoch, logs | {"per_class": np.array([epoch, 1.0])})
        for epoch, logs in epochs(4, VALIDATED | RATE)
    ]
    from_path = written(path, run)
    raw = pd.read_csv(path, index_col=False)
    for log in (path, str(path), raw, history_of(run)):
        table = table_of(log)
        pd.testing.assert_frame_equal(table[from_path.columns], from_path)
        assert table["per_class"].isna().all() and "per_class" in notes(table)
    pd.testing.assert_frame_equal(table_of(from_path), from_path)
    assert notes(table_of(from_path)) == notes(from_path)


def test_a_history_whose_epochs_cannot_be_told_is_refused():
    history = history_of([(epoch, VALIDATED if epoch % 2 else TRAINED) for epoch in range(4)])
    with pytest.raises(LogError, match="History"):
        table_of(history)


def test_a_table_of_any_kind_of_cells_is_left_as_it_was():
    table = pd.read_csv(io.StringIO(",lr, loss\n0,0.1,NA\n1,0.2,x\n"))
    before = table.copy()
    tidy = table_of(table)
    assert list(tidy) == ["run", "epoch", "learning_rate", "loss"] and "loss" in notes(tidy)
    pd.testing.assert_frame_equal(table, before)
