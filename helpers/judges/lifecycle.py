"""নোটবুক ০২-এর কোড-অনুশীলনের বিচার।"""

from itertools import accumulate, pairwise

from helpers.bengali import digits
from helpers.checks import fit, judge, not_a_callback_class, tiny_model
from helpers.hooks import HookRecorder
from helpers.start import keras

import numpy as np

LOSSES = [10.0, 40.0, 20.0, 50.0]  # of the four batches, each one's own
EPOCHS = 3


@judge("02_lifecycle/own_loss")
def _own_loss(answer: object) -> str | None:
    return not_a_callback_class(answer) or _wrong_losses(answer())


def _wrong_losses(callback: keras.callbacks.Callback) -> str | None:
    seen = []

    def look(_epoch: int, _logs: dict) -> None:
        seen.append(list(getattr(callback, "losses", [])))

    # It answers 0 and learns nothing, so that a batch's own loss is the number it should have answered.
    model = tiny_model()
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mae")
    x, y = np.zeros((len(LOSSES), 1)), np.array(LOSSES)
    callbacks = [callback, keras.callbacks.LambdaCallback(on_epoch_end=look)]
    model.fit(x, y, batch_size=1, epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
    first, second = seen

    if not first:
        return "প্রথম epoch শেষ, অথচ `self.losses` নেই বা খালি।"
    if _same(second, LOSSES) and _same(first, LOSSES):
        return None
    if _same(second, [*first, *first]):
        count = digits(len(second))
        return f"দ্বিতীয় epoch-এর শেষে `self.losses`-এ {count}টি সংখ্যা: আগের epoch-এরগুলো রয়ে গেছে।"
    if len(first) != len(LOSSES):
        return f"epoch-এ {digits(len(LOSSES))}টি batch, অথচ `self.losses`-এ {digits(len(first))}টি সংখ্যা।"
    means = [total / count for count, total in enumerate(accumulate(LOSSES), start=1)]
    if _same(first, means):
        return "যা রেখেছ, তা প্রতি batch-এর শেষে `logs`-এর গড়টাই; ওই batch-এর নিজের loss নয়।"
    if _same(first[1:], [later - earlier for earlier, later in pairwise(means)]):
        return "পরপর দুটি গড় বিয়োগ করেছ। গড় থেকে আগে ভাবো: এ পর্যন্ত সব batch মিলিয়ে loss মোট কত?"
    if _same(first, LOSSES):
        return "প্রথম epoch ঠিক, দ্বিতীয়টিতে গোলমাল: আগের epoch-এর হিসাবের কিছু একটা রয়ে গেছে।"
    if not _same(first[:1], LOSSES[:1]):
        given = f"প্রথম batch-এর নিজের loss `{LOSSES[0]:g}`, তুমি পেয়েছ `{first[0]:g}`"
        return f"{given}। `batch` গোনা শুরু `0` থেকে।"
    return f"batch-গুলোর নিজের loss `{LOSSES}`, তুমি পেয়েছ `{[round(float(loss), 2) for loss in first]}`।"


def _same(given: list, wanted: list) -> bool:
    return len(given) == len(wanted) and np.allclose(given, wanted, atol=1e-3)


@judge("02_lifecycle/epoch_seconds")
def _epoch_seconds(answer: object) -> str | None:
    return not_a_callback_class(answer) or _wrong_seconds(answer())


def _wrong_seconds(callback: keras.callbacks.Callback) -> str | None:
    recorder = HookRecorder()
    history = fit(tiny_model(), EPOCHS, [callback, recorder])
    told = history.history.get("seconds", [])
    if not told:
        return _where_the_key_went(recorder)
    if len(told) != EPOCHS:
        return f"{digits(EPOCHS)}টি epoch, অথচ History-তে `seconds` {digits(len(told))}টি।"
    if min(told) < 0:
        return "সময় ঋণাত্মক এসেছে: শেষ থেকে শুরু বিয়োগ করো, উল্টোটা নয়।"
    begins, ends = (
        [event.seconds for event in recorder.events if event.name == name]
        for name in ("on_epoch_begin", "on_epoch_end")
    )
    last, since_start = ends[-1] - begins[-1], ends[-1] - begins[0]
    if told[-1] > (last + since_start) / 2:
        return "শেষ epoch-টির সময়ের ভেতরে আগের epoch-গুলোর সময়ও ঢুকে গেছে: ঘড়ি চালু হয়েছে একবারই।"
    # of the first epoch, which takes longest: some clocks don't see the few milliseconds of the others
    if told[0] < (ends[0] - begins[0]) / 2:
        return "যে সময় এসেছে, তা epoch-টির চেয়ে অনেক ছোট: ঘড়ি epoch-এর শুরুতে চালু হয়নি।"
    return None


def _where_the_key_went(recorder: HookRecorder) -> str:
    hooks = {event.name for event in recorder.events if "seconds" in event.logs}
    if "on_train_end" in hooks:
        return "`seconds` এসেছে `on_train_end`-এর `logs`-এ; History তার আগেই লেখা শেষ করেছে।"
    if hooks:
        where = f"`seconds` এসেছে `{min(hooks)}`-এর `logs`-এ"
        return f"{where}; প্রতিটি ডাকের `logs` আলাদা dict, History দেখে অন্যটি।"
    return "পরের callback-রা `logs`-এ `seconds` পেল না। যে dict-এ লিখেছ, সেটি কি ওদের হাতের dict-টিই?"
