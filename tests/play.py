"""Plays one notebook: `python play.py NOTEBOOK MANNER` prints in JSON what failed.

A script, so that a condition holds for all of it: this process, its kernel and what that starts.
"""

import asyncio
import copy
import json
import re
import shutil
import sys
import time
from pathlib import Path

from notebooks import Notebook, read_notebook, runs, tags

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

LIMIT = 900  # seconds a cell may take
SHORTEST = 0.5  # seconds of a longest cell, that ■ can still hit


# in the kernel: every fit is watched, and what is said outside a staged fault is kept
WATCH = """
import keras, helpers.checkup
def _watched(self, *args, callbacks=None, _fit=keras.Model.fit, **settings):
    look = helpers.checkup.CheckUp(callbacks or [])
    try:
        return _fit(self, *args, callbacks=[*(callbacks or []), look], **settings)
    finally:
        _said.extend((_cell, name) for name in look.said)
_said, keras.Model.fit = [], _watched
"""
UNWATCH = """keras.Model.fit = _watched.__kwdefaults__["_fit"]
assert [] == """
# all names as they are now, outside the learner's own
KEEP = "__import__('sys').modules['kept'] = dict(globals())"
BACK = "globals().clear(); globals().update(__import__('sys').modules['kept'])"
STAGED = {"problem", "trap", "exercise"}  # and these cells, which show what goes wrong:
SHOWING = {"04": {"restore"}, "10": {"callback", "neighbours"}}


class Failed(Exception):
    """A cell that ended otherwise than it should, by name."""


class Player:
    """A kernel in which the cells of one notebook run."""

    def __init__(self, notebook: Notebook) -> None:
        self.cells = notebook.code
        where = {"metadata": {"path": str(notebook.path.parent)}}
        settings = {"timeout": LIMIT, "kernel_name": "python3", "resources": where}
        self.client = NotebookClient(new_notebook(), **settings)

    async def __aenter__(self) -> "Player":
        self.kernel = self.client.async_setup_kernel()
        await self.kernel.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.kernel.__aexit__(*error)

    async def run(self, cells: list, when: str = "Run All") -> list[float]:
        """The seconds each cell took; the first that fails ends it, as in JupyterLab."""
        seconds = []
        for cell in cells:
            began = time.perf_counter()
            try:
                await self._execute(cell)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                raise Failed(f"cell {cell.id}, {when}: {error}") from error
            seconds.append(time.perf_counter() - began)
        return seconds

    async def _execute(self, cell) -> None:
        # A new cell of the client's each time: what a cell showed may be redrawn by a later one.
        self.client.nb.cells.append(fresh := copy.copy(cell))
        await self.client.async_execute_cell(fresh, len(self.client.nb.cells) - 1)

    async def interrupt(self, cell, seconds: float) -> None:
        """Runs the cell and presses ■ after so many seconds.

        What ends before runs again and is stopped sooner: the machine was busier before.
        """
        when = f"cell {cell.id}, interrupted after {seconds:.1f} s"
        running = asyncio.create_task(self._execute(cell))
        ended, _ = await asyncio.wait([running], timeout=seconds)
        if ended and seconds > SHORTEST and not running.exception():
            return await self.interrupt(cell, seconds / 2)
        if ended:
            raise Failed(f"{when}: had ended before")
        # one interrupt can get lost in TensorFlow's code: a learner presses again
        while not running.done():
            await self.client.km.interrupt_kernel()
            await asyncio.wait([running], timeout=2)
        try:
            await running
        except CellExecutionError as error:
            if error.ename != "KeyboardInterrupt":
                raise Failed(f"{when}: {error}") from error
        else:
            raise Failed(f"{when}: went on to its end")

    async def say(self, code: str) -> None:
        await self.run([new_code_cell(code)])


async def once(notebook: Notebook, when: str = "Run All") -> list[float]:
    async with Player(notebook) as player:
        return await player.run(player.cells, when)


async def twice(notebook: Notebook) -> None:
    async with Player(notebook) as player:
        await player.run(player.cells)
        await player.run(player.cells, "Run All again")


async def interrupted(notebook: Notebook) -> None:
    """■ in the middle of the longest cell, then Run All."""
    seconds = await once(notebook)
    for made in ("runs", "data/photos"):  # again as the first time
        shutil.rmtree(notebook.path.parents[1] / made, ignore_errors=True)
    longest = seconds.index(max(seconds))
    async with Player(notebook) as player:
        cell = player.cells[longest]
        await player.run(player.cells[:longest])
        await player.interrupt(cell, seconds[longest] / 2)
        await player.run(player.cells, f"Run All after {cell.id} was interrupted")


async def leftovers(notebook: Notebook) -> None:
    await once(notebook)
    spoil(notebook.path.parents[1] / "runs")
    await once(notebook, "Run All among spoilt leftovers")


def spoil(folder: Path) -> None:
    """Cuts older files in half, forbids writing, and puts a file where the next run goes."""
    for run in folder.glob("*"):
        (run / f"{len(list(run.iterdir())) + 1:02d}").write_text("not a folder")
    for path in sorted(folder.glob("*/**/*"), reverse=True):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        path.chmod(0o444 if path.is_file() else 0o555)


async def apart(notebook: Notebook) -> None:
    """Exercises and quiz after the setup cell alone, what is deeper after the core alone, in which
    CheckUp says nothing where no fault is staged."""
    core = notebook.core
    setup = [cell for cell in core.code if "setup" in tags(cell)]
    deeper = Notebook(notebook.path, NotebookNode(cells=notebook.cells[len(core.cells) :]))
    found = []
    for before, parts in ((setup, asked(core)), (watched(core), under_headings(deeper))):
        async with Player(notebook) as player:
            await player.run(before, "the cells before")
            await player.say(KEEP)
            for cells in parts:
                try:
                    await player.say(BACK)
                    await player.run(cells, "after no more than it needs")
                except Failed as error:
                    found.append(str(error))
    if found:
        raise Failed("\n".join(found))


def watched(notebook: Notebook) -> list:
    """Its cells; CheckUp looks at every fit after the first cell, and is asked what it said."""
    cells = [copy.copy(cell) for cell in notebook.code]
    for cell in cells[1:]:
        if not cell.source.startswith("%%"):
            cell.source = f"_cell = {cell.id!r}\n{cell.source}"
    free = {cell.id for cell in cells if STAGED.intersection(tags(cell))}
    free |= SHOWING.get(notebook.path.name[:2], set())
    told = new_code_cell(f"{UNWATCH}[one for one in _said if one[0] not in {free}]", id="check-up")
    return [cells[0], new_code_cell(WATCH), *cells[1:], told]


def asked(notebook: Notebook) -> list[list]:
    """The code of every exercise, with its check, and of the quiz."""
    found = []
    for section, cells in runs(notebook):
        code = [cell for cell in cells if cell.cell_type == "code"]
        if section in ("exercise", "quiz"):
            found.append(code)
        elif section == "check":
            found[-1].extend(code)
    return found


def under_headings(notebook: Notebook) -> list[list]:
    """The code below each heading."""
    found = [[]]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found[-1].append(cell)
        elif cell.source.startswith("#"):
            found.append([])
    return found


MANNERS = {play.__name__: play for play in (once, twice, interrupted, leftovers, apart)}

if __name__ == "__main__":
    try:
        asyncio.run(MANNERS[sys.argv[2]](read_notebook(Path(sys.argv[1]))))
    except Failed as error:
        without_colours = re.sub(r"\x1b\[[\d;]*m", "", str(error))
        print(json.dumps(without_colours))  # ASCII: under LC_ALL=C nothing else can be printed
        sys.exit(1)
