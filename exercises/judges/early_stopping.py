"""What is seen of the code exercises of notebook 04."""

import copy
from collections.abc import Iterator

from exercises.judges.trial import an, function, replayed
from helpers.logs import read_log
from helpers.recorded import replay
from helpers.start import COURSE, keras

import pandas as pd

EarlyStopping = keras.callbacks.EarlyStopping

# Each curve of val_accuracy lets one parameter decide, whatever the others are.
PEAK_AT_4 = [0.1, 0.3, 0.5, 0.7, 0.9, *[0.6] * 12]
LUCKY_AT_2 = [0.5, 0.5, 0.9, 0.5, 0.6, 0.7, 0.8]
PEAK_AT_3 = [0.5, 0.5, 0.5, 0.9, *[0.5] * 8]
CREEPING = [0.8 + 0.0024 * epoch for epoch in range(12)]  # less than 0.01 in four epochs
STEPPING = [0.5] * 7 + [0.515] * 4 + [0.53] * 4  # more than 0.01 every fourth epoch


def made_to_order(answer: object) -> Iterator[tuple]:
    yield from an(EarlyStopping, answer)
    yield "monitor", answer.monitor
    yield "mode", answer.mode
    yield "baseline", answer.baseline is None
    stopped, best = _run(answer, PEAK_AT_4)
    yield "waited", stopped and stopped - best
    yield "lucky", _run(answer, LUCKY_AT_2)[1]
    yield "first_looked_at", _run(answer, PEAK_AT_3)[1]
    yield "stopped_while_creeping", _run(answer, CREEPING)[0] is not None
    yield "stopped_while_stepping", _run(answer, STEPPING)[0], {"wanted": None}
    yield "restores_best", answer.restore_best_weights


def _run(answer: EarlyStopping, accuracy: list[float]) -> tuple[int | None, int]:
    """(the epoch it stops at, its best epoch) over this val_accuracy and a falling val_loss."""
    epochs = range(len(accuracy))
    losses = [1 / (epoch + 1) for epoch in epochs]
    log = pd.DataFrame({"epoch": epochs, "val_accuracy": accuracy, "val_loss": losses})
    tried = copy.copy(answer)  # the learner's own stays as it was
    return replay([tried], log).stopped_epoch, tried.best_epoch


# val_loss and patience
RUNS = {
    "falling": ([1.0, 0.9, 0.8, 0.7], 2),
    "stumbling": ([1.0, 0.9, 0.95, 0.96], 2),
    "better_than_the_last": ([1.0, 0.5, 0.9, 0.8, 0.7], 3),
    "equal": ([0.5, 0.5, 0.5, 0.4], 2),
    "two_records": ([1.0, 0.9, 0.95, 0.8, 0.85, 0.7, 0.75], 2),
    "impatient": ([1.0, 1.1, 0.9, 0.9], 1),
}


def by_hand(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    for name, (values, patience) in RUNS.items():
        yield name, *_stops(answer, values, patience)
    log = read_log(COURSE / "data" / "runs" / "dog_cat_no_callbacks.csv")
    for patience in range(1, 9):
        yield "real_run", *_stops(answer, log["val_loss"].tolist(), patience)


def _stops(answer: object, values: list[float], patience: int) -> tuple[object, dict]:
    """What the learner's function says, and what Keras does."""
    wanted = replayed([EarlyStopping(patience=patience)], val_loss=values).stopped_epoch
    given = answer(list(values), patience)
    return given, {"wanted": wanted, "values": values, "patience": patience}
