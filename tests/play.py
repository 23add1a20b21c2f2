"""Plays one notebook, as a process of its own: `python play.py NOTEBOOK MANNER` prints as JSON what failed.

A script, so that a condition can be laid on all of it: this process, its kernel and what that starts.
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
from nbformat.v4 import new_code_cell, new_notebook

LIMIT = 900  # seconds a cell may take
SHORTEST = 0.5  # seconds of a longest cell, that ■ can still hit

# What a learner runs after the setup cell to jump to a section; for exercises and quiz, setup is enough.
STORY = ("problem", "callback")
BEFORE = {
    "callback": ("problem",),
    **dict.fromkeys(("picture", "parameters", "lab", "trap"), STORY),
    **dict.fromkeys(("exercise", "quiz"), ()),
}
# Sections that are made with the tools of more than those.
ALSO = {
    "01_what_is_a_callback": {"trap": ("picture",)},
    "03_model_checkpoint": {"trap": ("parameters",)},
    "04_early_stopping": {"parameters": ("picture",), "lab": ("picture",), "trap": ("picture",)},
    "05_reduce_lr_on_plateau": {"parameters": ("picture",), "trap": ("picture", "parameters")},
    "06_three_together": {"lab": ("picture",)},
    "07_csv_logger": {"trap": ("picture",)},
    "08_tensorboard": {"trap": ("picture",)},
    "09_learning_rate_scheduler": {"trap": ("picture", "parameters")},
    "10_terminate_on_nan": {"trap": ("picture", "parameters")},
    "11_backup_and_restore": {"parameters": ("picture",), "trap": ("picture", "parameters")},
    "13_ema_and_orbax": {"parameters": ("picture",), "trap": ("picture",)},
    "14_dog_cat": {"lab": ("picture",)},
    "16_common_mistakes": {"trap": ("picture",)},
    "17_cheatsheet": {"trap": ("picture",)},
}


class Failed(Exception):
    """A cell that ended otherwise than it should, by name."""

    def __init__(self, what: str) -> None:
        super().__init__(re.sub(r"\x1b\[[\d;]*m", "", what))  # no colours


class Player:
    """A kernel in which the cells of one notebook run."""

    def __init__(self, notebook: Notebook) -> None:
        self.cells = notebook.code
        self.client = NotebookClient(
            new_notebook(),
            timeout=LIMIT,
            kernel_name="python3",
            resources={"metadata": {"path": str(notebook.path.parent)}},
        )

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

        What ends before runs again and is stopped sooner: the machine was busier when its seconds were taken.
        """
        when = f"cell {cell.id}, interrupted after {seconds:.1f} s"
        running = asyncio.create_task(self._execute(cell))
        ended, _ = await asyncio.wait([running], timeout=seconds)
        if ended and seconds > SHORTEST and not running.exception():
            return await self.interrupt(cell, seconds / 2)
        if ended:
            raise Failed(f"{when}: had ended before")
        while not running.done():  # one interrupt can get lost in TensorFlow's code: a learner presses again
            await self.client.km.interrupt_kernel()
            await asyncio.wait([running], timeout=2)
        try:
            await running
        except CellExecutionError as error:
            if error.ename != "KeyboardInterrupt":
                raise Failed(f"{when}: {error}") from error
        else:
            raise Failed(f"{when}: went on to its end")

    async def keep(self, name: str) -> None:
        """Remembers all names of the kernel as they are now."""
        await self.run([new_code_cell(f"{_KEPT}[{name!r}] = dict(globals())")])

    async def back(self, name: str) -> None:
        await self.run([new_code_cell(f"globals().clear(); globals().update({_KEPT}[{name!r}])")])


_KEPT = "__import__('sys').modules.setdefault('kept', {})"  # outside the learner's names


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
    """Cuts the files of older runs in half, forbids writing, and puts a file where the next run goes."""
    for run in folder.glob("*"):
        (run / f"{len(list(run.iterdir())) + 1:02d}").write_text("not a folder")
    for path in sorted(folder.glob("*/**/*"), reverse=True):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        path.chmod(0o444 if path.is_file() else 0o555)


async def sections(notebook: Notebook) -> None:
    """Each section alone, as by a learner who jumps to it; all that fail are named."""
    found = []
    async with Player(notebook) as player:
        await player.run([cell for cell in player.cells if "setup" in tags(cell)], "setup")
        await player.keep("")
        kept = {""}
        for section, cells in jumps(notebook):
            before = BEFORE[section] + ALSO.get(notebook.path.stem, {}).get(section, ())
            story = " ".join(before)
            try:
                if story not in kept:
                    await player.back("")
                    await player.run([cell for cell in player.cells if {*before} & {*tags(cell)}], story)
                    await player.keep(story)
                    kept.add(story)
                await player.back(story)
                await player.run(cells, f"{section} after setup {story}")
            except Failed as error:
                found.append(str(error))
    if found:
        raise Failed("\n".join(found))


def jumps(notebook: Notebook) -> list[tuple[str, list]]:
    """Each section with its code, an exercise with its check, and a trap for each of the ## headings."""
    found = []
    for section, cells in runs(notebook):
        if section == "check":
            found[-1][1].extend(cells)
        elif section in BEFORE:
            for cell in cells:
                if cell is cells[0] or (section == "trap" and cell.source.startswith("## ")):
                    found.append((section, []))
                found[-1][1].append(cell)
    return [(section, [cell for cell in cells if cell.cell_type == "code"]) for section, cells in found]


MANNERS = {play.__name__: play for play in (once, twice, interrupted, leftovers, sections)}

if __name__ == "__main__":
    try:
        asyncio.run(MANNERS[sys.argv[2]](read_notebook(Path(sys.argv[1]))))
    except Failed as error:
        print(json.dumps(str(error)))  # ASCII: under LC_ALL=C nothing else can be printed
        sys.exit(1)
