"""Every trap of notebook 16 has one shape: what one searches for, why, the cure, and a run."""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

from helpers import start  # noqa: F401  (first: it imports TensorFlow quietly)
from notebooks import ROOT, Notebook, read_notebook, tags

import pytest

PATH = ROOT / "notebooks" / "16_common_mistakes.ipynb"
TITLE = re.compile(r"###? ফাঁদ (?P<number>[০-৯]+) · (?P<name>.+)")
WHY, REPAIR = "**কেন:**", "**ঠিক করার উপায়:**"


def traps(notebook: Notebook) -> list[list]:
    """The cells of each trap, from its heading up to the next heading."""
    found = []
    for cell in notebook.cells:
        if cell.source.startswith("#") and cell.cell_type == "markdown":
            found.append([])
        if found:
            found[-1].append(cell)
    return [cells for cells in found if TITLE.match(cells[0].source)]


def problems(cells: list) -> Iterator[str]:
    in_core = "more" not in tags(cells[0])
    kinds = ["markdown", "code", "markdown"] if in_core else ["markdown", "code"]
    if [cell.cell_type for cell in cells] != kinds:
        yield f"should be {kinds}"
        return
    if _marks(cells[2 if in_core else 0].source) != [WHY, REPAIR]:
        yield "why and repair stand in this order, in the core after the run, below before it"
    if "nbval-check-output" not in tags(cells[1]):
        yield "its output is not compared"
    if _printed(cells[1]).count("\n") < 2:
        yield "it prints less than the fault and its repair"


def _marks(markdown: str) -> list[str]:
    return re.findall(r"^\*\*[^*]+:\*\*", markdown, re.MULTILINE)


def _printed(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture(scope="module")
def notebook() -> Notebook:
    return read_notebook(PATH)


def test_every_trap_has_the_same_shape(notebook):
    found = [f"{cells[0].id}: {why}" for cells in traps(notebook) for why in problems(cells)]
    assert not found, "\n".join(found)


def test_every_number_and_every_name_stands_once(notebook):
    titles = [TITLE.match(cells[0].source) for cells in traps(notebook)]
    numbers = sorted(int(title["number"]) for title in titles)  # int() reads Bengali digits too
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 40
    assert len({title["name"] for title in titles}) == len(titles)


# ---- the ten cases of the last exercise: each really shows what stands below it ------------------

CASE = re.compile(
    r"\*\*কেস (?P<number>[০-৯]+)\*\* · চাওয়া: [^\n]+\n\n```python\n(?P<code>.*?)```\n\n"
    r"\*\*দেখা গেল:\*\*\n\n```text\n(?P<seen>.*?)```",
    re.DOTALL,
)
PRELUDE = ("setup", "small-model")


def cases(notebook: Notebook) -> dict[int, tuple[str, str]]:
    text = "\n".join(cell.source for cell in notebook.markdown if "exercise" in tags(cell))
    return {int(m["number"]): (m["code"], m["seen"]) for m in CASE.finditer(text)}


@pytest.fixture(scope="module")
def tools(notebook) -> dict:
    names = {"__name__": "notebook"}
    code = {cell.id: cell.source for cell in notebook.code}
    with redirect_stdout(StringIO()):
        for cell_id in PRELUDE:
            exec(compile(code[cell_id], cell_id, "exec"), names)
    exec("import tensorflow as tf\nfrom keras.callbacks import *", names)
    return names


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.filterwarnings("ignore:Early stopping conditioned", "ignore:Can save best model only")
def test_a_case_shows_what_is_written_below_it(notebook, tools, number, tmp_path):
    code, seen = cases(notebook)[number]
    said = StringIO()
    with redirect_stdout(said):
        exec(compile(code, f"case {number}", "exec"), {**tools, "folder": tmp_path})
    assert said.getvalue() == seen
