"""Real callbacks over a recorded log, without a training: `replay`.

log থেকে যা জানা যায় না (batch, weights, steps), callback তা চাইলে replay ValueError দেয়।
"""

import re
from dataclasses import dataclass
from pathlib import PurePath

from helpers import guards
from helpers.bengali import digits, explain
from helpers.logs import RATE_COLUMN, Log, better, table_of, unusable
from helpers.recorded_model import Model, Params
from helpers.start import keras

import pandas as pd
from keras.callbacks import Callback, ModelCheckpoint

_NAMES = "BackupAndRestore CSVLogger OrbaxCheckpoint TensorBoard RemoteMonitor SwapEMAWeights"
_OUT_OF_REACH = tuple(getattr(keras.callbacks, name) for name in _NAMES.split())
_WATCHERS = (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau, ModelCheckpoint)
_BATCH_HOOKS = [name for name in dir(Callback) if "_batch_" in name]
# the metrics of Keras itself, whose direction mode="auto" knows: a function of one's own has none
_AUTO = re.compile(
    r"(acc|((binary|(sparse_)?categorical)_)?accuracy|(binary|(sparse_)?categorical)_crossentropy"
    r"|auc|precision|recall|m[as]e|mean_(absolute|squared)_error)(_\d+)?"
)


@dataclass(frozen=True)
class Replay:
    """`replay`-এর ফল: ওই মানগুলো নিয়ে আসল `model.fit` চললে যা হতো। epoch 0 থেকে গোনা, log-এর মতো।

    best_epoch: শেষে মডেলে যে epoch-এর weights ফিরত (`EarlyStopping(restore_best_weights=True)`);
        weights না ফিরলে `ModelCheckpoint(save_best_only=True)` শেষ যে epoch সেভ করত।
        log-এ monitor না থাকলে None।
    """

    epochs: int  # কতগুলো epoch চলত
    stopped_epoch: int | None  # কোন epoch-এর শেষে কোনো callback ট্রেনিং থামাত; না থামালে None
    best_epoch: int | None
    learning_rates: list[float]  # প্রতিটি epoch-এর, float32-এ; Keras যেমন লেখে, কমানোর আগের মান
    saved_epochs: list[int]  # যেসব epoch-এ ModelCheckpoint ফাইলে লিখত
    notes: list[str]  # log পড়ার সময় যা বাদ গেছে বা ধরে নেওয়া হয়েছে, `read_log` যেমন লিখেছে


def replay(callbacks: Callback | list[Callback], log: Log, learning_rate: float = 1e-3) -> Replay:
    """আসল callback-গুলোকে রেকর্ড করা log-এর ওপর চালায়, আর বলে দেয় আসল `model.fit` হলে কী ঘটত।

    callbacks: `fit`-এ যা দাও: একটি callback বা তার list। চলে EarlyStopping, ReduceLROnPlateau,
        ModelCheckpoint, LearningRateScheduler, LambdaCallback আর তোমার নিজের লেখা callback।
    log: একটি রানের log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `fit` যে History ফেরত দেয়।
        তার `learning_rate` কোনো callback পায় না: learning rate এখানে নতুন করে শুরু হয়।
    learning_rate: ট্রেনিং যে learning rate নিয়ে শুরু হবে, শূন্যের বেশি; ডিফল্ট 0.001।

    ফেরত: `Replay`। কোনো ফাইল বা ফোল্ডার তৈরি হয় না। callback-গুলো পরে তেমনই থাকে, আসল `fit`-এর পরে
    যেমন থাকত: `early.best_epoch`, `early.wait` পড়া যায়। যে কলামে একটিও সংখ্যা নেই, callback তা পায় না।
    প্রথম epoch-এর সব `val_` NaN হলে ধরা হয় এমন epoch-গুলোতে validation হয়নি; অন্য NaN callback-ও পায়।

    log পড়া না গেলে, খালি হলে, বা তাতে একের বেশি রান থাকলে LogError। ধরন ভুল হলে TypeError;
    learning_rate শূন্যের বেশি না হলে ValueError। log থেকে যা জানা যায় না, callback তা চাইলেও ValueError:
    batch-এর হিসাব, `params["steps"]`, weights-এর মান, মডেলের অন্য কিছু, বা Keras-এর নিজের metric না হলে
    `mode="auto"`-র দিক। callback-এর অন্য error বেরিয়ে আসে, `fit`-এ যেমন।
    """
    given = _checked(callbacks)
    guards.positive("learning_rate", learning_rate)
    table = table_of(log)
    run = _run(table)
    logged = {name for _, logs in run for name in logs}
    model, own = Model(learning_rate), []
    try:
        for callback in given:
            for name, value in _stand_ins(callback, logged).items():
                own.append((callback, name, getattr(callback, name)))
                setattr(callback, name, value)
        _fit(model, given, run)
    finally:
        for callback, name, value in own:
            setattr(callback, name, value)
    seen = model.history.history
    best = [epoch for epoch, path in model.saves if getattr(path, "monitor", None) in seen]
    return Replay(
        epochs=len(model.rates),
        stopped_epoch=model.epoch if model.stop_training else None,
        best_epoch=max(best, default=None) if model.restored is None else model.restored,
        learning_rates=seen.get(RATE_COLUMN, model.rates),
        saved_epochs=sorted({epoch for epoch, _ in model.saves}),
        notes=list(table.attrs["notes"]),
    )


def _checked(callbacks: Callback | list[Callback]) -> list[Callback]:
    given = [] if callbacks is None else keras.tree.flatten(callbacks)
    for callback in given:
        if not isinstance(callback, Callback):
            name = getattr(callback, "__name__", type(callback).__name__)
            why = "replay চায় keras.callbacks-এর অবজেক্ট"
            now = f"ক্লাস হলে বন্ধনী দিয়ে অবজেক্ট বানাও: {name}(...)।"
            raise TypeError(explain(f"{name} callback নয়", why, now))
        why = "এটি ফাইলে লেখে, নেটওয়ার্কে পাঠায় বা weights বদলায়, আর replay তা করে না"
        if not isinstance(callback, _OUT_OF_REACH):
            hook = next((hook for hook in _BATCH_HOOKS if _acts_in(hook, callback)), "")
            why = hook and f"এর {hook} চলে প্রতি batch-এ, আর log-এ আছে epoch-এর হিসাব"
        if why:
            what = f"{type(callback).__name__}-কে log থেকে চালানো যায় না"
            now = "list থেকে এটি বাদ দাও, বা আসল model.fit(...) চালাও।"
            raise ValueError(explain(what, why, now))
    return given


def _acts_in(hook: str, callback: Callback) -> bool:
    function = getattr(callback, hook)
    idle = [getattr(Callback, hook)]
    if getattr(callback, "save_freq", None) == "epoch":  # else a ModelCheckpoint counts batches
        idle.append(getattr(ModelCheckpoint, hook))
    return getattr(function, "__func__", function) not in idle


def _run(table: pd.DataFrame) -> list[tuple[int, dict]]:
    """The (epoch, logs) of one run, as a fit hands them to on_epoch_end."""
    runs = int(table["run"].iloc[-1]) + 1
    if runs > 1:
        why = f"তাতে পরপর {digits(runs)}টি রান আছে, আর একটি fit মানে একটি রান"
        raise unusable(why, 'log = read_log(...) নিয়ে একটি রান দাও: log[log["run"] == 0]।')
    # the rate that was recorded is not the one that these callbacks set
    others = ["run", "epoch", RATE_COLUMN, f"val_{RATE_COLUMN}"]
    metrics = table.drop(columns=others, errors="ignore").dropna(axis="columns", how="all")
    if metrics.empty:
        raise unusable("তাতে কোনো metric-এর একটিও সংখ্যা নেই", "metric-সহ একটি রানের log দাও।")
    trained = [name for name in metrics if not name.startswith("val_")]
    skipped = metrics.drop(columns=trained).isna().all(axis=1)
    skipped &= metrics[trained].notna().any(axis=1)
    # a fit not validated in every epoch is not in its first; in any other, NaN is what was logged
    skipped &= skipped.iloc[0]
    rows = zip(table["epoch"].tolist(), metrics.to_dict("records"), skipped, strict=True)
    return [(n, {name: row[name] for name in (trained if skip else row)}) for n, row, skip in rows]


def _stand_ins(callback: Callback, logged: set[str]) -> dict[str, object]:
    """What the callback has for the time of the replay, in place of its own attributes."""
    stand_ins = {}
    if isinstance(callback, ModelCheckpoint):
        stand_ins["filepath"] = _FileName(callback.filepath)
        stand_ins["filepath"].monitor = callback.monitor if callback.save_best_only else None
    # where Keras has not found the direction yet, it would look for it in a model
    if isinstance(callback, _WATCHERS) and callback.monitor_op is None and callback.mode == "auto":
        name = callback.monitor.removeprefix("val_")
        if name != "loss" and not (_AUTO.fullmatch(name) and logged & {name, f"val_{name}"}):
            what = f'{type(callback).__name__}-এ mode="auto" চলে না'
            why = f"{callback.monitor} কোন দিকে গেলে ভালো, log দেখে তা জানা যায় না"
            raise ValueError(explain(what, why, 'mode="min" বা mode="max" লিখে দাও।'))
        stand_ins["mode"] = better(name)
    return stand_ins


class _FileName(str):
    """A ModelCheckpoint's filepath that comes out of format() without its folders.

    ModelCheckpoint makes the folders of the path itself, before it calls model.save.
    """

    def format(self, *args: object, **kwargs: object) -> "_FileName":
        name = _FileName(PurePath(super().format(*args, **kwargs)).name)
        name.monitor = self.monitor
        return name


def _fit(model: Model, callbacks: list[Callback], run: list[tuple[int, dict]]) -> None:
    """What model.fit does around the batches."""
    # History is a part of every fit
    hooks = keras.callbacks.CallbackList(callbacks, add_history=True, model=model)
    hooks.set_params(Params(verbose=0, epochs=run[-1][0] + 1))
    hooks.on_train_begin()
    for epoch, logs in run:
        hooks.on_epoch_begin(epoch)
        model.train(epoch)
        validated = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        if validated:
            hooks.on_test_begin()
            hooks.on_test_end(validated)
        hooks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    hooks.on_train_end(logs)
