"""The cheat sheet's tables and the symptoms in a notebook, from three files in `data`."""

import csv
import tomllib
from collections.abc import Iterator
from urllib.parse import quote

from helpers import guards
from helpers.bengali import digits, explain
from helpers.start import COURSE

from IPython.display import Markdown

DATA = COURSE / "data"
SHEET = tomllib.loads((DATA / "cheatsheet.toml").read_text(encoding="utf-8"))
SYMPTOMS = tomllib.loads((DATA / "symptoms.toml").read_text(encoding="utf-8"))
PRINTED = [row for row in SYMPTOMS["symptom"] if row.get("print")]
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
    return Markdown(_table(head, rows))


def symptoms(text: str = "") -> Markdown:
    """লক্ষণের টেবিল, ভাগে ভাগে।

    text: দিলে শুধু সেই লক্ষণগুলো থাকে, যেগুলোতে এর সব শব্দ আছে, যেমন symptoms("val_loss nan")।
        একটিও না থাকলে ValueError।
    """
    parts, words = [], str(text).casefold().split()
    for group, name in SYMPTOMS["group"].items():
        rows = [
            [row["sees"], f"`{row['check']}`", f"`{row['shows']}`", row["cure"], where(row)]
            for row in SYMPTOMS["symptom"]
            if row["group"] == group and all(word in _said(row) for word in words)
        ]
        if rows:
            head = ["লক্ষণ", "পরীক্ষার লাইন", "সমস্যা থাকলে দেখায়", "ঠিক করার উপায়", "নোটবুক"]
            parts.append(f"**{name}**\n\n{_table(head, rows)}")
    if not parts:
        call = f"symptoms({guards.short(repr(text))})"
        now = "কম শব্দে খোঁজো, যেমন error-এর একটি শব্দ বা callback-এর নাম।"
        raise ValueError(explain(f"{call} কিছু খুঁজে পায়নি", "কোনো লক্ষণে কথাটি নেই", now))
    return Markdown("\n\n".join(parts))


def _said(row: dict) -> str:
    words = [*row.get("message", []), *row["types"], row["sees"], row["check"], row["cure"]]
    return "\n".join(words).casefold()


def where(row: dict, folder: str = "") -> str:
    """একটি লক্ষণের নোটবুকের ঠিকানা; JupyterLab-এ শিরোনামের শব্দগুলোর মাঝে - বসে।"""
    stem, _, heading = row["where"].partition("#")
    anchor = f"#{quote(heading.replace(' ', '-'))}" if heading else ""
    return f"[নোটবুক {digits(stem[:2])}]({folder}{stem}.ipynb{anchor})"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


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
    yield ["লক্ষণ", "প্রথমে দেখো", "কোথায়"]
    for row in PRINTED:
        yield [row["sees"], row["cure"], where(row)]


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
