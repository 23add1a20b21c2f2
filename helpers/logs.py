"""CSVLogger-এর ফাইল থেকে পরিষ্কার টেবিল (`read_log`), আর টেবিল থেকে গ্রাফ (`plot_log`)।"""

import csv
import functools
import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path

from helpers import guards
from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.start import keras

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

History = keras.callbacks.History
RATE_COLUMN = "learning_rate"
_SEPARATOR = "[,;\t|: ]"
_EPOCH = re.compile("[0-9]{1,9}")
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

    path: ফাইলের নাম। মানের মাঝখানে কমা, `;`, ট্যাব, `|`, `:` বা ফাঁক থাকলে চলে; রানে রানে আলাদা হলেও।

    ফেরত: প্রতি epoch-এ একটি সারি। কলাম: `run` (0, 1, …; `epoch` পিছিয়ে গেলে বা একই থাকলে নতুন রান),
    `epoch`, তারপর সব metric, দশমিক সংখ্যায় (float)। ফাইলে `NA` থাকলে NaN।

    CSVLogger কলামের নাম লেখে ফাইলের শুরুতে, একবারই। পরের রানে কলাম কম-বেশি হলে নামগুলো বুঝে নেওয়া হয়:
    Keras নাম সাজায় বর্ণানুক্রমে, `loss` থাকে সব রানে, validation না থাকলে `val_` কলামে NA লেখে। তাতেও
    বোঝা না গেলে নাম হয় `column_2`, `column_3`, … (ফাইলে কত নম্বর কলাম)। ট্রেনিং হঠাৎ বন্ধ হলে শেষ লাইন
    অর্ধেক থাকতে পারে, সেটি বাদ যায়; পরের রান তার গায়েই লেখা শুরু করলে আলাদা করা হয়। যা বুঝে নেওয়া হলো
    আর যা বাদ গেল, সব লেখা থাকে `df.attrs["notes"]` তালিকায়।

    ফাইল না থাকলে, তাতে একটিও epoch না থাকলে, বা CSVLogger-এর লেখা না হলে LogError।
    """
    try:
        # a byte order mark can stand in the middle too, where two files were joined
        text = Path(path).read_bytes().decode("utf-8").replace("\ufeff", "")
    except FileNotFoundError as error:
        raise _unread(path, f"{Path(path).absolute().parent} ফোল্ডারে এই নামে কিছু নেই") from error
    except PermissionError as error:
        raise _unread(path, "এটি পড়ার অনুমতি তোমার নেই, বা এটি একটি ফোল্ডার") from error
    except TypeError as error:
        raise _unread(path, "এখানে চাই উদ্ধৃতিচিহ্নের ভেতরে ফাইলের নাম") from error
    except (OSError, ValueError) as error:
        raise _unread(path, "এটি ফোল্ডার, বা এমন ফাইল যা লেখা হিসেবে পড়া যায় না") from error
    # CSVLogger on Windows ends its lines in two returns: that is one line end, and no blank line after it
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    separator = re.match(f"epoch({_SEPARATOR})", text)
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
    epoch, metrics = table["epoch"], table.drop(columns="epoch").astype(float)
    table = pd.concat([runs_of(epoch).rename("run"), epoch, metrics], axis=1)
    table.attrs["notes"] = notes
    return table


def _unread(path: str | Path, why: str) -> LogError:
    now = "CSVLogger-এ যে নাম দিয়েছিলে সেটিই দাও; ট্রেনিং না চালিয়ে থাকলে আগে model.fit(...) চালাও।"
    return LogError(explain(f"{guards.short(path)} থেকে log পড়া গেল না", why, now))


def _is_header(row: list[str]) -> bool:
    # no name twice, none empty, and no number: a header a crash cut short has the next run's values in it
    names = {*row, "run", ""}
    return row[:1] == ["epoch"] and len(names) == len(row) + 2 and not any(map(_is_number, row))


def runs_of(epochs: pd.Series) -> pd.Series:
    """প্রতি সারি কত নম্বর রানের, 0 থেকে: epoch পিছিয়ে গেলে বা একই থাকলে নতুন রান।"""
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
    epoch = table["epoch"]
    whole = epoch.between(0, 1e9) & (epoch % 1 == 0)
    # where epoch jumps to other than 0, the line before may hold more than its row: see _without_cut
    jumps = (epoch.diff() != 1) & (epoch != 0)
    return table.astype({"epoch": int}) if whole.all() and not jumps[1:].any() else None


def _uneven_rows(text: str, separator: str, notes: list[str]) -> pd.DataFrame:
    rows, header, names = [], [], []
    deduced, wordy, unread = {}, set(), []
    for (line, row), (_, following) in itertools.pairwise([*_cells(text, separator), (0, [])]):
        if _is_header(row):
            header, names = row, []
            continue
        if not _EPOCH.fullmatch(row[0]):
            unread.append(digits(line))
            continue
        last = rows[-1]["epoch"] if rows else -1
        whole, row = row, _without_cut(row, following, last, header, len(names or header))
        if row is not whole:
            notes.append(f"লাইন {digits(line)}-এর শুরুতে আগের একটি অর্ধেক লাইন লেগে ছিল, সেটুকু বাদ গেছে।")
        blank = [place for place, cell in enumerate(row) if cell == "NA"]
        begins = int(row[0]) <= last or len(row) != len(names)
        if begins or any(not names[place].startswith("val_") for place in blank):
            usual = header if begins else names
            numbered = ["epoch", *(f"column_{n}" for n in range(2, len(row) + 1))]
            names = _names(header, len(row), blank) or (usual if len(row) == len(usual) else numbered)
            if names != header:
                deduced.setdefault(tuple(names), digits(line))
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


def _cells(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The number and the cells of every line that isn't blank; a run can have a separator of its own."""
    for number, line in enumerate(text.split("\n"), 1):
        own = re.match(f"(?:epoch|[0-9]{{1,9}})({_SEPARATOR})", line)
        if line:
            yield number, next(csv.reader([line], delimiter=own[1] if own else separator))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    return _number(text) is not None


def _without_cut(row: list[str], following: list[str], last: int, header: list[str], usual: int) -> list[str]:
    """The row without what a crash left of another before it: the next run begins in the very same line.

    The cell where the two meet ends in the epoch that the following line tells, or else in 0 or in last + 1.
    """
    epoch = int(row[0])
    lengths = [usual, *(len(names) for names, _ in _layouts(tuple(header)))]
    fits = len(row) <= max(lengths)  # runs with some of the metrics have all lengths up to that
    after = int(following[0]) if following and _EPOCH.fullmatch(following[0]) else 0
    changed = fits and len(following) != usual
    begins_run = after == epoch + 1 and (len(row) == len(following) or changed)
    continues_run = epoch == last + 1 and len(row) == usual and (after != 1 or epoch == 0)
    if begins_run or continues_run or (fits and not after):
        return row
    starts = [(len(following), after - 1)] if after else itertools.product(lengths, [0, last + 1])
    for length, start in starts:
        before, after_cut = row[:-length], row[-length:]
        cut = after_cut[0].removesuffix(str(start))
        cut_epoch = start in (0, last + 1) and cut and str(last + 1).startswith(cut)
        if len(after_cut) == length and after_cut[0] != cut and (before or cut_epoch):
            return [str(start), *after_cut[1:]]
    return row


def _names(header: list[str], length: int, blank: list[int]) -> list[str] | None:
    """Column names, told by a run's first row: there NA stands in the val_ columns CSVLogger added."""
    layouts = _layouts(tuple(header))
    fitting = [list(names) for names, added in layouts if len(names) == length and added == blank]
    return header if header in fitting else next(iter(fitting), None)


@functools.cache
def _layouts(header: tuple[str, ...]) -> list[tuple[tuple[str, ...], list[int]]]:
    """Columns of runs with the header's metrics, and where NA stands in their first row.

    With and without validation and learning rate; then with the loss alone, which Keras logs in every run. Of
    other metrics left out nobody can tell which ones.
    """
    trained = [name for name in header[1:] if not name.startswith("val_") and name != RATE_COLUMN]
    every = [layout for rate in ([], [RATE_COLUMN]) for layout in _validated_or_not(trained, rate, header)]
    if "loss" not in trained or len(trained) == 1:
        return every
    # without validation, a loss and a learning rate look like two metrics
    validated_with_rate, _ = _validated_or_not(["loss"], [RATE_COLUMN], header)
    return [*every, *_validated_or_not(["loss"], [], header), validated_with_rate]


def _validated_or_not(
    metrics: list[str], rate: list[str], header: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    plain = sorted([*metrics, *rate])
    validated = [f"val_{name}" for name in metrics if f"val_{name}" in header]
    added = [f"val_{name}" for name in plain]
    yield ("epoch", *sorted([*plain, *validated])), []
    yield ("epoch", *plain, *added), list(range(len(plain) + 1, 2 * len(plain) + 1))


def table_of(log: str | Path | pd.DataFrame | History) -> pd.DataFrame:
    """log-এর টেবিল, যেভাবেই দেওয়া হোক; `epoch` কলাম থাকলে তাতে পূর্ণ সংখ্যা।

    log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `model.fit(...)` যে History ফেরত দেয়। অন্য কিছু হলে, বা
        তাতে কোন মান কোন metric-এর কোন epoch-এর তা বোঝা না গেলে, LogError।
    """
    if isinstance(log, str | Path):
        return read_log(log)
    if isinstance(log, History):
        epochs = getattr(log, "epoch", [])  # one that no fit has used has none
        if any(len(values) != len(epochs) for values in log.history.values()):
            why = "এই History-তে অন্তত একটি metric সব epoch-এ মাপা হয়নি, আর কোন মান কোন epoch-এর, সে তা লিখে রাখে না"
            raise unusable(why, "CSVLogger-এর ফাইল দাও, তাতে থাকে।")
        log = pd.DataFrame({"epoch": epochs, **log.history})
    if not isinstance(log, pd.DataFrame):
        why = f"এটি {type(log).__name__}"
        raise unusable(why, "CSVLogger-এর ফাইল, read_log-এর টেবিল, বা fit-এর ফেরত দেওয়া History দাও।")
    if not (log.columns.is_unique and all(isinstance(name, str) for name in log.columns)):
        raise unusable("কলামের নামগুলো লেখা নয়, বা এক নামে কয়েকটি কলাম", "ফাইলটি read_log দিয়ে পড়ে দাও।")
    if "epoch" not in log:
        return log
    epochs = pd.to_numeric(log["epoch"], errors="coerce")
    if not (epochs.between(0, 1e9) & (epochs % 1 == 0)).all():
        raise unusable("epoch কলামে এমন কিছু আছে যা পূর্ণ সংখ্যা নয়", "ফাইলটি read_log দিয়ে পড়ে দাও।")
    return log.assign(epoch=epochs.astype(int))


def unusable(why: str, now: str) -> LogError:
    """এমন log-এর error, যা পড়া যায় কিন্তু কাজে লাগানো যায় না।"""
    return LogError(explain("এই log দিয়ে কাজ চলে না", why, now))


def plot_log(log: str | Path | pd.DataFrame | History, metrics: str | list[str] | None = None) -> Figure:
    """ট্রেনিংয়ের গ্রাফ আঁকে: প্রতি metric-এর ট্রেনিং আর validation একসঙ্গে, সেরা epoch দাগানো।

    log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `model.fit(...)` যে History ফেরত দেয়।
    metrics: কোনগুলো আঁকবে, যেমন "loss" বা ["loss", "accuracy"]; না দিলে যাদের `val_` আছে, কারও না থাকলে সব।

    ফেরত: matplotlib-এর Figure। ট্রেনিং ভাঙা রেখা, validation টানা; epoch log-এর মতোই 0 থেকে গোনা;
    কয়েকটি রান থাকলে একটির পরে আরেকটি। `History`-র যত epoch চলার কথা ছিল তার আগেই থেমে থাকলে সেটিও
    চিহ্ন দেওয়া। নিচে learning rate (থাকলে): কোন epoch কততে চলেছে।
    সেরা মানে loss বা error-জাতীয় metric-এ সবচেয়ে কম, accuracy-জাতীয়তে সবচেয়ে বেশি; নাম দেখে বোঝা না গেলে
    দাগ পড়ে না। log পড়া না গেলে, তাতে কোনো epoch না থাকলে, বা metrics-এর কোনো নাম তাতে না থাকলে LogError;
    metrics নাম বা নামের list না হলে TypeError।
    """
    table = _drawn(table_of(log))
    names = _chosen(table, metrics)
    rated = not _values(table, RATE_COLUMN).empty
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


def _drawn(log: pd.DataFrame) -> pd.DataFrame:
    if "epoch" not in log or log.empty:
        now = "আগে model.fit(...) চালাও, তারপর আবার এই সেল।"
        raise LogError(explain("গ্রাফ আঁকা গেল না", "log-এ একটি epoch-ও নেই", now))
    table = log.reset_index(drop=True).replace([math.inf, -math.inf], math.nan)
    steps = table["epoch"].diff().fillna(1)
    # a run starts one step to the right of where the run before it ended
    shift = (1 - steps).where(steps <= 0, 0).cumsum().astype(int)
    return table.assign(run=runs_of(table["epoch"]), x=table["epoch"] + shift)


def _values(table: pd.DataFrame, column: str) -> pd.Series:
    return table.set_index("x").get(column, pd.Series(dtype=float)).dropna()


def _chosen(table: pd.DataFrame, metrics: str | list[str] | None) -> list[str]:
    numbers = table.select_dtypes("number").columns.drop(["run", "epoch", "x"])
    there = [name for name in numbers if not name.startswith("val_") and name != RATE_COLUMN]
    there.sort(key=lambda name: name != "loss")
    metrics = [metrics] if isinstance(metrics, str) else metrics
    if metrics is not None:
        guards.need(list | tuple, "metrics", metrics, "metric-এর নামের list", 'যেমন metrics=["loss"] দাও।')
    unknown = [guards.short(name) for name in metrics or [] if name not in there]
    if not there:
        raise unusable("তাতে সংখ্যার কোনো metric নেই", "ফাইলটি read_log দিয়ে পড়ে দাও।")
    if unknown:
        why = f"এই log-এ আছে: {', '.join(there)}"
        raise LogError(explain(f"{', '.join(unknown)} আঁকা গেল না", why, "এর মধ্য থেকে নাম দাও।"))
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


def _stopped_early(log: str | Path | pd.DataFrame | History) -> bool:
    # a History alone knows how many epochs were asked for
    return isinstance(log, History) and bool(log.params) and log.epoch[-1] + 1 < log.params["epochs"]


def _mark_stop(axes: Axes, table: pd.DataFrame) -> None:
    last = table["x"].iloc[-1]
    axes.axvline(last, color=COLOURS["black"], linewidth=1.5)
    word = f"থামল: {_when(table, last)}  "
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # where it meets a line, the word is read
    axes.text(last, 0.6, word, transform=axes.get_xaxis_transform(), ha="right", va="center", bbox=clear)


def _when(table: pd.DataFrame, x: int) -> str:
    run, epoch = table.set_index("x").loc[x, ["run", "epoch"]].astype(int)
    return f"রান {digits(run + 1)}-এর epoch {epoch}" if table["run"].any() else f"epoch {epoch}"


def _first_and_last(table: pd.DataFrame, name: str) -> str:
    values = [f"{value:.3g}" for value in _values(table, name)]
    return f"{name}: শুরুতে {values[0]}, শেষে {values[-1]}" if values else f"{name}-এর সব মান NaN"


def _draw_rate(axes: Axes, table: pd.DataFrame) -> None:
    rates = _values(table, RATE_COLUMN)
    drops = rates[rates.diff() < 0]
    axes.step(rates.index, rates, where="mid", color=COLOURS["green"], marker="o" if len(rates) == 1 else "")
    axes.set_yscale("log" if rates.min() > 0 else "linear")
    if rates.nunique() <= 4:
        axes.set_yticks(rates.unique(), [f"{rate:.3g}" for rate in rates.unique()])
        axes.set_yticks([], minor=True)
    axes.set_ylabel("learning rate")
    axes.set_title(_first_and_last(table, RATE_COLUMN))
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
