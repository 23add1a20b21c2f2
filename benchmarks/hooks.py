"""What recording every hook costs a training.

    uv run python benchmarks/hooks.py

The epoch is one of a small dense Keras model: 100 batches of 32. It is timed with and without a HookRecorder
in turn, so that whatever else the machine does falls on both. On a busy machine that comparison is still
coarser than the recorder; hence the share too, which times the recorder's own hooks alone.
"""

import time
from statistics import median

from helpers import HookRecorder, setup

import keras
import numpy as np
import tensorflow as tf
from report import show

BATCHES, ROUNDS = 100, 250


def training() -> tuple[keras.Model, tf.data.Dataset]:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(BATCHES * 32, 20)).astype("float32"), rng.integers(0, 2, BATCHES * 32)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32).cache()
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((20,)), *hidden, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(data, epochs=2, verbose=0)
    return model, data


def seconds(function, *arguments, **options) -> float:
    start = time.perf_counter()
    function(*arguments, **options)
    return time.perf_counter() - start


def recorders_own_seconds() -> float:
    """The time of all the hooks of one such epoch, called without a training between them."""
    recorder, logs = HookRecorder(), {"loss": 0.5, "accuracy": 0.75}

    def epoch() -> None:
        recorder.on_train_begin({})
        recorder.on_epoch_begin(0, {})
        for batch in range(BATCHES):
            recorder.on_train_batch_begin(batch, {})
            recorder.on_train_batch_end(batch, logs)
        recorder.on_epoch_end(0, logs)
        recorder.on_train_end(logs)

    return median(seconds(epoch) for _ in range(ROUNDS))


def figures() -> dict[str, float]:
    setup()
    model, data = training()
    plain, recorded = [], []
    for _ in range(ROUNDS):
        plain.append(seconds(model.fit, data, verbose=0))
        recorded.append(seconds(model.fit, data, verbose=0, callbacks=[HookRecorder()]))
    own, epoch = recorders_own_seconds(), median(plain)
    ratio = median(with_it / without for with_it, without in zip(recorded, plain, strict=True))
    print(f"  an epoch of {BATCHES} batches: {epoch * 1000:.1f} ms; with the recorder {ratio:.4f} times that")
    return {"recorder_percent": 100 * own / epoch}


if __name__ == "__main__":
    show(figures())
