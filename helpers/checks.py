"""উত্তর ঠিক কি না, তার বিচার: মান হলে মিলিয়ে দেখা, কোড হলে চালিয়ে দেখা।

কোডের নতুন অনুশীলন যোগ করতে নিচে একটি ছোট ফাংশন লেখো, মাথায় `@behaviour("নোটবুক/অনুশীলন")`, আর
`data/practice`-এর TOML ফাইলে `python = true`। ফাংশনটি উত্তর পায়; ঠিক হলে None ফেরায়, না হলে
কী ভুল, তার একটি বাংলা বাক্য।
"""

import linecache
import math
import reprlib
import traceback
from collections.abc import Callable, Set

from helpers.bengali import digits, normalise, number
from helpers.start import keras

import numpy as np

Behaviour = Callable[[object], str | None]
BEHAVIOURS: dict[str, Behaviour] = {}
_BATCHES = 4


# --- values ---


def problem(exercise: dict, answer: object) -> str | None:
    """উত্তরের মান মিলিয়ে দেখে: ঠিক হলে None, না হলে কী মেলেনি, তার বাংলা বাক্য। উত্তর যা-ই হোক, error নেই।

    exercise: TOML-এর [check.…] অংশ। `expected` সংখ্যা, লেখা বা list; `tolerance` সংখ্যায় কতটা ফারাক
    চলে (স্বাভাবিক মান 0); `any_order` থাকলে list-এর ক্রম দেখা হয় না; `wrong` আগে থেকে ভাবা ভুল উত্তর আর
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
    kinds = {str: 'একটি লেখা, উদ্ধৃতিচিহ্নের ভেতরে, যেমন "loss"', list: "একটি list"}
    shown = reprlib.repr(answer) if isinstance(answer, str) else type(answer).__name__
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


def behaviour(name: str) -> Callable[[Behaviour], Behaviour]:
    """একটি ফাংশনকে অনুশীলনের বিচারক বানায়। name: "নোটবুক/অনুশীলন"।"""

    def register(function: Behaviour) -> Behaviour:
        BEHAVIOURS[name] = function
        return function

    return register


def problem_in_code(name: str, answer: object) -> str | None:
    """উত্তরের কোড চালিয়ে দেখে: ঠিক হলে None, না হলে কী ভুল, তার বাংলা বাক্য।

    শিক্ষার্থীর কোডে exception হলে তা-ও এই বাক্যেই বলা হয়: exception-এর নাম, তার কথা, আর কোডের লাইনটি।

    name: "নোটবুক/অনুশীলন"; এর বিচারক `behaviour` দিয়ে আগে যোগ করা, না হলে KeyError।
    answer: শিক্ষার্থীর ক্লাস, ফাংশন বা চালানো ফল।
    """
    judge = BEHAVIOURS[name]
    try:
        return judge(answer)
    except Exception as error:
        message = str(error).partition("\n")[0]
        said = f"তোমার কোড চালাতে গিয়ে {type(error).__name__} হলো: {message}"
        return f"{said}\n  {_learners_line(error, answer)}".rstrip()


def _learners_line(error: Exception, answer: object) -> str:
    """The last line the exception passed through in the module that holds the answer; a notebook is one."""
    module = getattr(answer, "__module__", None)
    for frame, line_number in reversed(list(traceback.walk_tb(error.__traceback__))):
        if frame.f_globals.get("__name__") == module:
            line = linecache.getline(frame.f_code.co_filename, line_number).strip()
            return f"লাইন {digits(line_number)}: {line}"
    return ""


def _not_a_callback_class(answer: object) -> str | None:
    if isinstance(answer, keras.callbacks.Callback):
        name = type(answer).__name__
        return f"এখানে চাই ক্লাসটি, তা থেকে বানানো callback নয়: {name}() নয়, {name}।"
    if not isinstance(answer, type):
        return f"এখানে চাই একটি ক্লাস; তুমি দিয়েছ {type(answer).__name__}।"
    if not issubclass(answer, keras.callbacks.Callback):
        return (
            f"{answer.__name__} callback নয়: class {answer.__name__}(keras.callbacks.Callback) দিয়ে শুরু করো।"
        )
    return None


def _tiny_model() -> keras.Model:
    # Everything named, nothing drawn at random: a check leaves the notebook's seeds and layer names alone.
    layers = [
        keras.Input((1,), name="practice_input"),
        keras.layers.Dense(1, kernel_initializer="zeros", name="practice"),
    ]
    model = keras.Sequential(layers, name="practice_model")
    model.compile(optimizer="sgd", loss="mse")
    return model


def _fit(model: keras.Model, epochs: int, callbacks: list[keras.callbacks.Callback]) -> None:
    x = np.arange(_BATCHES, dtype="float32")[:, None]
    model.fit(x, x, batch_size=1, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks)


@behaviour("01_what_is_a_callback/counter")
def _counter(answer: object) -> str | None:
    return _not_a_callback_class(answer) or _miscount(answer())


def _miscount(counter: keras.callbacks.Callback) -> str | None:
    model, seen = _tiny_model(), []

    def look(_logs: dict) -> None:
        seen.append(getattr(counter, "count", None))

    probe = keras.callbacks.LambdaCallback(on_train_begin=look, on_train_end=look)
    for epochs in (2, 3):
        _fit(model, epochs, [counter, probe])
        before, after = seen[-2:]
        if None in (before, after):
            return "ট্রেনিংয়ের সময় callback-টিতে self.count পাওয়া গেল না।"
        if after == epochs * _BATCHES:
            return "self.count প্রতি batch-এ বাড়ছে; বাড়ার কথা প্রতি epoch-এ।"
        if before != 0:
            return f"fit শুরু হলো self.count = {before} নিয়ে; প্রতি fit-এর শুরুতে তা 0 হওয়ার কথা।"
        if after != epochs:
            return f"{digits(epochs)} epoch-এর fit শেষে self.count = {after}; হওয়ার কথা {epochs}।"
    return None


@behaviour("14_dog_cat/checkpoint")
def _lowest_loss_checkpoint(answer: object) -> str | None:
    if not isinstance(answer, keras.callbacks.ModelCheckpoint):
        return f"এখানে চাই একটি ModelCheckpoint; তুমি দিয়েছ {type(answer).__name__}।"
    if not str(answer.filepath).endswith("lowest_loss.keras"):
        return f"ফাইলের নাম {answer.filepath}; হওয়ার কথা lowest_loss.keras।"
    if answer.monitor != "val_loss":
        return f"এটি দেখছে {answer.monitor}; দেখার কথা val_loss।"
    if not answer.save_best_only:
        return "এটি প্রতি epoch-এই সেভ করবে, ভালো হোক বা না হোক।"
    if answer.mode == "max":
        return "val_loss বাড়লে এটি ভাবে ভালো হলো; mode উল্টো হয়ে আছে।"
    return None
