"""Every notebook runs on every machine, twice, offline, interrupted, and jumped about in.

`uv run pytest -m long tests/test_matrix.py --dist=load` plays all of them in all conditions; the ordinary
command plays the first one, twice, in all conditions at once, and shows that each condition bites.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

from notebooks import ROOT, Notebook, copy_course, notebook_files

import nbformat
import pytest
from conditions import CONDITIONS, EVERYTHING, PLAIN, Condition
from conftest import require
from nbformat.v4 import new_code_cell, new_notebook
from play import MANNERS, Failed

LIMIT = 3600  # seconds a notebook may take, played in whatever manner
MATRIX = {
    **{name: (condition, "once") for name, condition in CONDITIONS.items()},
    **{manner: (PLAIN, manner) for manner in MANNERS if manner != "once"},
}


def failure(notebook: Path, condition: Condition, manner: str) -> str:
    """What the notebook fails with, "" if with nothing."""
    course = notebook.parents[1]
    require(not (why := condition.missing(course)), why)
    command = [sys.executable, str(ROOT / "tests/play.py"), str(notebook), manner]
    try:
        played = condition.run(command, course, cwd=notebook.parent, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"not ready after {LIMIT} s"
    if played.returncode == 0:
        return ""
    return json.loads(played.stdout) if played.stdout else played.stderr.decode(errors="replace")


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
    "offline": [
        # connecting a datagram socket looks for a route and sends nothing
        (
            "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
            "Network is unreachable",
        )
    ],
    "no-font": [
        ("from matplotlib import font_manager; assert font_manager.findSystemFonts(), 'no font'", "no font")
    ],
    "c-locale": [("open('letter.txt', 'w').write('চিঠি')", "UnicodeEncodeError")],
    "read-only": [
        ("from pathlib import Path; (Path.home() / 'letter.txt').write_text('')", "Read-only file system")
    ],
    "bengali-path": [("import os; os.getcwd().encode('ascii')", "UnicodeEncodeError")],
    "small": [
        ("five_gigabytes = bytearray(5 * 1024**3)", "MemoryError"),
        ("import os; assert len(os.sched_getaffinity(0)) > 1, 'one core'", "one core"),
    ],
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_stops_a_careless_notebook_and_no_careful_one(name, tmp_path):
    condition = CONDITIONS[name]
    folder = tmp_path / condition.folder / "notebooks"
    folder.mkdir(parents=True)
    careful = new_code_cell(
        "from pathlib import Path; Path('letter.txt').write_text('চিঠি', encoding='utf-8')"
    )
    for number, (careless, error) in enumerate(BITES[name]):
        path = folder / f"{number}.ipynb"
        nbformat.write(new_notebook(cells=[careful, new_code_cell(careless, id="careless")]), path)
        found = failure(path, condition, "once")
        assert "cell careless, Run All" in found and error in found, found


# Notebooks that run once without an error, as (section, code), and where another manner stops.
ONCE_ONLY = {
    "twice": (
        [
            ("setup", "second = 'second' in globals(); shown = display('', display_id=True)"),
            ("problem", "shown.update('redrawn'); assert not second"),
        ],
        "1-problem",
    ),
    "interrupted": (
        [
            ("setup", "import time; from pathlib import Path; mark = Path('begun')"),
            ("problem", "assert not mark.exists()"),
            ("trap", "mark.touch(); end = time.time() + 1\nwhile time.time() < end: pass\nmark.unlink()"),
        ],
        "1-problem",
    ),
    "leftovers": (
        [
            ("setup", "from pathlib import Path; log = Path('../runs/tiny/01/log.csv')"),
            ("problem", "assert not log.exists() or log.read_text() == 'epoch,loss'"),
            ("trap", "log.parent.mkdir(parents=True, exist_ok=True); log.write_text('epoch,loss')"),
        ],
        "1-problem",
    ),
    "sections": ([("setup", ""), ("lab", "slider = 5"), ("trap", "slider")], "2-trap"),
}


@pytest.mark.parametrize("manner", ONCE_ONLY)
def test_a_manner_finds_what_running_once_does_not(manner, tmp_path):
    (folder := tmp_path / "notebooks").mkdir()
    sources, stops_at = ONCE_ONLY[manner]
    cells = [
        new_code_cell(source, id=f"{number}-{section}", metadata={"tags": [section]})
        for number, (section, source) in enumerate(sources)
    ]
    notebook = Notebook(folder / "tiny.ipynb", new_notebook(cells=cells))
    asyncio.run(MANNERS["once"](notebook))
    shutil.rmtree(tmp_path / "runs", ignore_errors=True)
    with pytest.raises(Failed, match=f"^cell {stops_at},"):
        asyncio.run(MANNERS[manner](notebook))
