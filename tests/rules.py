"""The rules that every notebook keeps: functions that tell what is wrong with one notebook."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from notebooks import (
    BENGALI,
    SECTIONS,
    Notebook,
    alt_texts,
    anchor,
    headings,
    links,
    notebook_files,
    prose,
    questions,
    read_notebook,
    runs,
    solution_code,
    tags,
)

from save import saved_form

Rule = Callable[[Notebook], Iterator[str]]

MOST_WORDS = 120
# of the core; the cells with the tag `more` stand below it
ORDER = (
    "objectives setup problem callback picture( parameters)?( lab)? trap"
    "( exercise check solution){2,} quiz summary nav"
)
PROMISE = re.compile(
    r"# .+\n.*\*\*এই নোটবুক শেষে তুমি পারবে\*\*\n+[*-] .+"
    r"^(সময়: [০-৯]+ মিনিট \(তার মধ্যে মেশিনের কাজ [০-৯]+ (সেকেন্ড|মিনিট)\)"
    r"|মূল পথ: (?P<core>[০-৯]+) মিনিট · গভীরে: আরও (?P<deeper>[০-৯]+) মিনিট, যখন দরকার হবে)"
    r" · আগে দেখে এসো: (?P<before>.+)",
    re.DOTALL | re.MULTILINE,
)


# ---- shape ---------------------------------------------------------------------------------------


def cell_ids(notebook: Notebook) -> Iterator[str]:
    ids = [cell.id for cell in notebook.cells]
    for cell_id in ids:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell_id):
            yield f"{cell_id}: an id is made of lower-case words joined by hyphens"
        if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", cell_id):
            yield f"{cell_id}: a random id; name what the cell is for"
        if ids.count(cell_id) > 1:
            yield f"{cell_id}: used more than once"


def sections(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if len(SECTIONS.intersection(tags(cell))) != 1:
            yield f"{cell.id}: needs exactly one section tag, has {tags(cell)}"
    deeper = ["more" in tags(cell) for cell in notebook.cells]
    if deeper != sorted(deeper):
        yield "cells with the tag `more` stand below all others"
    order = " ".join(name for name, _ in runs(notebook.core))
    if not re.fullmatch(ORDER, order):
        yield f"sections are\n  {order}\nand should be\n  {ORDER}"


def objectives(notebook: Notebook) -> Iterator[str]:
    first = notebook.cells[0]
    promise = PROMISE.match(first.source)
    if not promise:
        yield f"{first.id}: not of the form title, promise, list, time · what to see before"
        return
    earlier = [path.name[:2] for path in notebook_files() if path.name < notebook.path.name]
    for part in ("core", "deeper"):
        cells = [cell for cell in notebook.cells if ("more" in tags(cell)) == (part == "deeper")]
        if promise[part] and abs(int(promise[part]) - minutes(cells)) > 2:
            yield f"{first.id}: {part} takes {minutes(cells):.0f} minutes by the formula"
    for written in re.findall("[০-৯]+", promise["before"]):
        if f"{int(written):02d}" not in earlier:
            yield f"{first.id}: {written} is no earlier notebook"


def minutes(cells: list) -> float:
    """How long a learner needs for these cells, measured on readers of the first edition."""
    words, lines, questions = counts(cells)
    parts = [tag for cell in cells for tag in tags(cell)]
    exercises = sum(cell.id.startswith("check-") for cell in cells)
    for_parts = 6 * exercises + 6 * ("lab" in parts) + 4 * ("quiz" in parts)
    return words / 45 + lines / 10 + questions + for_parts


def counts(cells: list) -> tuple[int, float, int]:
    """Words of text, lines of code (of a folded cell half), and questions to think of."""
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    words = sum(len(block.split()) for text in texts for block in prose(text))
    lines = 0.0
    for cell in cells:
        if cell.cell_type == "code":
            written = sum(bool(line.strip()) for line in cell.source.splitlines())
            lines += written / 2 if "tool" in tags(cell) else written
    return words, lines, sum(text.count("**আগে ভাবো:**") for text in texts)


def core_budget(notebook: Notebook) -> Iterator[str]:
    if len(notebook.core.cells) == len(notebook.cells):  # not of the second edition yet
        return
    words, lines, questions = counts(notebook.core.cells)
    found = len(notebook.core.cells), words, lines, questions, int(minutes(notebook.core.cells))
    for name, count, most in zip(_BUDGET, found, _BUDGET.values(), strict=True):
        if count > most:
            yield f"the core has {count:g} {name}, at most {most}"
    for cell in notebook.core.cells:
        if "tool" in tags(cell) and not cell.source.startswith("# "):
            yield f"{cell.id}: folded, so its first line says what it does"


_BUDGET = {"cells": 42, "words": 900, "lines of code": 100, "questions": 7, "minutes": 50}


def setup_cell(notebook: Notebook) -> Iterator[str]:
    cells = [cell for cell in notebook.section("setup") if cell.cell_type == "code"]
    if len(cells) != 1 or "setup()" not in cells[0].source or cells[0].source.count("\n") > 5:
        yield "setup: one code cell that calls setup() in at most 6 lines"


def exercises(notebook: Notebook) -> Iterator[str]:
    known = questions(notebook.path.stem).get("check", {})
    for part, rule in _EXERCISE_PARTS.items():
        found = [cells for name, cells in runs(notebook) if name == part]
        for number, cells in enumerate(found, start=1):
            if cells[-1].id != f"{part}-{number}":
                yield f"{cells[-1].id}: its id should be {part}-{number}"
            yield from rule(notebook.path.stem, cells, known)


def _exercise(stem: str, cells: list, known: dict) -> Iterator[str]:
    *text, stub = cells
    if not text or any(cell.cell_type != "markdown" for cell in text):
        yield f"{stub.id}: its task stands in Markdown cells before it"
    if stub.cell_type != "code" or "..." not in stub.source:
        yield f"{stub.id}: a code cell with ... where the learner writes"


def _check(stem: str, cells: list, known: dict) -> Iterator[str]:
    last = cells[-1]
    called = re.search(r'\bcheck\(\s*"([^"/]+)/([^"]+)"', last.source)
    if len(cells) > 1 or last.cell_type != "code" or not called:
        yield f'{last.id}: one code cell with check("{stem}/…", …)'
    elif called[1] != stem or called[2] not in known:
        yield f"{last.id}: {stem}.toml has no [check.{called[2]}]"


def _solution(stem: str, cells: list, known: dict) -> Iterator[str]:
    last = cells[-1]
    if len(cells) > 1 or last.cell_type != "markdown" or not solution_code(last):
        yield f"{last.id}: one cell, <details><summary>…</summary>, a ```python block, </details>"


_EXERCISE_PARTS = {"exercise": _exercise, "check": _check, "solution": _solution}


def quiz(notebook: Notebook) -> Iterator[str]:
    stem = notebook.path.stem
    code = [cell.source for cell in notebook.section("quiz") if cell.cell_type == "code"]
    if len(code) != 1 or f'quiz("{stem}")' not in code[0]:
        yield f'quiz: one code cell with quiz("{stem}")'
    if (count := len(questions(stem).get("quiz", []))) < 3:
        yield f"{stem}.toml: {count} questions, at least 3 are needed"


def navigation(notebook: Notebook) -> Iterator[str]:
    files = notebook_files()
    here = files.index(notebook.path)
    expected = [path.name for path in files[max(here - 1, 0) : here]]
    expected += ["../README.md", *(path.name for path in files[here + 1 : here + 2])]
    found = [link for cell in notebook.section("nav") for link in links(cell.source)]
    if found != expected:
        yield f"nav links to {found}, should be {expected}"


def short_text(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.markdown:
        without_tables = re.sub(r"^\|.*$", "", cell.source, flags=re.MULTILINE)
        words = sum(len(block.split()) for block in prose(without_tables))
        if words > MOST_WORDS:
            yield f"{cell.id}: {words} words before the reader runs something, at most {MOST_WORDS}"


def link_targets(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.markdown:
        for problem in broken_links(cell.source, notebook.path, cell.get("attachments", {})):
            yield f"{cell.id}: {problem}"


def broken_links(markdown: str, path: Path, attached: object = ()) -> Iterator[str]:
    """What does not exist of all that a Markdown text in `path` points at in the course."""
    for link in links(markdown):
        scheme, _, rest = link.partition(":")
        if scheme == "attachment":
            if rest not in attached:
                yield f"{link} is not attached"
        elif not re.match(r"https?:|mailto:", link):
            file, _, name = unquote(link).partition("#")
            target = (path.parent / file).resolve() if file else path
            if not target.exists():
                yield f"{link} leads nowhere"
            elif name and name not in _anchors(target):
                yield f"{link}: no heading makes #{name}"


def _anchors(path: Path) -> set[str]:
    if path.suffix == ".ipynb":  # JupyterLab keeps a heading's letters as they are
        cells = read_notebook(path).markdown
        return {heading.replace(" ", "-") for cell in cells for heading in headings(cell.source)}
    return {anchor(heading) for heading in headings(path.read_text(encoding="utf-8"))}


def alt_text(notebook: Notebook) -> Iterator[str]:
    shown = [(cell.id, alt) for cell in notebook.markdown for alt in alt_texts(cell.source)]
    for cell in notebook.code:
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                shown.append((cell.id, output.metadata.get("image/png", {}).get("alt", "")))
    for cell_id, alt in shown:
        if not re.search(f"[{BENGALI}]", alt):
            yield f"{cell_id}: its picture has no Bengali alt text, only {alt!r}"


# ---- what was saved ------------------------------------------------------------------------------


def saved_by_the_tool(notebook: Notebook) -> Iterator[str]:
    """Without widget state, and without what differs from machine to machine."""
    counts = [cell.execution_count for cell in notebook.code if cell.source.strip()]
    in_order = counts == list(range(1, len(counts) + 1))
    text = notebook.path.read_text(encoding="utf-8")
    if not in_order or text != saved_form(read_notebook(notebook.path).node):
        yield f"save it by: uv run python tools/save.py {notebook.path.stem}"


def no_errors(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.code:
        for output in cell.outputs:
            if "\r" in output.get("text", ""):
                yield f"{cell.id}: keeps every step of a progress bar"
            if re.search(r"(?<![\w.])/\w+/\S*runs/", output.get("text", "")):
                yield f"{cell.id}: names a folder of the machine that saved it"
            if output.get("name") == "stderr":
                yield f"{cell.id}: wrote to stderr: {output.text[:80]!r}"
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                yield f"{cell.id}: ended in {output.ename} without the tag raises-exception"


def behaviour_is_compared(notebook: Notebook) -> Iterator[str]:
    compared = [cell.id for cell in notebook.code if "nbval-check-output" in tags(cell)]
    if len(compared) < 2:
        yield f"nbval-check-output: {compared}; at least two cells show what a callback did"


# those that a notebook keeps before its exercises, its neighbours and its outputs are there
OF_THE_TEMPLATE: list[Rule] = [cell_ids, sections, setup_cell, short_text]
RULES: list[Rule] = [
    *OF_THE_TEMPLATE,
    *(objectives, core_budget, exercises, quiz, navigation, link_targets, alt_text),
    *(saved_by_the_tool, no_errors, behaviour_is_compared),
]
