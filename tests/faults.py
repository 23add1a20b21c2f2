"""Makes the faults of data/symptoms.toml happen, by the lines of tests/faults.toml."""

import contextlib
import functools
import inspect
import io
import pickle  # noqa: F401  (this and others: for the lines of faults.toml)
import socket
import time
import timeit
import tomllib
import warnings
from pathlib import Path
from types import SimpleNamespace  # noqa: F401

from helpers import start  # noqa: F401  (first: it imports TensorFlow quietly)
from notebooks import ROOT

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import callbacks as kc
from keras.layers import Dense, Dropout  # noqa: F401
from keras.optimizers import SGD
from PIL import Image  # noqa: F401

FAULTS = tomllib.loads((ROOT / "tests" / "faults.toml").read_text(encoding="utf-8"))
NAMES = {"EarlyStopping": "early", "ModelCheckpoint": "checkpoint", "ReduceLROnPlateau": "plateau"}
NAMES |= {"CSVLogger": "logger", "TensorBoard": "board", "SwapEMAWeights": "swap"}
STOP, SAVE, DROP = kc.EarlyStopping, kc.ModelCheckpoint, kc.ReduceLROnPlateau
CSV, BOARD, SWAP, BACKUP = kc.CSVLogger, kc.TensorBoard, kc.SwapEMAWeights, kc.BackupAndRestore
SCHEDULE, NAN = keras.optimizers.schedules, float("nan")
X = np.linspace(-1, 1, 16)[:, None]
Y = (X > 0).astype("float32")
FLAT, FALLING, RISING = [0.5] * 9, [0.5, 0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4, 0.5]
BEST_AT_1, BUMP = [0.5, 0.2, 0.3, 0.4, 0.5], [0.5, 0.6, 0.3, 0.2, 0.1]
SAID = {"val_loss", "val_accuracy", "extra"}  # metrics whose values are prescribed
SIGMOID = {"layers": [Dense(1, activation="sigmoid")], "loss": "binary_crossentropy"}


def happens(fault: str, ok: bool, check: str) -> tuple[list[str], str]:
    """What Keras said, the errors first, and what the check shows then."""
    names, said, printed = Stage(), [], io.StringIO()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            exec(FAULTS[fault], {**globals(), "n": names, "ok": ok})
        except (Exception, KeyboardInterrupt) as error:
            said.append(f"{type(error).__name__}: {error}")
        shown = str(eval(check, names))
    return [*said, *(str(warning.message) for warning in warned), printed.getvalue()], shown


class Stage(dict):
    """The names that a check may use, as a training leaves them."""

    def __init__(self):
        tools = {"keras": keras, "np": np, "pd": pd, "Path": Path, "inspect": inspect}
        tools |= {"socket": socket, "timeit": timeit, **vars(kc)}
        super().__init__(tools, train_ds=batches(), val_ds=batches(size=16), x=X, y=Y)

    def fit(self, *callbacks, data=None, net=None, **settings):
        self["model"] = build(**net) if net else plain()
        return self.again(*callbacks, data=data, **settings)

    def again(self, *callbacks, data=None, **settings):
        says = {name: settings.pop(name) for name in SAID & settings.keys()}
        passed = self["callbacks"] = settings.pop("callbacks", list(callbacks))
        self |= {NAMES.get(type(one).__name__, "mine"): one for one in callbacks}
        settings = {"validation_data": self["val_ds"], "epochs": 3, "verbose": 0} | settings
        settings["callbacks"] = [Says(says), *passed] if says else passed
        data = data if isinstance(data, tuple) else (data or self["train_ds"],)
        self["history"] = self["model"].fit(*data, **settings)
        return self["history"]

    def cut(self, *callbacks, **settings):
        """A training that ends in an error; the next one begins with a new model."""
        with contextlib.suppress(InterruptedError, RuntimeError):
            self.fit(*callbacks, **settings)
        self["model"] = plain()

    def listen(self, is_taken):
        self["server"] = socket.create_server(("localhost", 0))
        self["port"] = self["server"].getsockname()[1]
        if not is_taken:
            self["server"].close()

    def file(self, name):
        self["filepath"] = name
        return name


def batches(x=X, y=Y, size=4, **settings):
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(size, **settings)


def build(optimizer=None, layers=None, shape=(1,), **settings):
    keras.utils.set_random_seed(1)
    layers = [type(one).from_config(one.get_config()) for one in layers or [Dense(1)]]
    model = keras.Sequential([*([keras.Input(shape)] if shape else []), *layers])
    settings = {"loss": "mse", "metrics": ["accuracy"], "run_eagerly": True} | settings
    model.compile(optimizer or SGD(0.5), **settings)
    return model


@functools.cache
def compiled():
    model = build(run_eagerly=False)
    return model, model.get_weights()


def plain():
    """A new model, to look at; compiling it once saves most of the time of these tests."""
    model, weights = compiled()
    model.set_weights(weights)
    vars(model.optimizer).pop("lr", None)
    model.optimizer.iterations.assign(0)
    model.optimizer.learning_rate, model._initial_epoch = 0.5, 0
    return model


def best(**settings):
    return SAVE("best.keras", save_best_only=True, **settings)


def ema():
    return {"optimizer": SGD(0.5, use_ema=True)}


def saved(model, path):
    model.save(path)
    return keras.models.load_model(path)


def with_nan(x):
    return np.where(np.arange(16)[:, None] == 5, NAN, x)


def name(ok):
    return "val_accuracy" if ok else "val_acc"


def note(epoch, logs): ...


class Says(kc.Callback):
    """Writes its values into the logs of each epoch."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs |= {name: values[epoch] for name, values in self.values.items()}


class Asker(kc.Callback):
    def __init__(self, ask):
        super().__init__()
        self.ask = ask

    def on_epoch_end(self, epoch, logs=None):
        self.ask(self)


def ends_in(error):
    def end(epoch, logs):
        if epoch == 1:
            raise error

    return kc.LambdaCallback(on_epoch_end=end)


class Holder(kc.Callback):
    def __init__(self, model):
        super().__init__()
        self.model = model


class Loud(kc.Callback):
    def on_epoch_finish(self, epoch, logs=None): ...


class Watch(kc.TerminateOnNaN):
    def on_train_batch_end(self, batch, logs=None): ...


class GoodWatch(kc.TerminateOnNaN):
    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)


def slow(seconds):
    def wait(epoch, logs):
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            pass

    return kc.LambdaCallback(on_epoch_end=wait)


class Stopper(kc.Callback):
    """Counts batches, and stops in the middle of an epoch or at its end."""

    def __init__(self, ok):
        super().__init__()
        self.stop_at = None if ok else 1

    def on_train_batch_end(self, batch, logs=None):
        self.batches = batch + 1
        self.model.stop_training = batch == self.stop_at

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = True


class Losses(kc.Callback):
    """Keeps the loss of each batch: its own, or what the logs say."""

    def __init__(self, ok):
        super().__init__()
        self.ok, self.losses = ok, []

    def on_epoch_begin(self, epoch, logs=None):
        self.total = 0.0

    def on_train_batch_end(self, batch, logs=None):
        before, self.total = self.total, logs["loss"] * (batch + 1)
        self.losses.append(self.total - before if self.ok else logs["loss"])
