"""The cheat sheet's tables in a notebook, from `data/cheatsheet.toml` and `data/glossary.csv`."""

import csv
import tomllib
from collections.abc import Iterator

from helpers import guards
from helpers.bengali import digits, explain
from helpers.start import COURSE

from IPython.display import Markdown

DATA = COURSE / "data"
SHEET = tomllib.loads((DATA / "cheatsheet.toml").read_text(encoding="utf-8"))
ENTRIES = {one["name"]: one for group in SHEET["group"] for one in group["callback"]}


def cheat_table(what: str) -> Markdown:
    """চিটশিটের একটি টেবিল।

    what: "callbacks" (কোনটা কখন), "order" (list-এ কোনটি আগে), "symptoms" (লক্ষণ দেখে কারণ খোঁজা) বা
        "glossary" (কোর্সের সব শব্দ)। অন্য কিছু হলে ValueError।
    """
    if what not in list(_TABLES):  # a list is no key
        call = f"cheat_table({guards.short(repr(what))})"
        now = f"এর যেকোনো একটি লেখো: {', '.join(_TABLES)}।"
        raise ValueError(explain(f"{call} কিছু দেখাতে পারেনি", "এই নামে কোনো টেবিল নেই", now))
    head, *rows = _TABLES[what]()
    return Markdown(
        "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
    )


def _callbacks() -> Iterator[list[str]]:
    yield ["callback", "ডাক পড়ে", "কখন", "মনে রেখো", "নোটবুক"]
    for one in ENTRIES.values():
        yield [f"`{one['name']}`", one["often"], one["when"], one["watch"], _link(one["notebook"])]


def _order() -> Iterator[list[str]]:
    yield ["নিয়ম", "আগে", "পরে", "কেন"]
    for number, pair in enumerate(SHEET["order"]["pair"], start=1):
        why = pair["why"] + (f" ({SHEET['order']['star']})" if "unless" in pair else "")
        yield [digits(number), shown(pair["first"]), shown(pair["then"]), why]


def _symptoms() -> Iterator[list[str]]:
    yield ["লক্ষণ", "প্রথমে দেখো", "নোটবুক ১৬-র ফাঁদ"]
    for one in SHEET["symptom"]:
        yield [one["seen"], one["look"], f"[{one['trap']}](16_common_mistakes.ipynb)"]


def _glossary() -> Iterator[list[str]]:
    yield ["শব্দ", "মানে", "প্রথম কোথায়"]
    with (DATA / "glossary.csv").open(encoding="utf-8", newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda row: row["written"].casefold()):
            yield [row["written"], row["meaning"], _link(row["first"])]


_TABLES = {"callbacks": _callbacks, "order": _order, "symptoms": _symptoms, "glossary": _glossary}


def _link(stem: str) -> str:
    return f"[{digits(stem[:2])}]({stem}.ipynb)"


def shown(name: str) -> str:
    """নামটি ক্লাসের হলে কোড-হরফে, না হলে যেমন আছে।"""
    return f"`{name}`" if name in ENTRIES else name
