"""The teaching plans: their cells are there and run in their order, their minutes add up."""

import asyncio
import itertools
import shutil
import subprocess

from notebooks import ROOT, notebook_files, read_notebook, tags

import pytest
import teaching_page
from needs import require
from play import Player

SESSIONS = [session for plan in teaching_page.PLANS["plan"] for session in plan["session"]]
NINETY = [block for block in SESSIONS[0]["block"] if "notebook" in block]


def test_the_minutes_add_up_and_all_notebooks_are_in_the_eight_weeks():
    for session in SESSIONS:
        assert sum(one["minutes"] for one in session["block"]) == session["minutes"], session
    weeks = teaching_page.PLANS["plan"][-1]["session"]
    taught = [block["notebook"] for week in weeks for block in week["block"]]
    assert taught == [path.stem for path in notebook_files()]


@pytest.mark.long
@pytest.mark.parametrize("stem", dict.fromkeys(block["notebook"] for block in NINETY))
def test_what_the_ninety_minutes_show_runs_in_a_fresh_kernel(stem):
    notebook = read_notebook(ROOT / "notebooks" / f"{stem}.ipynb")
    first = [cell.id for cell in notebook.core.cells if {"setup", "tool"} & set(tags(cell))]
    shown = [teaching_page.cells(block) for block in NINETY if block["notebook"] == stem]
    wanted = [*first, *(cell.id for cell in itertools.chain(*shown))]

    async def play() -> None:
        async with Player(notebook) as player:
            code = {cell.id: cell for cell in player.cells}
            await player.run([code[name] for name in dict.fromkeys(wanted) if name in code])

    asyncio.run(play())


def test_page_and_sheets_are_made_from_the_plans_as_they_are_now():
    now = "older than its data: uv run python tools/teaching_page.py"
    assert teaching_page.PAGE.read_text(encoding="utf-8") == teaching_page.page(), now
    require(shutil.which("pdftotext"), "pdftotext is not installed (apt-get install poppler-utils)")
    command = ["pdftotext", teaching_page.PDF, "-"]
    sheets = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    assert sheets.count(teaching_page.fingerprint()) == len(SESSIONS) == sheets.count("\f"), now
