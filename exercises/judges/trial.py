"""What the judges share: a small training, and what is seen of every answer of a kind."""

import contextlib
import copy
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from helpers.recorded import Replay, replay
from helpers.start import keras

import numpy as np
import pandas as pd

Callback, Lambda = keras.callbacks.Callback, keras.callbacks.LambdaCallback
BATCHES = 4  # how many of them `fit` below makes of an epoch
X = np.arange(BATCHES, dtype="float32")[:, None]


def name_of(answer: object) -> str:
    """উত্তরটি ক্লাস হলে তার নাম, না হলে তার ক্লাসের নাম।"""
    return answer.__name__ if isinstance(answer, type) else type(answer).__name__


def an(kind: type, answer: object) -> Iterator[tuple]:
    """উত্তরটি kind-এর অবজেক্ট কি না।"""
    words = {"kind": kind.__name__, "type": name_of(answer)}
    yield "object", isinstance(answer, kind), words


def function(answer: object) -> Iterator[tuple]:
    """উত্তরটি ফাংশন কি না।"""
    is_one = callable(answer) and not isinstance(answer, type | Callback)
    yield "function", is_one, {"type": name_of(answer)}


def callback_class(answer: object) -> Iterator[tuple]:
    """উত্তরটি `keras.callbacks.Callback` থেকে বানানো ক্লাস কি না।"""
    name = {"type": name_of(answer)}
    yield "callback_of_class", isinstance(answer, Callback), name
    yield "class", isinstance(answer, type), name
    yield "callback_class", issubclass(answer, Callback), name


def callbacks(answer: object, *kinds: type) -> Iterator[tuple]:
    """উত্তরটি callback-এর list কি না, আর তাতে প্রতিটি kind একটি করে আছে কি না।"""
    yield "list", isinstance(answer, list | tuple), {"type": type(answer).__name__}
    for one in answer:
        yield "class_in_list", isinstance(one, type), {"type": name_of(one)}
        yield "callback_in_list", isinstance(one, Callback), {"type": name_of(one)}
    for kind in kinds:
        count = sum(isinstance(one, kind) for one in answer)
        yield "kinds_in_list", count, {"kind": kind.__name__}


def which(given: object, **foreseen: object) -> str:
    """`given` কোন আগে থেকে ভাবা মান (সংখ্যা বা সংখ্যার list), তার নাম; একটিও না হলে "other"।"""
    for name, one in foreseen.items():
        if np.shape(given) == np.shape(one) and np.allclose(given, one, rtol=1e-3, atol=1e-4):
            return name
    return "other"


def first(answer: list, kind: type) -> Callback:
    """list-এর প্রথম callback, যেটি kind-এর।"""
    return next(one for one in answer if isinstance(one, kind))


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """বিচারের সময় ফাইল রাখার একটি ফোল্ডার, বিচার শেষে আর থাকে না।"""
    # Windows removes no file that is still open, say of a logger whose training was broken off
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


def tiny_model(width: int = 1, depth: int = 1, **options: object) -> keras.Model:
    """একটি ছোট্ট মডেল, বিচারের সময় চালানোর জন্য; শিক্ষার্থীর seed বা layer-এর নাম এতে বদলায় না।

    width: কয়টি সংখ্যা ঢোকে, প্রতি layer থেকে কয়টি বেরোয়; depth: কয়টি layer।
    options: `compile`-এর; ডিফল্ট `sgd`, `mse` আর `run_eagerly=True` (অল্প কয় batch-এর জন্য graph
    বানাতেই বেশি সময় যায়)।
    """
    # Everything named, nothing drawn at random: a check leaves the notebook's seeds and layer names
    # alone.
    layers = [keras.Input((width,), name="practice_input")]
    for place in range(depth):
        name = f"practice_{place}"
        layers.append(keras.layers.Dense(width, kernel_initializer="zeros", name=name))
    model = keras.Sequential(layers, name="practice_model")
    model.compile(**{"optimizer": "sgd", "loss": "mse", "run_eagerly": True, **options})
    return model


class Scripted(Callback):
    """প্রতি epoch-এর শেষে `logs`-এ আগে লেখা মান বসায়, আর মডেলের সব weight করে epoch-এর নম্বর।

    curves: মাপের নাম, আর epoch ধরে তার মান; যেমন `val_loss=[0.5, 0.4]`।
    """

    def __init__(self, **curves: list[float]) -> None:
        super().__init__()
        self.curves = curves

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs |= {name: values[epoch] for name, values in self.curves.items()}
        weights = self.model.get_weights()
        self.model.set_weights([np.full(weight.shape, epoch) for weight in weights])


def fit_scripted(
    callbacks: list[Callback],
    model: keras.Model | None = None,
    batches: int = 1,
    **curves: list[float],
) -> keras.callbacks.History:
    """`Scripted`-সহ `fit`: curves-এ যতগুলো মান, তত epoch। model: না দিলে `tiny_model()`।

    batches: এক epoch-এ কয়টি; মানগুলো লেখা বলে একটিই যথেষ্ট, যদি batch-এর hook না দেখা হয়।
    """
    epochs = len(next(iter(curves.values())))
    return fit(model or tiny_model(), epochs, [Scripted(**curves), *callbacks], X[:batches])


def replayed(
    callbacks: list[Callback], learning_rate: float = 1e-3, **curves: list[float]
) -> Replay:
    """`replay`, কিন্তু callback-গুলোর কপির ওপর: শিক্ষার্থীর callback বদলায় না; curves: log-এর কলাম।"""
    log = pd.DataFrame(curves).rename_axis("epoch").reset_index()
    return replay([copy.copy(one) for one in callbacks], log, learning_rate)


def drops(rates: list[float]) -> list[int]:
    """যে যে epoch-এর শেষে learning rate কমেছে। rates: প্রতি epoch যে learning rate-এ চলেছে।"""
    return [epoch for epoch, (before, after) in enumerate(pairwise(rates)) if after < before]


def stamp(model: keras.Model | Path) -> int:
    """`Scripted` যে epoch-এর নম্বর weights-এ রেখেছে; মডেলের বদলে তার ফাইলও দেওয়া যায়।"""
    model = keras.models.load_model(model) if isinstance(model, Path) else model
    return round(float(model.get_weights()[-1].flat[0]))


class Cut(Callback):
    """epoch-টির শেষে (batch দেওয়া থাকলে সেই batch-এর শেষে) ট্রেনিং ভেঙে দেয়, যেন বিদ্যুৎ গেল।"""

    def __init__(self, epoch: int | None, batch: int | None = None) -> None:
        super().__init__()
        self.cut = (epoch, batch)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int | None, logs: dict | None = None) -> None:
        if self.cut == (self.epoch, batch):
            raise PowerCutError

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.on_train_batch_end(None)  # the end of no batch


class PowerCutError(Exception):
    """`Cut` এটি তোলে, `fit` এটি ধরে।"""


def fit(
    model: keras.Model,
    epochs: int,
    callbacks: list[Callback],
    x: np.ndarray = X,
    y: np.ndarray | None = None,
    **options: object,
) -> keras.callbacks.History:
    """মডেলটিকে `epochs` epoch চালায়, এক উদাহরণে এক batch; `Cut` থাকলে তা পর্যন্ত।

    x: ডিফল্টে BATCHES-টি উদাহরণ; y: ডিফল্টে x-ই; options: `model.fit`-এর।
    শেষে CSVLogger-এর ফাইল বন্ধ থাকে, process শেষ হলে যেমন হয়।
    """
    history = keras.callbacks.History()
    options |= {"batch_size": 1, "epochs": epochs, "shuffle": False, "verbose": 0}
    with contextlib.suppress(PowerCutError):
        model.fit(x, x if y is None else y, callbacks=[*callbacks, history], **options)
    for one in callbacks:
        if isinstance(one, keras.callbacks.CSVLogger) and one.csv_file:
            one.csv_file.close()
    return history
