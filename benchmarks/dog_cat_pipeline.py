"""Dog-cat training: the guide's pipeline against ours, on the same photos.

    uv run python benchmarks/dog_cat_pipeline.py --photos FOLDER             # 224 px, 1,000 photos
    uv run python benchmarks/dog_cat_pipeline.py --size 96 --rounds 1        # a quick look
    uv run python benchmarks/dog_cat_pipeline.py --photos FOLDER --archive 300    # all photos, 300 steps

FOLDER holds two folders, one a class; DOG_CAT_PHOTOS is its default. Three variants:
  guide    the guide's code as written, its leaking split too, without the callbacks
  ours     helpers.batches, and the same network without the two augmentation layers
  tensors  the network of "ours" on uint8 arrays already in memory, shuffled, no augmentation, no autotune
Every reading comes from a process of its own, and the next round takes them in the opposite order. An epoch
is training and validation; the first, which reads the files, is told apart, and the ratios are of the later
ones' medians. CPU seconds stand beside the clock's: they suffer less from other programs. Memory held by a
photo is what a process gains when it is given more photos.
--archive plays a machine of 4 GB: it tells whether the photos were cached, and the process's peak memory.
"""

import argparse
import contextlib
import ctypes
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
from report import show

VARIANTS = ("guide", "ours", "tensors")
BATCH = 32
SMALL_MACHINE = 4e9
TAKEN_BY_THE_SYSTEM = 0.7e9


def datasets(variant: str, photos: str, size: int) -> tuple:
    """(training, validation) of one variant; TensorFlow is imported in the measuring processes alone."""
    from helpers.batches import photo_batches, untuned

    import numpy as np
    import tensorflow as tf
    from keras.utils import image_dataset_from_directory

    common = {"label_mode": "binary", "validation_split": 0.2, "seed": 1337, "image_size": (size, size)}
    if variant == "guide":
        train = image_dataset_from_directory(photos, subset="training", batch_size=BATCH, **common)
        val = image_dataset_from_directory(
            photos, subset="validation", batch_size=BATCH, shuffle=False, **common
        )
        return tuple(d.cache().prefetch(tf.data.AUTOTUNE) for d in (train, val))
    train, val = image_dataset_from_directory(photos, subset="both", batch_size=None, **common)
    if variant == "ours":
        return photo_batches(train, training=True), photo_batches(val)

    def in_memory(dataset: tf.data.Dataset) -> tf.data.Dataset:
        count = int(dataset.cardinality())
        images, labels = np.empty((count, size, size, 3), "uint8"), np.empty((count, 1), "float32")
        for number, (image, label) in enumerate(dataset.as_numpy_iterator()):
            images[number], labels[number] = image.round(), label
        return tf.data.Dataset.from_tensor_slices((images, labels))

    train = in_memory(train).shuffle(int(train.cardinality())).batch(BATCH)
    # as ours: what is compared is the reading and moving of photos alone
    return tuple(untuned(d.prefetch(tf.data.AUTOTUNE)) for d in (train, in_memory(val).batch(BATCH)))


def network(variant: str, size: int):
    """The guide's network; "guide" has its two augmentation layers too."""
    import keras
    from keras import layers

    moved = [layers.RandomFlip("horizontal"), layers.RandomRotation(0.05)] if variant == "guide" else []
    blocks = []
    for filters in (32, 64, 128):
        blocks += [layers.Conv2D(filters, 3, activation="relu", padding="same"), layers.MaxPooling2D()]
    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            layers.Rescaling(1.0 / 255),
            *moved,
            *blocks,
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=["accuracy"])
    return model


def measure_epochs(variant: str, photos: str, size: int, epochs: int) -> list[tuple[float, float]]:
    """(clock, CPU) seconds of each epoch."""
    train, val = datasets(variant, photos, size)
    model = network(variant, size)
    seconds = []
    for _ in range(epochs):
        clock, cpu = time.perf_counter(), time.process_time()
        model.fit(train, validation_data=val, verbose=0)
        seconds.append((time.perf_counter() - clock, time.process_time() - cpu))
    return seconds


def measure_cache(variant: str, photos: str, size: int) -> int:
    """Bytes the process holds after one full pass over training and validation photos, without a model."""
    kept = datasets(variant, photos, size)
    for dataset in kept:
        for _ in dataset:
            pass
    gc.collect()
    if sys.platform == "linux":  # what was freed but not handed back is no cache
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return psutil.Process().memory_info().rss


def measure_archive(photos: str, size: int, steps: int) -> dict[str, object]:
    """Whether all photos were cached, and the process's peak memory, when the machine has 4 GB in all."""
    import resource  # not on Windows

    from helpers.batches import fits_in_memory, photo_batches

    from keras.utils import image_dataset_from_directory

    process = psutil.Process()
    psutil.virtual_memory = lambda: SimpleNamespace(
        available=SMALL_MACHINE - TAKEN_BY_THE_SYSTEM - process.memory_info().rss
    )
    train, _ = image_dataset_from_directory(
        photos,
        label_mode="binary",
        validation_split=0.2,
        subset="both",
        seed=1337,
        image_size=(size, size),
        batch_size=None,
    )
    cached = fits_in_memory(train)
    network("ours", size).fit(photo_batches(train, training=True), steps_per_epoch=steps, verbose=0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cached": cached, "peak": peak * (1 if sys.platform == "darwin" else 1024)}


def in_own_process(task: str, *arguments: object) -> object:
    """What `task` returns, measured in a fresh process."""
    command = [sys.executable, __file__, "--task", task, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def run_task(task: str, *arguments: str) -> object:
    from helpers import setup

    setup()
    arguments = [int(a) if a.isdigit() else a for a in arguments]
    return globals()[task](*arguments)


def wait_for_calm() -> float:
    """Waits, two minutes at most, until others leave the machine alone; returns the share they still use."""
    for _ in range(12):
        busy = psutil.cpu_percent(interval=10)
        if busy < 20:
            break
    return busy


@contextlib.contextmanager
def first_photos(photos: Path, count: int) -> Iterator[Path]:
    """A temporary folder with `count` of the photos, as many of each class."""
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(p for p in photos.iterdir() if p.is_dir()):
            target = Path(folder, source.name)
            target.mkdir()
            for file in sorted(source.glob("*.jpg"))[: count // 2]:
                shutil.copy(file, target)
        yield Path(folder)


def compare_epochs(photos: Path, size: int, epochs: int, rounds: int) -> dict[str, float]:
    first = {variant: [] for variant in VARIANTS}
    later = {variant: [] for variant in VARIANTS}
    for number in range(rounds):
        for variant in VARIANTS[:: 1 if number % 2 == 0 else -1]:
            busy = wait_for_calm()
            seconds = in_own_process("measure_epochs", variant, photos, size, epochs + 1)
            first[variant].append(seconds[0])
            later[variant] += seconds[1:]
            print(f"  round {number + 1} {variant:8s} others used {busy:3.0f} % of the machine before it")
    middle = {v: [statistics.median(column) for column in zip(*later[v], strict=True)] for v in VARIANTS}
    found = {}
    for variant in VARIANTS:
        found[f"{variant}_first_epoch_s"] = statistics.median(clock for clock, _ in first[variant])
        found[f"{variant}_epoch_s"] = middle[variant][0]
    for other in ("guide", "tensors"):
        clock, cpu = (mine / theirs for mine, theirs in zip(middle["ours"], middle[other], strict=True))
        found |= {f"epoch_vs_{other}": clock, f"epoch_vs_{other}_cpu": cpu}
    return found


def compare_caches(photos: Path, size: int, count: int) -> dict[str, float]:
    found = {}
    for variant in ("guide", "ours"):
        held = []
        for some in (count, 3 * count):
            with first_photos(photos, some) as folder:
                held.append(in_own_process("measure_cache", variant, folder, size))
        found[f"{variant}_photo_kb"] = (held[1] - held[0]) / (2 * count) / 1e3
    return found | {"photo_vs_guide": found["ours_photo_kb"] / found["guide_photo_kb"]}


def figures(
    photos: Path, size: int = 224, count: int = 500, epochs: int = 2, rounds: int = 2
) -> dict[str, float]:
    """count: photos to train on; three times as many are held in memory to see what one takes."""
    with first_photos(photos, count) as folder:
        found = compare_epochs(folder, size, epochs, rounds)
    return found | compare_caches(photos, size, count)


def archive_figures(photos: Path, size: int = 224, steps: int = 60) -> dict[str, float]:
    found = in_own_process("measure_archive", photos, size, steps)
    print(f"  cached: {found['cached']}")
    return {"archive_peak_gb": found["peak"] / 1e9}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=Path, default=os.environ.get("DOG_CAT_PHOTOS"))
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=3, help="timed epochs of each process, after the first")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--archive", type=int, metavar="STEPS")
    parser.add_argument("--task", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        print(json.dumps(run_task(*options.task)))
        return
    if not options.photos:
        parser.error("--photos FOLDER, or DOG_CAT_PHOTOS, must name the folder of the photos")
    print(f"{options.size} px, batches of {BATCH}, {os.cpu_count()} cores")
    if options.archive:
        show(archive_figures(options.photos, options.size, options.archive))
        return
    show(figures(options.photos, options.size, options.count, options.epochs, options.rounds))


if __name__ == "__main__":
    main()
