"""নোটবুক ১৩-এর কোড-অনুশীলনের বিচার।"""

from collections.abc import Callable

from helpers.checks import judge, not_a, not_a_function, scratch_folder, tiny_model
from helpers.start import keras

import numpy as np

MOMENTUM, ANOTHER = 0.9, 0.5
VAL_LOSSES = (0.9, 0.2, 0.6)  # the best epoch is not the last, and the first not the best
BEST = VAL_LOSSES.index(min(VAL_LOSSES))


# --- ema ---


@judge("13_ema_and_orbax/ema")
def _ema(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    values, keras_says = _real_run(MOMENTUM)
    given = answer(list(values), MOMENTUM)
    if not isinstance(given, list | tuple | np.ndarray):
        return f"ফেরত এল `{type(given).__name__}`; চাই প্রতি ধাপের গড়, একটি list-এ।"
    if len(given) != len(values):
        return f"মান ছিল `{len(values)}`টি, গড় ফেরত এল `{len(given)}`টি; প্রতি ধাপের জন্য একটি চাই।"
    if np.allclose(np.asarray(given, dtype=float), keras_says, atol=1e-4):
        return _same_for_another(answer)
    return _which_average(np.asarray(given, dtype=float), values, keras_says)


def _same_for_another(answer: Callable) -> str | None:
    values, keras_says = _real_run(ANOTHER)
    if np.allclose(np.asarray(answer(list(values), ANOTHER), dtype=float), keras_says, atol=1e-4):
        return None
    return f"momentum `{MOMENTUM}`-এ মিলেছে, `{ANOTHER}`-এ নয়। সংখ্যাটি কি কোডে বসানো?"


def _real_run(momentum: float) -> tuple[list[float], list[float]]:
    """A weight over eight real steps, and its average as the optimizer of Keras keeps it."""
    weight, average = [], []

    def note(batch: int, logs: dict) -> None:
        weight.append(float(model.layers[-1].kernel[0, 0]))
        average.append(float(model.optimizer.variables[-2][0, 0]))  # the last one belongs to the bias

    model = _ema_model(momentum)
    x = np.array([3.0, 1.0, 2.0, 4.0, 1.0, 3.0, 2.0, 1.0], dtype="float32")[:, None]
    diary = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    model.fit(x, x, batch_size=1, shuffle=False, verbose=0, callbacks=[diary])
    return weight, average


def _which_average(given: np.ndarray, values: list[float], keras_says: list[float]) -> str:
    means = np.cumsum(values) / np.arange(1, len(values) + 1)
    for likely, said in (
        (
            _averages(values, MOMENTUM, first=(1 - MOMENTUM) * values[0]),
            "গড় শূন্য থেকে শুরু হয়েছে। শুরুতে তো কোনো গড়ই নেই; Keras তখন কাকে গড় ধরে?",
        ),
        (
            _averages(values, 1 - MOMENTUM, first=values[0]),
            "momentum-এর ভাগটা পেল নতুন মান; পুরোনো গড় আর নতুন মান জায়গা বদল করেছে।",
        ),
        (means, "এটি সাধারণ গড়: সব ধাপের ভাগ সমান। momentum কোথাও লাগেনি।"),
        (np.asarray(values), "মানগুলোই ফেরত এল, গড় নয়।"),
    ):
        if np.allclose(given, likely, atol=1e-4):
            return said
    step = int(np.argmax(~np.isclose(given, keras_says, atol=1e-4)))
    return f"ধাপ `{step}`-এ (গোনা `0` থেকে) Keras-এর খাতায় `{keras_says[step]:.4f}`, তোমার `{given[step]:.4f}`।"


def _averages(values: list[float], momentum: float, first: float) -> list[float]:
    averages = [first]
    for value in values[1:]:
        averages.append(momentum * averages[-1] + (1 - momentum) * value)
    return averages


# --- keep_best_average ---


@judge("13_ema_and_orbax/keep_best_average")
def _keep_best_average(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as folder:
        file = folder / "best.keras"
        callbacks = answer(file)
        if problem := _not_the_two(callbacks):
            return problem
        raw, average = _run(callbacks)
        if not file.exists():
            return f"ট্রেনিং হলো, কিন্তু `{file.name}`-এ কিছু লেখা হয়নি; ফাংশন যে পথটি পেয়েছে, সেটিই দাও।"
        saved = keras.models.load_model(file).get_weights()
    if _same(saved, average[BEST]):
        return None
    return _why_not(callbacks, saved, raw, average)


def _not_the_two(callbacks: object) -> str | None:
    if not isinstance(callbacks, list | tuple):
        return f"ফেরত এল `{type(callbacks).__name__}`; চাই callback-দের একটি list।"
    for one in callbacks:
        if problem := not_a(keras.callbacks.Callback, one):
            return problem
    for kind, work in (
        (keras.callbacks.SwapEMAWeights, "গড় বসানোর"),
        (keras.callbacks.ModelCheckpoint, "ফাইলে রাখার"),
    ):
        if not any(isinstance(one, kind) for one in callbacks):
            return f"list-এ `{kind.__name__}` নেই; {work} কাজটা কে করবে?"
    return None


def _run(callbacks: list[keras.callbacks.Callback]) -> tuple[list, list]:
    """The model's own weights and their averages at the end of every epoch of a fit with these callbacks."""
    raw, average = [], []

    def note(logs: dict) -> None:
        raw.append(model.get_weights())
        average.append([v.numpy() for v in model.optimizer.variables if v.path.endswith("_average")])

    def say(epoch: int, logs: dict) -> None:
        logs["val_loss"] = VAL_LOSSES[epoch]

    model = _ema_model(0.5)
    x = np.array([1.0, 2.0, 1.0, 2.0], dtype="float32")[:, None]
    # LambdaCallback takes any name of a hook; first in the list, it sees the weights before they are swapped
    first = keras.callbacks.LambdaCallback(on_test_begin=note, on_epoch_end=say)
    fit = {"batch_size": 1, "shuffle": False, "verbose": 0, "epochs": len(VAL_LOSSES)}
    model.fit(x, x, validation_data=(x, x), callbacks=[first, *callbacks], **fit)
    return raw, average


def _why_not(callbacks: list, saved: list, raw: list, average: list) -> str:
    last = len(VAL_LOSSES) - 1
    swap = next(one for one in callbacks if isinstance(one, keras.callbacks.SwapEMAWeights))
    if _same(saved, average[last]):
        return f"ফাইলে গড়ই আছে, কিন্তু শেষ epoch-এর; `val_loss` সবচেয়ে কম ছিল epoch `{BEST}`-এ।"
    if _same(saved, average[0]):
        return "ফাইলে epoch `0`-র গড়; তার `val_loss` সবচেয়ে বেশি। কোন দিক ভালো, তা উল্টে গেছে।"
    if not any(_same(saved, weights) for weights in raw):
        return "ফাইলের weights কোনো epoch-এর গড়ের সঙ্গে মেলেনি।"
    if not swap.swap_on_epoch:
        return "ফাইলে চলতি weights। validation শেষ হতেই মডেলে তারা ফিরে এসেছে; ফাইল লেখা হয় epoch-এর শেষে।"
    return "ফাইলে চলতি weights। epoch-এর শেষে কে আগে কাজ করে, list-এর ক্রমটা দেখো।"


def _same(one: list, other: list) -> bool:
    return all(np.allclose(a, b, atol=1e-4) for a, b in zip(one, other, strict=True))


# --- both ---


def _ema_model(momentum: float) -> keras.Model:
    optimizer = keras.optimizers.SGD(0.04, use_ema=True, ema_momentum=momentum)
    return tiny_model(optimizer=optimizer)
