"""read_log gives back what CSVLogger wrote, however often appended to; plot_log draws exactly that."""

import math
import os
import re
import warnings
from dataclasses import dataclass

from helpers import LogError, plot_log, read_log, setup
from helpers.figures import COLOURS, describe

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras.callbacks import CSVLogger

WITH_VALIDATION = {"accuracy": 0.5, "loss": 0.7, "val_accuracy": 0.4, "val_loss": 0.8}
TRAINING_ONLY = {"accuracy": 0.5, "loss": 0.7}
RATE = {"learning_rate": 0.001}


class _Model:
    stop_training = False


def log_run(path, epochs, append=True, separator=","):
    """One fit as CSVLogger sees it: epochs is a list of (epoch, logs)."""
    logger = CSVLogger(str(path), separator=separator, append=append)
    logger.set_model(_Model())
    logger.on_train_begin()
    for epoch, logs in epochs:
        logger.on_epoch_end(epoch, logs)
    logger.on_train_end()


def epochs(count, logs, start=0):
    return [
        (epoch, {name: value + epoch / 64 for name, value in logs.items()})
        for epoch in range(start, start + count)
    ]


def history_of(run):
    history = keras.callbacks.History()
    history.set_model(_Model())
    history.on_train_begin()
    for epoch, logs in run:
        history.on_epoch_end(epoch, logs)
    return history


def written(path, *runs):
    for run in runs:
        log_run(path, run)
    return read_log(path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "training_log.csv"


def notes(table):
    return "\n".join(table.attrs["notes"])


# reading


def test_one_run_comes_back_with_exact_values(path):
    values = [(0, {"loss": 1 / 3, "accuracy": 0.1 + 0.2}), (1, {"loss": np.float32(0.1), "accuracy": 1})]
    table = written(path, values)
    assert list(table.columns) == ["run", "epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert table["run"].tolist() == [0, 0] and table["epoch"].tolist() == [0, 1]
    assert table["loss"].tolist() == [1 / 3, float(str(np.float32(0.1)))]
    assert table["accuracy"].tolist() == [0.1 + 0.2, 1.0]
    assert table[["val_accuracy", "val_loss"]].isna().all(axis=None)
    assert {table[name].dtype.kind for name in table.columns[2:]} == {"f"}
    assert table.attrs["notes"] == []


def test_a_string_names_the_file_as_well_as_a_path(path):
    log_run(path, epochs(2, WITH_VALIDATION))
    pd.testing.assert_frame_equal(read_log(str(path)), read_log(path))


def test_a_new_run_begins_where_epoch_falls_back_or_repeats(path):
    table = written(path, epochs(3, WITH_VALIDATION), epochs(1, WITH_VALIDATION), epochs(1, WITH_VALIDATION))
    assert table["run"].tolist() == [0, 0, 0, 1, 2]
    assert table["epoch"].tolist() == [0, 1, 2, 0, 0]


def test_a_resumed_training_is_the_same_run(path):
    table = written(path, epochs(3, WITH_VALIDATION), epochs(2, WITH_VALIDATION, start=3))
    assert table["run"].tolist() == [0] * 5


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (WITH_VALIDATION, WITH_VALIDATION | RATE),
        (WITH_VALIDATION | RATE, WITH_VALIDATION),
        (WITH_VALIDATION, TRAINING_ONLY | RATE),
        (TRAINING_ONLY | RATE, WITH_VALIDATION | RATE),
        (TRAINING_ONLY | RATE, TRAINING_ONLY),
    ],
)
def test_an_appended_run_with_other_columns_is_taken_apart_and_said(path, first, second):
    table = written(path, epochs(2, first), epochs(3, second))
    for run, logs, count in ((0, first, 2), (1, second, 3)):
        part = table[table["run"] == run]
        for name in part.columns.drop(["run", "epoch"]):
            expected = (
                [logs[name] + epoch / 64 for epoch in range(count)] if name in logs else [math.nan] * count
            )
            np.testing.assert_array_equal(part[name], expected)
    assert "লাইন ৪" in notes(table)
    assert "learning_rate" in notes(table) or "learning_rate" in first


def test_other_columns_are_found_in_a_resumed_run_too(path):
    table = written(path, epochs(2, WITH_VALIDATION), epochs(2, WITH_VALIDATION | RATE, start=2))
    assert table["run"].tolist() == [0] * 4
    np.testing.assert_array_equal(
        table["learning_rate"], [math.nan, math.nan, 0.001 + 2 / 64, 0.001 + 3 / 64]
    )


def test_equally_long_rows_in_another_order_are_told_by_their_na(path):
    # "weighted" sorts after "val_loss", so with and without validation the columns stand in another order
    with_validation = {"loss": 1, "weighted": 2, "val_loss": 3, "val_weighted": 4}
    table = written(path, epochs(1, with_validation), epochs(1, {"loss": 5, "weighted": 6}))
    assert table["weighted"].tolist() == [2, 6] and table["loss"].tolist() == [1, 5]
    assert table["val_loss"].tolist()[0] == 3 and math.isnan(table["val_loss"][1])


def test_a_run_without_one_metric_is_told_by_its_loss(path):
    loss_only = {"loss": 5, "val_loss": 6}
    table = written(path, epochs(2, WITH_VALIDATION), epochs(1, loss_only), epochs(1, {"loss": 7}))
    assert table.loc[2, ["loss", "val_loss"]].tolist() == [5, 6] and table.loc[3, "loss"] == 7
    assert table.loc[2:, ["accuracy", "val_accuracy"]].isna().all(axis=None) and "লাইন ৪" in notes(table)


def test_which_of_two_metrics_a_run_has_is_not_guessed(path):
    table = written(
        path, epochs(2, WITH_VALIDATION | {"auc": 0.6, "val_auc": 0.5}), epochs(1, WITH_VALIDATION)
    )
    assert table.loc[2, [f"column_{n}" for n in range(2, 6)]].tolist() == list(WITH_VALIDATION.values())
    assert table.loc[2, list(WITH_VALIDATION)].isna().all() and "column_2" in notes(table)


def test_a_header_of_many_names_takes_no_longer(path):
    many = {f"metric_{n}": n for n in range(60)} | {"loss": 1}
    table = written(path, epochs(2, many), epochs(2, many | RATE))
    assert table["loss"].tolist() == [1, 1 + 1 / 64] * 2 and table["learning_rate"].count() == 2


def test_a_run_of_another_separator_is_read(path):
    log_run(path, epochs(2, WITH_VALIDATION))
    log_run(path, epochs(2, WITH_VALIDATION), separator=";")
    table = read_log(path)
    assert table["run"].tolist() == [0, 0, 1, 1] and table["loss"].tolist() == [0.7, 0.7 + 1 / 64] * 2


@pytest.mark.parametrize("kept", ["2", "2,", "2,0.9", "2,0.9,0.1,0.8,", "2,0.9,0.1,0.8,0.5"])
@pytest.mark.parametrize("start", [0, 2])
@pytest.mark.parametrize("logs", [WITH_VALIDATION, TRAINING_ONLY])
def test_a_run_that_begins_in_a_line_cut_by_a_crash_loses_no_row(path, kept, start, logs):
    log_run(path, epochs(2, logs))
    path.write_bytes(path.read_bytes() + kept.encode())
    log_run(path, epochs(3, logs, start))
    table = read_log(path)
    assert table["epoch"].tolist() == [0, 1, start, start + 1, start + 2]
    assert table["run"].tolist() == [0, 0] + [start == 0] * 3
    assert table["loss"].tolist() == [0.7 + epoch / 64 for epoch in table["epoch"]]
    assert "লাইন ৪" in notes(table) and "অর্ধেক" in notes(table)


def test_a_header_cut_by_a_crash_is_no_header(path):
    path.write_text("epoch,accu")
    log_run(path, epochs(2, WITH_VALIDATION))
    with pytest.raises(LogError, match="metric-এর নাম নেই"):
        read_log(path)


def test_columns_nobody_can_name_are_numbered_and_said(path):
    more = WITH_VALIDATION | {"auc": 0.6, "val_auc": 0.5, "recall": 0.3, "val_recall": 0.2}
    table = written(path, epochs(2, WITH_VALIDATION), epochs(1, more))
    numbered = [name for name in table.columns if name.startswith("column_")]
    assert numbered == [f"column_{n}" for n in range(2, 10)]
    assert table.loc[2, numbered].tolist() == [
        more[name] for name in sorted(n for n in more if n[:3] != "val")
    ] + [more[name] for name in sorted(n for n in more if n[:3] == "val")]
    assert table.loc[2, list(WITH_VALIDATION)].isna().all()
    assert "column_2" in notes(table)


@pytest.mark.parametrize("cut", ["2,0.9", "2,0.9,0.1,0.8,0.0", "2", ",", "2,0.9,0.1,0.8,0.55555"])
def test_a_cut_off_last_line_is_left_out_and_said(path, cut):
    log_run(path, epochs(2, WITH_VALIDATION))
    whole = read_log(path)
    with path.open("a") as file:
        file.write(cut)
    table = read_log(path)
    pd.testing.assert_frame_equal(table, whole, check_flags=False)
    assert cut in notes(table) and "শেষ লাইন" in notes(table)


def test_a_file_being_written_is_read_at_any_moment(path, tmp_path):
    log_run(path, epochs(3, WITH_VALIDATION) + epochs(2, WITH_VALIDATION))
    log_run(path, epochs(2, WITH_VALIDATION | RATE))
    content, growing = path.read_bytes(), tmp_path / "growing.csv"
    lengths = []
    for end in range(content.index(b"\n") + 1, len(content) + 1):
        growing.write_bytes(content[:end])
        try:
            lengths.append(len(read_log(growing)))
        except LogError:
            lengths.append(0)
    assert lengths == sorted(lengths) and set(lengths) == set(range(8))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "change", [str, lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\n\n")]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_separators_line_ends_blank_lines_and_marks_do_not_matter(path, separator, change, line_end):
    log_run(path, epochs(3, WITH_VALIDATION))
    expected = read_log(path)
    log_run(path, epochs(3, WITH_VALIDATION), append=False, separator=separator)
    path.write_bytes(change(path.read_text()).replace("\n", line_end).encode())
    table = read_log(path)
    pd.testing.assert_frame_equal(table, expected)
    assert table.attrs["notes"] == []


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_two_files_joined_keep_their_own_columns(path, tmp_path, mark):
    other = tmp_path / "other.csv"
    log_run(path, epochs(2, WITH_VALIDATION))
    log_run(other, epochs(2, {"mae": 3, "loss": 4}))
    path.write_text(path.read_text() + mark + other.read_text(), encoding="utf-8")
    table = read_log(path)
    assert table["run"].tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(table["mae"], [math.nan, math.nan, 3, 3 + 1 / 64])
    np.testing.assert_array_equal(table["accuracy"], [0.5, 0.5 + 1 / 64, math.nan, math.nan])
    assert table.attrs["notes"] == []


def test_nan_and_infinite_losses_come_back_as_such(path):
    values = [(0, {"loss": math.inf}), (1, {"loss": -math.inf}), (2, {"loss": math.nan})]
    np.testing.assert_array_equal(written(path, values)["loss"], [math.inf, -math.inf, math.nan])


def test_a_list_among_the_values_leaves_its_row_whole_and_is_said(path):
    table = written(
        path, [(0, {"loss": 0.5, "f1": np.array([0.1, 0.2])}), (1, {"loss": 0.4, "f1": [1, 2, 3]})]
    )
    assert table["loss"].tolist() == [0.5, 0.4]
    assert table["f1"].isna().all() and "f1 কলামে" in notes(table)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\r\n"])  # the second is CSVLogger's on Windows
def test_a_line_that_has_no_epoch_is_left_out_and_said(path, line_end):
    path.write_bytes(b"epoch,loss\n0,1\n\x00\x00\x00\n1,2\n".replace(b"\n", line_end))
    table = read_log(path)
    assert table["loss"].tolist() == [1, 2] and "লাইন ৩" in notes(table)


def test_a_metric_first_seen_late_in_the_training_is_not_needed(path):
    table = written(path, [(0, TRAINING_ONLY), (1, WITH_VALIDATION), (2, TRAINING_ONLY)])
    np.testing.assert_array_equal(table["val_loss"], [math.nan, 0.8, math.nan])


# More of them: LOG_EXAMPLES=1000 uv run pytest -n0 tests/test_logs.py
EXAMPLES = int(os.environ.get("LOG_EXAMPLES", 150))
each_example = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
METRICS = ["accuracy", "f1", "weighted_auc"]  # the last sorts after "val_"
VALUES = st.floats(width=32, allow_nan=False)


@dataclass
class Fit:
    """One fit that logs to the file: how it is set up, its rows, and what a crash leaves of the last one."""

    metrics: list[str]
    validation: bool
    rate: bool
    start: int
    rows: list[dict]
    separator: str = ","
    rarely: bool = False  # validated at every other epoch, from the second on
    cut: float | None = None  # the share of the last row that is still written

    @property
    def layout(self):
        return self.metrics, self.validation, self.rate


@st.composite
def fits(draw, told):
    """Fits one after the other. told: only such that the file alone tells each row's run and columns."""
    every = [*draw(st.sets(st.sampled_from(METRICS)).map(sorted)), "loss"]
    separator, made, resumes = draw(st.sampled_from(",;\t")), [], 0
    for number in range(draw(st.integers(1, 5))):
        before = made[-1] if made else None
        fewer = draw(st.booleans()) and number > 0
        metrics = every
        if fewer:
            metrics = (
                ["loss"] if told else draw(st.sets(st.sampled_from([*every, "mae"]), min_size=1).map(sorted))
            )
        layout = metrics, draw(st.booleans()), draw(st.booleans())
        # a fit goes on where the last one ended, or begins anew
        start, crashed = draw(st.sampled_from([0, resumes])), before and before.cut is not None
        # rows of one length say nothing of columns that stand in another order from here on
        alike = before and told and (crashed or len(before.rows) < 2 or "weighted_auc" in every)
        if alike and before.rarely:
            start = 0
        rarely = draw(st.booleans()) and layout[1] and start == 0
        if told and fewer and (rarely or not layout[1]):
            layout = metrics, layout[1], False  # a loss and a rate look like two metrics
        if alike and start:
            layout = before.layout
        if number == 0:
            start = draw(st.sampled_from([0, 0, 8, 97]))
        cut = draw(st.none() | st.floats(0, 1, exclude_max=True))
        # two rows tell where a fit begins, if there are two
        least = (2 if told and number else 1) + (cut is not None and told)
        keys = [
            *layout[0],
            *(f"val_{name}" for name in layout[0] if layout[1]),
            *["learning_rate"] * layout[2],
        ]
        count = draw(st.integers(least, least + 2))
        rows = [dict.fromkeys(keys, 0.0) | {name: draw(VALUES) for name in keys} for _ in range(count)]
        if rarely:
            rows = [{k: v for k, v in row.items() if n % 2 or k[:4] != "val_"} for n, row in enumerate(rows)]
        own = separator if crashed or not draw(st.booleans()) else draw(st.sampled_from(",;\t"))
        separator = own
        made.append(Fit(*layout, start, rows, own, rarely, cut))
        resumes = start + count - (cut is not None)
    return made


def write(path, made):
    """Let real CSVLoggers write the fits; (run, epoch, logs) of every row that stands in the file whole."""
    path.unlink(missing_ok=True)
    expected = []
    for fit in made:
        log_run(path, list(enumerate(fit.rows, fit.start)), separator=fit.separator)
        rows = list(enumerate(fit.rows, fit.start))
        if fit.cut is not None:
            lines = path.read_bytes().removesuffix(b"\r\n").split(b"\r\n")
            kept = 1 + int(fit.cut * len(lines[-1]))
            path.write_bytes(b"\r\n".join([*lines[:-1], lines[-1][:kept]]))
            rows.pop()
        # a key that first comes after the first row is dropped, unless CSVLogger has made room for it
        room = {key for key in fit.rows[0]} | {f"val_{key}" for key in fit.rows[0]}
        for epoch, logs in rows:
            falls = bool(expected) and epoch <= expected[-1][1]
            run = expected[-1][0] + falls if expected else 0
            expected.append((run, epoch, {name: logs[name] for name in logs if name in room}))
    return expected


def rows_of(table):
    return [
        (run, epoch, {name: value for name, value in logs.items() if not math.isnan(value)})
        for run, epoch, logs in zip(
            table["run"], table["epoch"], table.drop(columns=["run", "epoch"]).to_dict("records"), strict=True
        )
    ]


@each_example
@given(made=fits(told=True))
def test_every_row_of_every_run_comes_back_in_its_place(path, made):
    expected = write(path, made)
    if expected:
        assert rows_of(read_log(path)) == expected
    else:
        with pytest.raises(LogError, match="একটি epoch-ও নেই"):
            read_log(path)


@each_example
@given(made=fits(told=False))
def test_what_the_file_cannot_tell_is_said(path, made):
    expected = write(path, made)
    if not expected:
        return
    table = read_log(path)
    found = rows_of(table)
    assert len(found) == len(expected)
    lengths = {len(re.split("[,;\t]", line)) for line in path.read_text().splitlines()}
    # a file whose rows all have the header's length looks as if all were of one layout
    assert found == expected or table.attrs["notes"] or len(lengths) == 1


@each_example
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(str.encode),
        st.text(alphabet='epoch,;\t|: \n\r"0123456789.-eNA\x00', max_size=120).map(
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "একটি epoch-ও নেই"),
        (b"epoch,loss\r\n", "একটি epoch-ও নেই"),
        (b"epoch,lo", "একটি epoch-ও নেই"),
        (b"epoch,loss\r\n0,0.", "একটি epoch-ও নেই"),
        (b"name,age\r\nRahim,30\r\n", "CSVLogger-এর লেখা নয়"),
        (b"epoch,loss,loss\r\n0,1,2\r\n", "CSVLogger-এর লেখা নয়"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "পড়া যায় না"),
        ("epoch,loss\r\n0,1\r\n".encode("utf-16"), "পড়া যায় না"),
        (b'epoch,loss\r\n0,"' + b"x" * 200_000 + b"\r\n", "আলাদা করা যায়নি"),
    ],
)
def test_a_file_that_is_no_log_gives_an_error_that_names_it(path, content, said):
    path.write_bytes(content)
    with pytest.raises(LogError, match=said) as caught:
        read_log(path)
    assert str(path) in str(caught.value) and " — " in str(caught.value) and "। " in str(caught.value)


def test_a_missing_file_and_a_folder_give_an_error(path, tmp_path):
    with pytest.raises(LogError, match="এই নামে কিছু নেই"):
        read_log(path)
    with pytest.raises(LogError, match="ফোল্ডার"):
        read_log(tmp_path)


def test_the_fast_and_the_slow_way_agree(path):
    log_run(path, epochs(50, WITH_VALIDATION) + epochs(30, WITH_VALIDATION))
    fast = read_log(path)
    path.write_text(path.read_text().replace("\n0,", '\n"0",'))  # quotes are the slow way's business
    pd.testing.assert_frame_equal(read_log(path), fast)


def test_a_file_of_numbers_takes_the_fast_way(path, monkeypatch):
    rows = "".join(f"{epoch},0.25,NA\n" for epoch in range(10**4))
    path.write_text("epoch,loss,val_loss\n" + rows)
    monkeypatch.setattr("helpers.logs._uneven_rows", None)  # row by row it would be ten times slower
    assert len(read_log(path)) == 10**4


# drawing


@pytest.fixture(autouse=True)
def _course_style():
    setup()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        yield


def table_of(count=20, validation=True, rates=None):
    epoch = np.arange(count)
    table = pd.DataFrame({"run": 0, "epoch": epoch, "accuracy": 0.5 + epoch / 100, "loss": 1 / (epoch + 1)})
    if validation:
        table["val_accuracy"] = 0.6 - (epoch - 12) ** 2 / 1000
        table["val_loss"] = 0.3 + (epoch - 7) ** 2 / 1000
    if rates is not None:
        table["learning_rate"] = rates
    return table


def labelled(axes, label):
    return [line for line in axes.get_lines() if line.get_label() == label]


def words(axes):
    return [text.get_text().strip() for text in axes.texts]


def test_each_pair_has_its_axes_loss_first_with_its_own_data():
    table = table_of()
    figure = plot_log(table)
    figure.canvas.draw()
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    for axes, name in zip(figure.axes, ["loss", "accuracy"], strict=True):
        (train,), (validation,) = labelled(axes, "ট্রেনিং"), labelled(axes, "validation")
        np.testing.assert_array_equal(train.get_ydata(), table[name])
        np.testing.assert_array_equal(validation.get_ydata(), table[f"val_{name}"])
        np.testing.assert_array_equal(train.get_xdata(), table["epoch"])
        assert (train.get_linestyle(), validation.get_linestyle()) == ("--", "-")
        assert (train.get_color(), validation.get_color()) == (COLOURS["blue"], COLOURS["vermillion"])
        assert [text.get_text() for text in axes.get_legend().get_texts()] == ["ট্রেনিং", "validation"]
    assert figure.axes[-1].get_xlabel() == "epoch"


def test_the_best_validation_epoch_is_marked_and_named():
    loss, accuracy = plot_log(table_of()).axes
    for axes, best in ((loss, 7), (accuracy, 12)):
        (star,) = [line for line in axes.get_lines() if line.get_marker() == "*"]
        assert star.get_xdata() == [best]
        assert words(axes) == [f"সেরা: epoch {best}"]
        assert f"epoch {best}" in axes.get_title("left")
    assert "সবচেয়ে কম" in loss.get_title("left") and "সবচেয়ে বেশি" in accuracy.get_title("left")


def test_no_best_is_marked_for_a_metric_of_unknown_direction():
    table = table_of().rename(columns={"accuracy": "gizmo", "val_accuracy": "val_gizmo"})
    (axes,) = plot_log(table, metrics=["gizmo"]).axes
    assert words(axes) == []


def test_the_learning_rate_stands_below_and_its_drops_are_named():
    figure = plot_log(table_of(rates=[0.01] * 6 + [0.001] * 14))
    axes = figure.axes[-1]
    assert axes.get_yscale() == "log"
    assert "১ বার কমেছে: epoch 6" in axes.get_title("left")
    (drop,) = [line for line in axes.get_lines() if line.get_marker() == "v"]
    assert (drop.get_xdata().tolist(), drop.get_ydata().tolist()) == ([6], [0.001])
    assert axes.get_lines()[0].get_drawstyle().startswith("steps")


def test_a_rate_that_falls_every_epoch_gets_no_mark_at_each():
    figure = plot_log(table_of(rates=0.01 * 0.9 ** np.arange(20)))
    assert not [line for line in figure.axes[-1].get_lines() if line.get_marker() == "v"]


def test_a_rate_that_starts_at_zero_is_drawn():
    figure = plot_log(table_of(rates=np.linspace(0, 0.01, 20)))
    figure.canvas.draw()
    assert figure.axes[-1].get_yscale() == "linear"


def test_runs_stand_one_after_the_other(path):
    log_run(path, epochs(8, TRAINING_ONLY))
    log_run(path, epochs(5, WITH_VALIDATION))
    figure = plot_log(path)
    figure.canvas.draw()
    loss = figure.axes[0]
    first, second = labelled(loss, "ট্রেনিং")
    assert (first.get_xdata()[-1], second.get_xdata()[0]) == (7, 8)
    ticks = [tick.get_text() for tick in figure.axes[-1].get_xticklabels()]
    assert "0\nরান ১" in ticks and "0\nরান ২" in ticks
    assert "রান ২-এর epoch 0" in loss.get_title("left")
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["ট্রেনিং", "validation"]


@pytest.mark.parametrize("count", [1, 2, 60, 1000])
def test_epoch_ticks_are_whole_numbers_of_the_log(count):
    figure = plot_log(table_of(count))
    figure.canvas.draw()
    axis = figure.axes[-1]
    shown = {int(tick.get_text()) for tick in axis.get_xticklabels()}
    assert shown <= set(range(count)) and 1 <= len(shown) <= 13
    assert axis.get_xticks().tolist() == sorted(shown)


def test_one_epoch_is_visible():
    (train,) = labelled(plot_log(table_of(1)).axes[0], "ট্রেনিং")
    assert train.get_marker() == "o"


def test_gaps_and_nan_are_left_out_of_the_lines():
    table = table_of()
    table.loc[[3, 9], "val_loss"] = math.nan
    table.loc[19, "loss"] = math.inf
    axes = plot_log(table, metrics=["loss"]).axes[0]
    assert len(labelled(axes, "validation")[0].get_xdata()) == 18
    assert len(labelled(axes, "ট্রেনিং")[0].get_xdata()) == 19


def test_a_log_of_nothing_but_nan_says_so():
    (axes,) = plot_log(pd.DataFrame({"epoch": [0, 1], "loss": [math.nan, math.nan]})).axes
    assert "NaN" in axes.get_title("left")


def test_without_validation_every_metric_is_drawn_and_none_is_best():
    figure = plot_log(table_of(validation=False))
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    assert all(words(axes) == [] for axes in figure.axes)
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["ট্রেনিং"]


def test_named_metrics_are_drawn_in_that_order():
    figure = plot_log(table_of(), metrics=["accuracy", "loss"])
    assert [axes.get_ylabel() for axes in figure.axes] == ["accuracy", "loss"]


def test_an_unknown_metric_gives_an_error_that_lists_what_there_is():
    with pytest.raises(LogError, match=r"acuracy আঁকা গেল না — এই log-এ আছে: loss, accuracy"):
        plot_log(table_of(rates=0.1), metrics=["acuracy"])


def test_a_history_is_drawn_like_its_file(path):
    history = history_of(epochs(5, WITH_VALIDATION))
    log_run(path, epochs(5, WITH_VALIDATION))
    from_history, from_file = plot_log(history), plot_log(path)
    for one, other in zip(from_history.axes, from_file.axes, strict=True):
        np.testing.assert_array_equal(one.get_lines()[0].get_xydata(), other.get_lines()[0].get_xydata())


def test_a_history_whose_epochs_cannot_be_told_gives_an_error():
    history = history_of([(epoch, WITH_VALIDATION if epoch % 2 else TRAINING_ONLY) for epoch in range(4)])
    with pytest.raises(LogError, match="History"):
        plot_log(history)


def test_a_log_without_epochs_gives_an_error():
    for empty in (history_of([]), pd.DataFrame(), pd.DataFrame({"loss": [1.0]})):
        with pytest.raises(LogError, match="একটি epoch-ও নেই"):
            plot_log(empty)


def test_the_log_given_is_left_as_it_was():
    table = table_of()
    before = table.copy()
    plot_log(table)
    pd.testing.assert_frame_equal(table, before)


def test_a_notebook_shows_the_figure_once_with_words_for_it():
    figure = plot_log(table_of())
    assert figure.number not in plt.get_fignums()
    assert "val_loss সবচেয়ে কম epoch 7-এ" in describe(figure)


def test_all_writing_is_large_enough_at_nine_by_four_inches():
    figure = plot_log(table_of(), metrics=["loss"])
    assert tuple(figure.get_size_inches()) == (9, 4)
    figure.canvas.draw()
    axes = figure.axes[0]
    texts = [*axes.texts, *axes.get_legend().get_texts(), axes.xaxis.label, *axes.get_xticklabels()]
    assert min(text.get_fontsize() for text in texts) >= 12


@pytest.mark.parametrize(("asked", "marked"), [(10, True), (3, False)])
def test_a_history_that_stopped_early_says_where(asked, marked):
    history = keras.callbacks.History()
    history.epoch, history.params = [0, 1, 2], {"epochs": asked}
    history.history = {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.0, 2.5]}
    texts = [text.get_text().strip() for text in plot_log(history).axes[0].texts]
    assert ("থামল: epoch 2" in texts) == marked
