"""What tools/measure.py measures of the dog-cat training, ours against the guide's.

  guide    the guide's code as written, its leaking split too, without the callbacks
  ours     helpers.photo_batches, and the same network without the two augmentation layers
  tensors  the network of "ours" on arrays already in memory, shuffled, not augmented
All on the same photos. Every reading comes from a process of its own, the second round in the
opposite order. An epoch is training and validation. The first, which reads the files, is left out.
"""

import ctypes
import gc
import multiprocessing
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter
from types import SimpleNamespace

import psutil
from measure_course import NotHere

VARIANTS = ("guide", "ours", "tensors")
SIZE, BATCH = 224, 32
TRAINED_ON = 500  # photos; three times as many are held in memory to see what one takes
LATER_EPOCHS = 2
SMALL_MACHINE, TAKEN_BY_THE_SYSTEM = 4e9, 0.7e9
WHOLE_ARCHIVE = 24_900  # some of the 25,000 can't be opened
ARCHIVE_STEPS = 60
SPLIT = {"label_mode": "binary", "validation_split": 0.2, "seed": 1337, "image_size": (SIZE, SIZE)}


def against_guide(photos: Path | None) -> dict[str, float]:
    if not photos:
        raise NotHere("--photos names no folder")
    with tempfile.TemporaryDirectory() as place:
        few, many = (_first(photos, count, Path(place)) for count in (TRAINED_ON, 3 * TRAINED_ON))
        seconds = {variant: [] for variant in VARIANTS}
        for variant in (*VARIANTS, *reversed(VARIANTS)):
            seconds[variant] += _apart(_epochs, variant, few)[1:]
            print(f"  {variant}: {median(seconds[variant]):.1f} s an epoch", flush=True)
        held = {
            variant: _apart(_memory, variant, many) - _apart(_memory, variant, few)
            for variant in ("guide", "ours")
        }
    ours = median(seconds["ours"])
    return {
        "epoch over guide": ours / median(seconds["guide"]),
        "epoch over tensors": ours / median(seconds["tensors"]),
        "photo over guide": held["ours"] / held["guide"],
    }


def whole_archive(photos: Path | None) -> dict[str, float]:
    if not photos or sum(1 for _ in photos.glob("*/*.jpg")) < WHOLE_ARCHIVE:
        raise NotHere("--archive names no folder with all 25,000 photos")
    return {"archive": _apart(_peak, photos) / 1e9}


def _apart(function: Callable, *arguments: object) -> object:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _first(photos: Path, count: int, place: Path) -> Path:
    """A folder with so many of the photos, as many of each class."""
    for source in sorted(path for path in photos.iterdir() if path.is_dir()):
        target = place / str(count) / source.name
        target.mkdir(parents=True)
        for file in sorted(source.glob("*.jpg"))[: count // 2]:
            shutil.copy(file, target)
    return place / str(count)


# ---- within the measured processes ---------------------------------------------------------------


def _datasets(variant: str, photos: Path) -> tuple:
    """(training, validation) of one variant."""
    from helpers import photo_batches, setup
    from helpers.batches import untuned

    import numpy as np
    import tensorflow as tf
    from keras.utils import image_dataset_from_directory

    setup()
    if variant == "guide":
        as_written = {**SPLIT, "batch_size": BATCH}
        train = image_dataset_from_directory(photos, subset="training", **as_written)
        val = image_dataset_from_directory(photos, subset="validation", shuffle=False, **as_written)
        return tuple(dataset.cache().prefetch(tf.data.AUTOTUNE) for dataset in (train, val))
    train, val = image_dataset_from_directory(photos, subset="both", batch_size=None, **SPLIT)
    if variant == "ours":
        return photo_batches(train, training=True), photo_batches(val)

    def in_memory(dataset: tf.data.Dataset) -> tf.data.Dataset:
        count = int(dataset.cardinality())
        images, labels = np.empty((count, SIZE, SIZE, 3), "uint8"), np.empty((count, 1), "float32")
        for number, (image, label) in enumerate(dataset.as_numpy_iterator()):
            images[number], labels[number] = image.round(), label
        return tf.data.Dataset.from_tensor_slices((images, labels))

    train = in_memory(train).shuffle(int(train.cardinality()))
    # as ours: what is compared is the reading and moving of photos alone
    both = (train, in_memory(val))
    return tuple(untuned(dataset.batch(BATCH).prefetch(tf.data.AUTOTUNE)) for dataset in both)


def network(size: int, optimizer: object, augmentation: Iterable = ()):
    """The guide's network, compiled."""
    import keras
    from keras import layers

    blocks = []
    for filters in (32, 64, 128):
        blocks += [layers.Conv2D(filters, 3, activation="relu", padding="same")]
        blocks += [layers.MaxPooling2D()]
    head = [layers.Flatten(), layers.Dropout(0.3), layers.Dense(128, activation="relu")]
    head += [layers.Dropout(0.3), layers.Dense(1, activation="sigmoid")]
    start = [keras.Input((size, size, 3)), layers.Rescaling(1 / 255)]
    model = keras.Sequential([*start, *augmentation, *blocks, *head])
    model.compile(optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return model


def _epochs(variant: str, photos: Path) -> list[float]:
    """Seconds of each epoch."""
    from keras import layers

    augmentation = [layers.RandomFlip("horizontal"), layers.RandomRotation(0.05)]
    train, val = _datasets(variant, photos)
    model = network(SIZE, "adam", augmentation if variant == "guide" else [])
    seconds = []
    for _ in range(1 + LATER_EPOCHS):
        began = perf_counter()
        model.fit(train, validation_data=val, verbose=0)
        seconds.append(perf_counter() - began)
    return seconds


def _memory(variant: str, photos: Path) -> int:
    """Bytes the process holds after one full pass over all photos, without a model."""
    kept = _datasets(variant, photos)
    for dataset in kept:
        for _ in dataset:
            pass
    gc.collect()
    if sys.platform == "linux":  # what was freed but not handed back is no cache
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return psutil.Process().memory_info().rss


def _peak(photos: Path) -> int:
    """Bytes of the process at their peak, on a machine that seems to have 4 GB in all."""
    import resource  # not on Windows

    process = psutil.Process()
    psutil.virtual_memory = lambda: SimpleNamespace(
        available=SMALL_MACHINE - TAKEN_BY_THE_SYSTEM - process.memory_info().rss
    )
    train, _ = _datasets("ours", photos)
    network(SIZE, "adam").fit(train, steps_per_epoch=ARCHIVE_STEPS, verbose=0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
