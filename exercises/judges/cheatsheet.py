"""What is seen of the code exercises of notebook 17."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from exercises.judges.reduce_lr_on_plateau import drops
from exercises.judges.trial import (
    Cut,
    Scripted,
    callbacks,
    fit,
    fit_until_cut,
    function,
    scratch_folder,
    stamp,
    tiny_model,
)
from helpers.start import keras

Checkpoint = keras.callbacks.ModelCheckpoint
Log = keras.callbacks.CSVLogger
Backup = keras.callbacks.BackupAndRestore

# --- who_first ---

ORDER = {
    "rate_then_log": ("ReduceLROnPlateau", "CSVLogger"),
    "rate_then_backup": ("ReduceLROnPlateau", "BackupAndRestore"),
    "log_then_backup": ("CSVLogger", "BackupAndRestore"),
    "backup_then_average": ("BackupAndRestore", "SwapEMAWeights"),
    "average_then_file": ("SwapEMAWeights", "ModelCheckpoint"),
}


def who_first(answer: object) -> Iterator[tuple]:
    yield "list", isinstance(answer, list | tuple), {"type": type(answer).__name__}
    names = sorted({name for pair in ORDER.values() for name in pair})
    for one in answer:
        yield "known_name", one in names, {"name": one}
    yield "each_once", sorted(answer) == names
    for name, (earlier, later) in ORDER.items():
        words = {"earlier": earlier, "later": later}
        yield name, answer.index(earlier) < answer.index(later), words


# --- night_shift ---

# what a right answer does on ACCURACY: the best epoch, the first drop
BEST, DROP = 3, 6
# numbers that float32 holds exactly: Keras compares a log's threshold with what it rounds itself
ACCURACY = [0.5, 0.5625, 0.625, 0.75, *[0.6875] * 26]
JOBS = {
    "keeps_the_best": Checkpoint,
    "writes_rows": Log,
    "lowers_the_rate": keras.callbacks.ReduceLROnPlateau,
    "stops": keras.callbacks.EarlyStopping,
    "comes_back": Backup,
}


def night_shift(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    for night in (_the_five, _calm, _after_the_cut, _cut_at_the_log, _cut_at_the_record):
        with scratch_folder() as folder:
            yield from night(answer, folder)


def _the_five(answer: Callable, folder: Path) -> Iterator[tuple]:
    given = answer(folder)
    yield from callbacks(given)
    for job, kind in JOBS.items():
        yield job, any(isinstance(one, kind) for one in given)
    for one in given:
        yield "monitor", getattr(one, "monitor", "val_accuracy"), {"type": type(one).__name__}


def _calm(answer: Callable, folder: Path) -> Iterator[tuple]:
    model = _model()
    history = fit(model, len(ACCURACY), [Scripted(val_accuracy=ACCURACY), *answer(folder)])
    for name in ("best.keras", "log.csv"):
        yield "file", (folder / name).exists(), {"name": name}
    yield "in_file", stamp(folder / "best.keras")
    rates = history.history["learning_rate"]
    lower = drops(rates)
    yield "any_drop", bool(lower)
    yield "first_drop", lower[0]
    yield "factor", rates[DROP + 1] / rates[0]
    yield "waited", history.epoch[-1] - BEST
    yield "in_model", stamp(model)
    yield "rate_column", "learning_rate" in _rows(folder)[0]


def _after_the_cut(answer: Callable, folder: Path) -> Iterator[tuple]:
    _first_run(answer, folder)
    yield "backup_folder", (folder / "backup").exists()
    history = _second_run(answer, folder)
    yield "came_back_at", history.epoch[0]
    rows = _rows(folder)
    yield "first_row", int(rows[0]["epoch"])
    yield "rate_came_back", history.history["learning_rate"][0] / float(rows[0]["learning_rate"])
    yield "in_file_after_the_cut", stamp(folder / "best.keras")


def _cut_at_the_log(answer: Callable, folder: Path) -> Iterator[tuple]:
    _first_run(answer, folder, between=(Log, Backup))
    _second_run(answer, folder)
    lost = set(range(DROP + 3)) - {int(row["epoch"]) for row in _rows(folder)}
    yield "lost_rows", len(lost), {"epoch": min(lost, default=None)}


def _cut_at_the_record(answer: Callable, folder: Path) -> Iterator[tuple]:
    _first_run(answer, folder, epoch=BEST, between=(Log, Checkpoint))
    _second_run(answer, folder)
    yield "record_in_file", stamp(folder / "best.keras")


def _model() -> keras.Model:
    return tiny_model(metrics=["accuracy"])  # then Keras knows the direction of val_accuracy


def _first_run(answer: Callable, folder: Path, epoch: int = DROP, between: tuple = ()) -> None:
    """The power goes at the end of this epoch: after the earlier of two callbacks, or after all."""
    made = list(answer(folder))
    places = [place for place, one in enumerate(made) if isinstance(one, between)]
    made.insert(places[0] + 1 if places else len(made), Cut(epoch))
    fit_until_cut(_model(), DROP + 3, [Scripted(val_accuracy=ACCURACY), *made])


def _second_run(answer: Callable, folder: Path) -> keras.callbacks.History:
    return fit(_model(), DROP + 3, [Scripted(val_accuracy=ACCURACY), *answer(folder)])


def _rows(folder: Path) -> list[dict]:
    with (folder / "log.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
