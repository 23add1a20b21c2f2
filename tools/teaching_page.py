"""Makes TEACHING.md and data/teaching.pdf, one sheet a session, from data/teaching.toml.

    uv run python tools/teaching_page.py

Needs Playwright (requirements-ci.txt) and Chromium or Google Chrome for the sheets.
"""

import hashlib
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from exercises import bank
from helpers.bengali import digits

import nbformat
from jinja2 import Environment, FileSystemLoader
from print_sheet import code, fonts, print_html

ROOT = Path(__file__).resolve().parents[1]
PAGE, PDF = ROOT / "TEACHING.md", ROOT / "data" / "teaching.pdf"
PLANS = tomllib.loads((ROOT / "data" / "teaching.toml").read_text(encoding="utf-8"))
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def cells(block: dict) -> list[nbformat.NotebookNode]:
    """The cells of a block; ValueError if one of its two ids is missing or they stand reversed."""
    path = ROOT / "notebooks" / f"{block['notebook']}.ipynb"
    found = nbformat.read(path, as_version=4).cells
    ids = [cell.id for cell in found]
    first, last = ids.index(block["from"]), ids.index(block["to"])
    if last < first:
        raise ValueError(f"{block['notebook']}: {block['to']} stands before {block['from']}")
    return found[first : last + 1]


def rows(session: dict) -> list[dict]:
    """What a line of the table says: from which minute to which, what, and the words for it."""
    ends = [0]
    for block in session["block"]:
        ends.append(ends[-1] + block["minutes"])
    clock = [f"{digits(start)}–{digits(end)}" for start, end in pairwise(ends)]
    return [
        {**block, "clock": time, "part": _part(block), "foreseen": _foreseen(block.get("ask"))}
        for block, time in zip(session["block"], clock, strict=True)
    ]


def _part(block: dict) -> str:
    if "notebook" not in block:
        return block["what"]
    number = digits(block["notebook"][:2])
    if (block["from"], block["to"]) == ("title", "nav"):
        title = HEADING.search(cells(block)[0].source)[1]
        return f"[{number} · {title}](notebooks/{block['notebook']}.ipynb), পুরো মূল পথ"
    texts = [cell.source for cell in cells(block) if cell.cell_type == "markdown"]
    headings = [found[1] for text in texts if (found := HEADING.search(text))]
    more = f" থেকে “{headings[-1]}” পর্যন্ত" if len(headings) > 1 else ""
    return f"[{number}](notebooks/{block['notebook']}.ipynb) · “{headings[0]}”{more}"


def _foreseen(name: str | None) -> str:
    if not name:
        return ""
    answer, reply = next(iter(bank.exercise(name)["wrong"].items()))
    return f" ভুল উত্তর `{answer}` দিলে জবাব: “{reply}”"


def _rendered(template: str, **more: object) -> str:
    jinja = Environment(
        loader=FileSystemLoader(ROOT / "data"),
        autoescape=template.endswith(".html.jinja"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {"code": code, "digits": digits, "plain": _plain, "quote": quote}
    return jinja.get_template(template).render(plans=PLANS, rows=rows, **more)


def _plain(text: str) -> str:
    """Without the links of Markdown, for paper."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text).replace("**", "")


def page() -> str:
    return _rendered("teaching.md.jinja")


def fingerprint() -> str:
    return hashlib.sha256(_rendered("teaching.html.jinja").encode()).hexdigest()[:10]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print_html(_rendered("teaching.html.jinja", fonts=fonts(), mark=fingerprint()), PDF)
    print(f"{PAGE.name}, {PDF.name}: {fingerprint()}")
