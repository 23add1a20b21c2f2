"""Kills one training again and again and says whether it ends as if nobody had touched it.

    uv run python tests/backup_chaos.py

Every life is a process that sends itself SIGKILL at a named moment (TerminateProcess on Windows).
Killed are BackupAndRestore of Keras, the same with double_checkpoint=True, and the OneFileBackup of
notebook 11, taken out of its cell. A *finished* epoch is one whose backup stands complete: with
Keras its on_epoch_end has returned, with OneFileBackup the new file has got its name. A life must
begin with the first epoch that isn't finished, and the last one must end with the weights and the
optimizer of a training that was never interrupted, bit for bit.
"""

import json
import multiprocessing
import os
import signal
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "11_backup_and_restore.ipynb"
STEPS, BATCH, EPOCHS = 4, 8, 4
LIMIT = 120  # seconds without a word from a process
# The ways to back up, and where each life ends: (epoch, moment). "tensor 4": the fourth array is in
# the file; "weights": the first of Keras's two files is closed, and the second not yet begun.
DEATHS = {
    "keras": [[(2, "batch 1")], [(2, "tensor 4")]],
    "double": [
        *([(0, "tensor 4")], [(2, "tensor 4")], [(2, "weights")]),
        [(1, "batch 3"), (1, "tensor 9"), (2, "backed up")],
    ],
    "one file": [
        *([(0, "tensor 4")], [(2, "renamed")]),
        [(1, "tensor 1"), (1, "batch 3"), (2, "weights"), (2, "backed up")],
    ],
}


@dataclass
class Life:
    """What one process told: the epoch it began with, those it finished, and how it ended."""

    began: int | None = None
    finished: list[int] = field(default_factory=list)
    error: str | None = None
    weights: list[bytes] | None = None


def main() -> None:
    for way, rows in DEATHS.items():
        for deaths in rows:
            told = ", ".join(f"{moment} in epoch {epoch}" for epoch, moment in deaths)
            with tempfile.TemporaryDirectory() as folder:
                lives = [live(Path(folder), way, death) for death in [*deaths, None]]
            print(f"{way}, {told}: {problem(lives)}", flush=True)


@cache
def uninterrupted() -> Life:
    with tempfile.TemporaryDirectory() as folder:
        return live(Path(folder), "one file")


def problem(lives: list[Life]) -> str:
    """How the training broke the promise."""
    finished: list[int] = []
    for number, life in enumerate(lives):
        if life.error:
            return f"life {number} ended in {life.error}"
        if life.began != len(finished) or (life.weights and life is not lives[-1]):
            return f"life {number} began with epoch {life.began}, {len(finished)} were finished"
        finished += life.finished
    if finished != uninterrupted().finished:
        return f"finished epochs: {finished}"
    same = lives[-1].weights == uninterrupted().weights
    return "as if uninterrupted" if same else "the final weights differ"


def live(folder: Path, way: str, death: tuple[int, str] | None = None) -> Life:
    """One life of the training in that folder, until its death or its own end."""
    # A process forked from one that has imported TensorFlow, but not yet used it, starts at once.
    # Only Linux allows that: the libraries of macOS don't survive a fork, and Windows has none.
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    context.set_forkserver_preload(["keras", "tensorflow"])
    ours, theirs = context.Pipe()
    process = context.Process(target=_train, args=(theirs, folder, way, death), daemon=True)
    process.start()
    theirs.close()
    life = Life()
    try:
        while ours.poll(LIMIT):
            name, value = ours.recv()
            if name == "finished":
                life.finished.append(value)
            else:
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
    def __init__(self, parent: Connection, folder: Path, way: str, death: tuple | None) -> None:
        self.parent, self.folder, self.way, self.death = parent, folder, way, death
        self.epoch = -1
        self.tensors: int | None = None  # how many the running backup has written

    def run(self) -> list[bytes]:
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
        model.fit(train_ds, callbacks=callbacks, epochs=EPOCHS, initial_epoch=first, verbose=0)
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
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


if __name__ == "__main__":
    main()
