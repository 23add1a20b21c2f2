"""`HookRecorder` writes down which hook Keras calls when; `plot_hooks` draws it (hook_picture)."""

import time
from collections.abc import Callable
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
    seconds: তখন ঘড়িতে (`time.perf_counter()`) কত সেকেন্ড।
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
        self._in_epoch = False

    def set_params(self, params: dict) -> None:
        # fit, evaluate and predict start with this call: an epoch cut short before it is over now
        super().set_params(params)
        self._in_epoch = False


def _recording(name: str) -> Callable[..., None]:
    """The method of this name: it records the call, then does what Keras's own does."""
    keras_own = getattr(keras.callbacks.Callback, name)
    block = name.removeprefix("on_").rpartition("_")[0]

    def record(recorder: HookRecorder, index: int | None, logs: dict | None) -> None:
        if block == "epoch":
            recorder._in_epoch = name == "on_epoch_begin"
        validates = recorder._in_epoch and block.startswith("test")
        depth = BLOCKS[block][0] + 2 * validates  # validation lies inside an epoch, inside a fit
        recorder.events.append(HookEvent(name, depth, index, _copy(logs), time.perf_counter()))

    def of_run(self: HookRecorder, logs: dict | None = None) -> None:
        record(self, None, logs)

    def of_epoch(self: HookRecorder, epoch: int, logs: dict | None = None) -> None:
        record(self, epoch, logs)

    def of_batch(self: HookRecorder, batch: int, logs: dict | None = None) -> None:
        record(self, batch, logs)
        keras_own(self, batch, logs)  # that of on_train_batch_… calls on_batch_…

    return of_epoch if block == "epoch" else of_batch if "batch" in block else of_run


for _name in HOOKS:
    setattr(HookRecorder, _name, _recording(_name))


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
