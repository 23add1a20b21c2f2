"""Looks at a list of callbacks, the model and the first logs, and says what will go wrong.

এই ফাইলে শুধু Keras লাগে, তাই নিজের প্রজেক্টে ফাইলটি কপি করে নিতে পারো।"""

import ast
import inspect
import json
import math
import textwrap
import time
from pathlib import Path

from keras import callbacks as kc

_REVERSED = [(name, "max") for name in ("loss", "mse", "mae", "mean_absolute_error")]
_REVERSED += [(name, "min") for name in ("accuracy", "acc", "binary_accuracy", "auc", "precision")]
_SETS_RATE = ("ReduceLROnPlateau", "LearningRateScheduler")
_ORDER = [(name, "CSVLogger") for name in _SETS_RATE]
_ORDER += [(name, "BackupAndRestore") for name in ("ReduceLROnPlateau", "CSVLogger")]
_ORDER += [("SwapEMAWeights", name) for name in ("ModelCheckpoint", "EarlyStopping")]


def check_up(callbacks, model=None, data=None) -> list[str]:
    """`fit`-এর আগে list-টি দেখে যে ভুলগুলো পায়, সেগুলো প্রিন্ট করে; ফেরত: ভুলগুলোর নাম।

    model: compile করা মডেল। data: (train_ds, val_ds), যে দুটিতে `file_paths` আছে।
    """
    look = CheckUp(callbacks, data, frame=inspect.currentframe().f_back)
    look.before(model)
    return look.said


class CheckUp(kc.Callback):
    """list-এর শেষে বসাও: `callbacks=[*callbacks, CheckUp(callbacks)]`। ২৬টি ভুল চেনে।

    list: mode swallowed hook order owners patience impatient save_freq graceful · শেষে: last ·
    model: lr schedule min_lr backup · ফাইল: best log_dir header · ডেটা: leak · প্রথম তিন epoch:
    monitor no_val freq min_delta nan dry chance slow। ট্রেনিং বদলায় না, error তোলে না।
    """

    def __init__(self, callbacks, data=None, frame=None):
        super().__init__()
        many = isinstance(callbacks, list | tuple | set)
        self._callbacks = list(callbacks if many else [callbacks])
        self.said, self._found, self._values = [], set(), {}
        self._say(_source, frame or inspect.currentframe().f_back)
        self._say(_files, self._callbacks)  # before the others open theirs
        self._say(_split, data)

    def before(self, model, epochs=None):
        self._say(_list, self._callbacks)
        self._say(_model, self._callbacks, model, epochs)

    def on_train_begin(self, logs=None):
        self._values = {}
        self.before(self.model, self.params.get("epochs"))

    def on_epoch_begin(self, epoch, logs=None):
        self._batches, self._began = 0, time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self._batches, self._worked = self._batches + 1, time.perf_counter()
        if self._batches == 1 and not self._values:
            self._say(_monitors, self._callbacks, logs, {})

    def on_test_end(self, logs=None):
        self._worked = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self._values.setdefault(name, []).append(value)
        if len(self._values.get("loss", [])) <= 3:
            self._say(_time, self._began, self._worked, time.perf_counter())
            self._say(_monitors, self._callbacks, logs, self._values)
            self._say(_logs, self._callbacks, self._values, self._batches)

    def on_train_end(self, logs=None):
        self._say(_end, self._callbacks, self._values)

    def _say(self, look, *seen):
        try:  # an odd list must not stop a training
            for name, is_so, values in look(*seen):
                if is_so and (name, values.get("who")) not in self._found:
                    self._found.add((name, values.get("who")))
                    self.said.append(name)
                    print("CheckUp:", _SAID[name].format(**values))
        except Exception:  # noqa: S110
            pass


# each look yields (name, whether it is so, what stands in the braces of its sentence)
def _source(frame):
    known = set(inspect.signature(kc.ReduceLROnPlateau).parameters)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(frame)))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ReduceLROnPlateau"):
            for word in node.keywords:
                yield "swallowed", word.arg and word.arg not in known, {"word": word.arg}


def _list(callbacks):
    kinds = [type(callback).__name__ for callback in callbacks]
    one = dict(zip(kinds, callbacks, strict=True))
    for who, callback in one.items():
        monitor, mode = getattr(callback, "monitor", ""), getattr(callback, "mode", "")
        is_reversed = (monitor.removeprefix("val_"), mode) in _REVERSED
        yield "mode", is_reversed, {"who": who, "monitor": monitor, "mode": mode}
        names = [name for name in dir(callback) if name.startswith("on_")]
        unknown = [name for name in names if not hasattr(kc.Callback, name)]
        yield "hook", unknown, {"who": who, "hooks": ", ".join(unknown)}
    for first, then in _ORDER:
        late = {first, then} <= one.keys() and kinds.index(first) > kinds.index(then)
        yield "order", late, {"first": first, "then": then}
    stop, drop = one.get("EarlyStopping"), one.get("ReduceLROnPlateau")
    save, nan = one.get("ModelCheckpoint"), one.get("TerminateOnNaN")
    yield "owners", drop and "LearningRateScheduler" in one, {}
    yield "impatient", stop and not stop.patience, {}
    same = stop and drop and stop.monitor == drop.monitor and stop.patience
    yield "patience", same and stop.patience <= drop.patience, {"stop": stop, "drop": drop}
    yield "save_freq", save and save.save_best_only and save.save_freq != "epoch", {"save": save}
    yield "graceful", nan and "BackupAndRestore" in one and not nan.raise_error, {}


def _files(callbacks):
    for it in callbacks:
        if isinstance(it, kc.ModelCheckpoint) and it.save_best_only and it.best is None:
            yield "best", Path(it.filepath).is_file(), {"it": it}
        elif isinstance(it, kc.TensorBoard):
            yield "log_dir", any(Path(it.log_dir, "train").glob("events*")), {"it": it}


def _split(data):
    train, val = (getattr(part, "file_paths", ()) for part in data or ((), ()))
    both = set(train) & set(val)
    yield "leak", both, {"both": len(both), "all": len(val)}


def _model(callbacks, model, epochs):
    optimizer = getattr(model, "optimizer", None)
    yield "lr", hasattr(optimizer, "lr"), {}
    scheduled = not hasattr(getattr(optimizer, "_learning_rate", 0.0), "__float__")
    for it in callbacks:
        yield "schedule", scheduled and type(it).__name__ in _SETS_RATE, {"who": type(it).__name__}
        if isinstance(it, kc.ReduceLROnPlateau) and optimizer and not scheduled:
            rate = float(optimizer.learning_rate)
            yield "min_lr", rate <= it.min_lr, {"rate": rate, "it": it}
        if isinstance(it, kc.BackupAndRestore):
            notes = Path(it.backup_dir, "training_metadata.json")
            done = json.loads(notes.read_bytes())["epoch"] if notes.is_file() else 0
            yield "backup", epochs and done >= epochs, {"it": it, "done": done, "epochs": epochs}


def _monitors(callbacks, logs, values):
    if not values and any(not type(it).__module__.startswith("keras.") for it in callbacks):
        return  # an own callback may add a name when the epoch ends
    for it in callbacks:
        monitor = getattr(it, "monitor", "loss")
        base, names = monitor.removeprefix("val_"), ", ".join(sorted(logs))
        seen = {"who": type(it).__name__, "monitor": monitor, "names": names}
        yield "monitor", base not in logs and monitor not in logs, seen
        yield "no_val", values and base in logs and monitor not in logs, seen
        yield "freq", 0 < len(values.get(monitor, ())) < len(values.get("loss", ())), seen


def _logs(callbacks, values, batches):
    for name, (*_, value) in values.items():
        yield "nan", not math.isfinite(value), {"name": name, "value": value}
    yield "dry", not batches, {}
    losses, accuracy = values.get("loss", []), values.get("accuracy", [])
    if len(losses) == 3:  # half for every picture, or the same class for every picture
        half = max(abs(loss - math.log(2)) for loss in losses) < 0.002
        yield "chance", half or (len(set(accuracy)) == 1 and min(losses) > 5), {"loss": losses[-1]}
    for it in callbacks:
        first = abs(values.get(getattr(it, "monitor", None), [0])[0])
        seen = {"who": type(it).__name__, "it": it, "first": first}
        yield "min_delta", first and abs(getattr(it, "min_delta", 0)) > first / 10, seen
        if isinstance(it, kc.CSVLogger) and it.append:
            header = Path(it.filename).read_text(encoding="utf-8").splitlines()[0].split(it.sep)
            yield "header", header != ["epoch", *it.keys], {"it": it}


def _time(began, worked, now):
    spent, whole = now - worked, now - began
    yield "slow", spent > max(1, whole / 10), {"percent": round(100 * spent / whole)}


def _end(callbacks, values):
    saved = any(getattr(callback, "save_best_only", False) for callback in callbacks)
    for it in callbacks:
        if isinstance(it, kc.EarlyStopping) and not saved and not it.restore_best_weights:
            last = len(values[it.monitor]) - 1
            yield "last", it.best_epoch < last, {"it": it, "last": last}


_TEXTS = """
mode: {who}: {monitor}-এ mode={mode} উল্টো, তাই সবচেয়ে খারাপ epoch সেরা হবে। mode মুছে দাও।
hook: {who}: Keras {hooks} নামের কোনো method ডাকে না। hook-এর নামের বানান ঠিক করো।
swallowed: ReduceLROnPlateau-এ {word} নামের parameter নেই, তবু Keras কিছু বলে না। বানান ঠিক করো।
order: {then} আছে {first}-এর আগে, তাই {first}-এর কাজ সেটি দেখে না। list-এ {first} আগে দাও।
owners: LearningRateScheduler প্রতি epoch-এ ReduceLROnPlateau-র কমানো মান বদলে দেয়। একটি রাখো।
impatient: EarlyStopping-এর patience=0, তাই উন্নতিহীন প্রথম epoch-এই ট্রেনিং থামবে। patience=5 দাও।
patience: EarlyStopping-এর patience {stop.patience}, ReduceLROnPlateau-র {drop.patience}। এটি কমাও।
save_freq: ModelCheckpoint-এর save_freq={save.save_freq} batch গোনে, তখন val_ মান থাকে না। "epoch" দাও।
graceful: NaN এলে TerminateOnNaN-এর পর BackupAndRestore backup মুছে দেবে। raise_error=True দাও।
best: {it.filepath} আগে থেকেই আছে, ModelCheckpoint এর ওপর লিখবে। নতুন ফোল্ডার দাও।
log_dir: {it.log_dir} ফোল্ডারে আগের রান আছে, TensorBoard-এ দুটি মিশে যাবে। নতুন ফোল্ডার দাও।
leak: validation-এর {all}টি ছবির {both}টি ট্রেনিংয়েও আছে। subset="both" দিয়ে একবারে ভাগ করো।
lr: optimizer.lr বদলালে কিছু হয় না, Keras পড়ে optimizer.learning_rate। এই নামটি লেখো।
schedule: learning rate ঠিক করে optimizer-এর schedule, তাই {who} error দেবে। একটি রাখো।
min_lr: min_lr={it.min_lr} এখনকার learning rate {rate:g}-এর চেয়ে ছোট নয়। ছোট করো।
backup: {it.backup_dir}-এ {done} epoch-এর backup আছে, তাই fit কিছুই চালাবে না। ফোল্ডারটি সরাও।
monitor: {who}: {monitor} নামটি logs-এ নেই, আছে {names}। নামের বানান ঠিক করো, mode যোগ কোরো না।
no_val: {who}: এই epoch-এ {monitor} নেই। fit-এ validation_data দাও, validation_freq 1 রাখো।
freq: {who}: সব epoch-এ {monitor} নেই, তাই patience শুধু validation গোনে। validation_freq 1 রাখো।
min_delta: {who}: min_delta={it.min_delta} {it.monitor}-এর মান {first:.3g}-এর তুলনায় বড়। ছোট মান দাও।
nan: {name}-এর মান {value}। ডেটায় NaN আছে কি না দেখো, তারপর learning rate কমাও।
dry: এই epoch-এ একটি batch-ও চলেনি, ডেটা ফুরিয়ে গেছে। steps_per_epoch বাদ দাও, বা .repeat() দাও।
chance: তিন epoch ধরে loss {loss:.3f}, মডেল কিছু শিখছে না। শেষ layer, loss আর ডেটার scale দেখো।
slow: প্রতি epoch-এর শেষে callback-গুলো {percent}% সময় নেয়। কম epoch-এ কাজটি করো।
header: {it.filename}-এর প্রথম লাইনের নামগুলো এই রানের মতো নয়, মান ভুল কলামে যাবে। নতুন ফাইল দাও।
last: মডেলে এখন epoch {last}-এর weights, সেরা ছিল {it.best_epoch}। restore_best_weights=True দাও।
"""
_SAID = dict(line.split(": ", 1) for line in _TEXTS.strip().splitlines())
