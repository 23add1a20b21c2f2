"""নোটবুক ০৫-এর কোড-অনুশীলনের বিচার।"""

import copy
import math
from collections.abc import Iterable
from itertools import pairwise

from helpers.bengali import digits
from helpers.checks import fit, judge, not_a, not_a_callback_class, tiny_model
from helpers.recorded import replay
from helpers.start import keras

import numpy as np
import pandas as pd

_START = 0.3


@judge("05_reduce_lr_on_plateau/accuracy_watcher")
def _accuracy_watcher(answer: object) -> str | None:
    return (
        not_a(keras.callbacks.ReduceLROnPlateau, answer)
        or _watches_wrongly(answer)
        or _reduces_wrongly(answer)
    )


def _watches_wrongly(callback: keras.callbacks.ReduceLROnPlateau) -> str | None:
    if callback.monitor != "val_accuracy":
        return f"এটি `{callback.monitor}` দেখছে; দেখার কথা `val_accuracy`।"
    if callback.mode == "auto":
        return "`mode` বলে দাওনি, বা তার বানান মেলেনি। accuracy কম হলে ভালো, না বেশি?"
    if _drops(_rates(callback, np.linspace(0.1, 0.9, 20))):
        return "যে রেখায় accuracy প্রতি epoch-এ বাড়ছে, সেখানেও এটি learning rate কমাচ্ছে। `mode` দেখো।"
    return None


def _reduces_wrongly(callback: keras.callbacks.ReduceLROnPlateau) -> str | None:
    rates = _rates(callback, [0.5] * 40)
    drops = _drops(rates)
    if not drops:
        return "৪০ epoch ধরে accuracy এক জায়গায়, তবু একবারও কমল না। `patience` আর `min_lr` দেখো।"
    if drops[0] != 3:
        asked = "ডিফল্টেই রয়ে গেছে: দাওনি, বা বানান মেলেনি" if callback.patience == 10 else "দেখো"
        return f"accuracy শুরু থেকেই আটকে, অথচ প্রথমবার কমল epoch `{drops[0]}`-এর শেষে। `patience` {asked}।"
    if not math.isclose(rates[4], _START / 5, rel_tol=1e-3):
        return f"একবার কমে `{_START}` থেকে হলো `{rates[4]:.3g}`; চাই পাঁচ ভাগের এক ভাগ। `factor` দেখো।"
    if drops[1:2] != [9]:
        return _wrong_gap(drops, callback.cooldown)
    if not math.isclose(rates[-1], 0.001, rel_tol=1e-3):
        return f"৪০ epoch আটকে থাকলে learning rate নামে `{rates[-1]:.2g}`-এ; থামার কথা `0.001`-এ। `min_lr` দেখো।"
    return None


def _wrong_gap(drops: list[int], cooldown: int) -> str:
    if len(drops) == 1:
        return "একবার কমে আর কমল না। `min_lr` আর `cooldown` দেখো।"
    said = f"আটকে থাকলে একবার কমার {digits(drops[1] - drops[0])} epoch পরে আবার কমছে।"
    if cooldown == 0:
        return f"{said} কমানোর পর হিসাব কিছুক্ষণ বন্ধ রাখার parameter-টি দাওনি, বা তার বানান মেলেনি।"
    return f"{said} cooldown-এর টেবিলে ফাঁকের হিসাবটা আরেকবার দেখো।"


def _rates(callback: keras.callbacks.ReduceLROnPlateau, accuracy: Iterable[float]) -> list[float]:
    """The learning rate that each epoch of the curve would run with."""
    values = list(accuracy)
    log = pd.DataFrame({"epoch": range(len(values)), "val_accuracy": values})
    return replay([copy.copy(callback)], log, learning_rate=_START).learning_rates


def _drops(rates: list[float]) -> list[int]:
    """The epochs at whose end the learning rate was lowered."""
    return [epoch for epoch, (before, after) in enumerate(pairwise(rates)) if after < before]


@judge("05_reduce_lr_on_plateau/diary")
def _diary(answer: object) -> str | None:
    return not_a_callback_class(answer) or _misses_drops(answer())


def _misses_drops(diary: keras.callbacks.Callback) -> str | None:
    model = tiny_model()
    # min_delta out of reach: no epoch after the first is an improvement, whatever the loss does
    stuck = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=1e9)
    fit(model, 5, [stuck, diary])
    noted = getattr(diary, "drops", None)
    if not isinstance(noted, list):
        return "`fit`-এর পরে callback-টিতে `self.drops` নামের list পাওয়া গেল না।"
    if noted == [3]:
        return "খাতায় `[3]`; কমেছে `2` আর `4`-এর শেষে। `logs`-এ খবরটা ওঠে এক epoch পরে, শেষেরটা ওঠেই না।"
    if noted != [2, 4]:
        return f"একটি ট্রেনিংয়ে learning rate কমল epoch `2` আর `4`-এর শেষে; `self.drops` বলছে `{noted}`।"
    fit(model, 3, [stuck, diary])
    if diary.drops[:2] == [2, 4]:
        return "দ্বিতীয় `fit`-এর পরেও প্রথমটির নম্বর রয়ে গেছে। list কোথায় খালি করছ?"
    if diary.drops != [2]:
        return f"দ্বিতীয় `fit`-এ কমল epoch `2`-এর শেষে; `self.drops` বলছে `{diary.drops}`।"
    return None
