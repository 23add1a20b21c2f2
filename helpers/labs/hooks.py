"""The calls of a recorded training one by one: hook, logs, line of fit. Notebook 02."""

import inspect
import tomllib

from helpers.bengali import FONT, digits
from helpers.hooks import BLOCK_COLOURS, HookEvent, checked
from helpers.labs.base import Lab
from helpers.start import COURSE, keras

import ipywidgets
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

_SHOWN = tomllib.loads((COURSE / "data" / "lifecycle.toml").read_text(encoding="utf-8"))
_METHODS = {"train": "fit", "test": "evaluate", "predict": "predict"}
_MOST_LOGS = 8
# where the first line of the loop stands, how far the next is below it, where the right half begins
_TOP, _LINE, _RIGHT = 0.885, 0.0385, 0.555
_CODE_FONT = ["DejaVu Sans Mono", FONT]


class HooksLab(Lab):
    """স্লাইডার টেনে বা ▶ চেপে ডাকগুলো এক এক করে দেখো: কোন hook, কোন `logs`, আর `fit`-এর কোন লাইনে।

    events: `HookRecorder`-এর `.events`; অন্য কিছু হলে TypeError, খালি হলে ValueError।
    ফেরত: Lab; তাতে `slider` (প্রথম ডাকে 1) আর `play`।
    """

    def __init__(self, events: list[HookEvent]) -> None:
        events = list(checked(events))  # a list of its own: the recorder may go on
        last = len(events)
        super().__init__(controls={"slider": ("কত নম্বর ডাক", 1, 1, last)})
        self.play = ipywidgets.Play(min=1, max=last, value=1, interval=800, show_repeat=False)
        # in the browser, so that a playing lab doesn't wait for the kernel to move its slider
        ipywidgets.jslink((self.play, "value"), (self.slider, "value"))
        self.children[0].children += (self.play,)
        self.events, self._loops = events, _loop_of_each(events)
        self._pictures = {loop: _Picture(loop, events) for loop in set(self._loops)}
        self.update()

    def update(self) -> None:
        place = self.slider.value - 1
        event, picture = self.events[place], self._pictures[self._loops[place]]
        keys = ", ".join(f"`{key}`" for key in event.logs or {}) or "কিছু নেই"
        count = f"{digits(len(self.events))}টি ডাকের {digits(place + 1)} নম্বরটি"
        readout = f"{count}: `{event.name}({_index(event)})`। `logs`-এ আছে: {keys}।"
        picture.point_at(place, event)
        self.show(picture.figure, readout, _override(event.name))


hooks_lab = HooksLab


class _Picture:
    """A loop with one line lit, beside it the hook called there and its logs, below all calls."""

    def __init__(self, loop: str, events: list[HookEvent]) -> None:
        self.code = _SHOWN["loop"][loop].split("\n")
        self.figure = Figure(figsize=(10.5, 5.3), layout="none")
        text, bold, words = self.figure.text, {"fontweight": "bold"}, {"fontsize": 14}
        text(0.01, 0.945, f"model.{_METHODS[loop]}(...) ভেতরে যা যা করে", **words, **bold)
        code = {"fontsize": 12, "family": _CODE_FONT, "va": "center"}
        for number, line in enumerate(self.code):
            text(0.02, _TOP - _LINE * number, line, **code)
        text(_RIGHT, 0.68, "logs-এ আছে", **words, **bold)
        strip = self.figure.add_axes((_RIGHT, 0.02, 0.99 - _RIGHT, 0.12))
        strip.imshow(_strip(events), aspect="auto", interpolation="nearest", alpha=0.7)
        strip.set_axis_off()

        moves = {"animated": True}
        bar, big = Rectangle((0.01, 0), 0.52, _LINE, facecolor="#f7dc9c", **moves), {"fontsize": 20}
        self.light = self.figure.add_artist(bar)
        self.lit = text(0.02, 0, "", **code, **moves)
        self.colour = self.figure.add_artist(Rectangle((_RIGHT, 0.825), 0.008, 0.15, **moves))
        self.name = text(_RIGHT + 0.02, 0.91, "", **big, **bold, **moves)
        self.moment = text(_RIGHT + 0.02, 0.835, "", **words, **moves)
        self.index = text(_RIGHT, 0.76, "", **words, **moves)
        logs = {"fontsize": 13, "family": _CODE_FONT, "va": "top", "linespacing": 1.3}
        self.logs = text(_RIGHT, 0.66, "", **logs, **moves)
        self.count = text(_RIGHT, 0.165, "", fontsize=13, **moves)
        self.cursor = strip.axvline(0, color="black", linewidth=2, **moves)

    def point_at(self, place: int, event: HookEvent) -> None:
        calls = [line.strip(" ↳").partition("(")[0] for line in self.code]
        number = calls.index(event.name)
        self.light.set_y(_TOP - _LINE * (number + 0.5))
        self.lit.set(text=self.code[number], y=_TOP - _LINE * number)
        self.colour.set_facecolor(BLOCK_COLOURS[event.block])
        self.name.set_text(event.name)
        self.moment.set_text(_SHOWN["moment"][event.name])
        self.index.set_text(_index(event) or "কোনো নম্বর পায় না")
        self.logs.set_text(_shown(event.logs))
        self.count.set_text(f"পুরো রেকর্ড, বাম থেকে ডানে: {digits(place + 1)} নম্বর ডাক")
        self.cursor.set_xdata([place, place])


def _index(event: HookEvent) -> str:
    kind = "epoch" if event.block == "epoch" else "batch"
    return "" if event.index is None else f"{kind}={event.index}"


def _loop_of_each(events: list[HookEvent]) -> list[str]:
    """For each event the loop it belongs to, named after its outermost block."""
    loops, current = [], "train"
    for event in events:
        if event.depth == 0 and event.block in _SHOWN["loop"]:
            current = event.block
        loops.append(current)
    return loops


def _strip(events: list[HookEvent]) -> np.ndarray:
    """A picture, one pixel wide for each event: the blocks it lies in, the outermost at the top."""
    picture = np.ones((max(event.depth for event in events) + 1, len(events), 3))
    around: dict[int, str] = {}
    for place, event in enumerate(events):
        if event.block != "batch":  # its hooks are called within those of train_batch
            around = {depth: block for depth, block in around.items() if depth < event.depth}
            around[event.depth] = event.block
        for depth, block in around.items():
            picture[depth, place] = to_rgb(BLOCK_COLOURS[block])
        if event.begins and event.depth in around:  # a paler pixel keeps neighbours apart
            picture[event.depth, place] = (picture[event.depth, place] + 1) / 2
    return picture


def _shown(logs: dict | None) -> str:
    if not logs:
        return f"{logs}  (খালি)" if logs == {} else f"{logs}"
    numbers = {key: f"{value:.4g}" for key, value in logs.items() if isinstance(value, float)}
    lines = [f"{key} = {value}" for key, value in (logs | numbers).items()]
    more = len(lines) - _MOST_LOGS
    return "\n".join(lines[:_MOST_LOGS]) + (f"\nআরও {digits(more)}টি" if more > 0 else "")


def _override(name: str) -> str:
    signature = inspect.signature(getattr(keras.callbacks.Callback, name))
    return f"class MyCallback(keras.callbacks.Callback):\n    def {name}{signature}:\n        ..."
