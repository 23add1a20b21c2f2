"""নোটবুক ১০-এর কোড-অনুশীলনের বিচার।"""

from helpers.bengali import digits
from helpers.checks import fit, judge, not_a_callback_class, tiny_model
from helpers.start import keras

import numpy as np

BAD = [1, 4, 5]  # a NaN in x, two infinite cells in one row of x, a NaN in y


@judge("10_terminate_on_nan/bad_rows")
def _bad_rows(answer: object) -> str | None:
    if not callable(answer):
        return f"এখানে চাই একটি ফাংশন; তুমি দিয়েছ `{type(answer).__name__}`।"
    x, y = np.ones((7, 3)), np.ones(7)
    given = answer(x, y)
    if problem := _not_numbers(given):
        return problem
    if np.size(given):
        return f"যে ডেটায় সব ঘর ভালো, সেখানেও খারাপ সারি পেলে: `{np.asarray(given).tolist()}`।"
    x[1, 2], x[4, :2], y[5] = np.nan, (np.inf, -np.inf), np.nan
    before = x.copy()
    given = answer(x, y)
    if not np.array_equal(x, before, equal_nan=True):
        return "তোমার ফাংশন `x`-এর মান বদলে ফেলেছে। কাজ হলো খোঁজা, বদলানো নয়।"
    return _not_numbers(given) or _misfit(np.asarray(given).tolist())


def _not_numbers(given: object) -> str | None:
    if given is None:
        return "ফাংশনটি কিছু ফেরত দিল না। `return` লিখেছ?"
    if isinstance(given, tuple):
        return "একটি tuple ফেরত এল; `np.where` আর `np.nonzero` এমন দেয়। চাই ভেতরের নম্বরগুলো।"
    found = np.asarray(given)
    if found.dtype == bool:
        return "প্রতি সারির জন্য `True` বা `False` ফেরত এল; চাই খারাপ সারিগুলোর নম্বর।"
    if found.ndim != 1:
        return f"ফেরত এল {digits(found.ndim)} মাত্রার array; চাই সারির নম্বরের একটি list।"
    return None


def _misfit(rows: list) -> str | None:
    if rows == BAD:
        return None
    if set(rows) != set(BAD):
        return _overlooked(rows)
    if len(rows) > len(BAD):
        return "যে সারির দুটি ঘর খারাপ, সে একাধিকবার এসেছে। গুনতে হবে সারি, ঘর নয়।"
    return f"সারিগুলো ঠিক, কিন্তু ক্রম `{rows}`; চাই ছোট থেকে বড়।"


def _overlooked(rows: list) -> str:
    missing = [row for row in BAD if row not in rows]
    if missing == [4]:
        return "একটি সারিতে NaN নেই, inf আছে; সেটি ধরা পড়েনি। `np.isnan` কেবল NaN চেনে।"
    if missing == [5]:
        return "একটি সারির `x` ভালো, কিন্তু `y` NaN; সেটি ধরা পড়েনি।"
    if missing == [1, 4]:
        return "খারাপ ঘর `x`-এ থাকলে ধরা পড়ে না। সারির একটি ঘর খারাপ হলেই সারিটি খারাপ।"
    return f"পরীক্ষার ডেটায় খারাপ সারি `{BAD}`; তোমার ফাংশন বলল `{rows}`।"


@judge("10_terminate_on_nan/weight_guard")
def _weight_guard(answer: object) -> str | None:
    return not_a_callback_class(answer) or _guards_badly(answer())


def _guards_badly(guard: keras.callbacks.Callback) -> str | None:
    epochs = _train(guard, None)
    if not hasattr(guard, "bad_epoch"):
        return "`fit`-এর পরে callback-টিতে `self.bad_epoch` পাওয়া গেল না। শুরুতে তার মান কী হবে?"
    if epochs < 4 or guard.bad_epoch is not None:
        return f"সুস্থ একটি মডেলেও থামল বা নালিশ করল: `{digits(epochs)}` epoch, `bad_epoch = {guard.bad_epoch}`।"
    return _overlooks(guard, "NaN", np.nan) or _overlooks(guard, "inf", np.inf) or _remembers(guard)


def _overlooks(guard: keras.callbacks.Callback, name: str, value: float) -> str | None:
    epochs = _train(guard, value)
    said = f"epoch 1-এর শেষে একটি weight হলো {name}, `loss` তখনো ভালো"
    match guard.bad_epoch, epochs:
        case 1, 2:
            return None
        case 1, _:
            return f"{said}; নম্বরটা ঠিক রেখেছ, কিন্তু ট্রেনিং থামেনি।"
        case None, 2:
            return f"{said}; ঠিক সময়ে থামিয়েছ, কিন্তু `self.bad_epoch`-এ নম্বর রাখোনি।"
        case None, _:
            return f"{said}; তোমার callback টের পেল না। NaN আর inf দুটোই দেখছ? কোন hook-এ?"
        case 2, 2:
            return f"{said}; `self.bad_epoch` বলছে 2। epoch-এর নম্বর Keras যেভাবে দেয়, সেভাবেই রাখো।"
        case _:
            return f"{said}; টের পেলে দেরিতে। `loss` নয়, weights দেখো; একটি সংখ্যা নষ্ট হলেই থামো।"


def _remembers(guard: keras.callbacks.Callback) -> str | None:
    _train(guard, None)
    if guard.bad_epoch is None:
        return None
    return "দ্বিতীয় `fit`-এ সব ভালো, তবু `self.bad_epoch`-এ প্রথমটির নম্বর। কোথায় মুছছ?"


def _train(guard: keras.callbacks.Callback, value: float | None) -> int:
    """Four epochs at most; the bias, the last of the weights, is spoiled at the end of epoch 1."""
    model = tiny_model()

    def spoil(epoch: int, logs: dict) -> None:
        if epoch == 1 and value is not None:
            model.layers[-1].bias.assign([value])

    history = fit(model, 4, [keras.callbacks.LambdaCallback(on_epoch_end=spoil), guard])
    return len(history.epoch)
