"""Python files and the notebooks' code keep the form that ruff gives them, 100 wide."""

import importlib.util
import subprocess
import sys

from notebooks import ROOT

import pytest
from needs import require


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=" ".join)
def test_code_keeps_the_form_that_ruff_gives_it(command):
    require(importlib.util.find_spec("ruff"), "ruff is not installed (requirements-ci.txt)")
    whole = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
