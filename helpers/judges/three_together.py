"""নোটবুক ০৬-এর কোড-অনুশীলনের বিচার।"""

import copy
from pathlib import PurePath

from helpers.bengali import digits
from helpers.checks import judge
from helpers.recorded import Replay, replay
from helpers.start import keras

import pandas as pd

Checkpoint = keras.callbacks.ModelCheckpoint
Early = keras.callbacks.EarlyStopping
Plateau = keras.callbacks.ReduceLROnPlateau

PATIENCE, FACTOR, DROPS = 10, 0.2, 3
BEST = 4
RISING = [0.5 + 0.01 * epoch for epoch in range(30)]
PEAK = [0.5, 0.6, 0.7, 0.8, 0.9, *[0.7] * 30]  # best at epoch BEST, and never again


@judge("06_three_together/my_recipe")
def _my_recipe(answer: object) -> str | None:
    if problem := _not_the_three(answer):
        return problem
    ckpt, early, rlrop = (next(one for one in answer if isinstance(one, kind)) for kind in _KINDS)
    return (
        _other_measures(answer)
        or _wrong_direction(answer)
        or _wrong_file(ckpt)
        or _wrong_stop(early)
        or _wrong_drops(early, rlrop)
        or _different_improvements(early, rlrop)
    )


_KINDS = (Checkpoint, Early, Plateau)


def _not_the_three(answer: object) -> str | None:
    if not isinstance(answer, list | tuple):
        return f"এখানে চাই একটি `list`, তার ভেতরে তিনটি callback; তুমি দিয়েছ `{type(answer).__name__}`।"
    for one in answer:
        if isinstance(one, type):
            return f"`{one.__name__}` ক্লাসটিই list-এ রেখেছ। চাই তা থেকে বানানো অবজেক্ট: `{one.__name__}(...)`।"
        if not isinstance(one, keras.callbacks.Callback):
            return f"list-এ একটি `{type(one).__name__}` আছে; সেটি callback নয়।"
    for kind in _KINDS:
        count = sum(isinstance(one, kind) for one in answer)
        if count != 1:
            return f"list-এ `{kind.__name__}` আছে {digits(count)}টি; থাকার কথা একটি।"
    return None


def _run(callbacks: list, accuracy: list[float]) -> Replay:
    """A replay over a run with this val_accuracy, on copies: a ModelCheckpoint would keep its best."""
    log = pd.DataFrame({"epoch": range(len(accuracy)), "val_accuracy": accuracy})
    return replay([copy.copy(one) for one in callbacks], log)


def _drops(rates: list[float]) -> list[int]:
    return [epoch for epoch in range(1, len(rates)) if rates[epoch] < rates[epoch - 1]]


def _other_measures(answer: list) -> str | None:
    for one in answer:
        if getattr(one, "monitor", "val_accuracy") != "val_accuracy":
            return (
                f"`{type(one).__name__}` দেখছে `{one.monitor}`; কথা ছিল তিনজনই `val_accuracy` দেখবে। "
                "`monitor` না লিখলে কী হয়, ভেবে দেখো।"
            )
    return None


def _wrong_direction(answer: list) -> str | None:
    for one in answer:
        if getattr(one, "mode", "max") == "min":
            return (
                f'`{type(one).__name__}`-এ `mode="min"`, মানে কম হলে ভালো। accuracy যখন বেড়েই চলেছে, '
                "তখন সে ভাববে উন্নতি নেই।"
            )
    result = _run([one for one in answer if not isinstance(one, Checkpoint)], RISING)
    if result.stopped_epoch is not None or _drops(result.learning_rates):
        return (
            "একটি রেখায় accuracy প্রতি epoch-এ `0.01` করে বাড়ছে, তবু কেউ থামিয়েছে বা learning rate কমিয়েছে। "
            "`min_delta` বা `baseline` কি বেশি বড়?"
        )
    return None


def _wrong_file(ckpt: Checkpoint) -> str | None:
    name = PurePath(ckpt.filepath).name
    if name != "best.keras":
        return f"ফাইলের নাম দিয়েছ `{name}`; চাই `best.keras`।"
    if not ckpt.save_best_only:
        return "`ModelCheckpoint` প্রতি epoch-এ সেভ করছে, রেকর্ড হোক বা না হোক; `best.keras`-এ থাকবে শেষেরটা।"
    if _run([ckpt], PEAK).saved_epochs != list(range(BEST + 1)):
        return "রেকর্ড ভেঙেছে এমন প্রতিটি epoch-এ সেভ হওয়ার কথা; হলো না। `ModelCheckpoint`-এ বাড়তি কী লিখেছ?"
    return None


def _wrong_stop(early: Early) -> str | None:
    result = _run([early], PEAK)
    if result.stopped_epoch is None:
        return f"রেকর্ডের পর {digits(len(PEAK) - BEST - 1)}টি খারাপ epoch গেল, তবু ট্রেনিং থামল না।"
    if (waited := result.stopped_epoch - BEST) != PATIENCE:
        return f"রেকর্ডের পর `EarlyStopping` {digits(waited)} epoch দেখে থামল; দেখার কথা {digits(PATIENCE)}।"
    if not early.restore_best_weights:
        return "থামে ঠিক জায়গায়, কিন্তু মেমোরির মডেলে থেকে যায় শেষ epoch-এর weights; সেরাটির ফেরার কথা।"
    return None


def _wrong_drops(early: Early, rlrop: Plateau) -> str | None:
    rates = _run([early, rlrop], PEAK).learning_rates
    lower = _drops(rates)
    if not lower:
        return (
            "একটি রেখায় epoch `4`-এর পর আর উন্নতি নেই; থামার আগে learning rate একবারও কমল না। "
            "`ReduceLROnPlateau`-র `patience` কি সময়মতো ফুরোয়?"
        )
    if abs(rates[lower[0]] / rates[0] - FACTOR) > 1e-6:
        share = f"{rates[lower[0]] / rates[0]:.3g}"
        return f"প্রথমবার কমে learning rate হলো আগের `{share}` গুণ; হওয়ার কথা `{FACTOR}` গুণ।"
    if rlrop.min_lr > rates[0] * FACTOR**DROPS:
        return f"`min_lr={rlrop.min_lr}` এত বড় যে {digits(DROPS)} বার কমার আগেই learning rate সেখানে ঠেকে যায়।"
    if len(lower) != DROPS:
        seen = ", ".join(f"`{epoch}`" for epoch in lower)
        return (
            f"একটি রেখায় epoch `{BEST}`-এর পর আর উন্নতি নেই; থামার আগে learning rate কমল "
            f"{digits(len(lower))} বার (কমে যাওয়া মানে প্রথম চলল epoch {seen}); কমার কথা {digits(DROPS)} বার।"
        )
    return None


def _different_improvements(early: Early, rlrop: Plateau) -> str | None:
    ours, theirs = abs(early.min_delta), abs(rlrop.min_delta)
    if ours == theirs:
        return None
    return (
        f"`EarlyStopping` উন্নতি ধরে `{ours}`-এর বেশি ভালো হলে, `ReduceLROnPlateau` `{theirs}`-এর বেশি হলে। "
        "মাঝামাঝি উন্নতিতে দুজন দুই কথা বলবে।"
    )
