"""What is seen of the code exercise of notebook 11."""

from collections.abc import Callable, Iterator
from pathlib import Path

from exercises.judges import trial
from exercises.judges.trial import Cut, first, stamp
from helpers.logs import LogError, read_log

from keras.callbacks import BackupAndRestore, CSVLogger, ModelCheckpoint

# One training: the power goes within its first epoch, then after epochs 2 and 3. The record is of
# the second run; the last begins with a value that is no record, but lower than all that follow.
# The other trainings have two runs: the first ends at the record, between two of the callbacks.
VAL_LOSS = [0.50, 0.30, 0.40, 0.45, 0.35, 0.36]
BEST = 1
CUTS = [Cut(0, 1), Cut(2), Cut(3), Cut(None)]


def crash_proof(answer: object) -> Iterator[tuple]:
    yield from trial.function(answer)
    with trial.scratch_folder() as folder:
        for cut in CUTS:
            made = yield from _run(answer, folder, cut)
            backup = made.index(first(made, BackupAndRestore))
            for one in made[backup + 1 :]:
                needed = isinstance(one, CSVLogger | ModelCheckpoint)
                yield "after_the_backup", needed, {"type": type(one).__name__}
        yield from _left(folder, first(made, ModelCheckpoint))
    for place in range(1, len(made)):
        with trial.scratch_folder() as folder:
            made = yield from _run(answer, folder, Cut(BEST), place)
            yield from _run(answer, folder, Cut(None))
            file = folder / "best.keras"
            kept = file.exists() and stamp(file) == BEST
        logged = made.index(first(made, CSVLogger)) < place
        early = logged and made.index(first(made, ModelCheckpoint)) >= place
        lost = "record_only_logged" if early else "record_lost"
        yield lost, kept, {"type": type(made[place - 1]).__name__}


def _run(answer: Callable, folder: Path, cut: Cut, place: int | None = None) -> Iterator[tuple]:
    """One run, cut before the callback of this place or after them all; returns the callbacks."""
    log = folder / "log.csv"
    try:
        made = answer(folder)
    except LogError:
        yield "log_not_read", log.exists()
    yield from trial.callbacks(made, CSVLogger, ModelCheckpoint, BackupAndRestore)
    paths = {
        "log.csv": first(made, CSVLogger).filename,
        "best.keras": first(made, ModelCheckpoint).filepath,
        "backup": first(made, BackupAndRestore).backup_dir,
    }
    for name, path in paths.items():
        yield "folder_itself", Path(path) == folder
        yield "path", Path(path) == folder / name, {"path": Path(path).name, "name": name}
    before, after = (made, []) if place is None else (made[:place], made[place:])
    trial.fit_scripted([*before, cut, *after], batches=2, val_loss=VAL_LOSS)
    return made


def _left(folder: Path, checkpoint: ModelCheckpoint) -> Iterator[tuple]:
    log, file = folder / "log.csv", folder / "best.keras"
    yield "log", log.exists()
    epochs = read_log(log)["epoch"].tolist()
    yield "started_anew", epochs[0] > 0, {"epochs": epochs}
    yield "rows", epochs
    yield "file", file.exists()
    if (saved := stamp(file)) != BEST:
        value = {"value": VAL_LOSS[saved]}
        yield "monitor", checkpoint.monitor, value
        yield "mode", checkpoint.mode, value
        yield "best_only", checkpoint.save_best_only, value
        yield "record", VAL_LOSS[saved], value
