"""Every notebook runs on every machine, twice, offline, interrupted, and jumped about in.

`uv run pytest -m long tests/test_matrix.py --dist=load` plays all of them in all conditions; the ordinary
command plays the first one, twice, in all conditions at once, and shows that each condition bites.
"""

import asyncio
import json
import shutil
import sys
from pathlib import Path

from notebooks import Notebook, copy_course, notebook_files

import nbformat
import pytest
from conditions import CONDITIONS, EVERYTHING, PLAIN, Condition, failure
from nbformat.v4 import new_code_cell, new_notebook
from needs import require
from play import MANNERS, Failed

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
    "offline": [
        # connecting a datagram socket looks for a route and sends nothing
        (
            "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
            "OSError: [Errno 101] Network is unreachable",
        )
    ],
    "no-font": [
        (
            "from matplotlib import font_manager; assert font_manager.findSystemFonts(), 'no font'",
            "AssertionError: no font",
        )
    ],
    "c-locale": [("open('letter.txt', 'w').write('চিঠি')", "UnicodeEncodeError: 'ascii' codec")],
    "read-only": [
        (
            "from pathlib import Path; (Path.home() / 'letter.txt').write_text('')",
            "OSError: [Errno 30] Read-only file system",
        )
    ],
    "bengali-path": [("import os; os.getcwd().encode('ascii')", "UnicodeEncodeError: 'ascii' codec")],
    "small": [
        ("five_gigabytes = bytearray(5 * 1024**3)", "MemoryError"),
        ("import os; assert len(os.sched_getaffinity(0)) > 1, 'one core'", "AssertionError: one core"),
    ],
}
CAREFUL = "from pathlib import Path; Path('letter.txt').write_text('চিঠি', encoding='utf-8')"


def place(tmp_path: Path, condition: Condition) -> Path:
    """Where the notebooks of a course would lie."""
    folder = tmp_path / condition.folder / "notebooks"
    folder.mkdir(parents=True)
    require(not (why := condition.missing(folder.parent)), why)
    return folder


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_stops_a_careless_line_and_no_careful_one(name, tmp_path):
    folder, line = place(tmp_path, CONDITIONS[name]), tmp_path / "line.py"
    for source, error in [(CAREFUL, ""), *BITES[name]]:
        line.write_text(source, encoding="utf-8")
        done = CONDITIONS[name].run([sys.executable, str(line)], folder.parent, cwd=folder)
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        assert (done.returncode != 0) == bool(error) and last.startswith(error), last


# each line with the last line of what it ended in
TRY_ALL = """
import json, traceback
from pathlib import Path

ends = []
for line in {lines}:
    try:
        exec(line)
    except Exception as error:
        ends += traceback.format_exception_only(error)
    else:
        ends.append("nothing stopped it")
Path("ends.json").write_text(json.dumps(ends))
"""


def test_the_conditions_all_at_once_stop_the_kernel_of_a_careless_notebook(tmp_path):
    folder = place(tmp_path, EVERYTHING)
    lines, errors = zip(*[bite for name in CONDITIONS for bite in BITES[name]], strict=True)
    cells = [new_code_cell(CAREFUL), new_code_cell(TRY_ALL.format(lines=lines))]
    nbformat.write(new_notebook(cells=cells), folder / "careless.ipynb")
    assert failure(folder / "careless.ipynb", EVERYTHING, "once") == ""
    ends = json.loads((folder / "ends.json").read_text())
    assert [end for end, error in zip(ends, errors, strict=True) if not end.startswith(error)] == []


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
