"""What is seen of the code exercises of notebook 05."""

import copy
from collections.abc import Iterable, Iterator
from itertools import pairwise

from exercises.judges.trial import an, callback_class, fit, tiny_model
from helpers.recorded import replay
from helpers.start import keras

import numpy as np
import pandas as pd

ReduceLROnPlateau = keras.callbacks.ReduceLROnPlateau
START = 0.3


def accuracy_watcher(answer: object) -> Iterator[tuple]:
    yield from an(ReduceLROnPlateau, answer)
    yield "monitor", answer.monitor
    yield "mode", answer.mode
    yield "while_rising", len(drops(_rates(answer, np.linspace(0.1, 0.9, 20))))
    rates = _rates(answer, [0.5] * 40)
    at = drops(rates)
    yield "any_drop", bool(at)
    yield "first_drop" if answer.patience != 10 else "first_drop_by_default", at[0]
    yield "factor", rates[4] / START, {"start": START, "rate": rates[4]}
    yield "second_drop", len(at) > 1
    yield "gap" if answer.cooldown else "gap_without_cooldown", at[1] - at[0]
    yield "lowest", rates[-1]


def _rates(callback: ReduceLROnPlateau, accuracy: Iterable[float]) -> list[float]:
    """The learning rate that each epoch of the curve would run with."""
    values = list(accuracy)
    log = pd.DataFrame({"epoch": range(len(values)), "val_accuracy": values})
    return replay([copy.copy(callback)], log, learning_rate=START).learning_rates


def drops(rates: list[float]) -> list[int]:
    """যে যে epoch-এর শেষে learning rate কমেছে। rates: প্রতি epoch যে learning rate-এ চলেছে।"""
    return [epoch for epoch, (before, after) in enumerate(pairwise(rates)) if after < before]


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
