"""What is seen of the code exercise of notebook 06."""

from collections.abc import Iterator
from pathlib import PurePath

from exercises.judges.trial import callbacks, drops, first, replayed

from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

BEST = 4
RISING = [0.5 + 0.01 * epoch for epoch in range(30)]
PEAK = [0.5, 0.6, 0.7, 0.8, 0.9, *[0.7] * 30]  # best at epoch BEST, and never again
LEAST = 0.2**3  # of the learning rate, after three drops


def my_recipe(answer: object) -> Iterator[tuple]:
    kinds = ModelCheckpoint, EarlyStopping, ReduceLROnPlateau
    yield from callbacks(answer, *kinds)
    checkpoint, early, plateau = (first(answer, kind) for kind in kinds)
    for one in (checkpoint, early, plateau):
        yield "monitor", one.monitor, {"type": type(one).__name__}
        yield "mode", one.mode, {"type": type(one).__name__}
    rising = replayed([early, plateau], val_accuracy=RISING)
    yield "left_alone", rising.stopped_epoch is None and not drops(rising.learning_rates)
    yield "file", PurePath(checkpoint.filepath).name
    yield "best_only", checkpoint.save_best_only
    yield "saved", replayed([checkpoint], val_accuracy=PEAK).saved_epochs
    stopped = replayed([early], val_accuracy=PEAK).stopped_epoch
    yield "waited", stopped and stopped - BEST
    yield "restores_best", early.restore_best_weights
    rates = replayed([early, plateau], val_accuracy=PEAK).learning_rates
    lower = [epoch + 1 for epoch in drops(rates)]
    yield "any_drop", bool(lower)
    yield "factor", rates[lower[0]] / rates[0]
    yield "low_enough", plateau.min_lr <= rates[0] * LEAST, {"min_lr": plateau.min_lr}
    yield "drops", len(lower), {"epochs": ", ".join(map(str, lower))}
    ours, theirs = abs(early.min_delta), abs(plateau.min_delta)
    yield "same_improvement", ours == theirs, {"ours": ours, "theirs": theirs}
