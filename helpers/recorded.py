"""রেকর্ড করা log-এর ওপর আসল callback চালিয়ে দেখা, ট্রেনিং ছাড়াই: `replay`।"""

import functools
import math
import re
from dataclasses import dataclass
from pathlib import Path, PurePath

from helpers import guards
from helpers.bengali import digits, explain
from helpers.logs import RATE_COLUMN, runs_of, table_of, unusable
from helpers.start import keras

import numpy as np
import pandas as pd
from keras.callbacks import Callback, History, ModelCheckpoint

# The one private name: to mode="auto", a metric counts only inside the container that a compiled model has.
from keras.src.trainers.compile_utils import CompileMetrics

_FILES = "এটি ফাইলে লেখে, আর replay কোনো ফাইল লেখে না"
_BATCHES = "এটি প্রতি batch-এ কাজ করে, আর log-এ আছে epoch-এর হিসাব"
# what a log can't tell, by the callback that needs it
_OUT_OF_REACH = {
    keras.callbacks.BackupAndRestore: _FILES,
    keras.callbacks.CSVLogger: _FILES,
    keras.callbacks.OrbaxCheckpoint: _FILES,
    keras.callbacks.TensorBoard: _FILES,
    keras.callbacks.RemoteMonitor: "এটি নেটওয়ার্কে পাঠায়, আর replay কোথাও কিছু পাঠায় না",
    keras.callbacks.SwapEMAWeights: "এটি আসল weights বদলায়, আর log-এ weights নেই",
    keras.callbacks.ProgbarLogger: _BATCHES,
    keras.callbacks.TerminateOnNaN: _BATCHES,
    keras.callbacks.CallbackList: "এটি অনেক callback-এর মোড়ক",
}
# metrics whose class has another name or needs arguments; the direction is the same whatever these are
_CLASSES = {
    "fbeta_score": ("FBetaScore", {}),
    "logcosh": ("LogCoshError", {}),
    "io_u": ("IoU", {"num_classes": 2, "target_class_ids": [1]}),
    "one_hot_io_u": ("OneHotIoU", {"num_classes": 2, "target_class_ids": [1]}),
    "mean_io_u": ("MeanIoU", {"num_classes": 2}),
    "one_hot_mean_io_u": ("OneHotMeanIoU", {"num_classes": 2}),
    "precision_at_recall": ("PrecisionAtRecall", {"recall": 0.5}),
    "recall_at_precision": ("RecallAtPrecision", {"precision": 0.5}),
    "sensitivity_at_specificity": ("SensitivityAtSpecificity", {"specificity": 0.5}),
    "specificity_at_sensitivity": ("SpecificityAtSensitivity", {"sensitivity": 0.5}),
}


@dataclass(frozen=True)
class Replay:
    """`replay`-এর ফল: ওই মানগুলো নিয়ে আসল `model.fit` চললে যা হতো। সব epoch log-এর মতোই, 0 থেকে গোনা।

    epochs: কতগুলো epoch চলত।
    stopped_epoch: কোন epoch-এর শেষে কোনো callback ট্রেনিং থামাত; না থামালে None।
    best_epoch: শেষে মডেলে যে epoch-এর weights ফিরত (`EarlyStopping(restore_best_weights=True)`); তেমন
        কেউ না থাকলে `ModelCheckpoint(save_best_only=True)` শেষ যে epoch সেভ করত; সে-ও না থাকলে None।
    learning_rates: যে কয়টি epoch চলত, প্রতিটির learning rate, Keras যেমন লেখে: কমানোর আগের মান, float32-এ।
    saved_epochs: যেসব epoch-এ ModelCheckpoint ফাইলে লিখত।
    """

    epochs: int
    stopped_epoch: int | None
    best_epoch: int | None
    learning_rates: list[float]
    saved_epochs: list[int]


def replay(
    callbacks: Callback | list[Callback],
    log: str | Path | pd.DataFrame | History,
    learning_rate: float = 1e-3,
) -> Replay:
    """আসল callback-গুলোকে রেকর্ড করা log-এর ওপর চালায়, আর বলে দেয় আসল `model.fit` হলে কী ঘটত।

    callbacks: `fit`-এ যা দাও: একটি callback বা তার list। চলে EarlyStopping, ReduceLROnPlateau,
        ModelCheckpoint, LearningRateScheduler, LambdaCallback আর তোমার নিজের লেখা callback। ডাক পড়ে Keras-এর
        নিজের ক্রমে: `on_train_begin`, প্রতি epoch-এ `on_epoch_begin` আর `on_epoch_end`, শেষে
        `on_train_end`; log-এ batch-এর হিসাব নেই, তাই batch-এর hook-এ ডাক পড়ে না।
    log: একটি রানের log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `model.fit(...)` যে History ফেরত দেয়।
        তার `learning_rate` কলামটি কেউ দেখে না: learning rate এখানে নতুন করে শুরু হয়।
    learning_rate: ট্রেনিং যে learning rate নিয়ে শুরু হবে, শূন্যের বেশি; ডিফল্ট 0.001।

    ফেরত: `Replay`। কোনো ফাইল বা ফোল্ডার তৈরি হয় না। callback-গুলো পরে তেমনই থাকে, আসল `fit`-এর পরে
    যেমন থাকত: `early.best_epoch`, `early.wait` পড়া যায়, আর ModelCheckpoint তার রেকর্ড মনে রাখে।

    যে কলাম নেই, callback-ও তা পায় না; যেখানে NaN, সেখানে NaN-ই পায়। একটি ব্যতিক্রম: CSVLogger validation না
    হলেও `val_` কলাম লেখে, `read_log`-এর টেবিলে তা NaN। তাই সেখানে প্রথম epoch-এ ট্রেনিংয়ের মান আছে অথচ সব
    `val_` NaN হলে, এমন প্রতিটি epoch-এ ধরা হয় validation হয়নি (`validation_freq`, বা validation ডেটাই ছিল না)।
    `mode="auto"` metric-এর নাম দেখে বোঝে Keras-এর নিজের কোন metric; অচেনা নামে Keras ValueError দেয়।

    log পড়া না গেলে, খালি হলে, বা তাতে একের বেশি রান থাকলে LogError; callback নয় এমন কিছু, বা সংখ্যা নয়
    এমন learning_rate দিলে TypeError; log থেকে চালানো যায় না এমন callback (CSVLogger, TensorBoard,
    TerminateOnNaN …) দিলে, বা learning_rate শূন্যের বেশি না হলে ValueError। callback-এর ভেতরে যে error হয়,
    তা-ই বেরিয়ে আসে, `fit`-এ যেমন।
    """
    given = _checked(callbacks)
    guards.positive("learning_rate", learning_rate)
    run = _run(log)
    model, rates = _Model(learning_rate, _metrics(run)), _Rates()
    paths = [(callback, callback.filepath) for callback in given if isinstance(callback, ModelCheckpoint)]
    try:
        for callback, path in paths:
            callback.filepath = _FileName(path)
            callback.filepath.best_only = callback.save_best_only
        stopped = _fit(model, [*given, rates], run)
    finally:
        for callback, path in paths:
            callback.filepath = path
    best = [epoch for epoch, path in model.saves if getattr(path, "best_only", False)]
    return Replay(
        epochs=len(rates.logged),
        stopped_epoch=stopped,
        best_epoch=model.restored if model.restored is not None else max(best, default=None),
        learning_rates=rates.logged,
        saved_epochs=sorted({epoch for epoch, _ in model.saves}),
    )


def _fit(model: "_Model", callbacks: list[Callback], run: list[tuple[int, dict]]) -> int | None:
    """What model.fit does around the batches; the epoch at which a callback stopped it, or None."""
    # History is a part of every fit
    params = {"verbose": 0, "epochs": run[-1][0] + 1, "steps": None}
    hooks = keras.callbacks.CallbackList(callbacks, add_history=True, model=model, **params)
    hooks.on_train_begin()
    for epoch, logs in run:
        hooks.on_epoch_begin(epoch)
        model.epoch = epoch
        model.set_weights([np.array(epoch)])
        hooks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    model.restored = None  # what counts is what comes back after the last epoch
    hooks.on_train_end(logs)
    return epoch if model.stop_training else None


class _Model:
    """What callbacks ask of a model. Its weights are the number of the epoch that trained them last."""

    def __init__(self, learning_rate: float, metrics: list[keras.metrics.Metric]) -> None:
        self.optimizer = _Optimizer(learning_rate)
        self.metrics = metrics
        self.stop_training = False
        self.epoch = -1
        self.set_weights([np.array(-1)])
        self.saves: list[tuple[int, str]] = []

    def get_weights(self) -> list[np.ndarray]:
        return self.weights

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self.weights = weights
        self.restored = int(weights[0])

    def save(self, filepath: str, *_: object, **__: object) -> None:
        self.saves.append((self.epoch, filepath))

    save_weights = save

    def __getattr__(self, name: str) -> object:
        why = "replay-তে আসল মডেল নেই, আছে তার log"
        now = "এই callback-টি আসল model.fit(...)-এ চালাও।"
        raise AttributeError(explain(f"model.{name} পাওয়া গেল না", why, now))


class _Optimizer:
    """Its rate is a float32, as in a real optimizer, whose variable takes ten times as long to read."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def __setattr__(self, name: str, value: float) -> None:
        super().__setattr__(name, np.float32(value) if name == RATE_COLUMN else value)


class _Rates(Callback):
    """Stands after the given callbacks and sees, as History does, the learning rate they logged."""

    def __init__(self) -> None:
        super().__init__()
        self.logged: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.rate = float(self.model.optimizer.learning_rate)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        # without a callback that logs it, the rate it ran with
        self.logged.append(logs.get(RATE_COLUMN, self.rate))


class _FileName(str):
    """A ModelCheckpoint's filepath that comes out of format() without its folders.

    ModelCheckpoint makes the folders of the path itself, before it calls model.save.
    """

    best_only = False

    def format(self, *args: object, **kwargs: object) -> "_FileName":
        name = _FileName(PurePath(super().format(*args, **kwargs)).name)
        name.best_only = self.best_only
        return name


def _checked(callbacks: Callback | list[Callback]) -> list[Callback]:
    given = [] if callbacks is None else keras.tree.flatten(callbacks)
    for callback in given:
        if not isinstance(callback, Callback):
            name = getattr(callback, "__name__", type(callback).__name__)
            why = "replay চায় keras.callbacks-এর অবজেক্ট"
            now = f"ক্লাস হলে বন্ধনী দিয়ে অবজেক্ট বানাও: {name}(...)।"
            raise TypeError(explain(f"{name} callback নয়", why, now))
        whys = [why for needy, why in _OUT_OF_REACH.items() if isinstance(callback, needy)]
        if isinstance(callback, ModelCheckpoint) and callback.save_freq != "epoch":
            whys = [f"save_freq={callback.save_freq} মানে batch গুনে সেভ, আর log-এ আছে epoch-এর হিসাব"]
        if whys:
            now = "list থেকে এটি বাদ দাও, বা আসল model.fit(...) চালাও।"
            raise ValueError(explain(f"{type(callback).__name__}-কে log থেকে চালানো যায় না", whys[0], now))
    return given


def _run(log: str | Path | pd.DataFrame | History) -> list[tuple[int, dict]]:
    """The (epoch, logs) of one run, as a fit hands them to on_epoch_end."""
    table = table_of(log).reset_index(drop=True)
    if table.empty:
        raise unusable("তাতে একটি epoch-ও নেই", "আগে model.fit(...) চালাও, তারপর আবার এই সেল।")
    epochs = table.get("epoch", pd.Series(range(len(table))))
    runs = int(runs_of(epochs).iloc[-1]) + 1
    if runs > 1:
        why = f"তাতে পরপর {digits(runs)}টি রান আছে, আর একটি fit মানে একটি রান"
        raise unusable(why, 'log = read_log(...) নিয়ে একটি রান দাও: log[log["run"] == 0]।')
    # the rate that was recorded is not the one that these callbacks set
    metrics = table.drop(columns=["run", "epoch", RATE_COLUMN, f"val_{RATE_COLUMN}"], errors="ignore")
    rows = [
        {name: value for name, value in row.items() if value is not None and value is not pd.NA}
        for row in metrics.to_dict("records")
    ]
    if "notes" in table.attrs:
        rows = _as_logged(rows)
    for name, value in (item for row in rows for item in row.items()):
        if isinstance(value, str):
            raise unusable(f"{name} কলামে আছে {value!r}, সংখ্যা নয়", "ফাইলটি read_log দিয়ে পড়ে দাও।")
    return list(zip(epochs.tolist(), rows, strict=True))


def _as_logged(rows: list[dict]) -> list[dict]:
    """Without what CSVLogger wrote as NA: the columns of other runs, val_ where no validation was."""
    never = {name for name in rows[0] if all(_is_nan(row.get(name, math.nan)) for row in rows)}
    if never.issuperset(_trained(rows[0])):
        return rows  # a training that was NaN from the start
    rows = [{name: value for name, value in row.items() if name not in never} for row in rows]
    # a fit that is not validated in every epoch is not in its first; later on, NaN is a value that was logged
    if not _is_unvalidated(rows[0]):
        return rows
    return [_trained(row) if _is_unvalidated(row) else row for row in rows]


def _is_unvalidated(row: dict) -> bool:
    trained = _trained(row)
    validated = [value for name, value in row.items() if name not in trained]
    return all(map(_is_nan, validated)) and not all(map(_is_nan, trained.values()))


def _trained(row: dict) -> dict:
    return {name: value for name, value in row.items() if not name.startswith("val_")}


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _metrics(run: list[tuple[int, dict]]) -> list[keras.metrics.Metric]:
    names = {name.removeprefix("val_") for _, logs in run for name in logs} - {"loss"}
    return _compiled_metrics(tuple(sorted(names)))


@functools.cache
def _compiled_metrics(names: tuple[str, ...]) -> list[keras.metrics.Metric]:
    """The metrics of a model compiled with those names, as far as Keras knows them."""
    known = [metric for metric in map(_metric, names) if metric is not None]
    compiled = CompileMetrics(known, None)
    compiled.build(np.zeros((1, 1)), np.zeros((1, 1)))
    return [keras.metrics.Mean(name="loss"), compiled]


def _metric(name: str) -> keras.metrics.Metric | str | None:
    if name in ("accuracy", "acc"):  # names that only a compiled model knows
        return name
    # Keras numbers a second metric of a kind: auc, auc_1
    kind = re.sub(r"_\d+$", "", name)
    class_name, config = _CLASSES.get(kind, (kind, {}))
    try:
        # named, because Keras would count an unnamed one: the learner's next AUC() would be auc_1
        metric = keras.metrics.deserialize({"class_name": class_name, "config": {**config, "name": name}})
    except (KeyError, TypeError, ValueError):
        return None
    # a name that Keras doesn't know comes back as it is
    return metric if isinstance(metric, keras.metrics.Metric) else None
