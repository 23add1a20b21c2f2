"""What is seen of the code exercises of notebook 08."""

from collections.abc import Callable, Iterator
from pathlib import Path

from exercises.judges.trial import callback_class, function, scratch_folder, tiny_model, which
from helpers.start import keras

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

COUNT, EVERY = 1500, 5  # so many values in an event file, at steps 0, 5, 10, …
# Which of the values is the lowest. What EventAccumulator keeps lacks both, be it 10 of them, as by
# default, 100, 500 or 1000. It draws at random, but from a fixed seed.
LOWEST = {"epoch_loss": 872, "epoch_error": 283}
KEPT = (10, 100, 500, 1000)


# --- lowest_step ---


def lowest_step(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    with scratch_folder() as folder:
        writer = tf.summary.create_file_writer(str(folder))
        with writer.as_default():
            for tag in LOWEST:
                for place, value in enumerate(_values(tag)):
                    tf.summary.scalar(tag, value, step=place * EVERY)
        writer.close()
        for tag in LOWEST:
            yield from _step(answer, folder, tag)


def _values(tag: str) -> list[float]:
    return [1 + abs(place - LOWEST[tag]) / COUNT for place in range(COUNT)]


def _step(answer: Callable, folder: Path, tag: str) -> Iterator[tuple]:
    try:
        found = answer(folder, tag)
    except KeyError:
        yield "not_found", tag
    yield "returned", found is not None
    try:
        step = float(found)
    except (TypeError, ValueError):
        yield "no_number", type(found).__name__
    values, place = _values(tag), LOWEST[tag]
    if step != place * EVERY:
        likely = {"value": values[place], "place": place}
        likely |= {"highest": values.index(max(values)) * EVERY, "other_tag": 872 * EVERY}
        yield "step", which(step, **likely), {"tag": tag}
        for size in KEPT:
            kept = EventAccumulator(str(folder), size_guidance={"tensors": size}).Reload()
            steps = [event.step for event in kept.Tensors(tag)]
            lowest = min(steps, key=lambda one: values[one // EVERY])
            yield "lowest_of_kept", step == lowest, {"count": COUNT, "size": size}
        yield "other_step", found, {"tag": tag}


# --- farthest ---

# The weights at the end of every epoch: first kernel, first bias, second kernel, second bias. In
# every epoch another of them is the farthest from zero.
WEIGHTS = [
    [0.5, 0.25, -3.0, 0.75],
    [0.5, -2.0, 1.0, 1.5],
    [2.5, -0.5, 1.0, 0.75],
    [0.25, 1.0, -0.5, -1.75],
]
STANDARD = {"epoch_loss", "epoch_learning_rate"}


def farthest(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    with scratch_folder() as folder:
        tags = _read(answer(), folder)
    if "epoch_farthest" not in tags:
        yield "other_tag", min(tags.keys() - STANDARD, default=None)
    found, sizes = tags["epoch_farthest"], np.abs(WEIGHTS)
    yield "count", len(found)
    mistakes = {
        "highest": np.max(WEIGHTS, axis=1),
        "lowest": np.min(WEIGHTS, axis=1),
        "first": sizes[:, 0],
        "kernels": sizes[:, [0, 2]].max(axis=1),
        "sum": sizes.sum(axis=1),
    }
    yield "farthest", which(found, right=sizes.max(axis=1), **mistakes)
    for epoch, (own, numbers) in enumerate(zip(found, WEIGHTS, strict=True)):
        words = {"wanted": max(map(abs, numbers)), "epoch": epoch, "weights": numbers}
        yield "epoch", own, words


def _read(callback: keras.callbacks.Callback, folder: Path) -> dict[str, list[float]]:
    """What a real TensorBoard wrote after the callback: all values of every tag."""
    model = tiny_model(depth=2, optimizer=keras.optimizers.SGD(0.0))

    def put(epoch: int, _logs: dict) -> None:
        pairs = zip(model.weights, WEIGHTS[epoch], strict=True)
        model.set_weights([np.full(weight.shape, number) for weight, number in pairs])

    weights = keras.callbacks.LambdaCallback(on_epoch_end=put)
    board = keras.callbacks.TensorBoard(folder, write_graph=False)
    x = np.ones((2, 1), "float32")
    model.fit(x, x, epochs=len(WEIGHTS), verbose=0, callbacks=[weights, callback, board])
    events = EventAccumulator(str(folder / "train"), size_guidance={"tensors": 0}).Reload()
    return {
        tag: [float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }
