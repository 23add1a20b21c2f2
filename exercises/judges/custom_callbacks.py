"""নোটবুক ১৫-র কোড-অনুশীলনের বিচার।"""

from collections.abc import Iterable
from pathlib import Path

from helpers.bengali import digits
from helpers.checks import BATCHES, Scripted, fit, judge, not_a_callback_class, scratch_folder, tiny_model
from helpers.start import keras

import numpy as np

Callback = keras.callbacks.Callback

# --- stop_on_nan ---


@judge("15_custom_callbacks/stop_on_nan")
def _stop_on_nan(answer: object) -> str | None:
    if problem := not_a_callback_class(answer):
        return problem
    if issubclass(answer, keras.callbacks.TerminateOnNaN):
        return "এটি Keras-এর `TerminateOnNaN`-ই, নতুন নামে। এবার hook-টি নিজে লেখো।"
    if unknown := [name for name in vars(answer) if name.startswith("on_") and not hasattr(Callback, name)]:
        return f"`{unknown[0]}` নামে কোনো hook নেই, তাই কেউ ডাকে না।"
    if _batches_run(answer(), None) < 2 * BATCHES:
        return "loss সুস্থ, তবু ট্রেনিং থেমে গেল। শর্তটা কি উল্টো?"
    if _batches_run(answer(), 1e9) < 2 * BATCHES:
        return "loss বিরাট, কিন্তু একটি সংখ্যাই; তবু ট্রেনিং থেমে গেল।"
    return (
        _late(answer(), float("nan"), "NaN")
        or _late(answer(), float("inf"), "অসীম")
        or _late(answer(), -float("inf"), "ঋণাত্মক অসীম")
        or _breaks_without_loss(answer())
    )


class _Spoil(keras.callbacks.Callback):
    """Gives the second batch of the first epoch a loss, and counts the batches."""

    def __init__(self, loss: float | None) -> None:
        super().__init__()
        self.loss, self.count = loss, 0

    def on_train_batch_end(self, batch, logs=None):
        self.count += 1
        if self.count == 2 and self.loss is not None:
            logs["loss"] = self.loss

    def on_epoch_end(self, epoch, logs=None):
        # a NaN stays in the running mean, and so in the log of the epoch
        if epoch == 0 and self.loss is not None:
            logs["loss"] = self.loss


def _batches_run(callback: keras.callbacks.Callback, loss: float | None) -> int:
    spoil = _Spoil(loss)
    fit(tiny_model(), 2, [spoil, callback])
    return spoil.count


def _late(callback: keras.callbacks.Callback, loss: float, name: str) -> str | None:
    count = _batches_run(callback, loss)
    if count == 2:
        return None
    if count == BATCHES:
        return f"দ্বিতীয় batch-এই loss {name}; ট্রেনিং থামল epoch শেষ হলে। hook-টি বদলাও।"
    if count < 2:
        return "loss তখনো সুস্থ, তবু প্রথম batch-এই থেমে গেল।"
    if count == 2 * BATCHES:
        if getattr(callback, "stop_training", False):
            return "পতাকাটি তুলেছ callback-এর গায়ে, `self.stop_training`; `fit` দেখে মডেলের গায়ে।"
        return f"দ্বিতীয় batch-এ loss {name} করে দিলাম; ট্রেনিং থামল না, শেষ পর্যন্ত চলল।"
    return f"দ্বিতীয় batch-এ loss {name} করে দিলাম; ট্রেনিং থামল দেরিতে, {digits(count)} নম্বর batch-এ।"


class _Hide(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        logs.pop("loss", None)


def _breaks_without_loss(callback: keras.callbacks.Callback) -> str | None:
    model = tiny_model()
    try:
        fit(model, 1, [_Hide(), callback])
    except (KeyError, TypeError) as error:
        return f"`logs`-এ `loss` না থাকলে তোমার callback `{type(error).__name__}` দেয়। আগে দেখো, আছে কি না।"
    if model.stop_training:
        return "`logs`-এ `loss` নেই, তাতেই ট্রেনিং থামিয়ে দিল। না থাকা মানে NaN নয়।"
    return None


# --- minutes_patience ---


class _Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds, self.asked = 1000.0, 0

    def __call__(self) -> float:
        self.asked += 1
        return self.seconds


class _Scene(keras.callbacks.Callback):
    """Epochs that take a given time and end with a given val_loss."""

    def __init__(self, clock: _Clock, minutes: float, val_losses: Iterable[float]) -> None:
        super().__init__()
        self.clock, self.minutes, self.val_losses = clock, minutes, list(val_losses)

    def on_epoch_end(self, epoch, logs=None):
        self.clock.seconds += 60 * self.minutes
        logs["val_loss"] = self.val_losses[epoch]


# the last record is at the end of epoch 1; an equal value is none, nor is one lower than the epoch before
_STUCK = [1.0, 0.9, *[0.95, 0.9] * 19]
_PATIENCE = 12


@judge("15_custom_callbacks/minutes_patience")
def _minutes_patience(answer: object) -> str | None:
    if problem := not_a_callback_class(answer):
        return problem
    clock = _Clock()
    try:
        callback = answer(_PATIENCE, clock)
    except TypeError as error:
        return f"`MinutesPatience(minutes, clock)` বানানো গেল না: {error}"
    better = [1 - 0.001 * epoch for epoch in range(20)]
    if _epochs(callback, clock, 5, better) < 20:
        return "প্রতি epoch-এ রেকর্ড হচ্ছে, তবু থেমে গেল। রেকর্ড হলে সময় গোনা কি আবার গোড়া থেকে শুরু হয়?"
    clock = _Clock()
    return _wrong_stop(answer(_PATIENCE, clock), clock)


def _epochs(callback: keras.callbacks.Callback, clock: _Clock, minutes: float, losses: list[float]) -> int:
    history = fit(tiny_model(), len(losses), [_Scene(clock, minutes, losses), callback])
    return len(history.epoch)


def _wrong_stop(callback: keras.callbacks.Callback, clock: _Clock) -> str | None:
    count = _epochs(callback, clock, 5, _STUCK)
    said = f"ধৈর্য {digits(_PATIENCE)} মিনিট, প্রতি epoch ৫ মিনিট, রেকর্ড শেষবার epoch `1`-এ"
    if count == len(_STUCK):
        if not clock.asked:
            return f"{said}; ট্রেনিং থামলই না। তোমার callback `clock()`-কে একবারও সময় জিজ্ঞেস করেনি।"
        asked = "সমান মান কি রেকর্ড? তুলনা কি সেরার সঙ্গে, না আগেরটির সঙ্গে?"
        return f"{said}; ট্রেনিং থামলই না, {digits(count)} epoch চলল। {asked}"
    if count == 3:
        why = "হয় সেকেন্ড-মিনিট গুলিয়েছে, নয় রেকর্ডের পর সময় গোনা নতুন করে শুরু হয়নি"
        return f"{said}; থামল epoch `2`-এ, ৫ মিনিট পরেই। {why}।"
    if count == 2 + _PATIENCE:
        return f"{said}; থামল {digits(_PATIENCE)} epoch পরে। তুমি epoch গুনছ; গোনার কথা মিনিট।"
    if count != 5:
        return f"{said}; থামার কথা epoch `4`-এ, ১৫ মিনিট পরে। থামল epoch `{count - 1}`-এ।"
    if (count := _epochs(callback, clock, 5, _STUCK)) != 5:
        return (
            f"প্রথম `fit`-এ ঠিক থামল। একই callback দিয়ে আবার একই `fit`: এবার থামল epoch `{count - 1}`-এ। "
            "আগের ট্রেনিংয়ের কী কী মনে রেখেছে?"
        )
    if (count := _epochs(callback, clock, 1, _STUCK)) != 2 + _PATIENCE:
        return f"প্রতি epoch ১ মিনিট হলে থামার কথা epoch `{1 + _PATIENCE}`-এ; থামল epoch `{count - 1}`-এ।"
    return None


# --- best_three ---

_LOSSES = [0.9, 0.5, 0.7, 0.6, 0.8, 0.4]
_BEST = [1, 3, 5]
_FOREIGN = {"notes.txt": "আমার খাতা", "epoch_07.weights.h5": "অন্য কারও"}


class _Watch(keras.callbacks.Callback):
    """Notes after every epoch which files are there."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.seen = folder, []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append({path.name for path in self.folder.iterdir()} - set(_FOREIGN))


@judge("15_custom_callbacks/best_three")
def _best_three(answer: object) -> str | None:
    if problem := not_a_callback_class(answer):
        return problem
    with scratch_folder() as folder:
        for file, text in _FOREIGN.items():
            (folder / file).write_text(text, encoding="utf-8")
        watch, model = _Watch(folder), tiny_model()
        fit(model, len(_LOSSES), [Scripted(val_loss=_LOSSES), answer(folder), watch])
        return _touched(folder) or _wrong_files(watch.seen) or _wrong_weights(folder)


def _touched(folder: Path) -> str | None:
    for file, text in _FOREIGN.items():
        if not (folder / file).exists():
            return f"ফোল্ডারে আগে থেকে ছিল `{file}`; তোমার callback সেটি মুছে ফেলেছে। মোছো কেবল নিজের লেখা ফাইল।"
        if (folder / file).read_bytes() != text.encode():
            return f"ফোল্ডারে আগে থেকে ছিল `{file}`; তোমার callback তার ওপরে লিখেছে।"
    return None


def _name(epoch: int) -> str:
    return f"epoch_{epoch:02d}.weights.h5"


def _wrong_files(seen: list[set[str]]) -> str | None:
    if not any(seen):
        return "কোনো epoch-এর শেষেই ফোল্ডারে তোমার একটি ফাইলও নেই। সেভ করো প্রতি epoch-এর শেষে।"
    strange = sorted(set().union(*seen) - {_name(epoch) for epoch in range(len(_LOSSES))})
    if strange:
        return f"`{strange[0]}` নামে ফাইল হলো; চাই `{_name(4)}`-এর মতো নাম, epoch দুই অঙ্কে, `0` থেকে।"
    losses = ", ".join(f"`{loss}`" for loss in _LOSSES)
    told = f"`val_loss` ছিল পরপর {losses}। শেষে আছে epoch {_numbers(seen[-1])}"
    if (most := max(map(len, seen))) > 3:
        if len(seen[-1]) > 3:
            return f"{told}: তিনটির বেশি। খারাপটি মোছা বাকি।"
        return f"শেষে তিনটি ঠিকই, কিন্তু একটি epoch-এর শেষে ছিল {digits(most)}টি। ডিস্ক ভরলে তখনই ভরবে।"
    if seen[-1] == {_name(epoch) for epoch in (3, 4, 5)}:
        return f"{told}: শেষ তিনটি। চাই সেরা তিনটি।"
    if seen[-1] == {_name(epoch) for epoch in (0, 2, 4)}:
        return f"{told}: সবচেয়ে খারাপ তিনটি! কম হলে ভালো, না বেশি হলে?"
    if seen[1] != {_name(0), _name(1)}:
        return "দ্বিতীয় epoch-এর শেষে দুটি ফাইল থাকার কথা; তখন তিনটিও হয়নি, বাদ দেওয়ার কিছু নেই।"
    for epoch, names in enumerate(seen):
        best = sorted(range(epoch + 1), key=_LOSSES.__getitem__)[:3]
        if names != {_name(one) for one in best}:
            then = f"epoch `{epoch}`-এর শেষে আছে {_numbers(names)}; সেরা তিনটি তখন অন্য"
            return f"`val_loss` ছিল পরপর {losses}। {then}।"
    return None


def _numbers(names: set[str]) -> str:
    return ", ".join(f"`{int(name[6:8])}`" for name in sorted(names)) or "কোনোটি নয়"


def _wrong_weights(folder: Path) -> str | None:
    model = tiny_model()
    for epoch in _BEST:
        try:
            model.load_weights(folder / _name(epoch))
        except (OSError, ValueError):
            return f"`{_name(epoch)}` আছে, কিন্তু ভেতরে মডেলের weights নেই। `save_weights` দিয়ে সেভ করো।"
        if not all(np.all(weight == epoch) for weight in model.get_weights()):
            return f"`{_name(epoch)}` ফাইলে অন্য epoch-এর weights। কখন সেভ করছ?"
    return None
