"""Tables of epochs, from any file, DataFrame or History that holds them: `read_log`, `table_of`."""

import csv
import re
from pathlib import Path

from helpers import guards, log_rows
from helpers.bengali import digits, explain
from helpers.log_rows import RATE_COLUMN, better, is_number, names_in
from helpers.start import keras

import numpy as np
import pandas as pd

History = keras.callbacks.History
Log = str | Path | pd.DataFrame | History
__all__ = ["RATE_COLUMN", "History", "Log", "LogError", "better", "read_log", "table_of"]
_PER_BATCH = {"batch", "step", "iteration", "iter", "global_step"}
_FIT_FIRST = "আগে model.fit(...) চালাও, তারপর আবার এই সেল।"


class LogError(ValueError):
    """log পড়া বা আঁকা গেল না। কী হলো, কেন, এখন কী করবে: error-এর লেখাতেই আছে।"""


def read_log(path: str | Path) -> pd.DataFrame:
    """এক সারিতে এক epoch, এমন যেকোনো ফাইল পড়ে: CSVLogger-এর, pandas-এর, spreadsheet থেকে সেভ করা।

    path: ফাইলের নাম। মানগুলোর মাঝখানে কমা, `;`, ট্যাব, `|`, `:` বা ফাঁক; UTF-8 বা UTF-16।

    ফেরত: কলাম `run` (0, 1, …; `epoch` পিছিয়ে গেলে বা একই থাকলে নতুন রান), `epoch`, তারপর metric (float)।
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
        return _read(lines, notes)
    except csv.Error as error:
        why, now = f"লাইনগুলো আলাদা করা যায়নি ({error})", "দেখো কোনো উদ্ধৃতিচিহ্ন খোলা রয়ে গেছে কি না।"
        raise _unread(path, why, now) from error
    except LogError as error:
        raise LogError(f"{guards.short(path)}: {error}") from None


def _read(lines: list[str], notes: list[str]) -> pd.DataFrame:
    found = log_rows.find_header(lines)
    if found is None:
        first = next((line for line in lines if line.strip()), None)
        if first is None:
            raise unusable("তাতে একটি epoch-ও নেই", _FIT_FIRST)
        why = f"epoch বা metric-এর নাম আছে এমন লাইন পাওয়া যায়নি; প্রথম লাইন: {first[:60]}"
        raise unusable(why, "প্রথম লাইনে কলামের নাম লেখো, যেমন epoch,loss,val_loss।")
    place, separator = found
    if place:
        title = lines[0][:40]
        notes.append(f"নামের লাইনের আগে {digits(place)}টি লাইন ছিল ({title}), সেগুলো বাদ গেছে।")
    below = ((n, line) for n, line in enumerate(lines, 1) if line and n > place)
    rows = [(n, log_rows.split(line, separator)) for n, line in below]
    _need_distinct(names_in(rows[0][1]))
    tables = []
    for header, first, lines_, rows_ in (blocks := log_rows.blocks_of(rows, notes)):
        names = log_rows.names_of(header, first, rows_)
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


def table_of(log: Log) -> pd.DataFrame:
    """`read_log` যেমন টেবিল দেয় তেমন টেবিল, log যেভাবেই দেওয়া হোক।

    log: ফাইল, DataFrame, বা `model.fit(...)` যে History ফেরত দেয়। অন্য কিছু হলে, কোনো epoch না থাকলে,
        বা কোন মান কোন epoch-এর তা বোঝা না গেলে LogError।
    """
    if isinstance(log, str | Path):
        return read_log(log)
    if isinstance(log, History):
        epochs = getattr(log, "epoch", [])  # one that no fit has used has none
        if any(len(values) != len(epochs) for values in log.history.values()):
            why = "একটি metric সব epoch-এ মাপা হয়নি; কোন মান কোন epoch-এর, History তা রাখে না"
            raise unusable(why, "CSVLogger-এর ফাইল দাও, তাতে থাকে।")
        log = pd.DataFrame({"epoch": epochs} | {name: list(v) for name, v in log.history.items()})
    if not isinstance(log, pd.DataFrame):
        now = "ফাইলের নাম, DataFrame, বা fit-এর ফেরত দেওয়া History দাও।"
        raise unusable(f"এটি {type(log).__name__}", now)
    if log.empty:
        raise unusable("তাতে একটি epoch-ও নেই", _FIT_FIRST)
    return _tidy(log, list(log.attrs.get("notes", [])))


def unusable(why: str, now: str) -> LogError:
    """এমন log-এর error, যা পড়া যায় কিন্তু কাজে লাগানো যায় না।"""
    return LogError(explain("এই log দিয়ে কাজ চলে না", why, now))


def _unread(path: str | Path, why: str, now: str) -> LogError:
    return LogError(explain(f"{guards.short(path)} থেকে log পড়া গেল না", why, now))


def _text(path: str | Path) -> str:
    now = "ফাইলের নাম উদ্ধৃতিচিহ্নের ভেতরে লেখো।"
    try:
        data = Path(path).read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except FileNotFoundError:
        why = f"{Path(path).absolute().parent} ফোল্ডারে এই নামে কিছু নেই"
        now = f"নাম আর ফোল্ডার মিলিয়ে দেখো; ট্রেনিং না চালিয়ে থাকলে {_FIT_FIRST}"
    except TypeError:
        why = f"এটি {type(path).__name__}, ফাইলের নাম নয়"
    except UnicodeError:
        why = "ফাইলটি লেখা হিসেবে পড়া যায় না"
        now = "টেবিলের ফাইলটি দাও; spreadsheet হলে সেটি CSV (UTF-8) হিসেবে সেভ করো।"
    except (OSError, ValueError):
        why = "এটি একটি ফোল্ডার, বা এটি পড়ার অনুমতি তোমার নেই"
        now = "ফোল্ডারের ভেতরের ফাইলটির নাম দাও।"
    else:
        # CSVLogger on Windows ends its lines in two returns; a mark of order can stand inside
        return re.sub("\r\r\n|\r\n|\r", "\n", text).replace("\ufeff", "")
    raise _unread(path, why, now)


# --- one table, whatever it came from ---


def _tidy(table: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Columns run, epoch, then metrics as floats."""
    names = names_in(table.columns)
    names = [RATE_COLUMN if name == "lr" and RATE_COLUMN not in names else name for name in names]
    table = table.reset_index(drop=True).set_axis(names, axis=1)
    # pandas writes the index of a table under no name, and reads it as Unnamed
    table = table.loc[:, [bool(name) and not name.startswith("Unnamed:") for name in names]]
    _need_distinct(list(table))
    values = {name: _floats(table[name], notes) for name in table if name != "run"}
    epoch = pd.Series(values.pop("epoch", np.arange(len(table))))
    if not (epoch.between(0, 1e9) & (epoch % 1 == 0)).all():
        raise unusable("epoch কলামে এমন কিছু আছে যা পূর্ণ সংখ্যা নয়", "সেই সারিগুলো ঠিক করো বা মোছো।")
    per = [name for name in values if name.casefold() in _PER_BATCH]
    if per and (epoch.diff() == 0).any():
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
    if any(map(log_rows.DECIMAL_COMMA.fullmatch, cells)) and not any("." in cell for cell in cells):
        notes.append(f"{column.name} কলামে দশমিক কমা আছে; সেটিকে দশমিক বিন্দু ধরা হয়েছে।")
        cells = [cell.replace(",", ".") for cell in cells]
    if any(cell not in ("", "NA") and not is_number(cell) for cell in cells):
        notes.append(f"{column.name} কলামে কিছু মান সংখ্যা নয়; সেখানে NaN বসেছে।")
    return [log_rows.number_in(cell) if is_number(cell) else float("nan") for cell in cells]
