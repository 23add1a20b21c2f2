"""What is seen of the code exercise of notebook 06."""

import copy
from collections.abc import Iterator
from pathlib import PurePath

from exercises.judges.reduce_lr_on_plateau import drops
from exercises.judges.trial import callbacks, first
from helpers.recorded import Replay, replay
from helpers.start import keras

import pandas as pd

Checkpoint = keras.callbacks.ModelCheckpoint
Early = keras.callbacks.EarlyStopping
Plateau = keras.callbacks.ReduceLROnPlateau

BEST = 4
RISING = [0.5 + 0.01 * epoch for epoch in range(30)]
PEAK = [0.5, 0.6, 0.7, 0.8, 0.9, *[0.7] * 30]  # best at epoch BEST, and never again
LEAST = 0.2**3  # of the learning rate, after three drops


def my_recipe(answer: object) -> Iterator[tuple]:
    yield from callbacks(answer, Checkpoint, Early, Plateau)
    checkpoint, early, plateau = (first(answer, kind) for kind in (Checkpoint, Early, Plateau))
    for one in (checkpoint, early, plateau):
        yield "monitor", one.monitor, {"type": type(one).__name__}
        yield "mode", one.mode, {"type": type(one).__name__}
    rising = _run([early, plateau], RISING)
    yield "left_alone", rising.stopped_epoch is None and not drops(rising.learning_rates)
    yield "file", PurePath(checkpoint.filepath).name
    yield "best_only", checkpoint.save_best_only
    yield "saved", _run([checkpoint], PEAK).saved_epochs
    stopped = _run([early], PEAK).stopped_epoch
    yield "waited", stopped and stopped - BEST
    yield "restores_best", early.restore_best_weights
    rates = _run([early, plateau], PEAK).learning_rates
    lower = [epoch + 1 for epoch in drops(rates)]
    yield "any_drop", bool(lower)
    yield "factor", rates[lower[0]] / rates[0]
    yield "low_enough", plateau.min_lr <= rates[0] * LEAST, {"min_lr": plateau.min_lr}
    yield "drops", len(lower), {"epochs": ", ".join(map(str, lower))}
    ours, theirs = abs(early.min_delta), abs(plateau.min_delta)
    yield "same_improvement", ours == theirs, {"ours": ours, "theirs": theirs}


def _run(callbacks: list, accuracy: list[float]) -> Replay:
    """A replay over this val_accuracy, on copies: a ModelCheckpoint would keep its best."""
    log = pd.DataFrame({"epoch": range(len(accuracy)), "val_accuracy": accuracy})
    return replay([copy.copy(one) for one in callbacks], log)
