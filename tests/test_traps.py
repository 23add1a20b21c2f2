"""Every trap of notebook 16 has one shape, says its name where CI compares, and is in the table."""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

from helpers import start  # noqa: F401  (first: it imports TensorFlow quietly)
from notebooks import ROOT, Notebook, read_notebook, tags

import pytest

PATH = ROOT / "notebooks" / "16_common_mistakes.ipynb"
TITLE = re.compile(r"### ফাঁদ (?P<number>[০-৯]+) · (?P<name>.+)")
MARKS = ["লক্ষণ", "আগে ভাবো", "কেন", "সারাই", "পরের বার"]  # two before the run, three after it


def traps(notebook: Notebook) -> list[list]:
    """The cells of each trap, from its heading up to the next heading of the section."""
    found = []
    for cell in notebook.section("trap"):
        if cell.source.startswith("#") and cell.cell_type == "markdown":
            found.append([])
        if found:
            found[-1].append(cell)
    return [cells for cells in found if TITLE.match(cells[0].source)]


def problems(cells: list) -> Iterator[str]:
    if [cell.cell_type for cell in cells] != ["markdown", "code", "markdown", "code"]:
        yield "should be text, run, text, run"
        return
    before, run, after, repaired = cells
    texts = before.source, after.source
    marks = [re.findall(r"^\*\*([^*]+):\*\*", text, re.MULTILINE) for text in texts]
    if [[one for one in found if one in MARKS] for found in marks] != [MARKS[:2], MARKS[2:]]:
        yield f"beside the run stand {marks}, should be {MARKS}"
    if any("nbval-check-output" not in tags(cell) for cell in (run, repaired)):
        yield "its outputs are not compared"
    if TITLE.match(before.source)["name"] not in _printed(run):
        yield "what it prints does not name the trap"
    if _values(run) == _values(repaired):
        yield "the repair changes nothing that is printed"


def _printed(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def _values(cell) -> list[str]:
    """The values that a cell prints, without the words around them."""
    return re.findall(r"True|False|None|\[[^\]]*\]|[0-9.]*[0-9]|\w+Error", _printed(cell))


@pytest.fixture(scope="module")
def notebook() -> Notebook:
    return read_notebook(PATH)


def test_every_trap_has_the_same_shape(notebook):
    found = [f"{cells[0].id}: {why}" for cells in traps(notebook) for why in problems(cells)]
    assert not found, "\n".join(found)


def test_the_traps_are_numbered_and_stand_in_the_table_of_symptoms(notebook):
    titles = [TITLE.match(cells[0].source) for cells in traps(notebook)]
    numbers = [int(title["number"]) for title in titles]  # int() reads Bengali digits too
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 30
    assert len({title["name"] for title in titles}) == len(titles)
    summary = "\n".join(cell.source for cell in notebook.section("summary"))
    rows = [line.split("|") for line in summary.splitlines() if line.count("|") == 5]
    assert sorted(int(n) for row in rows for n in re.findall("[০-৯]+", row[3])) == numbers


# ---- the ten cases of the first exercise: each really shows what stands below it -----------------

CASE = re.compile(
    r"\*\*কেস (?P<number>[০-৯]+)\*\* · চাওয়া: [^\n]+\n\n```python\n(?P<code>.*?)```\n\n"
    r"\*\*দেখা গেল:\*\*\n\n```text\n(?P<seen>.*?)```",
    re.DOTALL,
)
PRELUDE = ("setup", "small-model", "quiet", "quiet-listen", "tools")


def cases(notebook: Notebook) -> dict[int, tuple[str, str]]:
    text = "\n".join(cell.source for cell in notebook.section("exercise"))
    return {int(m["number"]): (m["code"], m["seen"]) for m in CASE.finditer(text)}


@pytest.fixture(scope="module")
def tools(notebook) -> dict:
    names = {"__name__": "notebook"}
    code = {cell.id: cell.source for cell in notebook.code}
    with redirect_stdout(StringIO()):
        for cell_id in PRELUDE:
            exec(compile(code[cell_id], cell_id, "exec"), names)
    exec("import tensorflow as tf\nfrom keras.callbacks import BackupAndRestore", names)
    return names


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.filterwarnings("ignore:Early stopping conditioned", "ignore:Can save best model only")
def test_a_case_shows_what_is_written_below_it(notebook, tools, number, tmp_path):
    code, seen = cases(notebook)[number]
    said = StringIO()
    with redirect_stdout(said):
        exec(compile(code, f"case {number}", "exec"), {**tools, "folder": tmp_path})
    assert said.getvalue() == seen
