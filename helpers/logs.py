"""Tables of epochs, from any file, DataFrame or History that holds them: `read_log`, `table_of`."""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from helpers import guards
from helpers.bengali import digits, explain
from helpers.start import keras

import numpy as np
import pandas as pd

History = keras.callbacks.History
RATE_COLUMN = "learning_rate"
_SEPARATORS = "\t;|,: "  # a name can hold a comma, hardly a tab
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
_PER_BATCH = {"batch", "step", "iteration", "iter", "global_step"}
_MOST_METRICS = 6  # that may have come or gone between two runs: 3 ** 6 sets of names to try
_LOWER = re.compile(r"loss|error|m[as]e|mape|msle|entropy|hinge|divergence|poisson|perplexity")
_HIGHER = re.compile(r"acc|auc|precision|recall|f1|f_?beta|io_?u|dice|score|r2|similarity")
_FIT_FIRST = "আগে model.fit(...) চালাও, তারপর আবার এই সেল।"


class LogError(ValueError):
    """log পড়া বা আঁকা গেল না। কী হলো, কেন, এখন কী করবে: error-এর লেখাতেই আছে।"""


def better(metric: str) -> str | None:
    """নাম দেখে বলে metric-টি কোন দিকে গেলে ভালো: "min" (loss, error …), "max" (accuracy …), নইলে None।"""
    return "min" if _LOWER.search(metric) else "max" if _HIGHER.search(metric) else None


def read_log(path: str | Path) -> pd.DataFrame:
    """এক সারিতে এক epoch, এমন যেকোনো ফাইল পড়ে: CSVLogger-এর, pandas-এর, spreadsheet থেকে সেভ করা।

    path: ফাইলের নাম। মানগুলোর মাঝখানে কমা, `;`, ট্যাব, `|`, `:` বা ফাঁক; UTF-8 বা UTF-16।

    ফেরত: কলাম `run` (0, 1, …; `epoch` পিছিয়ে গেলে বা একই থাকলে নতুন রান), `epoch`, তারপর সব metric (float)।
    `lr`-এর নাম হয় `learning_rate`। `epoch` কলাম না থাকলে সারিগুলো 0 থেকে গোনা হয়।

    যে সারিতে নামের লাইনের সমান ঘর, তার নাম সেখান থেকেই আসে। CSVLogger(append=True) নাম লেখে একবারই; পরের রানে
    কলাম কম-বেশি হলে নাম ধরা হয় শুধু একটিমাত্র উপায়ে মিললে, নইলে সারিগুলো বাদ যায়। যা ধরা হলো আর যা বাদ গেল,
    লেখা থাকে `df.attrs["notes"]`-এ; `plot_log` আর lab-গুলো তা দেখায়।

    ফাইল না থাকলে, তাতে একটিও epoch না থাকলে, বা নামের লাইন চেনা না গেলে LogError।
    """
    notes: list[str] = []
    *lines, cut = _text(path).split("\n")
    if cut:  # every program that writes a table ends each line it finishes
        notes.append(f"শেষ লাইনটি অর্ধেক লেখা ছিল ({cut[:40]}), তাই সেটি বাদ গেছে।")
    try:
        return _read(lines, cut, notes)
    except csv.Error as error:
        why, now = f"লাইনগুলো আলাদা করা যায়নি ({error})", "দেখো কোনো উদ্ধৃতিচিহ্ন খোলা রয়ে গেছে কি না।"
        raise _unread(path, why, now) from error
    except LogError as error:
        raise LogError(f"{guards.short(path)}: {error}") from None


def _read(lines: list[str], cut: str, notes: list[str]) -> pd.DataFrame:
    place, separator = _find_header(lines, cut)
    if place:
        title = lines[0][:40]
        notes.append(f"নামের লাইনের আগে {digits(place)}টি লাইন ছিল ({title}), সেগুলো বাদ গেছে।")
    own = separator in lines[place]
    rows = [(n, _cells(line, separator, own)) for n, line in enumerate(lines, 1) if line and n > place]
    tables = []
    for header, first, lines_, rows_ in (blocks := _blocks(rows, notes)):
        names = _names_of(header, first, rows_)
        if names is None:
            what = "সারি বাদ গেছে: কোন ঘর কোন metric-এর, ফাইল দেখে তা বলা যায় না"
        else:
            what = f"সারির ঘর নামের লাইনের সঙ্গে মেলে না; নাম ধরা হয়েছে {', '.join(names)}"
            columns = zip(names, zip(*rows_, strict=True), strict=True)
            tables.append(pd.DataFrame(dict(columns), dtype=object))
        if names != header:
            notes.append(f"লাইন {digits(lines_[0])} থেকে {digits(len(rows_))}টি {what}।")
    if not blocks:
        raise unusable("তাতে একটি epoch-ও নেই: ট্রেনিং এক epoch-ও শেষ করেনি", _FIT_FIRST)
    if not tables:
        header, *_, rows_ = blocks[0]
        why = f"নামের লাইনে নাম {digits(len(header))}টি, সারিতে ঘর {digits(len(rows_[0]))}টি"
        now = "সংখ্যায় দশমিক কমা থাকলে ফাইলটি `;` দিয়ে আলাদা করে সেভ করো; নইলে সারিগুলো ঠিক করো।"
        raise unusable(why, now)
    return _tidy(pd.concat(tables), notes)


def table_of(log: str | Path | pd.DataFrame | History) -> pd.DataFrame:
    """`read_log` যেমন টেবিল দেয় তেমন টেবিল, log যেভাবেই দেওয়া হোক।

    log: ফাইল, DataFrame, বা `model.fit(...)` যে History ফেরত দেয়। অন্য কিছু হলে, কোনো epoch না থাকলে, বা কোন
        মান কোন epoch-এর তা বোঝা না গেলে LogError।
    """
    if isinstance(log, str | Path):
        return read_log(log)
    if isinstance(log, History):
        epochs = getattr(log, "epoch", [])  # one that no fit has used has none
        if any(len(values) != len(epochs) for values in log.history.values()):
            why = "এই History-তে একটি metric সব epoch-এ মাপা হয়নি; কোন মান কোন epoch-এর, History তা রাখে না"
            raise unusable(why, "CSVLogger-এর ফাইল দাও, তাতে থাকে।")
        log = pd.DataFrame({"epoch": epochs} | {name: list(v) for name, v in log.history.items()})
    if not isinstance(log, pd.DataFrame):
        now = "ফাইলের নাম, DataFrame, বা fit-এর ফেরত দেওয়া History দাও।"
        raise unusable(f"এটি {type(log).__name__}", now)
    if log.empty:
        raise unusable("তাতে একটি epoch-ও নেই", _FIT_FIRST)
    return _tidy(log, list(log.attrs.get("notes", [])))


def runs_of(epochs: pd.Series) -> pd.Series:
    """প্রতি সারি কত নম্বর রানের, 0 থেকে: epoch পিছিয়ে গেলে বা একই থাকলে নতুন রান।"""
    return (epochs.diff() <= 0).cumsum()


def unusable(why: str, now: str) -> LogError:
    """এমন log-এর error, যা পড়া যায় কিন্তু কাজে লাগানো যায় না।"""
    return LogError(explain("এই log দিয়ে কাজ চলে না", why, now))


def _unread(path: str | Path, why: str, now: str) -> LogError:
    return LogError(explain(f"{guards.short(path)} থেকে log পড়া গেল না", why, now))


# --- a file: its text, its header, its rows ---


def _text(path: str | Path) -> str:
    try:
        data = guards.path("path", path).read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except FileNotFoundError as error:
        why = f"{Path(path).absolute().parent} ফোল্ডারে এই নামে কিছু নেই"
        raise _unread(path, why, f"নাম আর ফোল্ডার মিলিয়ে দেখো; ট্রেনিং না চালিয়ে থাকলে {_FIT_FIRST}") from error
    except UnicodeError as error:
        now = "টেবিলের ফাইলটি দাও; spreadsheet হলে সেটি CSV (UTF-8) হিসেবে সেভ করো।"
        raise _unread(path, "ফাইলটি লেখা হিসেবে পড়া যায় না", now) from error
    except (OSError, ValueError) as error:
        why = "এটি একটি ফোল্ডার, বা এটি পড়ার অনুমতি তোমার নেই"
        raise _unread(path, why, "ফোল্ডারের ভেতরের ফাইলটির নাম দাও।") from error
    # CSVLogger on Windows ends its lines in two returns; a mark of order stands where files were joined
    return re.sub("\r\r\n|\r\n|\r", "\n", text).replace("\ufeff", "")


def _find_header(lines: list[str], cut: str) -> tuple[int, str]:
    """The line of names and what separates them: one with `epoch`, else metrics' names above numbers."""
    for place, line in enumerate(lines):
        for separator in _SEPARATORS:
            names = _names(_cells(line, separator))
            if len(names) > 1 and _is_header(names):
                _need_distinct(names)
                return place, separator
    for place, (line, below) in enumerate(itertools.pairwise(lines)):
        fitting = [separator for separator in _SEPARATORS if _stands_above(line, below, separator)]
        if fitting:
            return place, max(fitting, key=lambda separator: len(_cells(line, separator)))
    written = [line for line in [*lines, cut] if line.strip()]
    if not written or _is_header([cut.partition(",")[0]]):
        raise unusable("তাতে একটি epoch-ও নেই", _FIT_FIRST)
    why = f"epoch বা metric-এর নাম আছে এমন লাইন পাওয়া যায়নি; প্রথম লাইন: {written[0][:60]}"
    raise unusable(why, "প্রথম লাইনে কলামের নাম লেখো, যেমন epoch,loss,val_loss।")


def _stands_above(line: str, below: str, separator: str) -> bool:
    """Whether these are names of metrics above a row of numbers."""
    names, row = _names(_cells(line, separator)), _cells(below, separator)
    known = any(map(better, names)) and not any(map(_is_number, names)) and len(names) == len(row)
    return known and all(not cell or _is_number(cell) or _DECIMAL_COMMA.fullmatch(cell) for cell in row)


def _cells(line: str, separator: str, own: bool = False) -> list[str]:
    if own and separator not in line:  # an appended run can have another
        separator = next((other for other in _SEPARATORS if other in line), separator)
    if '"' in line:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return line.split(separator)


def _names(cells: Iterable[object]) -> list[str]:
    names = [str(cell).strip() for cell in cells]
    return ["epoch" if name == "Epoch" else name for name in names]


def _is_header(names: list[str]) -> bool:
    # a header that a crash cut short has the next run's numbers in it
    return "epoch" in names and not any(map(_is_number, names))


def _number(cell: object) -> float | None:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _is_number(cell: object) -> bool:
    return _number(cell) is not None


def _epoch(cell: str) -> int | None:
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        return None
    return int(number) if 0 <= number < 1e9 and number % 1 == 0 else None


# the header above and its first row; the lines' numbers and their cells
Block = tuple[list[str], list[str], list[int], list[list[str]]]


def _blocks(rows: list[tuple[int, list[str]]], notes: list[str]) -> list[Block]:
    """The rows that one fit wrote: as many cells in each, NA in the same columns or none, epochs that rise."""
    blocks: list[Block] = []
    header, first, unread = [], [], []
    for (line, row), (_, following) in itertools.pairwise([*rows, (0, [])]):
        if not header or not row[0][:1].isdigit() and _is_header(_names(row)):
            header, first, before, last = _names(row), [], (), -1
            at = header.index("epoch") if "epoch" in header else None
            continue
        epoch = last + 1 if at is None else _epoch(row[at]) if at < len(row) else None
        if at == 0 and (epoch != last + 1 or len(row) != len(following)):
            own = _untorn(row, following, {len(header), *before[:1]}, last)
            if own != row:
                what = "শুরুতে আগের একটি অর্ধেক লাইন লেগে ছিল, সেটুকু বাদ গেছে"
                notes.append(f"লাইন {digits(line)}-এর {what}।")
                row, epoch = own, _epoch(own[0]) if own else None
        if epoch is None or (len(row) != len(header) and at != 0):  # CSVLogger writes the epoch first
            unread.append(digits(line))
            continue
        first = first or row
        kind = len(row), "NA" in row and _contradicts(header, row)
        if kind != before or epoch <= last:
            blocks.append((header, first, [], []))
        blocks[-1][2].append(line)
        blocks[-1][3].append(row)
        before, last = kind, epoch
    if unread:
        what = f"{digits(len(unread))}টি লাইন বাদ গেছে: সেখানে epoch পড়া যায়নি"
        notes.append(f"{what}; প্রথমটি লাইন {unread[0]}।")
    return blocks


def _contradicts(header: list[str], row: list[str]) -> bool:
    """Whether NA stands where a training always has a value."""
    named = zip(header, row, strict=False)
    return any(cell == "NA" and not name.startswith("val_") for name, cell in named)


def _untorn(row: list[str], following: list[str], usual: set[int], last: int) -> list[str]:
    """The row without a half line that a crash has left before it; empty if it may have one.

    The half line is the beginning of epoch last + 1. The row itself is as long as the one that follows, and the
    cell where the two meet ends in the epoch before that one's.
    """
    epoch, after, length = _epoch(row[0]), _epoch(following[0]) if following else None, len(following)
    goes_on = len(row) in usual and epoch in (0, last + 1)
    if not after or length > len(row) or (length == len(row) and (goes_on or epoch == after - 1)):
        return row
    begun = row[0] if length < len(row) else row[0].removesuffix(str(after - 1))
    met = begun and str(last + 1).startswith(begun) and row[-length].endswith(str(after - 1))
    if not met or (goes_on and epoch < after):
        return row
    certain = length in usual and (len(row) not in usual or length == len(row))
    return [str(after - 1), *row[1 - length :]] if certain else []


# --- names that no header tells ---


def _names_of(header: list[str], first: list[str], rows: list[list[str]]) -> list[str] | None:
    """The names of rows that one fit wrote; None if the file doesn't tell them.

    CSVLogger sorts the names. Without validation it puts a val_ name for each at the end, all NA in its first
    row. A run can lack some of the header's metrics, and can have the learning rate besides.
    """
    names, width = header[1:], len(rows[0])
    unsorted = "NA" in first and names != sorted(names) and "NA" not in rows[0] and rows[0] is not first
    if width == len(header) and not _contradicts(header, rows[0]) and not unsorted:
        return header
    plain = sorted(name for name in names if not name.startswith("val_"))
    rate = "lr" if "lr" in names else RATE_COLUMN  # Keras 2 called it so
    others = sorted({name.removeprefix("val_") for name in names} - {"loss", rate})
    blank = [place for place, cell in enumerate(rows[0]) if cell == "NA"]
    few = len(others) <= _MOST_METRICS
    if names not in (sorted(names), [*plain, *_val(plain)]) or not (few or (width > len(header) and not blank)):
        return None  # CSVLogger has not written this header, or there is too much to try
    # a first row without validation doesn't tell which metrics validation has
    measured = {name for name in names if name.startswith("val_")} if "NA" not in first else None
    layouts = {
        layout
        for kept in (_subsets(others) if few else [others])
        for layout in _layouts(names, {"loss", *kept}, rate, measured)
    }
    fitting = {
        layout
        for layout, added in layouts
        if len(layout) == width and blank == list(range(width - added, width))
        if rate not in layout or all((_number(row[layout.index(rate)]) or 0) > 0 for row in rows)
    }
    if len(fitting) != 1:
        return None
    (found,) = fitting
    # a rate stays the same for epochs on end; the values of a metric that came new would not
    rates = [row[found.index(rate)] for row in rows] if rate in found else []
    return list(found) if len({*rates}) <= len(rates) // 2 else None


def _layouts(
    names: list[str], kept: set[str], rate: str, measured: set[str] | None
) -> Iterator[tuple[tuple[str, ...], int]]:
    """What CSVLogger writes for these metrics, and how many of its columns are there for NA."""
    twins = [name for name in _val(kept) if name in names]
    for more in (set(), {rate}):
        plain = sorted({name for name in names if name in kept} | more)
        for some in _subsets(twins) if measured is None else [twins]:
            yield ("epoch", *sorted([*plain, *some])), 0
        yield ("epoch", *plain, *_val(plain)), len(plain)


def _subsets(items: Iterable[str]) -> Iterator[tuple[str, ...]]:
    items = list(items)
    return itertools.chain.from_iterable(itertools.combinations(items, n) for n in range(len(items) + 1))


def _val(names: Iterable[str]) -> list[str]:
    return [f"val_{name}" for name in names]


# --- one table, whatever it came from ---


def _tidy(table: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Columns run, epoch, then metrics as floats."""
    names = _names(table.columns)
    names = [RATE_COLUMN if name == "lr" and RATE_COLUMN not in names else name for name in names]
    table = table.reset_index(drop=True).set_axis(names, axis=1)
    # pandas writes the index of a table under no name, and reads it as Unnamed
    table = table.loc[:, [bool(name) and not name.startswith("Unnamed:") for name in names]]
    _need_distinct(list(table))
    values = {name: _floats(table[name], notes) for name in table if name != "run"}
    epoch = pd.Series(values.pop("epoch", np.arange(len(table))))
    if not (epoch.between(0, 1e9) & (epoch % 1 == 0)).all():
        raise unusable("epoch কলামে এমন কিছু আছে যা পূর্ণ সংখ্যা নয়", "সেই সারিগুলো ঠিক করো বা মোছো।")
    if (epoch.diff() == 0).any() and (per := [name for name in values if name.casefold() in _PER_BATCH]):
        why = f"তাতে {per[0]} নামে একটি কলাম আছে, আর এক epoch-এ কয়েকটি সারি: প্রতি batch-এ একটি"
        now = "প্রতি epoch-এ একটি সারি রাখো, যেমন df.groupby(df.columns[0], as_index=False).mean()।"
        raise unusable(why, now)
    starts = epoch.diff() <= 0
    if "run" in table:
        starts |= table["run"].ne(table["run"].shift()) & (starts.index > 0)
    tidy = pd.DataFrame({"run": starts.cumsum(), "epoch": epoch.astype(int), **values})
    tidy.attrs["notes"] = list(dict.fromkeys(notes))
    return tidy


def _need_distinct(names: list[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise unusable(f"{', '.join(twice)} নামে একের বেশি কলাম আছে", "প্রতিটি কলামকে আলাদা নাম দাও।")


def _floats(column: pd.Series, notes: list[str]) -> list[float]:
    try:
        return list(map(float, column.tolist()))  # the common case, and the fast one
    except (TypeError, ValueError):
        cells = ["" if cell is None or cell is pd.NA else str(cell).strip() for cell in column]
    if any(map(_DECIMAL_COMMA.fullmatch, cells)) and not any("." in cell for cell in cells):
        notes.append(f"{column.name} কলামে দশমিক কমা আছে; সেটিকে দশমিক বিন্দু ধরা হয়েছে।")
        cells = [cell.replace(",", ".") for cell in cells]
    if any(cell not in ("", "NA") and not _is_number(cell) for cell in cells):
        notes.append(f"{column.name} কলামে কিছু মান সংখ্যা নয়; সেখানে NaN বসেছে।")
    return [_number(cell) if _is_number(cell) else float("nan") for cell in cells]
