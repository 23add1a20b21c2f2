"""What is seen of the code exercises of notebook 05."""

from collections.abc import Iterator

from exercises.judges.trial import an, callback_class, drops, fit, replayed, tiny_model

import numpy as np
from keras.callbacks import ReduceLROnPlateau

START = 0.3


def accuracy_watcher(answer: object) -> Iterator[tuple]:
    yield from an(ReduceLROnPlateau, answer)
    yield "monitor", answer.monitor
    rising, level = (
        replayed([answer], learning_rate=START, val_accuracy=accuracy).learning_rates
        for accuracy in (np.linspace(0.1, 0.9, 20), [0.5] * 40)
    )
    yield "while_rising", len(drops(rising))
    at = drops(level)
    yield "any_drop", bool(at)
    yield "first_drop" if answer.patience != 10 else "first_drop_by_default", at[0]
    yield "factor", level[4] / START, {"start": START, "rate": level[4]}
    yield "second_drop", len(at) > 1
    yield "gap" if answer.cooldown else "gap_without_cooldown", at[1] - at[0]
    yield "lowest", level[-1]


def diary(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    callback, model = answer(), tiny_model()
    # min_delta out of reach: no epoch after the first is an improvement, whatever the loss does
    stuck = ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=1e9)
    fit(model, 5, [stuck, callback])
    noted = getattr(callback, "drops", None)
    yield "is_list", isinstance(noted, list)
    yield "noted", noted
    fit(model, 3, [stuck, callback])
    yield "kept", callback.drops[:2]
    yield "noted_again", callback.drops
