"""The picture of a training: `plot_log` draws what `table_of` reads."""

import itertools
import math
import textwrap

from helpers import guards
from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.logs import RATE_COLUMN, History, Log, LogError, better, table_of, unusable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator


def plot_log(log: Log, metrics: str | list[str] | None = None) -> Figure:
    """ট্রেনিংয়ের গ্রাফ আঁকে: প্রতি metric-এর ট্রেনিং আর validation একসঙ্গে, সেরা epoch দাগানো।

    log: ফাইলের নাম, DataFrame, বা `model.fit(...)` যে History ফেরত দেয়।
    metrics: কোনগুলো আঁকবে, যেমন "loss" বা ["loss", "accuracy"]; না দিলে যেগুলোর `val_` আছে, নইলে সব।

    ফেরত: matplotlib-এর Figure। ট্রেনিং ভাঙা রেখা, validation টানা; epoch log-এর মতোই 0 থেকে গোনা;
    কয়েকটি রান থাকলে একটির পরে আরেকটি; `History`-র ট্রেনিং আগেই থেমে থাকলে চিহ্ন দেওয়া। নিচে learning rate
    (থাকলে), তারও নিচে লেখা, log পড়তে গিয়ে কী বাদ গেছে বা ধরে নেওয়া হয়েছে। সেরা মানে loss বা error-জাতীয়
    metric-এ সবচেয়ে কম, accuracy-জাতীয়তে সবচেয়ে বেশি; নাম দেখে বোঝা না গেলে দাগ পড়ে না।
    log পড়া না গেলে, তাতে কোনো epoch না থাকলে, বা metrics-এর কোনো নাম তাতে না থাকলে LogError;
    metrics নাম বা নামের list না হলে TypeError।
    """
    table = _drawn(table_of(log))
    names = _chosen(table, metrics)
    rated = not _values(table, RATE_COLUMN).empty
    notes = [line for note in table.attrs["notes"][:4] for line in textwrap.wrap(note, 95)]
    heights = [2.6] * len(names) + [1.7] * rated
    size = {"figsize": (9, max(4, sum(heights) + 1) + 0.25 * len(notes)), "height_ratios": heights}
    figure, grid = plt.subplots(len(heights), sharex=True, squeeze=False, **size)
    for axes, name in zip(grid.flat, names, strict=False):
        _draw_metric(axes, table, name)
    if rated:
        _draw_rate(grid[-1, 0], table)
    if isinstance(log, History) and log.params and log.epoch[-1] + 1 < log.params["epochs"]:
        _mark_stop(grid[0, 0], table)  # a History alone knows how many epochs were asked for
    for axes, start in itertools.product(grid.flat, table["x"][table["run"].diff() > 0]):
        axes.axvline(start - 0.5, color="0.4", linewidth=1)
    _label_epochs(grid[-1, 0], table)
    if notes:
        figure.supxlabel("\n".join(notes), x=0.01, ha="left", fontsize=12)
    plt.close(figure)  # the inline backend would show an open figure a second time
    return figure


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    """With x, where each row stands: a run starts one step to the right of the one before it."""
    begins = table["run"].diff() > 0
    shift = (1 - table["epoch"].diff()).where(begins, 0).cumsum().astype(int)
    return table.replace([math.inf, -math.inf], math.nan).assign(x=table["epoch"] + shift)


def _values(table: pd.DataFrame, column: str) -> pd.Series:
    return table.set_index("x").get(column, pd.Series(dtype=float)).dropna()


def _chosen(table: pd.DataFrame, metrics: str | list[str] | None) -> list[str]:
    logged = table.drop(columns=["run", "epoch", "x", RATE_COLUMN], errors="ignore")
    there = list(dict.fromkeys(name.removeprefix("val_") for name in logged))
    there.sort(key=lambda name: name != "loss")
    measured = set(logged.dropna(axis=1, how="all"))
    metrics = [metrics] if isinstance(metrics, str) else metrics
    now = 'যেমন metrics=["loss"] দাও।'
    guards.need(list | tuple | None, "metrics", metrics, "metric-এর নামের list", now)
    unknown = [guards.short(name) for name in metrics or [] if name not in there]
    if not there:
        raise unusable("তাতে কোনো metric নেই", "metric-সহ একটি রানের log দাও।")
    if unknown:
        why = f"এই log-এ আছে: {', '.join(there)}"
        raise LogError(explain(f"{', '.join(unknown)} আঁকা গেল না", why, "এর মধ্য থেকে নাম দাও।"))
    validated = [name for name in there if f"val_{name}" in measured]
    return metrics or validated or [name for name in there if name in measured] or there


def _draw_metric(axes: Axes, table: pd.DataFrame, name: str) -> None:
    looks = [(name, "ট্রেনিং", "blue", "--"), (f"val_{name}", "validation", "vermillion", "-")]
    for column, label, colour, style in looks:
        for _, part in table.groupby("run"):
            values = _values(part, column)
            marker = "o" if len(values) == 1 else ""
            axes.plot(values, color=COLOURS[colour], linestyle=style, marker=marker, label=label)
    lines = {line.get_label(): line for line in axes.get_lines() if len(line.get_xdata())}
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0}
    axes.legend(lines.values(), lines, ncols=2, **place)
    axes.set_ylabel(name)
    values, way = _values(table, f"val_{name}"), better(name)
    axes.set_title(_first_and_last(table, name))
    if len(values) and way:
        best, most = (values.idxmin(), "কম") if way == "min" else (values.idxmax(), "বেশি")
        _mark_best(axes, table, best, values[best], way == "min")
        axes.set_title(f"val_{name} সবচেয়ে {most} {_when(table, best)}-এ")


def _mark_best(axes: Axes, table: pd.DataFrame, x: int, y: float, low: bool) -> None:
    axes.axvline(x, color="0.3", linestyle=":", linewidth=1.5)
    axes.plot(x, y, marker="*", markersize=17, color=COLOURS["black"], markeredgecolor="white")
    # the word stands where there is room: above a low value, below a high one, towards the middle
    run = table.loc[table["run"] == table["run"][table["x"] == x].item(), "x"]
    left = x > run.mean() and x - table["x"].min() > 0.2 * np.ptp(table["x"])
    side = {"ha": "right" if left else "left", "va": "top" if low else "bottom"}
    word = f"  সেরা: {_when(table, x).split('-এর ')[-1]}  "
    axes.text(x, 0.97 if low else 0.03, word, transform=axes.get_xaxis_transform(), **side)


def _mark_stop(axes: Axes, table: pd.DataFrame) -> None:
    last = table["x"].iloc[-1]
    axes.axvline(last, color=COLOURS["black"], linewidth=1.5)
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # read where it meets a line
    place = {"transform": axes.get_xaxis_transform(), "ha": "right", "va": "center"}
    axes.text(last, 0.6, f"থামল: {_when(table, last)}  ", bbox=clear, **place)


def _when(table: pd.DataFrame, x: int) -> str:
    run, epoch = table.set_index("x").loc[x, ["run", "epoch"]].astype(int)
    return f"রান {digits(run + 1)}-এর epoch {epoch}" if table["run"].any() else f"epoch {epoch}"


def _first_and_last(table: pd.DataFrame, name: str) -> str:
    values = [f"{value:.3g}" for value in _values(table, name)]
    return f"{name}: শুরুতে {values[0]}, শেষে {values[-1]}" if values else f"{name}-এর সব মান NaN"


def _draw_rate(axes: Axes, table: pd.DataFrame) -> None:
    rates = _values(table, RATE_COLUMN)
    run = table.set_index("x")["run"][rates.index]
    # a rate falls at the end of the epoch before the first row that shows it lower
    drops = rates[rates.groupby(run).diff(-1) > 0]
    for _, part in rates.groupby(run):
        marker = "o" if len(part) == 1 else ""
        axes.step(part.index, part, where="mid", color=COLOURS["green"], marker=marker)
    axes.set_yscale("log" if rates.min() > 0 else "linear")
    if rates.nunique() <= 4:
        axes.set_yticks(rates.unique(), [f"{rate:.3g}" for rate in rates.unique()])
        axes.set_yticks([], minor=True)
    axes.set_ylabel("learning rate")
    axes.set_title(_first_and_last(table, RATE_COLUMN))
    if 0 < len(drops) <= 5:  # a schedule that falls every epoch needs no mark at each of them
        axes.plot(drops, "v", markersize=11, color=COLOURS["black"])
        when = ", ".join(_when(table, x) for x in drops.index)
        axes.set_title(f"learning rate {digits(len(drops))} বার কমেছে: {when}-এর শেষে")


def _label_epochs(axes: Axes, table: pd.DataFrame) -> None:
    step = np.diff(MaxNLocator(nbins=12, integer=True).tick_values(0, len(table)))[0]
    ticks = table[table["epoch"] % step == 0].set_index("x")["epoch"].astype(str)
    starts = table.drop_duplicates("run").set_index("x")
    if len(starts) > 1:
        starts = starts[:: math.ceil(len(starts) / 8)]
        ticks = ticks[[abs(starts.index - x).min() > step / 2 for x in ticks.index]]
        words = starts["epoch"].astype(str) + "\nরান " + (starts["run"] + 1).map(digits)
        ticks = pd.concat([ticks, words])
    axes.set_xticks(ticks.index, ticks)
    axes.set_xlabel("epoch")
