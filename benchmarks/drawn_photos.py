"""How well the drawn dog-cat photos stand in for real ones, on this machine.

    uv run python benchmarks/drawn_photos.py                       # a linear model and mean colours
    uv run python benchmarks/drawn_photos.py --train 1 2           # and the guide's network, a fit per seed
    uv run python benchmarks/drawn_photos.py --train 1 --no-stop   # how far it overfits in 25 epochs

A linear model and a threshold on a mean colour should hardly beat a guess; the guide's network should pass
80 %, and its val_loss should turn up. TF_NUM_INTRAOP_THREADS=1 takes one thread in place of all.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from helpers.drawing import draw_photos

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image
from report import show


def load(folder: Path) -> tuple[list[Image.Image], np.ndarray]:
    """Every photo of the set, and +1 for one in the dog folder, -1 in the cat folder."""
    paths = sorted(folder.glob("*/*.jpg"))
    photos = [Image.open(path).convert("RGB") for path in paths]
    return photos, np.array([1 if path.parent.name == "dog" else -1 for path in paths])


def threshold_accuracy(values: np.ndarray, sign: np.ndarray) -> float:
    """The share that the best threshold on one number gets right."""
    above = values[:, None] > np.quantile(values, np.linspace(0.02, 0.98, 49))
    right = (above == (sign[:, None] > 0)).mean(axis=0)
    return max(right.max(), 1 - right.min())


def linear_accuracies(pixels: np.ndarray, sign: np.ndarray, penalty: float, repeats: int = 5) -> list[float]:
    """Ridge regression on raw pixels: accuracy on a held-out fifth, for several random splits."""
    alike = (centred := pixels - pixels.mean(axis=0)) @ centred.T
    accuracies = []
    for repeat in range(repeats):
        test, train = np.split(np.random.default_rng(repeat).permutation(len(sign)), [len(sign) // 5])
        weights = np.linalg.solve(alike[np.ix_(train, train)] + penalty * np.eye(len(train)), sign[train])
        accuracies.append(((alike[np.ix_(test, train)] @ weights > 0) == (sign[test] > 0)).mean())
    return accuracies


def guide_network() -> keras.Model:
    model = keras.Sequential([keras.Input((96, 96, 3)), layers.Rescaling(1 / 255)])
    for filters in (32, 64, 128):
        model.add(layers.Conv2D(filters, 3, activation="relu", padding="same"))
        model.add(layers.MaxPooling2D())
    for layer in (
        layers.Flatten(),
        layers.Dropout(0.3),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(1, activation="sigmoid"),
    ):
        model.add(layer)
    model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy", metrics=["accuracy"])
    return model


def fit(folder: Path, seed: int, stop: bool) -> None:
    keras.utils.set_random_seed(seed)
    training, validation = keras.utils.image_dataset_from_directory(
        folder,
        label_mode="binary",
        validation_split=0.2,
        subset="both",
        seed=1337,
        image_size=(96, 96),
        batch_size=32,
        verbose=0,
    )
    training = training.cache().map(lambda x, y: (tf.image.random_flip_left_right(x), y)).prefetch(2)
    callbacks = []
    if stop:
        callbacks = [
            keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=5),
            keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2, min_lr=1e-6),
        ]
    start, cpu = time.perf_counter(), time.process_time()
    history = guide_network().fit(
        training, validation_data=validation.cache(), epochs=25, callbacks=callbacks, verbose=0
    )
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"seed {seed}: {len(history.epoch)} epochs, {seconds:.0f} s ({cpu:.0f} s of processor time)")
    for name, values in history.history.items():
        print(f"  {name:14}", *(f"{value:.2g}" for value in values))


def best_threshold(photos: list[Image.Image], sign: np.ndarray) -> float:
    means = np.array([np.asarray(photo).mean(axis=(0, 1)) for photo in photos])
    accuracies = {"brightness": threshold_accuracy(means.mean(axis=1), sign)}
    for name, values in zip(("red", "green", "blue"), means.T, strict=True):
        accuracies[name] = threshold_accuracy(values, sign)
    for name, accuracy in accuracies.items():
        print(f"  threshold on mean {name}: {accuracy:.1%}")
    return max(accuracies.values())


def best_linear(photos: list[Image.Image], sign: np.ndarray) -> float:
    best = 0.0
    for mode, size in itertools.product(("L", "RGB"), (32, 48)):
        small = [photo.convert(mode).resize((size, size), Image.Resampling.BOX) for photo in photos]
        pixels = np.array([np.ravel(photo) for photo in small]) / 255
        for penalty in (1, 10, 100, 1000):
            shares = linear_accuracies(pixels, sign, penalty)
            print(
                f"  ridge {penalty}, {size} px {mode}: {np.mean(shares):.1%} (best split {max(shares):.1%})"
            )
            best = max(best, np.mean(shares))
    return best


def figures(seeds: Sequence[int] = (), stop: bool = True) -> dict[str, float]:
    """seeds: one training of the guide's network for each, which is printed only."""
    with tempfile.TemporaryDirectory() as scratch:
        start = time.perf_counter()
        folder = draw_photos(Path(scratch) / "drawn")
        seconds = time.perf_counter() - start
        photos, sign = load(folder)
        for seed in seeds:
            fit(folder, seed, stop)
    return {
        "drawn_photo_ms": seconds / len(photos) * 1e3,
        "drawn_threshold_percent": 100 * best_threshold(photos, sign),
        "drawn_linear_percent": 100 * best_linear(photos, sign),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=int, nargs="*", default=[], metavar="SEED")
    parser.add_argument("--no-stop", action="store_true", help="train without callbacks")
    options = parser.parse_args()
    show(figures(options.train, stop=not options.no_stop))
