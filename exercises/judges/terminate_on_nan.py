"""নোটবুক ১০-এর কোড-অনুশীলনের বিচার।"""

from collections.abc import Callable

from helpers.bengali import digits
from helpers.checks import judge, not_a_callback_class, not_a_function, tiny_model
from helpers.start import keras

import numpy as np

# x: a NaN, two infinities whose sum is NaN; y: a NaN, an infinity; x: one infinity
BAD = [1, 4, 5, 6, 8]
_ONLY_INF, _ONLY_NAN = {4, 6, 8}, {1, 5}


@judge("10_terminate_on_nan/bad_rows")
def _bad_rows(answer: object) -> str | None:
    if problem := not_a_function(answer, "একটি ফাংশন"):
        return problem
    x, y = np.ones((10, 3)), np.ones(10)
    given, problem = _find(answer, x, y)
    if problem:
        return problem
    if np.size(given):
        return f"যে ডেটায় সব ঘর ভালো, সেখানেও খারাপ সারি পেলে: `{np.asarray(given).tolist()}`।"
    x[1, 2], x[4, :2], x[8, 0] = np.nan, (np.inf, -np.inf), -np.inf
    y[5], y[6] = np.nan, np.inf
    given, problem = _find(answer, x, y)
    return problem or _misfit(np.asarray(given).tolist())


def _find(answer: Callable, x: np.ndarray, y: np.ndarray) -> tuple[object, str | None]:
    """What the learner's function returned, and what is wrong with it or with what it did to x and y."""
    before = x.copy(), y.copy()
    given = answer(x, y)
    for name, values, old in zip("xy", (x, y), before, strict=True):
        if not np.array_equal(values, old, equal_nan=True):
            return given, f"তোমার ফাংশন `{name}`-এর মান বদলে ফেলেছে। কাজ হলো খোঁজা, বদলানো নয়।"
    return given, _not_numbers(given)


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
        return "একটি সারির `x`-এ `inf` আর `-inf` দুটোই আছে; সেটি ধরা পড়েনি। দুটি যোগ করলে কী হয়?"
    if missing == [5]:
        return "একটি সারির `x` ভালো, কিন্তু `y` NaN; সেটি ধরা পড়েনি।"
    if missing == [6]:
        return "একটি সারির `y` inf; সেটি ধরা পড়েনি।"
    if missing == [5, 6]:
        return "দুটি সারির `x` ভালো, কিন্তু `y` NaN বা inf; সে দুটি ধরা পড়েনি।"
    if missing and _ONLY_INF.issuperset(missing):
        return "কোনো কোনো সারিতে NaN নেই, inf আছে; সেগুলো ধরা পড়েনি। `np.isnan` কেবল NaN চেনে।"
    if missing and _ONLY_NAN.issuperset(missing):
        return "কোনো কোনো সারিতে inf নেই, NaN আছে; সেগুলো ধরা পড়েনি। `np.isinf` কেবল inf চেনে।"
    if missing == [1, 4, 8]:
        return "খারাপ ঘর `x`-এ থাকলে ধরা পড়ে না। সারির একটি ঘর খারাপ হলেই সারিটি খারাপ।"
    return f"পরীক্ষার ডেটায় খারাপ সারি `{BAD}`; তোমার ফাংশন বলল `{rows}`।"


SPOILED = [("NaN", 0, np.nan), ("inf", -1, np.inf)]  # the first kernel, then the last bias


@judge("10_terminate_on_nan/weight_guard")
def _weight_guard(answer: object) -> str | None:
    return not_a_callback_class(answer) or _guards_badly(answer())


def _guards_badly(guard: keras.callbacks.Callback) -> str | None:
    epochs = _train(guard)
    if not hasattr(guard, "bad_epoch"):
        return "`fit`-এর পরে callback-টিতে `self.bad_epoch` পাওয়া গেল না। শুরুতে তার মান কী হবে?"
    if epochs < 4 or guard.bad_epoch is not None:
        return (
            f"সুস্থ একটি মডেলেও তোমার callback থামাল বা নালিশ করল: চলেছে {digits(epochs)} epoch, "
            f"`bad_epoch` হলো `{guard.bad_epoch}`।"
        )
    return next(filter(None, (_overlooks(guard, *spoiled) for spoiled in SPOILED)), None) or _remembers(guard)


def _overlooks(guard: keras.callbacks.Callback, name: str, array: int, value: float) -> str | None:
    epochs = _train(guard, array, value)
    said = f"epoch `1`-এর শেষে {'শেষ' if array else 'প্রথম'} layer-এর একটি weight হলো {name}, `loss` তখনো ভালো"
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
            return f"{said}; `self.bad_epoch` বলছে `2`। epoch-এর নম্বর Keras যেভাবে দেয়, সেভাবেই রাখো।"
        case _ if np.isinf(value):
            return f"{said}; টের পেলে দেরিতে। NaN আর inf, দুটোই ধরছ? সব layer-এর সব weight দেখছ?"
        case _:
            return f"{said}; টের পেলে দেরিতে। `loss` নয়, weights দেখো, সব layer-এর; একটি সংখ্যা নষ্ট হলেই থামো।"


def _remembers(guard: keras.callbacks.Callback) -> str | None:
    _train(guard)
    if guard.bad_epoch is None:
        return None
    return "দ্বিতীয় `fit`-এ সব ভালো, তবু `self.bad_epoch`-এ প্রথমটির নম্বর। কোথায় মুছছ?"


def _train(guard: keras.callbacks.Callback, array: int = 0, value: float | None = None) -> int:
    """Four epochs at most; at the end of epoch 1 one number of one array of the weights becomes the value."""
    model = tiny_model(width=2, depth=2)

    def spoil(epoch: int, logs: dict) -> None:
        if epoch == 1 and value is not None:
            weights = model.get_weights()
            weights[array].flat[1] = value
            model.set_weights(weights)

    x = np.ones((4, 2), "float32")
    spoiling = keras.callbacks.LambdaCallback(on_epoch_end=spoil)
    return len(model.fit(x, x, epochs=4, verbose=0, callbacks=[spoiling, guard]).epoch)
