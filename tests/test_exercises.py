"""Every exercise says "not yet" to its stub and "right" to its solution, as often as it is asked."""

import contextlib
import io

from notebooks import Notebook, notebook_files, read_notebook, runs, solution_code

import pytest
from nbformat.v4 import new_code_cell, new_notebook


def problems(notebook: Notebook) -> list[str]:
    """What the checks of a notebook's exercises say wrongly, all run one after the other with its setup."""
    stubs, checks, solutions = ([run[-1] for name, run in runs(notebook) if name == part] for part in PARTS)
    setup = next(cell for cell in notebook.section("setup") if cell.cell_type == "code")
    names = {"__name__": "notebook"}
    printed(setup.source, setup.id, names)
    found = []
    for stub, check, solution in zip(stubs, checks, solutions, strict=True):
        printed(stub.source, stub.id, names)
        undone = printed(check.source, check.id, names)
        printed(solution_code(solution), solution.id, names)
        # twice: a judge that runs the learner's callback must leave it as it was
        solved, again = (printed(check.source, check.id, names) for _ in range(2))
        if "এখনো" not in undone or undone.startswith("✓"):
            found.append(f"{check.id}: to the stub it says {undone!r}")
        if not solved.startswith("✓"):
            found.append(f"{check.id}: to the solution it says {solved!r}")
        if again != solved:
            found.append(f"{check.id}: to the solution it says {again!r} when asked again")
    return found


PARTS = ("exercise", "check", "solution")


def printed(source: str, cell_id: str, names: dict) -> str:
    """What a cell prints. These hold plain Python; in a kernel nbval runs them."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(source, cell_id, "exec"), names)
    return said.getvalue()


@pytest.mark.parametrize("path", notebook_files(), ids=lambda path: path.stem)
def test_stubs_are_undone_and_solutions_are_right(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    found = problems(read_notebook(path))
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
    found = problems(_exercise(tmp_path, stub, solution, CHECK))
    assert found == [] if complaint is None else complaint in "".join(found)


def test_a_check_that_takes_only_the_first_answer_is_noticed(tmp_path):
    used_up = 'print("○ এখনো বাকি" if answer is ... else "✓ ঠিক" if answer.pop() == 5 else "✗ ভুল")'
    found = problems(_exercise(tmp_path, "...", "[4, 5]", used_up))
    assert found == ["check: to the solution it says '✗ ভুল\\n' when asked again"]


def _exercise(folder, stub, solution, check):
    cells = [
        ("setup", "pass"),
        ("exercise", f"answer = {stub}"),
        ("check", check),
        ("solution", f"<details><summary>সমাধান</summary>\n\n```python\nanswer = {solution}\n```\n</details>"),
    ]
    node = new_notebook(
        cells=[new_code_cell(source, id=tag, metadata={"tags": [tag]}) for tag, source in cells]
    )
    return Notebook(folder / "00_start.ipynb", node)
