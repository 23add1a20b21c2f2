"""The course stays small, in the form that ruff gives it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from notebooks import ROOT

import pytest
from needs import require

# glob -> lines at most, comments and docstrings included; whoever adds something says what goes
BUDGETS = {
    "helpers/*.py": 2_830,
    "helpers/labs/**/*.py": 1_420,
    "exercises/**/*.py": 2_125,
    "tests/**/*.py": 6_990,
    "tools/**/*.py": 2_240,
}
ONE_FILE = 300


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(("pattern", "most"), BUDGETS.items(), ids=BUDGETS)
def test_a_room_keeps_its_budget(pattern, most):
    files = sorted(ROOT.glob(pattern))
    assert files, f"{pattern}: no file"
    counts = {path.name: lines(path) for path in files}
    assert sum(map(lines, files)) <= most, counts


@pytest.mark.parametrize("pattern", BUDGETS)
def test_a_file_can_be_read_in_one_go(pattern):
    assert [path.name for path in ROOT.glob(pattern) if lines(path) > ONE_FILE] == []


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_code_keeps_the_form_that_ruff_gives_it(command):
    require(importlib.util.find_spec("ruff"), "ruff is not installed (requirements-ci.txt)")
    whole = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
