"""CSVLogger-এর ফাইল থেকে পরিষ্কার টেবিল (`read_log`), আর টেবিল থেকে গ্রাফ (`plot_log`)।"""

import csv
import io
import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.bengali import digits, explain
from helpers.figures import COLOURS

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:  # helpers.start is what imports Keras, quietly
    from keras.callbacks import History

RATE = "learning_rate"
_LOWER_IS_BETTER = re.compile(r"loss|error|m[as]e|mape|msle|entropy|hinge|divergence|poisson|perplexity")
_HIGHER_IS_BETTER = re.compile(r"acc|auc|precision|recall|f1|f_?beta|io_?u|dice|score|r2|similarity")


def better(metric: str) -> str | None:
    """metric-টি কোন দিকে গেলে ভালো, নাম দেখে: "min" (loss, error …), "max" (accuracy …); না বোঝা গেলে None।"""
    if _LOWER_IS_BETTER.search(metric):
        return "min"
    return "max" if _HIGHER_IS_BETTER.search(metric) else None


class LogError(ValueError):
    """log পড়া বা আঁকা গেল না। কী হলো, কেন, এখন কী করবে: error-এর লেখাতেই আছে।"""


def read_log(path: str | Path) -> pd.DataFrame:
    """CSVLogger-এর লেখা যেকোনো ফাইল পড়ে, `append=True` দিয়ে যতবারই জোড়া হোক।

    path: ফাইলের নাম। মানের মাঝখানে কমা, `;`, ট্যাব যা-ই থাকুক, চলে।

    ফেরত: প্রতি epoch-এ একটি সারি। কলাম: `run` (0, 1, …; `epoch` পিছিয়ে গেলে বা একই থাকলে নতুন রান),
    `epoch`, তারপর সব metric, দশমিক সংখ্যায় (float)। ফাইলে `NA` থাকলে NaN।

    CSVLogger কলামের নাম লেখে ফাইলের শুরুতে, একবারই। পরের রানে কলাম কম-বেশি হলে নামগুলো বুঝে নেওয়া হয়:
    Keras নাম সাজায় বর্ণানুক্রমে, validation না থাকলে `val_` কলামে NA লেখে। তাতেও বোঝা না গেলে নাম হয়
    `column_2`, `column_3`, … (ফাইলে কত নম্বর কলাম)। ট্রেনিং হঠাৎ বন্ধ হলে শেষ লাইন অর্ধেক থাকতে পারে,
    সেটি বাদ যায়। যা বুঝে নেওয়া হলো আর যা বাদ গেল, সব লেখা থাকে `df.attrs["notes"]` তালিকায়।

    ফাইল না থাকলে, তাতে একটিও epoch না থাকলে, বা CSVLogger-এর লেখা না হলে LogError।
    """
    try:
        # a byte order mark can stand in the middle too, where two files were joined
        text = Path(path).read_text(encoding="utf-8").replace("\ufeff", "").lstrip("\n")
    except FileNotFoundError as error:
        raise _unread(path, f"{Path(path).absolute().parent} ফোল্ডারে এই নামে কিছু নেই") from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unread(path, "এটি ফোল্ডার, বা এমন ফাইল যা লেখা হিসেবে পড়া যায় না") from error
    separator = re.match(r"epoch([,;\t|: ])", text)
    header = text.partition("\n")[0].split(separator[1]) if separator else []
    if text and not _is_header(header):
        raise _unread(path, "শুরুতে epoch আর metric-এর নাম নেই, তাই এটি CSVLogger-এর লেখা নয়")
    # CSVLogger ends every line it finishes, so what follows the last line end is a line cut short
    finished, _, cut = text.rpartition("\n")
    notes = [f"শেষ লাইনটি অর্ধেক লেখা ছিল ({cut[:40]}), তাই বাদ গেছে।"] if cut else []
    finished = finished.rstrip("\n")
    try:
        table = _even_rows(finished, header, separator[1]) if "\n" in finished else pd.DataFrame()
        table = _uneven_rows(finished, separator[1], notes) if table is None else table
    except csv.Error as error:
        raise _unread(path, f"লাইনগুলো আলাদা করা যায়নি ({error})") from error
    if table.empty:
        raise _unread(path, "তাতে একটি epoch-ও নেই: ট্রেনিং এক epoch-ও শেষ করেনি")
    table = table.astype(dict.fromkeys(table.columns.drop("epoch"), float))
    table.insert(0, "run", _runs(table["epoch"]))
    table.attrs["notes"] = notes
    return table


def _unread(path: str | Path, why: str) -> LogError:
    now = "CSVLogger-এ যে নাম দিয়েছিলে সেটিই দাও; ট্রেনিং না চালিয়ে থাকলে আগে model.fit(...) চালাও।"
    return LogError(explain(f"{path} থেকে log পড়া গেল না", why, now))


def _is_header(row: list[str]) -> bool:
    return row[:1] == ["epoch"] and len({*row, "run", ""}) == len(row) + 2  # no name twice, none empty


def _runs(epochs: pd.Series) -> pd.Series:
    return (epochs.diff() <= 0).cumsum()


def _even_rows(text: str, header: list[str], separator: str) -> pd.DataFrame | None:
    """The fast way, for a file of numbers whose rows all have the header's columns; None for any other."""
    # with names that sort after "val_", rows of the same length can have different columns
    if any(name > "val_" and not name.startswith("val_") for name in header):
        return None
    lines = text.replace("NA", "nan").split("\n")[1:]
    try:
        table = pd.DataFrame(np.loadtxt(lines, delimiter=separator, comments=None, ndmin=2), columns=header)
    except ValueError:  # rows of different lengths, words among the numbers
        return None
    whole = table["epoch"].between(0, 1e9) & (table["epoch"] % 1 == 0)
    return table.astype({"epoch": int}) if whole.all() else None


def _uneven_rows(text: str, separator: str, notes: list[str]) -> pd.DataFrame:
    rows, header, names = [], [], []
    deduced, wordy, unread = {}, set(), []
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    for row in reader:
        if _is_header(row):
            header, names = row, []
        elif row and not re.fullmatch("[0-9]{1,9}", row[0]):
            unread.append(digits(reader.line_num))
        elif row:
            if len(row) != len(names) or int(row[0]) <= rows[-1]["epoch"]:
                names = _names(header, row)
                if names != header:
                    deduced.setdefault(tuple(names), digits(reader.line_num))
            values = [int(row[0]), *map(_number, row[1:])]
            wordy |= {names[n] for n, value in enumerate(values) if value is None and row[n] != "NA"}
            rows.append(dict(zip(names, values, strict=True)))
    for guess, line in deduced.items():
        notes.append(f"লাইন {line}-এর কলামের নাম ফাইলে নেই; নাম ধরা হয়েছে {', '.join(guess)}।")
    for name in sorted(wordy):
        notes.append(f"{name} কলামে কিছু মান সংখ্যা নয়; সেখানে NaN বসেছে।")
    if unread:
        notes.append(f"{digits(len(unread))}টি লাইন বাদ গেছে, শুরুতে epoch নেই; প্রথমটি লাইন {unread[0]}।")
    return pd.DataFrame(rows)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _names(header: list[str], row: list[str]) -> list[str]:
    """Column names, told by a run's first row: there NA stands in the val_ columns CSVLogger added."""
    blank = [place for place, cell in enumerate(row) if cell == "NA"]
    fitting = [names for names, added in _layouts(header) if len(names) == len(row) and added == blank]
    if len(row) == len(header) and (header in fitting or not fitting):
        return header
    return fitting[0] if fitting else ["epoch", *(f"column_{n}" for n in range(2, len(row) + 1))]


def _layouts(header: list[str]) -> Iterator[tuple[list[str], list[int]]]:
    """Columns of runs with the header's metrics, with and without validation and learning rate."""
    trained = [name for name in header[1:] if not name.startswith("val_") and name != RATE]
    validated = [f"val_{name}" for name in trained if f"val_{name}" in header]
    for rate in ([], [RATE]):
        plain = ["epoch", *sorted([*trained, *rate])]
        added = [f"val_{name}" for name in plain[1:]]
        yield ["epoch", *sorted([*plain[1:], *validated])], []
        yield plain + added, list(range(len(plain), len(plain + added)))
        yield plain, []


def plot_log(log: "str | Path | pd.DataFrame | History", metrics: list[str] | None = None) -> Figure:
    """ট্রেনিংয়ের গ্রাফ আঁকে: প্রতি metric-এর ট্রেনিং আর validation একসঙ্গে, সেরা epoch দাগানো।

    log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `model.fit(...)` যে History ফেরত দেয়।
    metrics: কোনগুলো আঁকবে, যেমন ["loss"]; না দিলে যাদের `val_` আছে, কারও না থাকলে সব।

    ফেরত: matplotlib-এর Figure। ট্রেনিং ভাঙা রেখা, validation টানা; epoch log-এর মতোই 0 থেকে গোনা;
    কয়েকটি রান থাকলে একটির পরে আরেকটি। `History`-র যত epoch চলার কথা ছিল তার আগেই থেমে থাকলে সেটিও
    চিহ্ন দেওয়া। নিচে learning rate (থাকলে): কোন epoch কততে চলেছে।
    সেরা মানে loss বা error-জাতীয় metric-এ সবচেয়ে কম, accuracy-জাতীয়তে সবচেয়ে বেশি; নাম দেখে বোঝা না গেলে
    দাগ পড়ে না। metrics-এর কোনো নাম log-এ না থাকলে, বা log-এ কোনো epoch না থাকলে LogError।
    """
    table = _table(log)
    names = _chosen(table, metrics)
    rated = not _values(table, RATE).empty
    heights = [2.6] * len(names) + [1.7] * rated
    size = (9, max(4, sum(heights) + 1))
    figure, grid = plt.subplots(len(heights), sharex=True, squeeze=False, figsize=size, height_ratios=heights)
    for axes, name in zip(grid.flat, names, strict=False):
        _draw_metric(axes, table, name)
    if rated:
        _draw_rate(grid[-1, 0], table)
    if _stopped_early(log):
        _mark_stop(grid[0, 0], table)
    for axes, start in itertools.product(grid.flat, table["x"][table["run"].diff() > 0]):
        axes.axvline(start - 0.5, color="0.4", linewidth=1)
    _label_epochs(grid[-1, 0], table)
    plt.close(figure)  # the inline backend would show an open figure a second time
    return figure


def _table(log: "str | Path | pd.DataFrame | History") -> pd.DataFrame:
    if isinstance(log, str | Path):
        log = read_log(log)
    elif not isinstance(log, pd.DataFrame):
        if any(len(values) != len(log.epoch) for values in log.history.values()):
            why = "অন্তত একটি metric সব epoch-এ মাপা হয়নি, আর কোন মান কোন epoch-এর, History তা লিখে রাখে না"
            raise LogError(explain("এই History আঁকা গেল না", why, "CSVLogger-এর ফাইল দাও, তাতে থাকে।"))
        log = pd.DataFrame({"epoch": log.epoch, **log.history})
    if "epoch" not in log or log.empty:
        now = "আগে model.fit(...) চালাও, তারপর আবার এই সেল।"
        raise LogError(explain("গ্রাফ আঁকা গেল না", "log-এ একটি epoch-ও নেই", now))
    table = log.reset_index(drop=True).replace([math.inf, -math.inf], math.nan)
    steps = table["epoch"].diff().fillna(1)
    # a run starts one step to the right of where the run before it ended
    shift = (1 - steps).where(steps <= 0, 0).cumsum().astype(int)
    return table.assign(run=_runs(table["epoch"]), x=table["epoch"] + shift)


def _values(table: pd.DataFrame, column: str) -> pd.Series:
    return table.set_index("x").get(column, pd.Series(dtype=float)).dropna()


def _chosen(table: pd.DataFrame, metrics: list[str] | None) -> list[str]:
    numbers = table.select_dtypes("number").columns.drop(["run", "epoch", "x"])
    there = [name for name in numbers if not name.startswith("val_") and name != RATE]
    there.sort(key=lambda name: name != "loss")
    unknown = [name for name in metrics or [] if name not in there]
    if unknown or not there:
        why = f"এই log-এ আছে: {', '.join(there) or 'কোনো metric নেই'}"
        raise LogError(explain(f"{', '.join(unknown) or 'গ্রাফ'} আঁকা গেল না", why, "এর মধ্য থেকে নাম দাও।"))
    return metrics or [name for name in there if len(_values(table, f"val_{name}"))] or there


def _draw_metric(axes: Axes, table: pd.DataFrame, name: str) -> None:
    looks = [(name, "ট্রেনিং", "blue", "--"), (f"val_{name}", "validation", "vermillion", "-")]
    for column, label, colour, style in looks:
        for _, part in table.groupby("run"):
            values = _values(part, column)
            marker = "o" if len(values) == 1 else ""
            axes.plot(values, color=COLOURS[colour], linestyle=style, marker=marker, label=label)
    lines = {line.get_label(): line for line in axes.get_lines() if len(line.get_xdata())}
    axes.legend(lines.values(), lines, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
    axes.set_ylabel(name)
    values, way = _values(table, f"val_{name}"), better(name)
    if len(values) and way:
        best = values.idxmin() if way == "min" else values.idxmax()
        _mark_best(axes, table, best, values[best], way == "min")
        axes.set_title(f"val_{name} সবচেয়ে {'কম' if way == 'min' else 'বেশি'} {_when(table, best)}-এ")
    else:
        axes.set_title(_first_and_last(table, name))


def _mark_best(axes: Axes, table: pd.DataFrame, x: int, y: float, low: bool) -> None:
    axes.axvline(x, color="0.3", linestyle=":", linewidth=1.5)
    axes.plot(x, y, marker="*", markersize=17, color=COLOURS["black"], markeredgecolor="white")
    # the word stands where there is room: above a low value, below a high one, towards the middle of its run
    run = table.loc[table["run"] == table["run"][table["x"] == x].item(), "x"]
    left = x > run.mean() and x - table["x"].min() > 0.2 * np.ptp(table["x"])
    side = {"ha": "right" if left else "left", "va": "top" if low else "bottom"}
    word = f"  সেরা: {_when(table, x).split('-এর ')[-1]}  "
    axes.text(x, 0.97 if low else 0.03, word, transform=axes.get_xaxis_transform(), **side)


def _stopped_early(log: "str | Path | pd.DataFrame | History") -> bool:
    # a History alone knows how many epochs were asked for
    params = getattr(log, "params", None)
    return bool(params) and log.epoch[-1] + 1 < params["epochs"]


def _mark_stop(axes: Axes, table: pd.DataFrame) -> None:
    last = table["x"].iloc[-1]
    axes.axvline(last, color=COLOURS["black"], linewidth=1.5)
    word = f"থামল: {_when(table, last)}  "
    axes.text(last, 0.6, word, transform=axes.get_xaxis_transform(), ha="right", va="center")


def _when(table: pd.DataFrame, x: int) -> str:
    run, epoch = table.set_index("x").loc[x, ["run", "epoch"]].astype(int)
    return f"রান {digits(run + 1)}-এর epoch {epoch}" if table["run"].any() else f"epoch {epoch}"


def _first_and_last(table: pd.DataFrame, name: str) -> str:
    values = [f"{value:.3g}" for value in _values(table, name)]
    return f"{name}: শুরুতে {values[0]}, শেষে {values[-1]}" if values else f"{name}-এর সব মান NaN"


def _draw_rate(axes: Axes, table: pd.DataFrame) -> None:
    rates = _values(table, RATE)
    drops = rates[rates.diff() < 0]
    axes.step(rates.index, rates, where="mid", color=COLOURS["green"], marker="o" if len(rates) == 1 else "")
    axes.set_yscale("log" if rates.min() > 0 else "linear")
    if rates.nunique() <= 4:
        axes.set_yticks(rates.unique(), [f"{rate:.3g}" for rate in rates.unique()])
        axes.set_yticks([], minor=True)
    axes.set_ylabel("learning rate")
    axes.set_title(_first_and_last(table, RATE))
    if 0 < len(drops) <= 5:  # a schedule that falls every epoch needs no mark at each of them
        axes.plot(drops, "v", markersize=11, color=COLOURS["black"])
        when = ", ".join(_when(table, x) for x in drops.index)
        axes.set_title(f"learning rate {digits(len(drops))} বার কমেছে: {when}")


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
