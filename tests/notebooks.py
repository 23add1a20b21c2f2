"""Readers that the course tests share: notebooks, their sections, and prose without its code."""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "exercises"
TEMPLATE = ROOT / "tools" / "template.ipynb"
SECTIONS = {
    *("objectives", "setup", "problem", "callback", "picture", "parameters", "lab", "trap"),
    *("exercise", "check", "solution", "quiz", "summary", "nav"),
}
BENGALI = "\u0980-\u09ff"
CODE = "\ufffc"  # stands in prose where the reader sees code, a formula, a picture or a web address
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_KEPT_IN_ANCHORS = {"Ll", "Lm", "Lo", "Lu", "Mn", "Mc", "Nd", "Nl", "Pc"}


@dataclass(frozen=True)
class Notebook:
    path: Path
    node: nbformat.NotebookNode

    @property
    def cells(self) -> list:
        return self.node.cells

    @property
    def code(self) -> list:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def markdown(self) -> list:
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @property
    def core(self) -> "Notebook":
        """Without what is needed only some day, which bears the tag `more` besides its own."""
        cells = [cell for cell in self.cells if "more" not in tags(cell)]
        return Notebook(self.path, nbformat.NotebookNode(cells=cells))

    def section(self, name: str) -> list:
        return [cell for cell in self.cells if name in tags(cell)]


def notebook_files() -> list[Path]:
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def read_notebook(path: Path) -> Notebook:
    return Notebook(path, nbformat.read(path, as_version=4))


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def runs(notebook: Notebook) -> list[tuple[str, list]]:
    """The cells in runs that share one section, as (section, cells); untagged: section ""."""
    return [(name, list(cells)) for name, cells in groupby(notebook.cells, key=_section)]


def _section(cell) -> str:
    return next((tag for tag in tags(cell) if tag in SECTIONS), "")


def solution_code(cell) -> str | None:
    """The Python code hidden in a solution's <details>."""
    found = re.search(r"<details>.*?```python\n(.*?)```.*?</details>", cell.source, re.DOTALL)
    return found and found.group(1)


def glossary() -> list[dict[str, str]]:
    with (ROOT / "data" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def prose(markdown: str) -> list[str]:
    """Every heading, paragraph, list item and table cell; code and addresses become CODE."""
    return [
        _text(token)
        for token in _MARKDOWN.parse(markdown)
        if token.type in ("inline", "html_block")
    ]


def _text(token: Token) -> str:
    if token.type == "html_block":
        text = re.sub(r"<[^>]*>", "", token.content)
    else:
        text = "".join(_inline_text(child) for child in token.children)
    return re.sub(r"\$[^$]+\$|https?://\S+", CODE, text)


def _inline_text(token: Token) -> str:
    if token.type in ("code_inline", "image"):
        return CODE
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content if token.type == "text" else ""


def _inline(markdown: str) -> list[Token]:
    return [child for token in _MARKDOWN.parse(markdown) for child in token.children or []]


def links(markdown: str) -> list[str]:
    """Where the links and pictures of a Markdown text point."""
    found = [token.attrs for token in _inline(markdown) if token.attrs]
    return [attrs.get("href") or attrs["src"] for attrs in found]


def alt_texts(markdown: str) -> list[str]:
    """Of every picture of a Markdown text."""
    return [token.content for token in _inline(markdown) if token.type == "image"]


def headings(markdown: str) -> list[str]:
    """The headings of a Markdown text as plain text, code included."""
    tokens = _MARKDOWN.parse(markdown)
    return [
        "".join(child.content for child in after.children)
        for token, after in pairwise(tokens)
        if token.type == "heading_open"
    ]


def table(markdown: str) -> list[list[str | None]]:
    """The rows below the head of a Markdown table: of each cell its first code span, or None."""
    rows: list[list[str | None]] = []
    for token in _MARKDOWN.parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level >= 4:
            code = (child.content for child in token.children if child.type == "code_inline")
            rows[-1].append(next(code, None))
    return rows[1:]


def anchor(heading: str) -> str:
    """The #anchor that GitHub makes of a heading in a .md file."""
    kept = (c for c in heading.lower() if c in "- " or unicodedata.category(c) in _KEPT_IN_ANCHORS)
    return "".join(kept).strip().replace(" ", "-")


def questions(stem: str) -> dict:
    """The exercises (`check`) and the quiz of one notebook."""
    return tomllib.loads((QUESTIONS / f"{stem}.toml").read_text(encoding="utf-8"))


def copy_course(folder: Path) -> Path:
    """The course as a learner gets it: without runs, without photos."""
    from save import copy_course as copy  # here, as play.py is a script that knows no tools

    return copy(ROOT, folder)


@dataclass(frozen=True)
class Text:
    where: str
    body: str
    is_markdown: bool
    is_story: bool = False


@cache
def course_texts() -> tuple[Text, ...]:
    """All that one may read in the course, cell by cell, sentence by sentence or file by file."""
    files = "*.md data/README.md tools/FIGURES.md helpers/**/*.py exercises/**/*.py tools/*.py"
    files += " requirements*.in requirements-colab.txt environment.yml"
    return (*_cells(), *_practice(), *_sheet(), *_meanings(), *_files(*files.split()))


def _cells() -> Iterator[Text]:
    for path in [*notebook_files(), TEMPLATE]:
        for cell in read_notebook(path).cells:
            story = "problem" in tags(cell)
            yield Text(f"{path.name} {cell.id}", cell.source, cell.cell_type == "markdown", story)


def _practice() -> Iterator[Text]:
    for path in [*sorted(QUESTIONS.glob("*.toml")), QUESTIONS / "judges" / "shared.toml"]:
        for where, sentence in _strings(tomllib.loads(path.read_text(encoding="utf-8"))):
            yield Text(f"{path.name} {where}", sentence, is_markdown=True)


def _sheet() -> Iterator[Text]:
    sheet = tomllib.loads((ROOT / "data" / "cheatsheet.toml").read_text(encoding="utf-8"))
    for where, words in _strings(sheet):
        if not re.search(r"\.(code|swap)\b", where):
            # a widget shows the words of a question as they are
            yield Text(f"cheatsheet.toml {where}", words, not where.startswith("question"))


def _strings(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value, start=1):
            yield from _strings(inner, f"{where}.{key}".strip("."))


def _meanings() -> Iterator[Text]:
    for row in glossary():
        yield Text(f"glossary.csv {row['term']}", row["meaning"], is_markdown=True)


def _files(*patterns: str) -> Iterator[Text]:
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            yield Text(str(path.relative_to(ROOT)), text, path.suffix == ".md")
