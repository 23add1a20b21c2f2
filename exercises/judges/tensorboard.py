"""What is seen of the code exercises of notebook 08."""

from collections.abc import Callable, Iterator
from pathlib import Path

from exercises.judges import trial
from helpers.start import keras

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

COUNT, EVERY = 1500, 5  # so many values in an event file, at steps 0, 5, 10, …
# Which of the values is the lowest. What EventAccumulator keeps lacks both, be it 10 of them, as by
# default, 100, 500 or 1000. It draws at random, but from a fixed seed.
LOWEST = {"epoch_loss": 872, "epoch_error": 283}
KEPT = (10, 100, 500, 1000)
VALUES = {
    tag: [1 + abs(place - lowest) / COUNT for place in range(COUNT)]
    for tag, lowest in LOWEST.items()
}


def lowest_step(answer: object) -> Iterator[tuple]:
    yield from trial.function(answer)
    with trial.scratch_folder() as folder:
        writer = tf.summary.create_file_writer(str(folder))
        with writer.as_default():
            for tag, values in VALUES.items():
                for place, value in enumerate(values):
                    tf.summary.scalar(tag, value, step=place * EVERY)
        writer.close()
        for tag in VALUES:
            yield from _step(answer, folder, tag)


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
    values, place = VALUES[tag], LOWEST[tag]
    if step != place * EVERY:
        likely = {"value": values[place], "place": place}
        likely |= {"highest": values.index(max(values)) * EVERY, "other_tag": 872 * EVERY}
        yield "step", trial.which(step, **likely), {"tag": tag}
        for size in KEPT:
            kept = EventAccumulator(str(folder), size_guidance={"tensors": size}).Reload()
            steps = [event.step for event in kept.Tensors(tag)]
            lowest = min(steps, key=lambda one: values[one // EVERY])
            yield "lowest_of_kept", step == lowest, {"count": COUNT, "size": size}
        yield "other_step", found, {"tag": tag}


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
    yield from trial.callback_class(answer)
    with trial.scratch_folder() as folder:
        found = _written(answer(), folder)
    if "epoch_farthest" not in found:
        yield "other_tag", min(found.keys() - STANDARD, default=None)
    values, sizes = found["epoch_farthest"], np.abs(WEIGHTS)
    yield "count", len(values)
    mistakes = {
        "highest": np.max(WEIGHTS, axis=1),
        "lowest": np.min(WEIGHTS, axis=1),
        "first": sizes[:, 0],
        "kernels": sizes[:, [0, 2]].max(axis=1),
        "sum": sizes.sum(axis=1),
    }
    yield "farthest", trial.which(values, right=sizes.max(axis=1), **mistakes)
    for epoch, (own, numbers) in enumerate(zip(values, WEIGHTS, strict=True)):
        words = {"wanted": max(map(abs, numbers)), "epoch": epoch, "weights": numbers}
        yield "epoch", own, words


def _written(callback: trial.Callback, folder: Path) -> dict[str, list[float]]:
    """What a real TensorBoard wrote after the callback: all values of every tag."""
    model = trial.tiny_model(depth=2, optimizer=keras.optimizers.SGD(0.0))

    def put(epoch: int, _logs: dict) -> None:
        pairs = zip(model.weights, WEIGHTS[epoch], strict=True)
        model.set_weights([np.full(weight.shape, number) for weight, number in pairs])

    board = keras.callbacks.TensorBoard(folder, write_graph=False)
    trial.fit(model, len(WEIGHTS), [trial.Lambda(on_epoch_end=put), callback, board])
    events = EventAccumulator(str(folder / "train"), size_guidance={"tensors": 0}).Reload()
    return {
        tag: [float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        for tag in events.Tags()["tensors"]
    }
