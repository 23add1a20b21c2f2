"""The rules that every notebook keeps: each a function that tells what is wrong with one notebook."""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from notebooks import (
    BENGALI,
    SECTIONS,
    Notebook,
    anchor,
    headings,
    links,
    notebook_files,
    pictures,
    prose,
    read_notebook,
    runs,
    solution_code,
    tags,
)

Rule = Callable[[Notebook], Iterator[str]]
RULES: list[Rule] = []

MOST_WORDS = 120
ORDER = (
    "objectives setup problem callback picture( parameters)?( lab)? trap"
    "( exercise check solution){2,} quiz summary nav"
)
PROMISE = re.compile(
    r"# .+\n.*\*\*এই নোটবুক শেষে তুমি পারবে\*\*\n+[*-] .+"
    r"^সময়: [০-৯]+ মিনিট \(তার মধ্যে মেশিনের কাজ [০-৯]+ (সেকেন্ড|মিনিট)\) · আগে দেখে এসো: (?P<before>.+)",
    re.DOTALL | re.MULTILINE,
)


def rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


# ---- shape ---------------------------------------------------------------------------------------


@rule
def cell_ids(notebook: Notebook) -> Iterator[str]:
    ids = [cell.id for cell in notebook.cells]
    for cell_id in ids:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell_id):
            yield f"{cell_id}: an id is made of lower-case words joined by hyphens"
        if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", cell_id):
            yield f"{cell_id}: a random id; name what the cell is for"
        if ids.count(cell_id) > 1:
            yield f"{cell_id}: used more than once"


@rule
def sections(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if len(SECTIONS.intersection(tags(cell))) != 1:
            yield f"{cell.id}: needs exactly one section tag, has {tags(cell)}"
    order = " ".join(name for name, _ in runs(notebook))
    if not re.fullmatch(ORDER, order):
        yield f"sections are\n  {order}\nand should be\n  {ORDER}"


@rule
def objectives(notebook: Notebook) -> Iterator[str]:
    first = notebook.cells[0]
    promise = PROMISE.match(first.source)
    if first.cell_type != "markdown" or not promise:
        yield f"{first.id}: not of the form title, promise, list, time · what to see before"
        return
    numbers = {path.name[:2] for path in notebook_files(notebook.path.parent)}
    for written in re.findall("[০-৯]+", promise["before"]):
        number = f"{int(written):02d}"
        if number not in numbers or number >= notebook.path.name[:2]:
            yield f"{first.id}: {written} is no earlier notebook"


@rule
def setup_cell(notebook: Notebook) -> Iterator[str]:
    cells = notebook.section("setup")
    if [cell.cell_type for cell in cells] not in (["code"], ["markdown", "code"]):
        yield "setup: one code cell, at most one Markdown cell before it"
    for cell in cells:
        if cell.cell_type == "code" and ("setup()" not in cell.source or len(cell.source.splitlines()) > 6):
            yield f"{cell.id}: calls setup() in at most 6 lines"


@rule
def exercises(notebook: Notebook) -> Iterator[str]:
    known = _practice(notebook).get("check", {})
    seen = dict.fromkeys(("exercise", "check", "solution"), 0)
    for name, cells in runs(notebook):
        if name not in seen:
            continue
        seen[name] += 1
        last = cells[-1]
        if last.id != f"{name}-{seen[name]}":
            yield f"{last.id}: its id should be {name}-{seen[name]}"
        yield from _EXERCISE_PARTS[name](notebook, cells, known)


def _exercise(notebook: Notebook, cells: list, known: dict) -> Iterator[str]:
    *text, stub = cells
    if not text or any(cell.cell_type != "markdown" for cell in text):
        yield f"{stub.id}: its task stands in Markdown cells before it"
    if stub.cell_type != "code" or "..." not in stub.source:
        yield f"{stub.id}: a code cell with ... where the learner writes"


def _check(notebook: Notebook, cells: list, known: dict) -> Iterator[str]:
    last = cells[-1]
    called = re.search(r'\bcheck\(\s*"([^"/]+)/([^"]+)"', last.source)
    if len(cells) > 1 or last.cell_type != "code" or not called:
        yield f'{last.id}: one code cell with check("{notebook.path.stem}/…", …)'
    elif called[1] != notebook.path.stem or called[2] not in known:
        yield f"{last.id}: exercises/{notebook.path.stem}.toml has no [check.{called[2]}]"


def _solution(notebook: Notebook, cells: list, known: dict) -> Iterator[str]:
    last = cells[-1]
    if len(cells) > 1 or last.cell_type != "markdown" or not solution_code(last):
        yield f"{last.id}: one Markdown cell, <details><summary>…</summary>, a ```python block, </details>"


_EXERCISE_PARTS = {"exercise": _exercise, "check": _check, "solution": _solution}


@rule
def quiz(notebook: Notebook) -> Iterator[str]:
    code = [cell.source for cell in notebook.section("quiz") if cell.cell_type == "code"]
    if len(code) != 1 or f'quiz("{notebook.path.stem}")' not in code[0]:
        yield f'quiz: one code cell with quiz("{notebook.path.stem}")'
    questions = _practice(notebook).get("quiz", [])
    if len(questions) < 3:
        yield f"exercises/{notebook.path.stem}.toml: {len(questions)} questions, at least 3 are needed"


def _practice(notebook: Notebook) -> dict:
    path = notebook.path.parents[1] / "exercises" / f"{notebook.path.stem}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@rule
def navigation(notebook: Notebook) -> Iterator[str]:
    files = notebook_files(notebook.path.parent)
    here = files.index(notebook.path)
    expected = [path.name for path in files[max(here - 1, 0) : here]]
    expected += ["../README.md", *(path.name for path in files[here + 1 : here + 2])]
    found = [link for cell in notebook.section("nav") for link in links(cell.source)]
    if found != expected:
        yield f"nav links to {found}, should be {expected}"


@rule
def short_text(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.markdown:
        without_tables = re.sub(r"^\|.*$", "", cell.source, flags=re.MULTILINE)
        words = sum(len(block.split()) for block in prose(without_tables))
        if words > MOST_WORDS:
            yield f"{cell.id}: {words} words before the reader runs something, at most {MOST_WORDS}"


@rule
def link_targets(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.markdown:
        for problem in broken_links(cell.source, notebook.path, attached=cell.get("attachments", {})):
            yield f"{cell.id}: {problem}"


def broken_links(markdown: str, path: Path, attached: object = ()) -> Iterator[str]:
    """What does not exist of all that a Markdown text in the file `path` points at within the course."""
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


@rule
def alt_text(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.markdown:
        for address, alt in pictures(cell.source):
            if not _is_bengali(alt):
                yield f"{cell.id}: {address} has no Bengali alt text"
    for cell in notebook.code:
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                alt = output.metadata.get("image/png", {}).get("alt", "")
                if not _is_bengali(alt):
                    yield f"{cell.id}: its picture has no Bengali alt text, only {alt!r}"


def _is_bengali(text: str) -> bool:
    return bool(re.search(f"[{BENGALI}]", text))


# ---- what was saved ------------------------------------------------------------------------------


@rule
def run_in_order(notebook: Notebook) -> Iterator[str]:
    counts = [cell.execution_count for cell in notebook.code if cell.source.strip()]
    if counts != list(range(1, len(counts) + 1)):
        yield f"saved after cells ran as {counts}; restart the kernel, run all, save"


@rule
def no_errors(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.code:
        for output in cell.outputs:
            if "\r" in output.get("text", ""):
                yield f"{cell.id}: keeps every step of a progress bar; CONTRIBUTING.md says what joins them"
            if output.get("name") == "stderr":
                yield f"{cell.id}: wrote to stderr: {output.text[:80]!r}"
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                yield f"{cell.id}: ended in {output.ename} without the tag raises-exception"


@rule
def behaviour_is_compared(notebook: Notebook) -> Iterator[str]:
    compared = [cell.id for cell in notebook.code if "nbval-check-output" in tags(cell)]
    if len(compared) < 2:
        yield f"tagged nbval-check-output: {compared}; at least two cells show what a callback did"


@rule
def no_widget_state(notebook: Notebook) -> Iterator[str]:
    if "widgets" in notebook.node.metadata:
        yield "saved with widget state; turn off Settings → Save Widget State Automatically, save again"
