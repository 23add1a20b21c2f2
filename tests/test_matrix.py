"""Every notebook runs on every machine, twice, offline, interrupted, and in parts.

`uv run pytest -m long tests/test_matrix.py --dist=load` plays all of them in all conditions; the
ordinary command plays the first one, twice, in all conditions at once, and sees each of them bite.
"""

import sys

from notebooks import copy_course, notebook_files

import pytest
from conditions import CONDITIONS, EVERYTHING, PLAIN, failure
from needs import require
from play import MANNERS

MATRIX = {
    **{name: (condition, "once") for name, condition in CONDITIONS.items()},
    **{manner: (PLAIN, manner) for manner in MANNERS if manner != "once"},
}


@pytest.mark.long
@pytest.mark.parametrize(("condition", "manner"), MATRIX.values(), ids=MATRIX)
@pytest.mark.parametrize("name", [path.stem for path in notebook_files()])
def test_a_notebook_runs_in_this_condition(name, condition, manner, tmp_path, request):
    course = copy_course(tmp_path / condition.folder)
    found = failure(course / "notebooks" / f"{name}.ipynb", condition, manner)
    assert not found, f"{request.node.callspec.id}: {found}"


def test_the_first_notebook_runs_twice_in_all_conditions_at_once(tmp_path):
    course = copy_course(tmp_path / EVERYTHING.folder)
    found = failure(course / "notebooks/00_start.ipynb", EVERYTHING, "twice")
    assert not found, found


# What works on the author's machine, and the error it ends in on another.
BITES = {
    # connecting a datagram socket looks for a route and sends nothing
    "offline": (
        "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
        "OSError: [Errno 101] Network is unreachable",
    ),
    "no-font": (
        "from matplotlib import font_manager; assert font_manager.findSystemFonts(), 'none'",
        "AssertionError: none",
    ),
    "c-locale": ("open('letter.txt', 'w').write('চিঠি')", "UnicodeEncodeError: 'ascii' codec"),
    "read-only": (
        "from pathlib import Path; (Path.home() / 'letter.txt').write_text('')",
        "OSError: [Errno 30] Read-only file system",
    ),
    "bengali-path": ("import os; os.getcwd().encode('ascii')", "UnicodeEncodeError: 'ascii' codec"),
    "small": ("five_gigabytes = bytearray(5 * 1024**3)", "MemoryError"),
}


@pytest.mark.parametrize("name", BITES)
def test_a_condition_stops_a_careless_line(name, tmp_path):
    folder, condition = tmp_path / CONDITIONS[name].folder / "notebooks", CONDITIONS[name]
    folder.mkdir(parents=True)
    require(not (why := condition.missing(folder.parent)), why)
    source, error = BITES[name]
    (line := tmp_path / "line.py").write_text(source, encoding="utf-8")
    done = condition.run([sys.executable, str(line)], folder.parent, cwd=folder)
    last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    assert last.startswith(error), last
