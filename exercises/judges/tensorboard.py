"""নোটবুক ০৮-এর কোড-অনুশীলনের বিচার।"""

import math
from collections.abc import Callable
from pathlib import Path

from helpers.bengali import digits
from helpers.checks import judge, not_a_callback_class, not_a_function, scratch_folder, tiny_model
from helpers.start import keras

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TensorBoard = keras.callbacks.TensorBoard
COUNT, EVERY = 1500, 5  # so many values in an event file, at steps 0, 5, 10, …
# Which of the values is the lowest. What EventAccumulator keeps lacks both, be it 10 of them, as by default,
# 100, 500 or 1000. It draws at random, but from a fixed seed.
LOWEST = {"epoch_loss": 872, "epoch_error": 283}
KEPT = (10, 100, 500, 1000)


# --- lowest_step ---


@judge("08_tensorboard/lowest_step")
def _lowest_step(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as folder:
        _write(folder)
        return next(filter(None, (_wrong_step(answer, folder, tag) for tag in LOWEST)), None)


def _values(tag: str) -> list[float]:
    return [1 + abs(place - LOWEST[tag]) / COUNT for place in range(COUNT)]


def _write(folder: Path) -> None:
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        for tag in LOWEST:
            for place, value in enumerate(_values(tag)):
                tf.summary.scalar(tag, value, step=place * EVERY)
    writer.close()


def _wrong_step(answer: Callable, folder: Path, tag: str) -> str | None:
    try:
        found = answer(folder, tag)
    except KeyError:
        return f"`{tag}` পাওয়া গেল না। Keras সংখ্যাও লেখে tensor করে; পড়ার সময় খুঁজতে হয় সেখানেই। `Reload()`-ও দেখো।"
    if found is None:
        return "`lowest_step(...)` কিছু ফেরত দিল না। step-টি `return` করো।"
    try:
        step = float(found)
    except (TypeError, ValueError):
        return f"ফেরত এল `{type(found).__name__}`; চাই একটিই সংখ্যা, সেই step।"
    values, place = _values(tag), LOWEST[tag]
    if step == place * EVERY:
        return None
    if math.isclose(step, values[place], abs_tol=1e-6):
        return "এটি সবচেয়ে কম মানটি। প্রশ্ন হলো, সে মান কোন step-এ?"
    if step == place:
        return "এটি list-এ তার জায়গার নম্বর। step তা থেকে আলাদা হতে পারে: আমাদের ফাইলে step `0`, `5`, `10`, …।"
    if step == values.index(max(values)) * EVERY:
        return "এটি সবচেয়ে **বেশি** মানের step। loss কোন দিকে গেলে ভালো?"
    if step == LOWEST["epoch_loss"] * EVERY:
        return f"`tag` যা-ই দিই, তুমি পড়ছ `epoch_loss`। এবার চেয়েছিলাম `{tag}`।"
    for size in KEPT:
        kept = EventAccumulator(str(folder), size_guidance={"tensors": size}).Reload().Tensors(tag)
        if step == min((event.step for event in kept), key=lambda kept_step: values[kept_step // EVERY]):
            read = f"ফাইলে মান {digits(COUNT)}টি, পড়েছ বোধ হয় তার {digits(size)}টি"
            return f"{read}; সবচেয়ে কমটি বাদ পড়েছে। ফাঁদ ৪ দেখো।"
    return f"ফেরত এল `{found}`; ফাইলে এই step-এ `{tag}` সবচেয়ে কম নয়।"


# --- farthest ---

# The weights at the end of every epoch: first kernel, first bias, second kernel, second bias. In every epoch
# another of them is the farthest from zero.
WEIGHTS = (
    [0.5, 0.25, -3.0, 0.75],
    [0.5, -2.0, 1.0, 1.5],
    [2.5, -0.5, 1.0, 0.75],
    [0.25, 1.0, -0.5, -1.75],
)
STANDARD = {"epoch_loss", "epoch_learning_rate"}


@judge("08_tensorboard/farthest")
def _farthest(answer: object) -> str | None:
    if problem := not_a_callback_class(answer):
        return problem
    with scratch_folder() as folder:
        tags = _read(answer(), folder)
        if "epoch_farthest" in tags:
            return _misfit(tags["epoch_farthest"])
        if others := sorted(tags.keys() - STANDARD):
            return f"event ফাইলে এল `{others[0]}`; চাই `epoch_farthest`, মানে `logs`-এ নামটি `farthest`।"
    return (
        "event ফাইলে `epoch_farthest` নেই। epoch-এর **শেষের** hook-এ যে `logs` হাতে আসে, লিখতে হবে তাতেই; "
        "নতুন একটি dict বানালে কেউ তা দেখে না।"
    )


def _read(callback: keras.callbacks.Callback, folder: Path) -> dict[str, list[float]]:
    """What a real TensorBoard wrote after the callback: all values of every tag."""
    model = tiny_model(depth=2, optimizer=keras.optimizers.SGD(0.0))

    def put(epoch: int, _logs: dict) -> None:
        numbers = WEIGHTS[epoch]
        model.set_weights([np.full(w.shape, n) for w, n in zip(model.weights, numbers, strict=True)])

    weights = keras.callbacks.LambdaCallback(on_epoch_end=put)
    x = np.ones((2, 1), "float32")
    callbacks = [weights, callback, TensorBoard(folder, write_graph=False)]
    model.fit(x, x, epochs=len(WEIGHTS), verbose=0, callbacks=callbacks)
    events = EventAccumulator(str(folder / "train"), size_guidance={"tensors": 0}).Reload()
    return {
        tag: [float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }


def _misfit(found: list[float]) -> str | None:
    if len(found) != len(WEIGHTS):
        run = f"{digits(len(WEIGHTS))} epoch চালালাম"
        return f"{run}, `farthest` লেখা হয়েছে {digits(len(found))} বার। প্রতি epoch-এই চাই।"

    def same(wanted: Callable) -> bool:
        return np.allclose(found, [wanted(numbers) for numbers in WEIGHTS])

    if same(lambda numbers: max(map(abs, numbers))):
        return None
    if same(max):
        return "ঋণাত্মক weight-ও দূরে থাকতে পারে: একটি weight ছিল `-3`, তুমি তাকে ধরোনি।"
    if same(min):
        return "এটি সবচেয়ে ছোট weight। দূরত্ব মাপলে `-3` আর `3` সমান দূরে।"
    if same(lambda numbers: abs(numbers[0])):
        return (
            "কেবল প্রথম array-টি দেখেছ। layer দুটি, প্রতিটির দুটি array: "
            "kernel (যা দিয়ে গুণ হয়) আর bias (যা যোগ হয়); মোট চারটি।"
        )
    if same(lambda numbers: max(abs(numbers[0]), abs(numbers[2]))):
        return "কেবল kernel দেখেছ, মানে যা দিয়ে গুণ হয়। bias-ও weight, সে-ও দূরে যেতে পারে।"
    if same(lambda numbers: sum(map(abs, numbers))):
        return "এটি সব দূরত্বের যোগফল। চাই কেবল সবচেয়ে বড়টি।"
    epoch = next(n for n, numbers in enumerate(WEIGHTS) if not np.isclose(found[n], max(map(abs, numbers))))
    return f"epoch `{epoch}`-এর শেষে weights ছিল `{WEIGHTS[epoch]}`; তুমি লিখেছ `{found[epoch]:.2f}`।"
