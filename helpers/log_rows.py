"""The rows of a table of epochs: where its names stand, which fit wrote a row, its columns."""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator

from helpers.bengali import digits

RATE_COLUMN = "learning_rate"
_SEPARATORS = "\t;|,: "  # a name can hold a comma, hardly a tab
DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
_MOST_METRICS = 6  # that may have come or gone between two runs: 3 ** 6 sets of names to try
_LOWER = re.compile(r"loss|error|m[as]e|mape|msle|entropy|hinge|divergence|poisson|perplexity")
_HIGHER = re.compile(r"acc|auc|precision|recall|f1|f_?beta|io_?u|dice|score|r2|similarity")


def better(metric: str) -> str | None:
    """নাম দেখে বলে metric-টি কোন দিকে গেলে ভালো: "min" (loss …), "max" (accuracy …), নইলে None।"""
    return "min" if _LOWER.search(metric) else "max" if _HIGHER.search(metric) else None


def find_header(lines: list[str]) -> tuple[int, str] | None:
    """The first line of names, and what separates them."""
    for place, (line, below) in enumerate(itertools.pairwise([*lines, ""])):
        fitting = [one for one in _SEPARATORS if _are_names(split(line, one), below, one)]
        if fitting:
            return place, max(fitting, key=lambda one: len(split(line, one)))
    return None


def _are_names(cells: list[str], below: str, separator: str) -> bool:
    """Whether `epoch` is among them, or a metric that is known, above a row of numbers."""
    names = names_in(cells)
    if len(names) > 1 and _is_header(names):
        return True
    if any(map(is_number, names)) or not any(map(better, names)):
        return False
    row = split(below, separator)
    numbers = (not cell or is_number(cell) or DECIMAL_COMMA.fullmatch(cell) for cell in row)
    return len(names) == len(row) and all(numbers)


def split(line: str, separator: str) -> list[str]:
    if '"' in line:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return line.split(separator)


def names_in(cells: Iterable[object]) -> list[str]:
    names = [str(cell).strip() for cell in cells]
    return ["epoch" if name == "Epoch" else name for name in names]


def _is_header(names: list[str]) -> bool:
    # a header that a crash cut short has the next run's numbers in it
    return "epoch" in names and not any(map(is_number, names))


def number_in(cell: object) -> float | None:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def is_number(cell: object) -> bool:
    return number_in(cell) is not None


def _epoch(cell: str) -> int | None:
    try:
        number = float(cell.replace(",", "."))
    except ValueError:
        return None
    return int(number) if 0 <= number < 1e9 and number % 1 == 0 else None


# the header above and its first row; the lines' numbers and their cells
Block = tuple[list[str], list[str], list[int], list[list[str]]]


def blocks_of(rows: list[tuple[int, list[str]]], notes: list[str]) -> list[Block]:
    """What one fit wrote: as many cells in each row, epochs that rise."""
    blocks: list[Block] = []
    header, first, unread = [], [], []
    for (line, row), (_, following) in itertools.pairwise([*rows, (0, [])]):
        if not header or (not row[0][:1].isdigit() and _is_header(names_in(row))):
            header, first, before, last = names_in(row), [], 0, -1
            at = header.index("epoch") if "epoch" in header else None
            continue
        epoch = last + 1 if at is None else _epoch(row[at]) if at < len(row) else None
        if at == 0 and (epoch != last + 1 or len(row) != len(following)):
            own = _untorn(row, following, {len(header), before}, last)
            if own != row:
                what = "শুরুতে আগের একটি অর্ধেক লাইন লেগে ছিল, সেটুকু বাদ গেছে"
                notes.append(f"লাইন {digits(line)}-এর {what}।")
                row, epoch = own, _epoch(own[0]) if own else None
        if epoch is None or (at != 0 and len(row) != len(header)):  # CSVLogger writes epoch first
            unread.append(digits(line))
            continue
        first = first or row
        if len(row) != before or epoch <= last:
            blocks.append((header, first, [], []))
        blocks[-1][2].append(line)
        blocks[-1][3].append(row)
        before, last = len(row), epoch
    if unread:
        what = f"{digits(len(unread))}টি লাইন বাদ গেছে: সেখানে epoch পড়া যায়নি"
        notes.append(f"{what}; প্রথমটি লাইন {unread[0]}।")
    return blocks


def _contradicts(header: list[str], row: list[str]) -> bool:
    """Whether NA stands where a training always has a value."""
    named = zip(header, row, strict=False) if "NA" in row else ()
    return any(cell == "NA" and not name.startswith("val_") for name, cell in named)


def _untorn(row: list[str], following: list[str], usual: set[int], last: int) -> list[str]:
    """The row without a half line that a crash has left before it; empty if it may have one.

    The half line is the beginning of epoch last + 1. The row itself is as long as the one that
    follows, and the cell where the two meet ends in the epoch before that one's.
    """
    epoch, after, length = (
        _epoch(row[0]),
        _epoch(following[0]) if following else None,
        len(following),
    )
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


def names_of(header: list[str], first: list[str], rows: list[list[str]]) -> list[str] | None:
    """The names of rows that one fit wrote; None if the file doesn't tell them.

    CSVLogger sorts the names. Without validation it puts a val_ name for each at the end, all NA in
    its first row. A run can lack some of the header's metrics, and have the learning rate besides.
    """
    names, width = header[1:], len(rows[0])
    if width == len(header):
        # a name after "val_" in the alphabet stands elsewhere in a fit that is validated at once
        moved = names != sorted(names) and "NA" in first and rows[0] is not first
        moved = moved and "NA" not in rows[0]
        return None if moved or any(_contradicts(header, row) for row in rows) else header
    plain = sorted(name for name in names if not name.startswith("val_"))
    rate = "lr" if "lr" in names else RATE_COLUMN  # Keras 2 called it so
    others = sorted({name.removeprefix("val_") for name in names} - {"loss", rate})
    blank = [place for place, cell in enumerate(rows[0]) if cell == "NA"]
    few = len(others) <= _MOST_METRICS
    if names not in (sorted(names), [*plain, *_val(plain)]) or not (
        few or (width > len(header) and not blank)
    ):
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
        if rate not in layout or all((number_in(row[layout.index(rate)]) or 0) > 0 for row in rows)
    }
    if len(fitting) != 1:
        return None
    (found,) = fitting
    if any(_contradicts(found, row) for row in rows):
        return None
    # a rate stays the same for epochs on end; the values of a metric that came new would not
    rates = [row[found.index(rate)] for row in rows] if rate in found else []
    return list(found) if all(rates.count(one) > 1 for one in rates) else None


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
    return itertools.chain.from_iterable(
        itertools.combinations(items, n) for n in range(len(items) + 1)
    )


def _val(names: Iterable[str]) -> list[str]:
    return [f"val_{name}" for name in names]
