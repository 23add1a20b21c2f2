"""উত্তর ঠিক কি না, তার বিচার: মান হলে মিলিয়ে দেখা, কোড হলে চালিয়ে দেখা।

কোড চালিয়ে দেখার বিচারকেরা থাকে `helpers.judges`-এ, প্রতি নোটবুকের জন্য একটি module।
"""

import contextlib
import dis
import math
import reprlib
import tempfile
from collections.abc import Callable, Iterator, Set
from pathlib import Path
from types import FunctionType

from helpers.bengali import digits, normalise, number
from helpers.start import keras

import numpy as np

Judge = Callable[[object], str | None]
JUDGES: dict[str, Judge] = {}
BATCHES = 4  # how many of them `fit` below makes of an epoch
_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


def undone(answer: object) -> bool:
    """কাজটি এখনো বাকি কি না: `...`, None, খালি লেখা বা list, কিংবা এমন ফাংশন বা ক্লাস যার ভেতরে কিছু লেখা নেই।"""
    if isinstance(answer, str):
        return not answer.strip(" .…\t\n")
    if isinstance(answer, list | tuple | dict | Set):
        return not answer or any(item is ... for item in answer)
    if isinstance(answer, type):
        return all(undone(value) for name, value in vars(answer).items() if _is_written(name, value))
    if isinstance(answer, FunctionType):
        steps = list(dis.get_instructions(answer))
        constants = {step.argval for step in steps if "CONST" in step.opname}
        return {step.opname for step in steps} <= _NOTHING and constants <= {None}
    return answer is None or answer is ...


def _is_written(name: str, value: object) -> bool:
    # what Python itself adds to a class, its name and its docstring among them, is no function
    return isinstance(value, FunctionType) or not name.startswith("__")


# --- values ---


def problem(exercise: dict, answer: object) -> str | None:
    """উত্তরের মান মিলিয়ে দেখে: ঠিক হলে None, না হলে কী মেলেনি, তার বাংলা বাক্য। উত্তর যা-ই হোক, error নেই।

    exercise: TOML-এর [check.…] অংশ। `expected` সংখ্যা, লেখা বা list; `tolerance` সংখ্যায় কতটা ফারাক
    চলে (ডিফল্ট 0); `any_order` থাকলে list-এর ক্রম দেখা হয় না; `wrong` আগে থেকে ভাবা ভুল উত্তর আর
    তার মন্তব্য (list হলে কমা দিয়ে লেখা)।
    answer: শিক্ষার্থীর উত্তর।
    """
    expected, any_order = exercise["expected"], "any_order" in exercise
    given = _items(answer, expected, any_order)
    if given is None:
        return _wrong_kind(answer, expected)

    def misfits(want: list) -> list[int]:
        return _misfits(want, given, exercise.get("tolerance", 0), any_order)

    if not (wrong := misfits(expected if isinstance(expected, list) else [expected])):
        return None
    for text, feedback in exercise.get("wrong", {}).items():
        if not misfits(text.split(",") if isinstance(expected, list) else [text]):
            return feedback
    if not isinstance(expected, list):
        return "আরেকবার ভেবে দেখো।"
    if len(given) != len(expected):
        return f"list-এ {digits(len(expected))}টি উত্তর চাই; তুমি দিয়েছ {digits(len(given))}টি।"
    return f"শুরু থেকে গুনে {digits(', '.join(map(str, wrong)))} নম্বরে যা আছে, তা মেলেনি।"


def _items(answer: object, expected: object, any_order: bool) -> list | None:
    if isinstance(expected, str):
        return [answer] if isinstance(answer, str) else None
    if not isinstance(expected, list):
        return None if _number(answer) is None else [answer]
    if isinstance(answer, list | tuple) or (any_order and isinstance(answer, Set)):
        return list(answer)
    try:
        return np.asarray(answer).tolist() if np.ndim(answer) == 1 else None
    except ValueError:  # a symbolic Keras tensor has a shape and no values
        return None


def _number(value: object) -> float | None:
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return number(value) if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _wrong_kind(answer: object, expected: object) -> str:
    kinds = {str: 'একটি লেখা, উদ্ধৃতিচিহ্নের ভেতরে, যেমন `"loss"`', list: "একটি `list`"}
    shown = f"`{reprlib.repr(answer) if isinstance(answer, str) else type(answer).__name__}`"
    return f"এখানে চাই {kinds.get(type(expected), 'একটি সংখ্যা')}; তুমি দিয়েছ {shown}।"


def _misfits(want: list, given: list, tolerance: float, any_order: bool) -> list[int]:
    """Places, counted from 1, whose item isn't wanted there (or anywhere, if any_order) or is missing."""
    left, misfits = list(want), []
    for place, item in enumerate(given):
        candidates = left if any_order else want[place : place + 1]
        match = next((one for one in candidates if _same(one, item, tolerance)), None)
        if match is None:
            misfits.append(place + 1)
        else:
            left.remove(match)
    return misfits + list(range(len(given) + 1, len(want) + 1))


def _same(want: float | str, given: object, tolerance: float) -> bool:
    if isinstance(want, str) and isinstance(given, str) and normalise(want) == normalise(given):
        return True
    numbers = _number(want), _number(given)
    # A float32 result differs from the same number in Python in the eighth digit.
    return None not in numbers and math.isclose(*numbers, rel_tol=1e-6, abs_tol=tolerance)


# --- code ---


def judge(name: str) -> Callable[[Judge], Judge]:
    """একটি ফাংশনকে অনুশীলনের বিচারক বানায়; সে উত্তর পায়, ঠিক হলে None ফেরায়, না হলে কী ভুল, তার বাংলা বাক্য।

    name: "নোটবুক/অনুশীলন"; সেই অনুশীলনের TOML-এ থাকে `python = true`।
    """

    def register(function: Judge) -> Judge:
        JUDGES[name] = function
        return function

    return register


# --- what the judges share ---


def not_a_callback_class(answer: object) -> str | None:
    """উত্তরটি `keras.callbacks.Callback` থেকে বানানো ক্লাস হলে None; না হলে কী দেওয়া হয়েছে, তার বাক্য।"""
    if isinstance(answer, keras.callbacks.Callback):
        name = type(answer).__name__
        return f"এখানে চাই ক্লাসটি, তা থেকে বানানো callback নয়: `{name}()` নয়, `{name}` লেখো।"
    if not isinstance(answer, type):
        return f"এখানে চাই একটি ক্লাস; তুমি দিয়েছ `{type(answer).__name__}`।"
    if not issubclass(answer, keras.callbacks.Callback):
        first_line = f"`class {answer.__name__}(keras.callbacks.Callback):`"
        return f"`{answer.__name__}` callback নয়। প্রথম লাইনটি হবে {first_line}"
    return None


def not_a(kind: type, answer: object) -> str | None:
    """উত্তরটি kind-এর অবজেক্ট হলে None; না হলে কী দেওয়া হয়েছে, তার বাক্য।"""
    if isinstance(answer, kind):
        return None
    return f"এখানে চাই `{kind.__name__}(...)`, একটি অবজেক্ট; তুমি দিয়েছ `{_name(answer)}`।"


def _name(answer: object) -> str:
    return answer.__name__ if isinstance(answer, type) else type(answer).__name__


def not_a_function(answer: object, wanted: str = "ফাংশনটি, তাকে ডাকার ফল নয়") -> str | None:
    """উত্তরটি ফাংশন হলে None; না হলে কী দেওয়া হয়েছে, তার বাক্য। wanted: বাক্যে “এখানে চাই”-এর পরে কী বসবে।"""
    if callable(answer) and not isinstance(answer, type | keras.callbacks.Callback):
        return None
    return f"এখানে চাই {wanted}; তুমি দিয়েছ `{_name(answer)}`।"


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """বিচারের সময় ফাইল রাখার একটি ফোল্ডার, বিচার শেষে আর থাকে না।"""
    # Windows removes no file that is still open, say of a logger whose training was broken off
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


def tiny_model(width: int = 1, depth: int = 1, **options: object) -> keras.Model:
    """একটি ছোট্ট মডেল, বিচারের সময় চালানোর জন্য; শিক্ষার্থীর seed বা layer-এর নাম এতে বদলায় না।

    width: কয়টি সংখ্যা ঢোকে, প্রতি layer থেকে কয়টি বেরোয়; depth: কয়টি layer। options: `compile`-এর;
    ডিফল্ট `sgd`, `mse` আর `run_eagerly=True`: অল্প কয় batch-এর জন্য graph বানাতেই বেশি সময় যায়।
    """
    # Everything named, nothing drawn at random: a check leaves the notebook's seeds and layer names alone.
    layers = [keras.Input((width,), name="practice_input")]
    for place in range(depth):
        layers.append(keras.layers.Dense(width, kernel_initializer="zeros", name=f"practice_{place}"))
    model = keras.Sequential(layers, name="practice_model")
    model.compile(**{"optimizer": "sgd", "loss": "mse", "run_eagerly": True, **options})
    return model


class Scripted(keras.callbacks.Callback):
    """প্রতি epoch-এর শেষে `logs`-এ আগে লেখা মান বসায়, আর মডেলের সব weight করে epoch-এর নম্বর।

    curves: মাপের নাম, আর epoch ধরে তার মান; যেমন `val_loss=[0.5, 0.4]`।
    """

    def __init__(self, **curves: list[float]) -> None:
        super().__init__()
        self.curves = curves

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs |= {name: values[epoch] for name, values in self.curves.items()}
        self.model.set_weights([np.full(weight.shape, epoch) for weight in self.model.get_weights()])


def fit(
    model: keras.Model, epochs: int, callbacks: list[keras.callbacks.Callback]
) -> keras.callbacks.History:
    """মডেলটিকে `epochs` epoch চালায়; প্রতি epoch-এ BATCHES-টি batch।"""
    x = np.arange(BATCHES, dtype="float32")[:, None]
    return model.fit(x, x, batch_size=1, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)
