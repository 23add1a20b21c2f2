"""The course stays small: lines of Python, comments and docstrings included."""

from pathlib import Path

from notebooks import ROOT

import pytest

# glob -> lines at most; whoever adds something says what goes
BUDGETS = {
    "helpers/*.py": 2_940,
    "helpers/labs/**/*.py": 1_500,
    "exercises/**/*.py": 2_125,
    "tests/**/*.py": 7_450,
    "tools/**/*.py": 2_300,
}
ONE_FILE = 300


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(("pattern", "most"), BUDGETS.items(), ids=BUDGETS)
def test_a_room_keeps_its_budget(pattern, most):
    files = sorted(ROOT.glob(pattern))
    assert files, f"{pattern}: no file"
    assert sum(map(lines, files)) <= most, "\n".join(
        f"{lines(path):5} {path.name}" for path in files
    )


@pytest.mark.parametrize("pattern", BUDGETS)
def test_a_file_can_be_read_in_one_go(pattern):
    assert [path.name for path in ROOT.glob(pattern) if lines(path) > ONE_FILE] == []
