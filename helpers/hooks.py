"""`HookRecorder` writes down which hook Keras calls when; `plot_hooks` draws it (hook_picture)."""

import time
from dataclasses import dataclass

from helpers import guards
from helpers.bengali import explain
from helpers.figures import COLOURS
from helpers.start import keras

HOOKS = tuple(name for name in vars(keras.callbacks.Callback) if name.startswith("on_"))
# A block is what lies between a begin hook and its end hook: how deep, its colour, its meaning.
BLOCKS = {
    "train": (0, "black", "পুরো ট্রেনিং"),
    "epoch": (1, "purple", "একটি epoch"),
    "train_batch": (2, "blue", "ট্রেনিংয়ের একটি batch"),
    "batch": (3, "sky", "একই batch, পুরোনো নামে"),
    "test": (0, "vermillion", "validation বা evaluate"),
    "test_batch": (1, "orange", "তার একটি batch"),
    "predict": (0, "green", "পুরো predict"),
    "predict_batch": (1, "sky", "তার একটি batch"),
}
BLOCK_COLOURS = {block: COLOURS[colour] for block, (_, colour, _) in BLOCKS.items()}


@dataclass(frozen=True, slots=True)
class HookEvent:
    """একটি hook-এর একটি ডাক।

    name: hook-এর নাম, যেমন "on_epoch_end"। depth: কত ভেতরে; সবচেয়ে বাইরের ডাকে 0।
    index: epoch বা batch-এর যে নম্বর Keras দিয়েছে; যে hook নম্বর পায় না, তাতে None।
    logs: তখন `logs`-এ যা ছিল, তার কপি; array-র বদলে তার আকার, যেমন "array(32, 1)"।
    seconds: রেকর্ডের প্রথম ডাক থেকে কত সেকেন্ড পরে।
    """

    name: str
    depth: int
    index: int | None
    logs: dict | None
    seconds: float

    @property
    def block(self) -> str:
        """নামের মাঝের অংশ: "on_epoch_end"-এ "epoch"।"""
        return self.name.removeprefix("on_").rpartition("_")[0]

    @property
    def begins(self) -> bool:
        """…_begin হলে True, …_end হলে False।"""
        return self.name.endswith("_begin")


class HookRecorder(keras.callbacks.Callback):
    """এই callback শুধু লিখে রাখে: কোন hook, কখন, কোন নম্বর আর কোন `logs` নিয়ে ডাকা হলো।

    `fit`, `evaluate` বা `predict`-এর `callbacks`-এ দাও, তারপর `.events` দেখো: `HookEvent`-এর list,
    ডাকের ক্রমে। একই রেকর্ডার আবার দিলে নতুন ডাকগুলো list-এর শেষে জমে। `callbacks`-এর list-এ রেকর্ডার
    যেখানে বসে, `logs` তখন যেমন, তেমনই লেখা হয়।
    """

    def __init__(self) -> None:
        super().__init__()
        self.events: list[HookEvent] = []
        self._started, self._in_epoch = 0.0, False

    def set_params(self, params: dict) -> None:
        # fit, evaluate and predict start with this call: an epoch cut short before it is over now
        super().set_params(params)
        self._in_epoch = False

    def _record(self, name: str, logs: dict | None, index: int | None = None) -> None:
        now = time.perf_counter()
        if not self.events:
            self._started = now
        block = name.removeprefix("on_").rpartition("_")[0]
        if block == "epoch":
            self._in_epoch = name == "on_epoch_begin"
        validates = self._in_epoch and block.startswith("test")
        depth = BLOCKS[block][0] + 2 * validates  # validation lies inside an epoch, inside a fit
        self.events.append(HookEvent(name, depth, index, _copy(logs), now - self._started))

    def on_train_begin(self, logs=None):
        self._record("on_train_begin", logs)

    def on_train_end(self, logs=None):
        self._record("on_train_end", logs)

    def on_epoch_begin(self, epoch, logs=None):
        self._record("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch, logs=None):
        self._record("on_epoch_end", logs, epoch)

    # Keras's own on_train_batch_… do one thing: they call on_batch_…
    def on_train_batch_begin(self, batch, logs=None):
        self._record("on_train_batch_begin", logs, batch)
        super().on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self._record("on_train_batch_end", logs, batch)
        super().on_train_batch_end(batch, logs)

    def on_batch_begin(self, batch, logs=None):
        self._record("on_batch_begin", logs, batch)

    def on_batch_end(self, batch, logs=None):
        self._record("on_batch_end", logs, batch)

    def on_test_begin(self, logs=None):
        self._record("on_test_begin", logs)

    def on_test_end(self, logs=None):
        self._record("on_test_end", logs)

    def on_test_batch_begin(self, batch, logs=None):
        self._record("on_test_batch_begin", logs, batch)

    def on_test_batch_end(self, batch, logs=None):
        self._record("on_test_batch_end", logs, batch)

    def on_predict_begin(self, logs=None):
        self._record("on_predict_begin", logs)

    def on_predict_end(self, logs=None):
        self._record("on_predict_end", logs)

    def on_predict_batch_begin(self, batch, logs=None):
        self._record("on_predict_batch_begin", logs, batch)

    def on_predict_batch_end(self, batch, logs=None):
        self._record("on_predict_batch_end", logs, batch)


def _copy(value: object) -> object:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(inner) for inner in value]
    # what a model predicts can be large, and would be held as long as the recorder is
    shape = getattr(value, "shape", ())
    return f"array{tuple(shape)}" if shape else value


def checked(events: list[HookEvent]) -> list[HookEvent]:
    """events-ই; `HookRecorder`-এর `.events` না হলে TypeError, তাতে কিছু শুরু না হলে ValueError।"""
    now = "fit(..., callbacks=[recorder]) চালাও, তারপর দাও recorder.events।"
    for event in events if isinstance(events, list | tuple) else [events]:
        guards.need(HookEvent, "events", event, "রেকর্ডারের .events", now)
    if not any(event.begins and event.block != "batch" for event in events):
        why = "রেকর্ডারটি fit-এ দেওয়া হয়নি, কিংবা list-এ তার আগের একটি callback error দিয়েছে"
        raise ValueError(explain("দেখানোর কিছু নেই", why, f"রেকর্ডারটি list-এর প্রথমে রাখো। {now}"))
    return events
