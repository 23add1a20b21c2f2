"""What each callback is worth: the same network and photos, three seeds, other callbacks.

    DOG_CAT_PHOTOS=FOLDER uv run python tools/worth.py     # trains what is missing, about two hours
    uv run python tools/worth.py --table                   # the table, and its outcomes.csv

A training's CSV holds, for each epoch, the metrics on all three parts: trained on (60 %), chosen on
(validation, 20 %), and the third (test, 20 %), on which nothing is chosen. ModelCheckpoint and
EarlyStopping change no training, they choose an epoch of it: so one training answers for several
rows of the table, and the choice is made by the real callback (helpers.replay).
"""

import argparse
import functools
import os
import shutil
import tempfile
import time
from pathlib import Path

from helpers import dog_cat, photo_batches, read_log, replay

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras.callbacks import (
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    SwapEMAWeights,
)
from measure_photos import network
from record_run import write_provenance

WORTH = Path(__file__).resolve().parents[1] / "data" / "runs" / "worth"
OUTCOMES = WORTH / "outcomes.csv"  # what notebook 06 draws
SEEDS = (1, 2, 3)
EPOCHS, SIZE, RATE, WARM_UP = 25, 96, 1e-3, 3
TRAININGS = ("plain", "plateau", "cosine", "ema")
# row of the table: the training, and the callbacks that choose its epoch; without them the last one
BEST = functools.partial(ModelCheckpoint, "best.keras", "val_accuracy", save_best_only=True)
STOP = functools.partial(EarlyStopping, "val_accuracy", patience=5, restore_best_weights=True)
ROWS = {
    "callback ছাড়া": ("plain", None),
    "ModelCheckpoint": ("plain", BEST),
    "EarlyStopping": ("plain", STOP),
    "ReduceLROnPlateau + ModelCheckpoint": ("plateau", BEST),
    "গাইডের চারটি": ("plateau", STOP),
    "warm-up, cosine": ("cosine", None),
    "warm-up, cosine + ModelCheckpoint": ("cosine", BEST),
    "EMA": ("ema", None),
    "EMA + ModelCheckpoint": ("ema", BEST),
}


class Measure(keras.callbacks.Callback):
    """Adds to an epoch's logs its seconds, its CPU seconds, and the metrics on the third part."""

    def __init__(self, test_ds: tf.data.Dataset):
        super().__init__()
        self.test_ds = test_ds

    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        wall, cpu = self.started
        logs["seconds"], logs["cpu"] = time.perf_counter() - wall, time.process_time() - cpu
        measured = self.model.evaluate(self.test_ds, verbose=0, return_dict=True)
        logs.update({f"test_{name}": value for name, value in measured.items()})


def cosine(epoch: int) -> float:
    if epoch < WARM_UP:
        return RATE * (epoch + 1) / WARM_UP
    return RATE / 2 * (1 + np.cos(np.pi * (epoch - WARM_UP) / (EPOCHS - WARM_UP)))


def parts(images: np.ndarray, labels: np.ndarray, seed: int) -> list[tf.data.Dataset]:
    """Training, validation and third part, as many cats as dogs in each; a seed splits anew."""
    chosen: list[list[int]] = [[], [], []]
    for label in (0, 1):
        shuffled = np.random.default_rng(seed).permutation(np.flatnonzero(labels[:, 0] == label))
        ends = [int(len(shuffled) * share) for share in (0.6, 0.8)]
        for part, photos in zip(chosen, np.split(shuffled, ends), strict=True):
            part += photos.tolist()
    whole = [
        tf.data.Dataset.from_tensor_slices((images[part].astype("float32"), labels[part]))
        for part in chosen
    ]
    return [photo_batches(part, training=part is whole[0]) for part in whole]


def train(name: str, seed: int, data: list[tf.data.Dataset]) -> None:
    train_ds, val_ds, test_ds = data
    own = {
        "plain": [],
        "plateau": [ReduceLROnPlateau("val_loss", factor=0.5, patience=2, min_lr=1e-6)],
        "cosine": [LearningRateScheduler(cosine)],
        "ema": [SwapEMAWeights(swap_on_epoch=True)],
    }[name]
    with tempfile.TemporaryDirectory() as place:  # a training that is stopped leaves no half CSV
        csv = Path(place, "log.csv")
        keras.utils.set_random_seed(seed)
        ema = {"use_ema": name == "ema", "ema_momentum": 0.99}
        model = network(SIZE, keras.optimizers.Adam(RATE, **ema))
        callbacks = [*own, Measure(test_ds), CSVLogger(csv)]
        model.fit(train_ds, validation_data=val_ds, epochs=EPOCHS, verbose=0, callbacks=callbacks)
        shutil.copy(csv, WORTH / f"{name}_{seed}.csv")


def outcomes() -> pd.DataFrame:
    """For each way to train and each seed: the chosen epoch's metrics, the epochs, the time."""
    rows = []
    for title, (training, chooses) in ROWS.items():
        for seed in SEEDS:
            log = read_log(WORTH / f"{training}_{seed}.csv")
            result = replay([chooses()], log) if chooses else None
            epoch = result.best_epoch if result else len(log) - 1
            ran = result.epochs if result else len(log)
            chosen = log.loc[epoch, ["val_accuracy", "test_accuracy", "test_loss"]].round(4)
            row = {"setting": title, "seed": seed, "epoch": epoch, **chosen, "epochs": ran}
            rows.append(row | {"cpu_minutes": round(log["cpu"][:ran].sum() / 60, 1)})
    return pd.DataFrame(rows)


def table(runs: pd.DataFrame) -> pd.DataFrame:
    """One row for each way to train: the mean over the seeds, and the spread of test_accuracy."""
    settings = runs.drop(columns=["seed", "epoch"]).groupby("setting", sort=False)
    return settings.mean().assign(spread=settings["test_accuracy"].std()).round(3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", action="store_true", help="print the table, train nothing")
    options = parser.parse_args()
    if options.table:
        runs = outcomes()
        runs.to_csv(OUTCOMES, index=False, lineterminator="\n")
        print(table(runs).to_string())
        return
    folder, shape = dog_cat(os.environ["DOG_CAT_PHOTOS"]), {"image_size": (SIZE, SIZE)}
    photos = keras.utils.image_dataset_from_directory(
        folder, label_mode="binary", batch_size=None, shuffle=False, **shape
    )
    pairs = [(image.round().astype("uint8"), label) for image, label in photos.as_numpy_iterator()]
    images, labels = (np.stack(part) for part in zip(*pairs, strict=True))
    WORTH.mkdir(exist_ok=True)
    for seed in SEEDS:
        data = parts(images, labels, seed)
        for name in TRAININGS:
            if not (WORTH / f"{name}_{seed}.csv").exists():
                train(name, seed, data)
                print(name, seed, flush=True)
    write_provenance(
        WORTH / "provenance.json",
        made_by="tools/worth.py",
        photos=f"{len(images)} real photos, half cats, half dogs",
        note="other programs used the cores: cpu counts the training alone, seconds do not",
        **{"image_size": SIZE, "epochs": EPOCHS, "seeds": SEEDS},
    )


if __name__ == "__main__":
    main()
