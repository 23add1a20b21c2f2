"""Python files and notebooks keep the form that the tools of the course give them."""

import importlib.util
import subprocess
import sys

from notebooks import ROOT, notebook_files

from needs import require

KEPT = "metadata.language_info cell.metadata.execution"
NBSTRIPOUT = ["nbstripout", "--keep-output", "--keep-count", "--keep-id", "--extra-keys", KEPT, "--verify"]


def _run(command: list[str], *more: object) -> None:
    require(importlib.util.find_spec(command[0]), f"{command[0]} is not installed (requirements-ci.txt)")
    whole = [sys.executable, "-m", *command, *map(str, more)]
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def test_code_passes_the_linter():
    _run(["ruff", "check", "--no-cache", "."])


def test_code_is_formatted():
    _run(["ruff", "format", "--no-cache", "--check", "."])


def test_notebooks_are_saved_without_what_differs_from_machine_to_machine():
    _run(NBSTRIPOUT, *notebook_files())
