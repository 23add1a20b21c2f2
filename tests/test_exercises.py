"""Every exercise says "not yet" to its stub and "right" to its solution, after the setup cell alone."""

from pathlib import Path

from notebooks import Notebook, notebook_files, read_notebook, runs, solution_code

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook


def problems(notebook: Notebook, folder: Path) -> list[str]:
    """What the checks of a notebook's exercises say wrongly, all run one after the other in one kernel."""
    stubs, checks, solutions = ([run[-1] for name, run in runs(notebook) if name == part] for part in PARTS)
    setup = next(cell for cell in notebook.section("setup") if cell.cell_type == "code")
    sources = [setup.source]
    for stub, check, solution in zip(stubs, checks, solutions, strict=True):
        sources += [stub.source, check.source, solution_code(solution), check.source]
    played = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(played, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()

    answers = [_printed(cell) for cell in played.cells[2::2]]
    found = []
    for check, undone, solved in zip(checks, answers[::2], answers[1::2], strict=True):
        if "এখনো" not in undone or undone.startswith("✓"):
            found.append(f"{check.id}: to the stub it says {undone!r}")
        if not solved.startswith("✓"):
            found.append(f"{check.id}: to the solution it says {solved!r}")
    return found


PARTS = ("exercise", "check", "solution")


def _printed(cell) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


@pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)
def test_stubs_are_undone_and_solutions_are_right(path):
    found = problems(read_notebook(path), path.parent)
    assert not found, "\n".join(found)


CHECK = 'print("○ এখনো বাকি" if answer is ... else "✓ ঠিক" if answer == 5 else "✗ এখনো ঠিক হয়নি")'


@pytest.mark.parametrize(
    ("stub", "solution", "complaint"),
    [
        ("...", "5", None),
        ("...", "4", "to the solution it says '✗"),
        ("5", "5", "to the stub it says '✓"),
    ],
)
def test_a_stub_that_passes_and_a_solution_that_fails_are_noticed(stub, solution, complaint, tmp_path):
    cells = [
        ("setup", "pass"),
        ("exercise", f"answer = {stub}"),
        ("check", CHECK),
        ("solution", f"<details><summary>সমাধান</summary>\n\n```python\nanswer = {solution}\n```\n</details>"),
    ]
    node = new_notebook(
        cells=[new_code_cell(source, id=tag, metadata={"tags": [tag]}) for tag, source in cells]
    )
    found = problems(Notebook(tmp_path / "00_start.ipynb", node), tmp_path)
    assert found == [] if complaint is None else complaint in "".join(found)
