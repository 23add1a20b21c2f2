"""নোটবুক ১২-র কোড-অনুশীলনের বিচার।"""

import functools
from collections.abc import Callable
from itertools import accumulate, zip_longest

from helpers.bengali import digits
from helpers.checks import BATCHES, fit, judge, not_a, not_a_function, tiny_model
from helpers.hooks import HOOKS, HookRecorder
from helpers.start import keras

import numpy as np

Lambda = keras.callbacks.LambdaCallback


# --- every ---


@judge("12_progress_and_small_ones/every")
def _every(answer: object) -> str | None:
    if problem := not_a_function(answer, "একটি ফাংশন"):
        return problem
    return _wrong_calls(answer, 3, 7) or _wrong_calls(answer, 2, 4)


def _wrong_calls(every: Callable, count: int, epochs: int) -> str | None:
    calls = []
    callback = every(count, lambda *given: calls.append(given))
    if calls:
        return "callback বানানোর সময়ই `report` ডাকা হয়ে গেছে। `LambdaCallback`-কে দাও ফাংশনটি, তাকে ডাকার ফল নয়।"
    if callback is None:
        return "`every(...)` কিছু ফেরত দিল না। বানানো callback-টি `return` করো।"
    if problem := not_a(Lambda, callback):
        return problem
    # what LambdaCallback was given under a name that Keras doesn't call
    if strange := [name for name in vars(callback) if name.startswith("on_") and name not in HOOKS]:
        return f"`{strange[0]}` নামে কোনো hook নেই; `LambdaCallback` সেটি চুপচাপ রেখে দিয়েছে, কেউ ডাকেনি।"
    fit(tiny_model(), epochs, [callback])
    return _misfit_of_calls(calls, count, epochs)


def _misfit_of_calls(calls: list[tuple], count: int, epochs: int) -> str | None:
    run = f"`every({count}, report)` দিয়ে {digits(epochs)} epoch চালালাম"
    if not calls:
        return f"{run}; `report` একবারও ডাক পেল না।"
    if any(len(given) != 2 for given in calls):
        return "`report` দুটি জিনিস নেয়: `epoch` আর `logs`, এই ক্রমে।"
    if any(not isinstance(logs, dict) or "loss" not in logs for _, logs in calls):
        return "`report` যে `logs` পেয়েছে, তাতে `loss` নেই। epoch-এর কোন hook-এর হাতে মাপগুলো থাকে?"
    told, wanted = [epoch for epoch, _ in calls], list(range(count - 1, epochs, count))
    if told == wanted:
        return None
    if len(told) > epochs:
        return f"{run}; ডাক এসেছে {digits(len(told))} বার। batch-এর hook-এ বসেছে বোধ হয়।"
    seen = ", ".join(f"`{epoch}`" for epoch in told)
    if told == list(range(epochs)):
        return f"{run}; ডাক এসেছে প্রতি epoch-এ। ডাকার আগে গুনে দেখা বাকি।"
    if told[0] == 0:
        return f"{run}; ডাক এসেছে epoch {seen}-এ। epoch `0`-এর শেষে শেষ হয়েছে মাত্র একটি epoch।"
    if told == [epoch + 1 for epoch in wanted]:
        return f"{run}; `report`-কে যে নম্বর দিয়েছ, তা এক বেশি। Keras যে `epoch` দেয়, সেটিই দাও।"
    return f"{run}; ডাক এসেছে epoch {seen}-এ। যতগুলো শেষ হয়েছে, তা কি `{count}` দিয়ে পুরো ভাগ যায়?"


# --- my_fit ---


@judge("12_progress_and_small_ones/my_fit")
def _my_fit(answer: object) -> str | None:
    if problem := not_a_function(answer, "একটি ফাংশন"):
        return problem
    return _wrong_order(answer) or _wrong_stop(answer)


def _batches() -> list[tuple[np.ndarray, np.ndarray]]:
    values = np.arange(BATCHES, dtype="float32")[:, None]
    return [(value[None], value[None]) for value in values]


class _UsedFitError(Exception):
    pass


def _refuse(*_args: object, **_options: object) -> None:
    raise _UsedFitError


def _wrong_order(my_fit: Callable) -> str | None:
    recorder, by_keras, model = HookRecorder(), HookRecorder(), tiny_model()
    before = model.get_weights()
    model.fit = _refuse
    try:
        history = my_fit(model, _batches(), 2, [recorder])
    except _UsedFitError:
        return "`model.fit`-কেই ডেকেছ। এখানে লুপটা নিজের হাতে লেখো, শেখাও `train_on_batch`-এ।"
    except AttributeError:
        if any(event.name == "on_train_begin" for event in recorder.events) or not recorder.events:
            raise
        return "`on_train_begin` ডাকা হয়নি; খাতা আর বাকিরা ওখানেই তৈরি হয়, তাই মাঝপথে আটকে গেল।"
    by_keras = _what_keras_does()
    return (
        _missing(recorder, by_keras)
        or _different(recorder, by_keras)
        or _untrained(model, before)
        or _wrong_loss(recorder)
        or _wrong_history(history)
    )


@functools.cache
def _what_keras_does() -> HookRecorder:
    recorder = HookRecorder()
    fit(tiny_model(), 2, [recorder])
    return recorder


def _missing(mine: HookRecorder, theirs: HookRecorder) -> str | None:
    called = {event.name for event in mine.events}
    if not called:
        return "callback-টি একটিও ডাক পেল না। `callbacks` কি `CallbackList`-এ ঢুকেছে, আর তাকে কি ডাকছ?"
    for event in theirs.events:
        if event.name not in called:
            return f"`{event.name}` একবারও ডাকা হয়নি।"
    return None


def _different(mine: HookRecorder, theirs: HookRecorder) -> str | None:
    pairs = zip_longest(mine.events, theirs.events)
    for place, (own, right) in enumerate(pairs, start=1):
        if own is None or right is None:
            count = f"মোট ডাক {digits(len(mine.events))}টি, `fit`-এ {digits(len(theirs.events))}টি"
            return f"{count}। কোনো hook কি ভুল লুপের ভেতরে বা বাইরে পড়েছে?"
        if own.name != right.name:
            return (
                f"শুরু থেকে গুনে {digits(place)} নম্বরে `fit` ডাকে `{right.name}`-কে, তোমার লুপ ডাকে `{own.name}`-কে।"
            )
        if own.index != right.index:
            return f"`{own.name}` পেয়েছে নম্বর `{own.index}`, `fit`-এ পায় `{right.index}`।"
    return None


def _untrained(model: keras.Model, before: list[np.ndarray]) -> str | None:
    if all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)):
        return "hook-গুলো ঠিক ডাক পেয়েছে, কিন্তু মডেল কিছু শেখেনি: weights আগের মতোই। `train_on_batch` কোথায়?"
    return None


def _wrong_loss(recorder: HookRecorder) -> str | None:
    ends = [event.logs for event in recorder.events if event.name == "on_epoch_end"]
    if any("loss" not in (logs or {}) for logs in ends):
        return "`on_epoch_end` `loss` পায়নি; তাই খাতায়ও কিছু ওঠেনি।"
    own, later = _losses_of_two_epochs()
    given, given_later = (logs["loss"] for logs in ends)
    running = [total / count for count, total in enumerate(accumulate(own), start=1)]
    if _close(given, np.mean(own)):
        if _close(given_later, np.mean(later)):
            return None
        if _close(given_later, np.mean([*own, *later])):
            return "দ্বিতীয় epoch-এর গড়ে প্রথমটির loss-ও ঢুকেছে। list-টি কোথায় খালি করো?"
        return "প্রথম epoch-এর `loss` ঠিক, দ্বিতীয়টির নয়: ওই epoch-এর batch-গুলোর loss-এর গড় চাই।"
    if _close(given, own[-1]):
        return "`on_epoch_end` পেয়েছে কেবল শেষ batch-এর loss। সব batch-এর গড় চাই।"
    if _close(given, sum(own)):
        return "`on_epoch_end` পেয়েছে loss-গুলোর যোগফল। কয়টি batch, তা দিয়ে ভাগ করা বাকি।"
    if _close(given, np.mean(running)):
        return "`on_epoch_end` পেয়েছে গড়েরও গড়। গড় করো batch-গুলোর নিজের loss।"
    return "`on_epoch_end` যে `loss` পেয়েছে, তা প্রথম epoch-এর batch-গুলোর loss-এর গড় নয়।"


def _close(given: float, wanted: float) -> bool:
    return np.isclose(given, wanted, rtol=1e-3)


@functools.cache
def _losses_of_two_epochs() -> list[list[float]]:
    model = tiny_model()
    return [[model.train_on_batch(x, y, return_dict=True)["loss"] for x, y in _batches()] for _ in range(2)]


def _wrong_history(history: object) -> str | None:
    if history is None:
        return "সব ঠিক চলেছে, কিন্তু কিছু ফেরত এল না। শেষে `History` ফেরত দাও।"
    if not isinstance(history, keras.callbacks.History):
        return f"ফেরত দিয়েছ `{type(history).__name__}`; চাই `History` অবজেক্টটি নিজে।"
    return None


class _StopAtOne(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            self.model.stop_training = True


def _wrong_stop(my_fit: Callable) -> str | None:
    recorder, model = HookRecorder(), tiny_model()
    history = my_fit(model, _batches(), 5, [recorder, _StopAtOne()])
    if history is None:
        return "শেষ পর্যন্ত চললে `History` ফেরত আসে, কিন্তু মাঝপথে থামলে কিছুই আসে না।"
    epochs = len(history.epoch)
    if epochs > 2:
        return (
            f"একটি callback epoch `1`-এর শেষে থামতে বলেছে; লুপ তবু চলেছে {digits(epochs)} epoch। "
            "`model.stop_training`-এর দিকে তাকাও।"
        )
    if epochs < 2:
        return "একটি callback epoch `1`-এর শেষে থামতে বলেছে; লুপ থেমে গেছে তারও আগে।"
    if recorder.events[-1].name != "on_train_end":
        return "মাঝপথে থামলে `on_train_end` আর ডাকা হচ্ছে না; `EarlyStopping` সেরা weights ফেরাতে পারবে না।"
    again = my_fit(model, _batches(), 3, [])
    if len(again.epoch) < 3:
        return f"একই মডেলে আবার ৩ epoch চালাতে গিয়ে চলল {digits(len(again.epoch))}টি: আগেরবারের পতাকা এখনো তোলা।"
    return None
