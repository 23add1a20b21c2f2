"""Kills one training again and again and looks whether it ends as if nobody had touched it.

    uv run python tests/backup_chaos.py [KILLS]    # single kills, then so many in a row: 20

Every life is a process that ends by SIGKILL (TerminateProcess on Windows). It announces the moment
drawn for its death and waits there, so that the kill hits that moment on any machine. Killed are
BackupAndRestore of Keras, the same with double_checkpoint=True, and the OneFileBackup of notebook
11, taken out of its cell. A *finished* epoch is one whose backup stands complete: with Keras its
on_epoch_end has returned, with OneFileBackup the new file has got its name. Each life must begin
with the first epoch that isn't finished, and the last one must end with the weights and the
optimizer of a training that was never interrupted, bit for bit.
"""

import json
import multiprocessing
import random
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "11_backup_and_restore.ipynb"
STEPS, BATCH = 4, 8
SEED = 4  # of the first three deaths it draws, two fall within the writing
LIMIT = 120  # seconds without a word from a process

BATCHES = [f"batch {number}" for number in range(STEPS)]
WRITING = ["tensor 1", "tensor 4", "tensor 9"]  # 1st, 4th and 9th array is in the file
# What each way survives within a backup. Keras writes two files, one after the other: between them
# ("weights": the first is closed) it survives in neither of its settings.
SURVIVED = {
    "double": [*WRITING, "backed up"],
    "one file": [*WRITING, "weights", "renamed", "backed up"],
}
ONCE = [
    *(("keras", 2, moment) for moment in ("batch 1", "tensor 4")),
    *(("double", *death) for death in ((0, "tensor 4"), (2, "tensor 4"), (2, "weights"))),
    *(("one file", *death) for death in ((0, "tensor 4"), (2, "tensor 4"), (2, "renamed"))),
]


@dataclass
class Life:
    """What one process told: the epoch it began with, those it finished, and how it ended."""

    began: int | None = None
    finished: list[int] = field(default_factory=list)
    killed: bool = False
    error: str | None = None
    weights: list[bytes] | None = None


def main(kills: int) -> None:
    for way, *death in ONCE:
        print(
            f"{way}, {death[1]} in epoch {death[0]}: {told(way, [tuple(death)], 4)[1]}", flush=True
        )
    for way in SURVIVED:
        # a life finishes two epochs at most: one killed that often is still not through
        resumed, wrong = told(way, drawn_deaths(way, kills), 2 * kills + 2)
        print(f"{way}, killed in a row: {resumed} of {kills} resumed; {wrong}", flush=True)


def told(way: str, deaths: list[tuple[int, str]], epochs: int) -> tuple[int, str]:
    """How often the training resumed, and how it broke the promise."""
    with tempfile.TemporaryDirectory() as folder:
        lives, finished = [], 0
        for ahead, moment in deaths:
            # double_checkpoint has nothing to fall back on before its first backup is complete
            first = 1 if len(deaths) > 1 and way == "double" and not finished else 0
            lives.append(live(Path(folder), way, epochs, (max(finished + ahead, first), moment)))
            finished += len(lives[-1].finished)
        lives.append(live(Path(folder), way, epochs))
    resumed = sum(life.killed and then.began is not None for life, then in pairwise(lives))
    return resumed, problem(lives, uninterrupted(epochs))


@cache
def uninterrupted(epochs: int) -> Life:
    with tempfile.TemporaryDirectory() as folder:
        return live(Path(folder), "one file", epochs)


def drawn_deaths(way: str, count: int) -> list[tuple[int, str]]:
    """Random deaths (epochs ahead, moment), every other one within a backup."""
    dice = random.Random(SEED)
    moments = [SURVIVED[way], BATCHES]
    return [(dice.randrange(2), dice.choice(moments[number % 2])) for number in range(count)]


def problem(lives: list[Life], whole: Life) -> str:
    finished: list[int] = []
    for number, life in enumerate(lives):
        if life.error:
            return f"life {number} ended in {life.error}"
        if life.began != len(finished):
            return f"life {number} began with epoch {life.began}, {len(finished)} were finished"
        finished += life.finished
    if finished != whole.finished:
        return f"finished epochs: {finished}"
    return (
        "as if uninterrupted" if lives[-1].weights == whole.weights else "the final weights differ"
    )


def live(folder: Path, way: str, epochs: int, death: tuple[int, str] | None = None) -> Life:
    """One life of the training in that folder, until death = (epoch, moment) or its own end."""
    # A process forked from one that has imported TensorFlow, but not yet used it, starts at once.
    # Only Linux allows that: the libraries of macOS don't survive a fork, and Windows has none.
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    context.set_forkserver_preload(["keras", "tensorflow"])
    ours, theirs = context.Pipe()
    job = (theirs, folder, way, epochs, death)
    process = context.Process(target=_train, args=job, daemon=True)
    process.start()
    theirs.close()
    life = Life()
    try:
        while ours.poll(LIMIT):
            match ours.recv():
                case "here":
                    process.kill()
                    life.killed = True
                case "finished", epoch:
                    life.finished.append(epoch)
                case name, value:
                    setattr(life, name, value)
        raise TimeoutError(f"no word from the training in {LIMIT} s")
    except (EOFError, ConnectionResetError):  # the process is gone, and all it said is read
        return life
    finally:
        process.kill()
        process.join()


# ---- within the process that is killed -----------------------------------------------------------


def _train(parent: Connection, *job: object) -> None:
    try:
        parent.send(("weights", _Training(parent, *job).run()))
    except Exception as error:
        parent.send(("error", f"{type(error).__name__}: {error}"))


class _Training:
    def __init__(
        self, parent: Connection, folder: Path, way: str, epochs: int, death: tuple | None
    ) -> None:
        self.parent, self.folder, self.way = parent, folder, way
        self.epochs, self.death = epochs, death
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
        shown = {"keras": keras, "tf": tf}  # what is killed here is what learners are shown
        for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
            if cell["id"] in ("one-file", "order-by-epoch"):
                exec("".join(cell["source"]), shown)

        layers = [keras.Input((20,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)]
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
        fit = {"epochs": self.epochs, "initial_epoch": first, "verbose": 0}
        model.fit(train_ds, callbacks=callbacks, **fit)
        optimizer = [variable.numpy() for variable in model.optimizer.variables]
        return [number.tobytes() for number in [*model.get_weights(), *optimizer]]

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

        hooks = {"on_train_batch_end": batch_end, "on_epoch_end": before}
        first = LambdaCallback(on_epoch_begin=begin, **hooks)
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


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
