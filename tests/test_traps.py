"""Every trap of notebook 16 has the same shape, says its name where CI compares, and stands in the table."""

import copy
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

from exercises import bank
from helpers import start  # noqa: F401  (first: it imports TensorFlow quietly)
from notebooks import ROOT, Notebook, read_notebook, table, tags

import pytest

PATH = ROOT / "notebooks" / "16_common_mistakes.ipynb"
TITLE = re.compile(r"### ফাঁদ (?P<number>[০-৯]+) · (?P<name>.+)")
TO_ASCII = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")
SYMPTOM, GUESS, WHY, REPAIR, NEXT = (f"**{word}:**" for word in ("লক্ষণ", "আগে ভাবো", "কেন", "সারাই", "পরের বার"))


def traps(notebook: Notebook) -> list[list]:
    """The cells of each trap, from its heading up to the next heading of the section."""
    found = []
    for cell in notebook.section("trap"):
        if cell.source.startswith("### ফাঁদ"):
            found.append([cell])
        elif cell.source.startswith("#"):
            found.append([])  # a family's heading: what stands below it is no trap
        elif found:
            found[-1].append(cell)
    return [cells for cells in found if cells and cells[0].source.startswith("### ফাঁদ")]


def problems(notebook: Notebook) -> Iterator[str]:
    names, numbers = [], []
    for cells in traps(notebook):
        title = TITLE.match(cells[0].source)
        if not title:
            yield f"{cells[0].id}: its heading is not “### ফাঁদ number · name”"
            continue
        names.append(title["name"])
        numbers.append(int(title["number"].translate(TO_ASCII)))
        yield from (f"{cells[0].id}: {problem}" for problem in _shape(cells, title["name"]))
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the traps are numbered {numbers}"
    yield from (f"the name {name} is used twice" for name in set(names) if names.count(name) > 1)
    in_table = _numbers_in_table(notebook)
    if sorted(in_table) != numbers:
        yield f"the table of symptoms lists {in_table}, the traps are {numbers}"


def _shape(cells: list, name: str) -> Iterator[str]:
    kinds = [cell.cell_type for cell in cells]
    if kinds != ["markdown", "code", "markdown", "code"]:
        yield f"consists of {kinds}; should be text, run, text, run"
        return
    before, run, after, repaired = cells
    if [word for word in _marks(before.source) if word in (SYMPTOM, GUESS)] != [SYMPTOM, GUESS]:
        yield "before the run stand symptom and guess, in this order"
    if _marks(after.source) != [WHY, REPAIR, NEXT]:
        yield "after the run stand why, repair and how to notice it next time, in this order"
    if "\n" in after.source.partition(NEXT)[2].strip():
        yield "how to notice it next time is one line"
    for cell in (run, repaired):
        if "nbval-check-output" not in tags(cell):
            yield f"the output of {cell.id} is not compared"
        if not _printed(cell).strip():
            yield f"{cell.id} prints nothing"
    if name not in _printed(run):
        yield f"what {run.id} prints does not name the trap"
    if _values(run) == _values(repaired):
        yield "the repair changes nothing that is printed"


def _marks(markdown: str) -> list[str]:
    return re.findall(r"^\*\*[^*]+:\*\*", markdown, re.MULTILINE)


def _printed(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def _values(cell) -> list[str]:
    """The values that a cell prints, without the words around them."""
    return re.findall(r"True|False|None|\[[^\]]*\]|[0-9.]*[0-9]|\w+Error", _printed(cell))


def _numbers_in_table(notebook: Notebook) -> list[int]:
    rows = [
        line.split("|")
        for cell in notebook.section("summary")
        for line in cell.source.splitlines()
        if line.count("|") == 5
    ]
    return [int(number.translate(TO_ASCII)) for row in rows for number in re.findall("[০-৯]+", row[3])]


# ---- the notebook --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook() -> Notebook:
    return read_notebook(PATH)


def test_every_trap_has_the_same_shape_and_a_place_in_the_table(notebook):
    assert len(traps(notebook)) > 30
    assert not list(problems(notebook))


def _first(notebook: Notebook, place: int):
    return traps(notebook)[0][place]


SPOILED = {
    "no symptom": (lambda n: _drop(_first(n, 0), SYMPTOM), "symptom and guess"),
    "no guess": (lambda n: _drop(_first(n, 0), GUESS), "symptom and guess"),
    "no why": (lambda n: _drop(_first(n, 2), WHY), "why, repair"),
    "no repair": (lambda n: _drop(_first(n, 2), REPAIR), "why, repair"),
    "no next time": (lambda n: _drop(_first(n, 2), NEXT), "why, repair"),
    "a long next time": (lambda n: _first(n, 2).update(source=_first(n, 2).source + "\nআরও"), "one line"),
    "not compared": (lambda n: _first(n, 1).metadata.update(tags=["trap"]), "not compared"),
    "repair not compared": (lambda n: _first(n, 3).metadata.update(tags=["trap"]), "not compared"),
    "silent": (lambda n: _first(n, 3).update(outputs=[]), "prints nothing"),
    "unnamed": (lambda n: _first(n, 1).update(outputs=_first(n, 3).outputs), "does not name the trap"),
    "no effect": (lambda n: _first(n, 3).update(outputs=_first(n, 1).outputs), "changes nothing"),
    "no repair run": (lambda n: n.cells.remove(_first(n, 3)), "text, run, text, run"),
    "a gap": (lambda n: [n.cells.remove(cell) for cell in traps(n)[1]], "the traps are numbered"),
    "not in the table": (lambda n: _drop(n.section("summary")[-1], "| ১৫ |"), "table of symptoms"),
    "a bare heading": (lambda n: _first(n, 0).update(source="### ফাঁদ এক"), "its heading"),
    "same name": (lambda n: _rename(n), "used twice"),
}


def _drop(cell, text: str) -> None:
    assert text in cell.source
    cell.source = cell.source.replace(text, "")


def _rename(notebook: Notebook) -> None:
    first, second = (cells[0] for cells in traps(notebook)[:2])
    second.source = second.source.replace(
        TITLE.match(second.source)["name"], TITLE.match(first.source)["name"]
    )


@pytest.mark.parametrize(("spoil", "complaint"), SPOILED.values(), ids=SPOILED)
def test_a_trap_that_lost_its_shape_is_noticed(notebook, spoil, complaint):
    spoiled = Notebook(notebook.path, copy.deepcopy(notebook.node))
    spoil(spoiled)
    assert complaint in "\n".join(problems(spoiled))


# ---- the ten cases of the first exercise: each really shows what stands below it -----------------

CASE = re.compile(
    r"\*\*কেস (?P<number>[০-৯]+)\*\* · চাওয়া: [^\n]+\n\n```python\n(?P<code>.*?)```\n\n"
    r"\*\*দেখা গেল:\*\*\n\n```text\n(?P<seen>.*?)```",
    re.DOTALL,
)
PRELUDE = ("setup", "small-model", "quiet", "quiet-listen", "tools")


def cases(notebook: Notebook) -> dict[int, tuple[str, str]]:
    text = "\n".join(cell.source for cell in notebook.section("exercise") if cell.cell_type == "markdown")
    return {int(m["number"].translate(TO_ASCII)): (m["code"], m["seen"]) for m in CASE.finditer(text)}


@pytest.fixture(scope="module")
def tools(notebook) -> dict:
    names = {"__name__": "notebook"}
    code = {cell.id: cell.source for cell in notebook.code}
    with redirect_stdout(StringIO()):
        for cell_id in PRELUDE:
            exec(compile(code[cell_id], cell_id, "exec"), names)
    exec("import tensorflow as tf\nfrom keras.callbacks import BackupAndRestore", names)
    return names


def test_the_exercise_has_ten_cases_and_the_judge_knows_them_and_every_fault_of_the_menu(notebook):
    exercise = bank.exercise("16_common_mistakes/diagnose")
    menu = next(cell for cell in notebook.section("exercise") if cell.source.startswith("## নিজে করো"))
    names = [row[0].strip('"') for row in table(menu.source)]
    assert list(cases(notebook)) == list(range(1, 11))
    assert names == list(exercise["words"])
    assert {exercise["seen"][f"case_{case}"]["expected"] for case in range(1, 11)} <= set(names)


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.filterwarnings("ignore:Early stopping conditioned", "ignore:Can save best model only")
def test_a_case_shows_what_is_written_below_it(notebook, tools, number, tmp_path):
    code, seen = cases(notebook)[number]
    said = StringIO()
    with redirect_stdout(said):
        exec(compile(code, f"case {number}", "exec"), {**tools, "folder": tmp_path})
    assert said.getvalue() == seen
