"""Kills one training again and again and looks whether it comes out as if nobody had touched it.

    uv run python benchmarks/backup_chaos.py               # single kills, then 20 in a row
    uv run python benchmarks/backup_chaos.py --kills 100 --seed 7

Every life is a process of its own that ends by SIGKILL (TerminateProcess on Windows). It announces the moment
drawn for its death and waits there, so that the kill hits that moment on any machine: after a batch, within
the writing of the weights file, between two files. Three ways of backing up are killed: BackupAndRestore of
Keras, the same with double_checkpoint=True, and the OneFileBackup of notebook 11, taken out of its cell.

A *finished* epoch is one whose backup stands complete: with Keras its on_epoch_end has returned, with
OneFileBackup the new file has got its name. Each life must begin with the first epoch that isn't finished,
and the last one must end with the weights and the optimizer of a training that was never interrupted, bit for
bit. The data are shuffled anew every epoch, by the notebook's own pipeline: their order depends on nothing
but the number of the epoch.

A SIGKILL ends a process. What a power cut does to files that the operating system hasn't put on the disk yet
is not tested here.
"""

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "11_backup_and_restore.ipynb"
STEPS, BATCH = 4, 8
SEED = 4  # of the first three deaths it draws, two fall within the writing
LIMIT = 120  # seconds without a word from a process

BATCHES = [f"batch {number}" for number in range(STEPS)]
WRITING = ["tensor 1", "tensor 4", "tensor 9"]  # 1st, 4th and 9th array is in the file
# Within a backup: what each way is killed at when it is killed in a row. Keras writes two files, one after
# the other; what happens between them ("weights": the first is closed, "empty number": the second is opened)
# it survives in neither of its settings, so only single kills fall there.
SURVIVED = {
    "double": [*WRITING, "backed up"],
    "one file": [*WRITING, "weights", "renamed", "backed up"],
}
ONCE = {
    "keras": [(2, "batch 1"), (2, "tensor 4")],
    "double": [(0, "tensor 4"), (2, "tensor 4"), (2, "weights"), (2, "empty number"), (2, "no index")],
    "one file": [(0, "tensor 4"), (2, "tensor 4"), (2, "renamed")],
}


@dataclass
class Life:
    """What one process told: the epoch it began with, those it finished, and how it ended."""

    began: int | None = None
    finished: list[int] = field(default_factory=list)
    killed: bool = False
    error: str | None = None
    weights: list[bytes] | None = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()

    whole = uninterrupted(epochs=4)
    for way, ends in ONCE.items():
        for epoch, moment in ends:
            wrong = "; ".join(problems(killed_once(way, epoch, moment, epochs=4), whole))
            print(f"{way}, {moment} in epoch {epoch}: {wrong or 'as if uninterrupted'}", flush=True)

    whole = uninterrupted(enough(options.kills))
    for way in SURVIVED:
        start = time.perf_counter()
        lives = killed_in_a_row(way, options.kills, options.seed)
        resumed = sum(first.killed and then.began is not None for first, then in pairwise(lives))
        wrong = "; ".join(problems(lives, whole))
        print(
            f"{way}, killed in a row: {resumed} of {options.kills} resumed; {wrong or 'as if uninterrupted'}"
            f" ({len(lives)} lives, {time.perf_counter() - start:.0f} s)",
            flush=True,
        )


# ---- lives and deaths --------------------------------------------------------------------------------


def uninterrupted(epochs: int) -> Life:
    with tempfile.TemporaryDirectory() as name:
        return live(Path(name), "one file", epochs)


def killed_once(way: str, epoch: int, moment: str, epochs: int) -> list[Life]:
    """The two lives of a training that is killed once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "backup"
        folder.mkdir()
        torn = moment == "no index"
        first = live(folder, way, epochs, (epoch, "weights" if torn else moment))
        if torn:
            _tear_the_index(folder / "latest.weights.h5")
        return [first, live(folder, way, epochs)]


def _tear_the_index(weights: Path) -> None:
    # What a kill leaves within the last writes of the weights file: all numbers, but no index to them. It
    # can't be had by a hook, as HDF5 writes the index by itself while it closes the file.
    weights.write_bytes(weights.read_bytes().replace(b"SNOD", bytes(4)))


def killed_in_a_row(way: str, kills: int, seed: int) -> list[Life]:
    """The lives of a training that is killed so often, at random, and then left alone."""
    lives: list[Life] = []
    finished = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "backup"
        folder.mkdir()
        for _, (ahead, moment) in zip(range(kills), deaths(way, seed), strict=False):
            # double_checkpoint has nothing to fall back on before its first backup is complete
            epoch = finished + ahead if finished or way != "double" else 1
            lives.append(live(folder, way, enough(kills), (epoch, moment)))
            finished += len(lives[-1].finished)
        return [*lives, live(folder, way, enough(kills))]


def deaths(way: str, seed: int) -> Iterator[tuple[int, str]]:
    """Random deaths (epochs ahead, moment), every other one within a backup."""
    dice = random.Random(seed)
    while True:
        yield dice.randrange(2), dice.choice(SURVIVED[way])
        yield dice.randrange(2), dice.choice(BATCHES)


def enough(kills: int) -> int:
    """So many epochs that a training killed that often is still not through: a life finishes two at most."""
    return 2 * kills + 2


def problems(lives: list[Life], whole: Life) -> list[str]:
    """How the lives of one training break the promise; empty if they keep it."""
    finished: list[int] = []
    for number, life in enumerate(lives):
        if life.error:
            return [f"life {number} ended in {life.error}"]
        if life.began != len(finished):
            return [f"life {number} began with epoch {life.began}, {len(finished)} were finished"]
        finished += life.finished
    if finished != whole.finished:
        return [f"finished epochs: {finished}"]
    return [] if lives[-1].weights == whole.weights else ["the final weights differ"]


def live(folder: Path, way: str, epochs: int, death: tuple[int, str] | None = None) -> Life:
    """One life of the training in that folder, ended at death = (epoch, moment), or at its own end."""
    ours, theirs = _context().Pipe()
    process = _context().Process(target=_train, args=(theirs, folder, way, epochs, death), daemon=True)
    process.start()
    theirs.close()
    life = Life()
    try:
        while ours.poll(LIMIT):
            match ours.recv():
                case "here":
                    process.kill()
                    life.killed = True
                case "began", epoch:
                    life.began = epoch
                case "finished", epoch:
                    life.finished.append(epoch)
                case "error", error:
                    life.error = error
                case "end", weights:
                    life.weights = weights
        raise TimeoutError(f"no word from the training in {LIMIT} s")
    except (EOFError, ConnectionResetError):  # the process is gone, and all it said is read
        return life
    finally:
        process.kill()
        process.join()


def _context() -> multiprocessing.context.BaseContext:
    # A process forked from one that has imported TensorFlow, but not yet used it, starts in a fraction of the
    # time. Only Linux allows that: the libraries of macOS don't survive a fork, and Windows has none.
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    context.set_forkserver_preload(["keras", "tensorflow"])
    return context


# ---- within the process that is killed ---------------------------------------------------------------


def _train(parent: Connection, *job: object) -> None:
    try:
        parent.send(("end", _Training(parent, *job).run()))
    except Exception as error:
        parent.send(("error", f"{type(error).__name__}: {error}"))


class _Training:
    def __init__(
        self, parent: Connection, folder: Path, way: str, epochs: int, death: tuple[int, str] | None
    ) -> None:
        self.parent, self.folder, self.way, self.epochs, self.death = parent, folder, way, epochs, death
        self.epoch = -1
        self.tensors: int | None = None  # how many the running backup has written

    def run(self) -> list[bytes]:
        import warnings

        import keras
        import numpy as np
        import tensorflow as tf

        # the order is made by our own map
        warnings.filterwarnings("ignore", message="`shuffle=True` was passed")
        tf.config.set_visible_devices([], "GPU")
        keras.utils.set_random_seed(1337)
        shown = {"keras": keras, "tf": tf}
        for cell in ("one-file", "order-by-epoch"):
            exec(cell_source(cell), shown)

        layers = [keras.Input((20,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), loss="mse")
        x = np.random.default_rng(1337).normal(size=(STEPS * BATCH, 20)).astype("float32")
        train_ds, tell = shown["order_by_epoch"](x, x[:, 0] * x[:, 1], BATCH)

        self.hook_into_the_writing()
        first = 0
        if self.way == "one file":
            file = self.folder / "latest.weights.h5"
            backup, first = shown["OneFileBackup"](file), shown["resume"](model, file, STEPS)
        else:
            double = self.way == "double"
            backup = keras.callbacks.BackupAndRestore(self.folder, double_checkpoint=double)
        callbacks = [tell, *self.around(backup)]
        model.fit(train_ds, epochs=self.epochs, initial_epoch=first, verbose=0, callbacks=callbacks)
        numbers = [*model.get_weights(), *(variable.numpy() for variable in model.optimizer.variables)]
        return [number.tobytes() for number in numbers]

    def around(self, backup: object) -> list:
        from keras.callbacks import LambdaCallback

        def begin(epoch, logs):
            if self.epoch < 0:
                self.parent.send(("began", epoch))
            self.epoch = epoch

        def before(epoch, logs):
            self.tensors = 0

        def after(epoch, logs):
            self.tensors = None
            if self.way != "one file":
                self.parent.send(("finished", epoch))
            self.reach("backed up")

        def batch_end(batch, logs):
            self.reach(f"batch {batch}")

        first = LambdaCallback(on_epoch_begin=begin, on_train_batch_end=batch_end, on_epoch_end=before)
        return [first, backup, LambdaCallback(on_epoch_end=after)]

    def hook_into_the_writing(self) -> None:
        import os

        import h5py
        import keras

        def tensor():
            self.tensors += 1
            self.reach(f"tensor {self.tensors}")

        def renamed():
            self.parent.send(("finished", self.epoch))
            self.reach("renamed")

        self.after(h5py.Group, "create_dataset", tensor)
        self.after(keras.Model, "save_weights", lambda: self.reach("weights"))
        # Keras calls it when it has opened, and so emptied, the file for the number
        self.after(json, "dumps", lambda: self.reach("empty number"))
        self.after(os, "replace", renamed)  # Path.replace calls it too

    def after(self, owner: object, name: str, then: object) -> None:
        """Call then after each call of owner.name that a backup makes."""
        real = getattr(owner, name)

        def hooked(*args, **kwargs):
            result = real(*args, **kwargs)
            if self.tensors is not None:
                then()
            return result

        setattr(owner, name, hooked)

    def reach(self, moment: str) -> None:
        if self.death == (self.epoch, moment):
            self.parent.send("here")
            self.parent.recv()  # never answered: the kill comes here


def cell_source(cell_id: str) -> str:
    """The code of one cell of notebook 11: what is killed here is what learners are shown."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return "".join(next(cell["source"] for cell in cells if cell["id"] == cell_id))


if __name__ == "__main__":
    main()
