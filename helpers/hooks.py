"""Which hook is called when: `HookRecorder` writes it down, `plot_hooks` draws what lies in what."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from helpers import guards
from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.start import keras

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

HOOKS = tuple(name for name in vars(keras.callbacks.Callback) if name.startswith("on_"))
# A block is what lies between a begin hook and its end hook: its depth, its colour, what it stands for.
# `batch` is the older name of `train_batch`: Keras calls its hooks from inside those of `train_batch`.
_BLOCKS = {
    "train": (0, "black", "পুরো ট্রেনিং"),
    "epoch": (1, "purple", "একটি epoch"),
    "train_batch": (2, "blue", "ট্রেনিংয়ের একটি batch"),
    "batch": (3, "sky", "একই batch, পুরোনো নামে"),
    "test": (0, "vermillion", "validation বা evaluate"),
    "test_batch": (1, "orange", "তার একটি batch"),
    "predict": (0, "green", "পুরো predict"),
    "predict_batch": (1, "sky", "তার একটি batch"),
}
BLOCK_COLOURS = {block: COLOURS[colour] for block, (_, colour, _) in _BLOCKS.items()}


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
        self._first_call = 0.0
        self._in_epoch = False

    def set_params(self, params: dict) -> None:
        # Every fit, evaluate and predict starts with this call. Of a fit that was interrupted it is
        # the only sign that its epoch is over: a test that comes now is no validation.
        super().set_params(params)
        self._in_epoch = False

    def _record(self, name: str, logs: dict | None, index: int | None = None) -> None:
        now = time.perf_counter()
        if not self.events:
            self._first_call = now
        block = name.removeprefix("on_").rpartition("_")[0]
        if block == "epoch":
            self._in_epoch = name == "on_epoch_begin"
        validates = self._in_epoch and block.startswith("test")
        depth = _BLOCKS[block][0] + 2 * validates  # validation lies inside an epoch, inside a fit
        self.events.append(HookEvent(name, depth, index, _copy(logs), now - self._first_call))

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


# --- the picture ---

_ROOM = 7.2  # inches between the names of the begin hooks and those of the end hooks
_GAP, _EDGE = 0.55, 0.05


@dataclass
class _Block:
    begin: HookEvent
    end: HookEvent | None = None  # None: the end hook was never called
    inside: list["_Block | int"] = field(default_factory=list)  # a number: so many are left out here

    @property
    def kind(self) -> str:
        return self.begin.block

    @property
    def label(self) -> str:
        if self.begin.index is None:
            test = "validation" if self.begin.depth else "evaluate"
            return {"train": "fit", "test": test, "predict": "predict"}[self.kind]
        first, last = self.begin.index, self.end.index if self.end else self.begin.index
        number = str(first) if first == last else f"{first}–{last}"
        return f"epoch {number}" if self.kind == "epoch" else number

    @property
    def width(self) -> float:
        """How many inches it takes at least: room for its label and for all that is inside."""
        return max(0.14 + 0.1 * len(self.label), _width(self.inside) + 4 * _EDGE)


def plot_hooks(events: list[HookEvent]) -> Figure:
    """hook-এর ডাকগুলোর ছবি আঁকে: ওপরের ঘরের ভেতরে নিচের ঘর, বামে …_begin, ডানে …_end।

    events: `HookRecorder`-এর `.events`। তার বদলে অন্য কিছু দিলে TypeError, তাতে কিছু শুরু না হলে ValueError।

    ফেরত: matplotlib-এর Figure। বাম থেকে ডানে ডাকের ক্রম, সময়ের পরিমাণ নয়। `evaluate`, `predict`, আর পরপর
    কয়েকটি রানও আঁকা যায়। ঘরের ডান ধার ছেঁড়া মানে তার …_end আর ডাকা হয়নি। epoch বা batch অনেক হলে মাঝের
    কয়েকটি বাদ পড়ে; কতটি, তা লেখা থাকে। `on_batch_…` আলাদা আঁকা হয় না, তার কথা নিচে লেখা থাকে।
    """
    blocks = _blocks(checked(events))
    sizes = (_shorten(blocks, most) for most in (6, 5, 4, 3))
    shown = next((items for items in sizes if _width(items) <= _ROOM), _shorten(blocks, 2))
    kinds = {block.kind for block in _every(blocks)}
    rows = {kind: row for row, kind in enumerate(kind for kind in _BLOCKS if kind in kinds)}

    room = max(_ROOM, _width(shown))
    notes = list(_notes(events, blocks, shown))
    figure = Figure(figsize=(room + 4.4, 0.76 * len(rows) + 0.25 * len(notes) + 0.6))
    axes = figure.subplots()
    axes.set(xlim=(0, room), ylim=(len(rows) - 0.3, -0.5), xticks=[])
    _draw(axes, shown, rows, left=0, room=room)
    axes.set_yticks(range(len(rows)), [f"{_BLOCKS[kind][2]}\non_{kind}_begin" for kind in rows])
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(rows)), [f"\non_{kind}_end" for kind in rows])
    for side in (axes, right):
        side.tick_params(length=0, labelsize=12)
        side.spines[:].set_visible(False)
    axes.grid(False)
    figure.set_label(f"{_title(blocks)}। বাইরে থেকে ভেতরে: {', '.join(rows)}")
    figure.suptitle(_title(blocks), x=0.01, ha="left", fontsize=15, fontweight="bold")
    figure.supxlabel("\n".join(notes), x=0.01, ha="left", fontsize=12)
    return figure


def checked(events: list[HookEvent]) -> list[HookEvent]:
    """events-ই; `HookRecorder`-এর `.events` না হলে TypeError, তাতে কিছু শুরু না হলে ValueError।"""
    now = "fit(..., callbacks=[recorder]) চালাও, তারপর দাও recorder.events।"
    guards.need(list | tuple, "events", events, "রেকর্ডারের .events", now)
    for event in events:
        guards.need(HookEvent, "events[…]", event, "রেকর্ডারের লেখা একটি ডাক", now)
    if not any(event.begins and event.block != "batch" for event in events):
        why = (
            "রেকর্ডে কিছু শুরুর ডাক নেই, কারণ রেকর্ডারটি fit-এ দেওয়া হয়নি, কিংবা callbacks-এর list-এ তার "
            "আগের একটি callback error দেওয়ায় fit শুরুতেই থেমে গেছে"
        )
        raise ValueError(explain("দেখানোর কিছু নেই", why, f"রেকর্ডারটি list-এর প্রথমে রাখো। {now}"))
    return events


def _blocks(events: list[HookEvent]) -> list[_Block]:
    """The outermost blocks, with what is inside them; on_batch_*, no moments of their own, are left out."""
    outermost, still_open = [], []
    for event in (event for event in events if event.block != "batch"):
        if event.begins:
            while still_open and still_open[-1].begin.depth >= event.depth:
                still_open.pop()  # it ended without its end hook
            block = _Block(event)
            (still_open[-1].inside if still_open else outermost).append(block)
            still_open.append(block)
        elif any(block.kind == event.block for block in still_open):
            while (block := still_open.pop()).kind != event.block:
                pass
            block.end = event
    return outermost


def _every(items: list[_Block | int]) -> Iterator[_Block]:
    for block in items:
        if isinstance(block, _Block):
            yield block
            yield from _every(block.inside)


def _shorten(blocks: list[_Block], most: int) -> list[_Block | int]:
    """Of more than `most` blocks of one kind in a row: the first ones, how many are left out, the last."""
    items = []
    for _, same in itertools.groupby(blocks, key=lambda block: block.begin.depth and block.kind):
        shown = [replace(block, inside=_shorten(block.inside, most)) for block in same]
        if len(shown) > most:
            shown[most - 1 : -1] = [len(shown) - most]
        items += shown
    return items


def _width(items: list[_Block | int]) -> float:
    return sum(item.width if isinstance(item, _Block) else _GAP for item in items)


def _draw(axes: Axes, items: list[_Block | int], rows: dict[str, int], left: float, room: float) -> None:
    """Draw blocks side by side into the room given, and what is inside each of them."""
    stretch, row = room / (_width(items) or 1), 0
    for item in items:
        width, words, inside = _width([item]) * stretch, f"আরও\n{digits(item)}টি", []
        if isinstance(item, _Block):
            row, words, inside = rows[item.kind], item.label, item.inside
            bottom = max(rows[block.kind] for block in _every([item]))
            _draw_box(axes, item, row, bottom, left + _EDGE, left + width - _EDGE)
        axes.text(left + width / 2, row, words, ha="center", va="center", fontsize=12, linespacing=0.85)
        _draw(axes, inside, rows, left + 2 * _EDGE, width - 4 * _EDGE)
        left += width


def _draw_box(axes: Axes, block: _Block, row: int, bottom: int, left: float, right: float) -> None:
    top, foot = row - 0.38, bottom + 0.38 + 0.03 * (bottom - row)
    edge = [(right, top), (right, foot)]
    if not block.end:  # torn
        teeth = 2 * round(4 * (foot - top)) + 1
        edge = [(right - 0.09 * (n % 2), top + (foot - top) * n / teeth) for n in range(teeth + 1)]
    colour = BLOCK_COLOURS[block.kind]
    pale = [1 - 0.15 * (1 - part) for part in to_rgb(colour)]
    style = {"facecolor": pale, "edgecolor": colour, "zorder": 1 + block.begin.depth / 10}
    axes.add_patch(Polygon([(left, top), *edge, (left, foot)], linewidth=1.5, **style))


def _title(blocks: list[_Block]) -> str:
    torn = dict.fromkeys(f"on_{block.kind}_end" for block in blocks if not block.end)
    if torn:
        return f"মাঝপথে ছিঁড়ে গেছে: {', '.join(torn)} আর ডাকা হয়নি"
    if len(blocks) > 1:
        runs = [label for label, _ in itertools.groupby(block.label for block in blocks)]
        return f"পরপর {digits(len(blocks))}টি রান: {', '.join(runs[:4])}{', …' if len(runs) > 4 else ''}"
    if blocks[0].kind != "train":
        return f"{blocks[0].label}: on_{blocks[0].kind}_… ছাড়া আর কোনো hook ডাক পায় না"
    validated = any(block.kind == "test" for block in _every(blocks))
    last = "আগে batch, শেষে validation" if validated else "batch, validation নেই"
    return f"fit: প্রতি epoch-এর ভেতরে {last}"


def _notes(events: list[HookEvent], blocks: list[_Block], shown: list[_Block | int]) -> Iterator[str]:
    yield "বাঁ থেকে ডানে ডাকের ক্রম, সময়ের মাপ নয়। ঘরের বাঁ ধারে …_begin, ডান ধারে …_end।"
    if sum(1 for _ in _every(shown)) < sum(1 for _ in _every(blocks)):
        yield "“আরও” লেখা জায়গায় মাঝের ঘরগুলো আঁকা হয়নি।"
    if torn := dict.fromkeys(f"on_{block.kind}_end" for block in _every(blocks) if not block.end):
        yield f"ছেঁড়া ধার মানে ডাকা হয়নি: {', '.join(reversed(torn))}।"
    if any(event.block == "batch" for event in events):
        yield "on_batch_begin আর on_batch_end আলাদা আঁকা হয়নি: on_train_batch_… নিজের ভেতর থেকে ওদের ডাকে।"
