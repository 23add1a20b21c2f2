"""What is seen of the code exercises of notebook 17."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from exercises.judges import trial
from exercises.judges.trial import Cut, drops, stamp
from helpers.start import keras

from keras.callbacks import BackupAndRestore, CSVLogger, ModelCheckpoint

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


# what a right answer does on ACCURACY: the best epoch, the first drop
BEST, DROP = 3, 6
# numbers that float32 holds exactly: Keras compares a log's threshold with what it rounds itself
ACCURACY = [0.5, 0.5625, 0.625, 0.75, *[0.6875] * 26]
JOBS = {
    "keeps_the_best": ModelCheckpoint,
    "writes_rows": CSVLogger,
    "lowers_the_rate": keras.callbacks.ReduceLROnPlateau,
    "stops": keras.callbacks.EarlyStopping,
    "comes_back": BackupAndRestore,
}


def night_shift(answer: object) -> Iterator[tuple]:
    yield from trial.function(answer)
    for night in (_calm, _after_the_cut, _cut_at_the_log, _cut_at_the_record):
        with trial.scratch_folder() as folder:
            yield from night(answer, folder)


def _calm(answer: Callable, folder: Path) -> Iterator[tuple]:
    given = answer(folder)
    yield from trial.callbacks(given)
    for job, kind in JOBS.items():
        yield job, any(isinstance(one, kind) for one in given)
    for one in given:
        yield "monitor", getattr(one, "monitor", "val_accuracy"), {"type": type(one).__name__}
    history = _run(given, ACCURACY)
    for name in ("best.keras", "log.csv"):
        yield "file", (folder / name).exists(), {"name": name}
    yield "in_file", stamp(folder / "best.keras")
    rates = history.history["learning_rate"]
    lower = drops(rates)
    yield "any_drop", bool(lower)
    yield "first_drop", lower[0]
    yield "factor", rates[DROP + 1] / rates[0]
    yield "waited", history.epoch[-1] - BEST
    yield "in_model", stamp(history.model)
    yield "rate_column", "learning_rate" in _rows(folder)[0]


def _after_the_cut(answer: Callable, folder: Path) -> Iterator[tuple]:
    _run(answer(folder), cut=DROP)
    yield "backup_folder", (folder / "backup").exists()
    history = _run(answer(folder))
    yield "came_back_at", history.epoch[0]
    rows = _rows(folder)
    yield "first_row", int(rows[0]["epoch"])
    yield "rate_came_back", history.history["learning_rate"][0] / float(rows[0]["learning_rate"])
    yield "in_file_after_the_cut", stamp(folder / "best.keras")


def _cut_at_the_log(answer: Callable, folder: Path) -> Iterator[tuple]:
    _run(answer(folder), cut=DROP, between=(CSVLogger, BackupAndRestore))
    _run(answer(folder))
    lost = set(range(DROP + 3)) - {int(row["epoch"]) for row in _rows(folder)}
    yield "lost_rows", len(lost), {"epoch": min(lost, default=None)}


def _cut_at_the_record(answer: Callable, folder: Path) -> Iterator[tuple]:
    _run(answer(folder), cut=BEST, between=(CSVLogger, ModelCheckpoint))
    _run(answer(folder))
    yield "record_in_file", stamp(folder / "best.keras")


def _run(
    made: list, accuracy: list = ACCURACY[: DROP + 3], cut: int | None = None, between: tuple = ()
) -> keras.callbacks.History:
    """The power may go at the end of an epoch: after the earlier of two callbacks, or after all."""
    places = [place for place, one in enumerate(made, start=1) if isinstance(one, between)]
    place = places[0] if places else len(made)
    running = [*made[:place], Cut(cut), *made[place:]]
    model = trial.tiny_model(metrics=["accuracy"])  # then Keras knows where val_accuracy should go
    return trial.fit_scripted(running, model, val_accuracy=accuracy)


def _rows(folder: Path) -> list[dict]:
    with (folder / "log.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
