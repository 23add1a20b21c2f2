"""Every exercise says "not yet" to its stub and "right" to its solution, however often asked."""

import contextlib
import io

from notebooks import Notebook, notebook_files, read_notebook, runs, solution_code

import pytest

PARTS = ("exercise", "check", "solution")


def problems(notebook: Notebook) -> list[str]:
    """What the checks of a notebook's exercises say wrongly, all run one after the other."""
    found = runs(notebook)
    stubs, checks, solutions = ([run[-1] for name, run in found if name == part] for part in PARTS)
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
        if not solved.startswith("✓") or again != solved:
            found.append(f"{check.id}: to the solution it says {solved!r}, then {again!r}")
    return found


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
