"""What is seen of the code exercises of notebook 13."""

from collections.abc import Iterator

from exercises.judges import trial
from exercises.judges.trial import Lambda, which
from helpers.start import keras

import numpy as np

Swap, Checkpoint = keras.callbacks.SwapEMAWeights, keras.callbacks.ModelCheckpoint
VAL_LOSSES = (0.9, 0.2, 0.6)  # the best epoch is not the last, and the first not the best


def _ema_model(momentum: float) -> keras.Model:
    optimizer = keras.optimizers.SGD(0.04, use_ema=True, ema_momentum=momentum)
    return trial.tiny_model(optimizer=optimizer)


def ema(answer: object) -> Iterator[tuple]:
    yield from trial.function(answer)
    values, keras_says = _real_run(0.9)
    given = answer(list(values), 0.9)
    is_list = isinstance(given, list | tuple | np.ndarray)
    yield "list", is_list, {"type": type(given).__name__}
    yield "length", len(given)
    given = np.asarray(given, dtype=float).tolist()
    mistakes = {
        "from_zero": _averages(values, 0.9, start=0.1 * values[0]),
        "swapped": _averages(values, 0.1, start=values[0]),
        "means": np.cumsum(values) / np.arange(1, len(values) + 1),
        "values": values,
    }
    yield "average", which(given, keras=keras_says, **mistakes)
    for step, (own, wanted) in enumerate(zip(given, keras_says, strict=True)):
        yield "step", own, {"wanted": wanted, "step": step}
    values, keras_says = _real_run(0.5)
    yield "another_momentum", which(answer(list(values), 0.5), keras=keras_says)


def _real_run(momentum: float) -> tuple[list[float], list[float]]:
    """A weight over eight real steps, and its average as the optimizer of Keras keeps it."""
    weight, average = [], []

    def note(batch: int, logs: dict) -> None:
        weight.append(float(model.layers[-1].kernel[0, 0]))
        average.append(float(model.optimizer.variables[-2][0, 0]))  # the last is the bias's

    model = _ema_model(momentum)
    x = np.array([3.0, 1.0, 2.0, 4.0, 1.0, 3.0, 2.0, 1.0], dtype="float32")[:, None]
    trial.fit(model, 1, [Lambda(on_train_batch_end=note)], x)
    return weight, average


def _averages(values: list[float], momentum: float, start: float) -> list[float]:
    averages = [start]
    for value in values[1:]:
        averages.append(momentum * averages[-1] + (1 - momentum) * value)
    return averages


def keep_best_average(answer: object) -> Iterator[tuple]:
    yield from trial.function(answer)
    with trial.scratch_folder() as folder:
        file = folder / "best.keras"
        made = answer(file)
        yield from trial.callbacks(made)
        yield "swaps", any(isinstance(one, Swap) for one in made)
        yield "saves", any(isinstance(one, Checkpoint) for one in made)
        own, averages = _run(made)
        yield "file", file.exists(), {"name": file.name}
        saved = keras.models.load_model(file).get_weights()
    epochs = [epoch for epoch, average in enumerate(averages) if _same(saved, average)]
    if epochs:
        yield "average_of", epochs[0]
    else:
        yield "any_weights", any(_same(saved, weights) for weights in own)
        yield "own_weights", trial.first(made, Swap).swap_on_epoch


def _run(made: list[keras.callbacks.Callback]) -> tuple[list, list]:
    """The model's own weights and their averages at the end of every epoch of a fit."""
    own, averages = [], []

    def note(logs: dict) -> None:
        own.append(model.get_weights())
        variables = model.optimizer.variables
        averages.append([one.numpy() for one in variables if one.path.endswith("_average")])

    model = _ema_model(0.5)
    x = np.array([1.0, 2.0, 1.0, 2.0], dtype="float32")[:, None]
    # LambdaCallback takes any name of a hook; first, it sees the weights before they are swapped
    early = Lambda(
        on_test_begin=note,
        on_epoch_end=lambda epoch, logs: logs.update(val_loss=VAL_LOSSES[epoch]),
    )
    trial.fit(model, len(VAL_LOSSES), [early, *made], x, validation_data=(x, x))
    return own, averages


def _same(one: list, other: list) -> bool:
    return all(np.allclose(a, b, atol=1e-4) for a, b in zip(one, other, strict=True))
