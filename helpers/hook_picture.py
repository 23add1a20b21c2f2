"""`plot_hooks` draws which hooks a `HookRecorder` recorded, and what lies in what."""

import itertools
from dataclasses import dataclass, field, replace

from helpers.bengali import digits
from helpers.hooks import BLOCK_COLOURS, BLOCKS, HookEvent, checked

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

_ROOM = 7.2  # inches between the names of the begin hooks and those of the end hooks
_EDGE = 0.05


@dataclass
class _Block:
    kind: str
    begin: HookEvent
    end: HookEvent | None = None  # None: the end hook was never called
    inside: list["_Block"] = field(default_factory=list)
    left_out: int = 0  # it stands for so many that there is no room for

    @property
    def label(self) -> str:
        if self.left_out:
            return f"আরও\n{digits(self.left_out)}টি"
        first, last = self.begin.index, (self.end or self.begin).index
        if first is None:
            test = "validation" if self.begin.depth else "evaluate"
            return {"train": "fit", "test": test, "predict": "predict"}[self.kind]
        number = str(first) if first == last else f"{first}–{last}"
        return f"epoch {number}" if self.kind == "epoch" else number

    @property
    def width(self) -> float:
        """How many inches it takes at least."""
        inside = _width(self.inside) + 4 * _EDGE
        return 0.55 if self.left_out else max(0.14 + 0.1 * len(self.label), inside)

    def every(self) -> list["_Block"]:
        return [self, *(inner for block in self.inside for inner in block.every())]


def plot_hooks(events: list[HookEvent]) -> Figure:
    """কোন hook কখন চলেছে, তার ছবি আঁকে: বাক্সের বাম ধার …_begin, ডান ধার …_end।

    events: `HookRecorder`-এর `.events`। অন্য কিছু দিলে TypeError, তাতে কিছু শুরু না হলে ValueError।
    ফেরত: matplotlib-এর Figure। বাম থেকে ডানে hook চলার ক্রম। ডান ধার ছেঁড়া মানে …_end আর
    চলেনি। epoch বা batch অনেক হলে মাঝের কয়েকটি বাদ পড়ে; কতটি, তা লেখা থাকে।
    """
    blocks = _blocks(checked(events))
    sizes = (_shorten(blocks, most) for most in (6, 5, 4, 3))
    shown = next((some for some in sizes if _width(some) <= _ROOM), _shorten(blocks, 2))
    every = [inner for block in blocks for inner in block.every()]
    kinds = {block.kind for block in every}
    rows = {kind: row for row, kind in enumerate(kind for kind in BLOCKS if kind in kinds)}
    title, room = _title(blocks, kinds), max(_ROOM, _width(shown))
    notes = ["বাম থেকে ডানে hook চলার ক্রম। বাক্সের বাম ধার …_begin, ডান ধার …_end।"]
    if torn := _torn(every[::-1]):
        notes.append(f"ছেঁড়া ধার মানে চলেনি: {torn}।")
    if any(event.block == "batch" for event in events):
        notes.append("on_train_batch_begin-এর ভেতরে on_batch_begin-ও চলে, ছবিতে সেটি আঁকা হয়নি।")

    figure = Figure(figsize=(room + 3.4, 0.76 * len(rows) + 0.25 * len(notes) + 0.6))
    axes = figure.subplots()
    axes.set(xlim=(0, room), ylim=(len(rows) - 0.3, -0.5), xticks=[])
    _draw(axes, shown, rows, left=0, room=room)
    # both names at the left: at the right, on_train_batch_end would stand after the validation
    names = [f"{BLOCKS[kind][2]}\non_{kind}_begin, …_end" for kind in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.tick_params(length=0, labelsize=12)
    axes.spines[:].set_visible(False)
    axes.grid(False)
    figure.set_label(f"{title}। বাইরে থেকে ভেতরে: {', '.join(rows)}")
    figure.suptitle(title, x=0.01, ha="left", fontsize=15, fontweight="bold")
    figure.supxlabel("\n".join(notes), x=0.01, ha="left", fontsize=12)
    return figure


def _blocks(events: list[HookEvent]) -> list[_Block]:
    outermost, open_at = [], {}
    for event in (event for event in events if event.block != "batch"):  # drawn as train_batch
        if event.begins:
            around, block = open_at.get(event.depth - 1), _Block(event.block, event)
            (around.inside if around else outermost).append(block)
            open_at[event.depth] = block
        elif event.depth in open_at:
            open_at.pop(event.depth).end = event
    return outermost


def _shorten(blocks: list[_Block], most: int) -> list[_Block]:
    """Of more than `most` blocks of one kind in a row the middle ones become a single one."""
    short = []
    for _, same in itertools.groupby(blocks, key=lambda block: block.begin.depth and block.kind):
        some = [replace(block, inside=_shorten(block.inside, most)) for block in same]
        if len(some) > most:
            some[most - 1 : -1] = [replace(some[0], inside=[], left_out=len(some) - most)]
        short += some
    return short


def _width(blocks: list[_Block]) -> float:
    return sum(block.width for block in blocks)


def _draw(axes: Axes, blocks: list[_Block], rows: dict, left: float, room: float) -> None:
    style = {"ha": "center", "va": "center", "fontsize": 12, "linespacing": 0.85}
    for block in blocks:
        width, row = room * block.width / _width(blocks), rows[block.kind]
        if not block.left_out:
            bottom = max(rows[inner.kind] for inner in block.every())
            foot = bottom + 0.38 + 0.03 * (bottom - row)
            axes.add_patch(_box(block, left + _EDGE, left + width - _EDGE, row - 0.38, foot))
        axes.text(left + width / 2, row, block.label, **style)
        _draw(axes, block.inside, rows, left + 2 * _EDGE, width - 4 * _EDGE)
        left += width


def _box(block: _Block, left: float, right: float, top: float, foot: float) -> Polygon:
    edge = [(right, top), (right, foot)]
    if not block.end:  # torn
        teeth = 2 * round(4 * (foot - top)) + 1
        edge = [(right - 0.09 * (n % 2), top + (foot - top) * n / teeth) for n in range(teeth + 1)]
    colour = BLOCK_COLOURS[block.kind]
    pale = [1 - 0.15 * (1 - part) for part in to_rgb(colour)]
    style = {"facecolor": pale, "edgecolor": colour, "zorder": 1 + block.begin.depth / 10}
    return Polygon([(left, top), *edge, (left, foot)], linewidth=1.5, **style)


def _torn(blocks: list[_Block]) -> str:
    return ", ".join(dict.fromkeys(f"on_{block.kind}_end" for block in blocks if not block.end))


def _title(blocks: list[_Block], kinds: set[str]) -> str:
    if torn := _torn(blocks):
        return f"মাঝপথে থেমেছে: {torn} আর চলেনি"
    if len(blocks) > 1:
        runs = ", ".join(dict.fromkeys(block.label for block in blocks))
        return f"পরপর {digits(len(blocks))}টি রান: {runs}"
    last = "আগে batch, শেষে validation" if "test" in kinds else "শুধু batch"
    return f"fit: প্রতি epoch-এর ভেতরে {last}" if "epoch" in kinds else f"শুধু {blocks[0].label}"
