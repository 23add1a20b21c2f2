"""What the pictures of the labs share: curves that stay, marks that move, names above them."""

from collections.abc import Sequence

from helpers.recorded import Replay

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator


def moving(axes: Axes, look: str = "-", **more: object) -> Line2D:
    """একটি রেখা বা চিহ্ন, যার মান পরে আসে; কেবল এমন জিনিসই প্রতিবার নতুন করে আঁকা হয়।"""
    return axes.plot([], [], look, animated=True, **more)[0]


class Picture:
    """একটির নিচে একটি axes, সবগুলোর x-অক্ষে epoch। heights: axes-গুলোর উচ্চতার অনুপাত।"""

    def __init__(self, inches: float, heights: Sequence[float] = (1,)) -> None:
        self.figure = Figure(figsize=(9, inches), layout="constrained")
        grid = self.figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)
        self.axes = list(grid[:, 0])
        self.axes[-1].set_xlabel("epoch")
        self.title = self.axes[0].set_title("epoch", animated=True)  # room for the words to come
        self._names: list[tuple[Line2D, Artist, Text]] = []

    def name(self, axes: Axes, *lines: Line2D, gap: float = 2) -> None:
        """axes-এর ওপরে, ডান দিকে রেখাগুলোর নাম; gap: নামগুলোর মাঝে কত অক্ষর ফাঁকা।"""
        place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0}
        made = axes.legend(handles=lines, ncols=len(lines), columnspacing=gap, **place)
        self._names += zip(lines, made.legend_handles, made.get_texts(), strict=True)

    def update(self, title: str) -> None:
        """শিরোনাম বদলায়; যে রেখায় একটিও বিন্দু নেই, তার নাম মুছে যায়।"""
        self.title.set_text(title)
        for line, handle, words in self._names:
            seen = len(line.get_xdata()) > 0
            if seen != words.get_visible():
                handle.set_visible(seen)
                words.set_visible(seen)
                self.figure.stale = True  # the parts of a legend don't tell it


class RecordedPicture(Picture):
    """রেকর্ড করা একটি metric (values, epoch-এর নম্বর ধরে), আর callback থাকলে ট্রেনিং কোথায় থামত।"""

    def __init__(self, values: pd.Series, inches: float, heights: Sequence[float] = (1,)) -> None:
        super().__init__(inches, heights)
        self.values = values.astype(float)
        self.first, self.last = values.index[[0, -1]]
        self.axes[0].set_xlim(self.first - 0.5, self.last + 0.5)
        self.axes[-1].xaxis.set_major_locator(MaxNLocator(12, integer=True))

    def add_stop(self, width: float) -> None:
        """চিহ্নগুলো নড়ার আগে একবার: রেখাগুলোর মাপে y-অক্ষ, থামার রেখা, যা চলত না তার ওপর ধূসর।"""
        self.axes[0].margins(y=0.15)
        self.axes[0].set_ylim(self.axes[0].get_ylim())
        look = {"animated": True}
        self._not_run = [one.axvspan(0, 1, color="0.6", alpha=0.35, **look) for one in self.axes]
        self._stops = [one.axvline(0, color="black", lw=width, **look) for one in self.axes]

    def update(self, title: str, stopped: int | None) -> None:
        super().update(title)
        for span, line in zip(self._not_run, self._stops, strict=True):
            span.set_visible(stopped is not None)
            line.set_visible(stopped is not None)
            if stopped is not None:
                span.set(x=stopped + 0.5, width=self.last - stopped)
                line.set_xdata([stopped, stopped])


def by_epoch(log: pd.DataFrame) -> pd.DataFrame:
    """log-এর সারিগুলো, epoch-এর নম্বর ধরে: থেমে আবার শুরু হওয়া রানের epoch 0 থেকে শুরু না-ও হতে পারে।"""
    return log.set_axis(log["epoch"].astype(int))


def how_it_ended(outcome: Replay) -> str:
    """ছবির শিরোনাম: ট্রেনিং কোথায় থামল, কোন epoch সেরা।"""
    stopped, best = outcome.stopped_epoch, outcome.best_epoch
    ended = "শেষ পর্যন্ত চলল" if stopped is None else f"epoch {stopped}-এর শেষে থামল"
    return f"ট্রেনিং {ended}, সেরা epoch {'নেই' if best is None else best}"
