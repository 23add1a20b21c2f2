"""read_log gives each value under its own name, or says why not; path, table and History agree."""

import math
from pathlib import Path

from helpers import LogError, read_log

import keras
import numpy as np
import pandas as pd
import pytest
from keras.callbacks import CSVLogger

CASES = Path(__file__).with_name("logs")
VALIDATED = {"accuracy": 0.5, "loss": 0.7, "val_accuracy": 0.4, "val_loss": 0.8}
TRAINED = {"accuracy": 0.5, "loss": 0.7}
RATE = {"learning_rate": 0.001}
NAN = math.nan
MANY = {f"metric_{n}": n for n in range(60)}


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


# --- files as people have them: what each must give ---

GIVEN = {
    "val_f1_resumed": ({"val_f1": [0.1, 0.2, 0.3] * 2}, [0, 1, 2, 5, 6, 7]),
    "unsorted_header": ({"val_accuracy": [0.75] * 4}, [0, 1, 2, 3]),
    "unsorted_header_every_fifth": ({"val_accuracy": [0.75] * 4}, [0, 5, 10, 15]),
    "lr_column": ({"learning_rate": [0.01] * 4 + [0.001] * 4 + [0.0001] * 4}, list(range(12))),
    "lr_then_without": ({"learning_rate": [0.01] * 4 + [NAN] * 4}, [*range(4), *range(4)]),
    "resaved_by_pandas": ({"val_loss": [NAN, 0.97, NAN]}, list(range(8))),
    "pandas_history": ({"loss": [0.11, 0.09]}, list(range(10))),
    "epoch_last": ({"mae": [4.0, 3.6]}, list(range(10))),
    "comma_in_metric_name": ({"recall": [0.5] * 3, "val_precision, 0.5": [0.75] * 3}, [0, 1, 2]),
    "title_line_semicolon": ({"loss": [1.55, 1.25]}, list(range(8))),
    "utf16_tabs": ({"loss": [1.0, 0.95]}, list(range(6))),
    "val_f1_then_learning_rate": (
        {
            "learning_rate": [NAN] * 3 + [0.10000000149011612] * 2,
            "val_f1": [0.1, 0.2, 0.3, 0.1, 0.2],
        },
        [0, 1, 2, 0, 1],
    ),
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
    ("name", "run", "epoch", "value"),
    [
        ("lr_then_without", 1, 3, 1.524),
        ("learning_rate_then_without", 1, 3, 1.524),
        ("spaces_after_commas", 0, 4, 1.0),
        ("pandas_history", 0, 6, 0.03),
        ("resaved_by_pandas", 0, 7, 0.79),
    ],
)
def test_the_best_epoch_of_a_file_from_the_wild(name, run, epoch, value):
    table = read_log(CASES / f"{name}.csv")
    best = table.loc[table["val_loss"].idxmin()]
    assert (best["run"], best["epoch"], best["val_loss"]) == (run, epoch, value)


def test_what_was_doubtful_is_said(path):
    assert "learning_rate" in notes(read_log(CASES / "val_f1_then_learning_rate.csv"))
    assert "my_table" in notes(read_log(CASES / "title_line_semicolon.csv"))
    table = read_log(CASES / "val_f1_array_cell.csv")
    assert table["val_f1_per_class"].isna().all() and "val_f1_per_class" in notes(table)
    assert table["val_loss"].notna().all()
    path.write_text("epoch,loss\n0,1\nx,2\n0.5,3\n")
    assert read_log(path)["loss"].tolist() == [1] and "২টি লাইন বাদ" in notes(read_log(path))


@pytest.mark.parametrize(
    ("content", "said", "now"),
    [
        (b"", "একটি epoch-ও নেই", "fit"),
        (b"epoch,loss\r\n", "একটি epoch-ও নেই", "fit"),
        (b"epoch,lo", "একটি epoch-ও নেই", "fit"),
        (b"name,age\r\nRahim,30\r\n", "প্রথম লাইন: name,age", "epoch,loss"),
        (b"0,0.5,0.6\r\n1,0.4,0.5\r\n", "প্রথম লাইন: 0,0.5,0.6", "epoch,loss"),
        (b"epoch,loss,loss\r\n0,1,2\r\n", "loss নামে একের বেশি কলাম", "আলাদা নাম"),
        (b"epoch,accu0,0.5,0.7\r\n1,0.5,0.7\r\n", "প্রথম লাইন", "epoch,loss"),
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
    with pytest.raises(LogError, match="এই নামে কিছু নেই"):
        read_log(path)
    with pytest.raises(LogError, match="ফোল্ডার"):
        read_log(tmp_path)
    with pytest.raises(LogError, match="উদ্ধৃতিচিহ্নের ভেতরে"):
        read_log(3)


# --- CSVLogger's own files ---


def test_one_run_comes_back_with_exact_values(path):
    second = {"loss": np.float32(0.1), "accuracy": 1}
    table = written(path, [(0, {"loss": 1 / 3, "accuracy": 0.1 + 0.2}), (1, second)])
    assert list(table.columns) == ["run", "epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert table["loss"].tolist() == [1 / 3, float(str(np.float32(0.1)))]
    assert table[["val_accuracy", "val_loss"]].isna().all(axis=None) and notes(table) == ""
    assert {table[name].dtype.kind for name in table.columns[2:]} == {"f"}


def test_a_new_run_begins_where_epoch_falls_back_or_repeats_and_not_where_it_goes_on(path):
    runs = (3, 0), (1, 0), (1, 0), (2, 1)
    table = written(path, *(epochs(count, VALIDATED, start) for count, start in runs))
    assert table["run"].tolist() == [0, 0, 0, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (VALIDATED, VALIDATED | RATE),
        (VALIDATED | RATE, VALIDATED),
        (VALIDATED, TRAINED | RATE),
        (TRAINED | RATE, VALIDATED | RATE),
        (VALIDATED, {"loss": 5, "val_loss": 6}),
        ({"loss": 1, "weighted": 2, "val_loss": 3, "val_weighted": 4}, {"loss": 5, "weighted": 6}),
        ({"loss": 5, "weighted": 6}, {"loss": 1, "weighted": 2, "val_loss": 3, "val_weighted": 4}),
        (VALIDATED | MANY, VALIDATED | MANY | RATE),
    ],
)
def test_an_appended_run_with_other_columns_has_its_names_or_is_left_out(path, first, second):
    table = written(path, epochs(2, first), epochs(3, second))
    part = table[table["run"] == 1]
    told = "weighted" not in second  # a loss and a rate look like two metrics
    assert len(part) == (3 if told else 0) and "লাইন ৪" in notes(table)
    for name in part.columns.drop(["run", "epoch"]) if told else ():
        values = [logs.get(name, NAN) for _, logs in epochs(3, second)]
        np.testing.assert_array_equal(part[name], values)


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
    assert lengths == sorted(lengths)
    assert set(lengths) == {0, 1, 2, 3, 4, 5, 7}  # one odd row tells nothing


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\r\n", "\n\n"])
def test_line_ends_blank_lines_and_marks_do_not_matter(path, ends):
    log_run(path, epochs(3, VALIDATED))
    log_run(path, epochs(3, VALIDATED))
    expected = read_log(path)
    path.write_bytes(f"\ufeff{path.read_text()}".replace("\n", ends).encode())
    pd.testing.assert_frame_equal(read_log(path), expected)
    assert len(expected) == 6 and notes(expected) == ""


def test_two_files_joined_keep_their_own_columns(path, tmp_path):
    log_run(path, epochs(2, VALIDATED))
    log_run(other := tmp_path / "other.csv", epochs(2, {"mae": 3, "loss": 4}))
    path.write_text(f"{path.read_text()}\ufeff{other.read_text()}", encoding="utf-8")
    table = read_log(path)
    np.testing.assert_array_equal(table["mae"], [NAN, NAN, 3, 3 + 1 / 64])
    np.testing.assert_array_equal(table["accuracy"], [0.5, 0.5 + 1 / 64, NAN, NAN])


def test_decimal_commas_are_read_where_no_point_says_otherwise(path):
    path.write_text("epoch;loss;mae\n0;0,53;1.5\n1;0,48;1,2\n")
    table = read_log(path)
    assert table["loss"].tolist() == [0.53, 0.48] and "দশমিক কমা" in notes(table)
    assert table["mae"].tolist()[0] == 1.5 and math.isnan(table["mae"][1])
