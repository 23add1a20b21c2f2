"""All figures of the course in one go: the seconds and memory of every notebook, and what is to be reached.

    uv run python benchmarks/figures.py --photos FOLDER --archive ZIP    # all but the time of the tests
    uv run python benchmarks/figures.py notebooks --only 08 09           # of these notebooks alone
    uv run python benchmarks/figures.py labs start                       # these parts alone
    uv run python benchmarks/figures.py tests                            # how long `pytest` takes
    uv run python benchmarks/figures.py --quick                          # a try: few rounds, keeps nothing
    uv run python benchmarks/figures.py table                            # only the README anew

Every part prints its figures and puts them in figures.csv, and a notebook's in notebooks.csv, as soon as it
has them, so that a run can be split or taken up again; at the end the tables of README.md are written anew.
FOLDER: two folders, one a class (DOG_CAT_PHOTOS is its default). ZIP: the archive of 25,000 photos, or its
folder. Without them their figures are "not measured here".
"""

import argparse
import contextlib
import importlib
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
import psutil
import report
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
ASKED_ONLY = "tests"
SAMPLE_S = 0.2
WHOLE_ARCHIVE = 24_900  # some of the 25,000 can't be opened


def apart(function: Callable, *arguments: object) -> object:
    """What the function returns in a new process, where nothing left by another measurement is in its way."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


# ---- notebooks ------------------------------------------------------------------------------------


def run_all(path: Path) -> dict[str, object]:
    """Run All in a new kernel, in a copy of the course as a learner gets it: nothing drawn, no run yet.

    The seconds are from the start of the kernel to the end of the last cell. The memory is that of the kernel
    and all it starts, added up five times a second; what two processes share counts twice.
    """
    os.environ.pop("DOG_CAT_PHOTOS", None)
    sys.path.append(str(ROOT / "tests"))
    from notebooks import copy_course

    with tempfile.TemporaryDirectory() as folder:
        course = copy_course(Path(folder, "course"))
        notebook = nbformat.read(path, as_version=4)
        where = {"metadata": {"path": str(course / "notebooks")}}
        client = NotebookClient(notebook, timeout=900, kernel_name="python3", resources=where)
        seconds = {}
        began = time.perf_counter()
        with client.setup_kernel(), peak_memory(client.km.provisioner.pid) as peak:
            for place, cell in enumerate(notebook.cells):
                before = time.perf_counter()
                client.execute_cell(cell, place)
                seconds[cell.id] = time.perf_counter() - before
            whole = time.perf_counter() - began
    longest = max(seconds, key=seconds.get)
    return {
        "notebook": path.stem,
        "seconds": f"{whole:.1f}",
        "longest_cell": longest,
        "longest_cell_seconds": f"{seconds[longest]:.1f}",
        "peak_mb": round(max(peak) / 1e6),
    }


@contextlib.contextmanager
def peak_memory(pid: int) -> Iterator[list[int]]:
    """A list that fills with the bytes held by the process and its children."""
    held, ended, kernel = [0], threading.Event(), psutil.Process(pid)

    def watch() -> None:
        while not ended.wait(SAMPLE_S):
            held.append(0)
            for process in [kernel, *kernel.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
                    held[-1] += process.memory_info().rss

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield held
    finally:
        ended.set()
        watcher.join()


def measure_notebooks(options: argparse.Namespace) -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if options.only and not path.stem.startswith(tuple(options.only)):
            continue
        where = report.machine()
        row = apart(run_all, path) | report.promised(path) | where
        print(*(f"{row[name]:>6}" for name in report.NOTEBOOK_COLUMNS[1:8]), path.stem, flush=True)
        if not options.quick:
            report.keep_notebooks([row])
    if not options.quick:
        summarise_notebooks()


def summarise_notebooks() -> None:
    """The two figures of all notebooks, from what is kept; not while one is missing there."""
    rows = report.read("notebooks.csv")
    if len(rows) == len(list((ROOT / "notebooks").glob("*.ipynb"))):
        found = {
            "slowest_notebook_s": max(float(row["seconds"]) for row in rows),
            "notebook_peak_mb": max(float(row["peak_mb"]) for row in rows),
        }
        report.show(found)
        report.keep_figures(report.figure_rows("notebooks", found, report.machine()))


# ---- figures --------------------------------------------------------------------------------------


def start(rounds: int) -> dict[str, float]:
    """Each statement in new processes, in turn, so that whatever else the machine does falls on both."""
    statements = {"keras": "import keras", "helpers": "import helpers; helpers.setup()"}
    seconds = {name: [] for name in statements}
    for number in range(rounds + 1):
        for name, statement in statements.items():
            code = (
                f"import time; began = time.perf_counter(); {statement}; print(time.perf_counter() - began)"
            )
            environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
            )
            if number:  # the first one fetches the files from the disk
                seconds[name].append(float(done.stdout))
    more = [mine - theirs for mine, theirs in zip(seconds["helpers"], seconds["keras"], strict=True)]
    return {
        "python_loop_s": statistics.median(loop_seconds() for _ in range(3)),
        "keras_import_s": statistics.median(seconds["keras"]),
        "helpers_setup_s": statistics.median(seconds["helpers"]),
        "setup_over_keras_s": statistics.median(more),
    }


def loop_seconds() -> float:
    """Seconds on other machines can be held against those of this one by it."""
    began, total = time.perf_counter(), 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - began


def archive(source: Path, quick: bool) -> dict[str, float] | None:
    import dog_cat_pipeline

    with tempfile.TemporaryDirectory() as folder:
        if source.is_file():
            with zipfile.ZipFile(source) as packed:
                photos = [m for m in packed.infolist() if m.filename.endswith(".jpg") and m.file_size]
                packed.extractall(folder, photos)
            source = next(Path(folder).rglob("*.jpg")).parents[1]
        if sum(1 for _ in source.glob("*/*.jpg")) < WHOLE_ARCHIVE:
            return None
        return dog_cat_pipeline.archive_figures(source, **({"size": 96, "steps": 5} if quick else {}))


def tests() -> dict[str, float]:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=ROOT, check=True)
    return {"tests_s": time.perf_counter() - began}


def measure(part: str, options: argparse.Namespace) -> dict[str, float] | None:
    """The figures of a part; None: what they need is not here."""
    if part == "start":
        return start(1 if options.quick else 7)
    if part == "tests":
        return tests()
    if part == "archive":
        return archive(options.archive, options.quick) if options.archive else None
    if part == "install_size" and not (ROOT / "uv.lock").exists():
        return None
    module = importlib.import_module(part)
    if part == "dog_cat_pipeline":
        quick = {"size": 96, "count": 100, "epochs": 1, "rounds": 1} if options.quick else {}
        return module.figures(options.photos, **quick) if options.photos else None
    return module.figures()


def main() -> None:
    parts = {*report.FIGURES, "figures", "table"}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(sorted(parts))}")
    parser.add_argument("--only", nargs="+", metavar="NOTEBOOK", help="how their names begin")
    parser.add_argument("--photos", type=Path, default=os.environ.get("DOG_CAT_PHOTOS"))
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    asked = options.parts or ["notebooks", "figures"]
    if unknown := {*asked} - parts:
        parser.error(f"no part is called {', '.join(unknown)}")

    for part in report.FIGURES:
        if part == "notebooks":
            if part in asked:
                measure_notebooks(options)
        elif part in asked or ("figures" in asked and part != ASKED_ONLY):
            where = report.machine()
            found = apart(measure, part, options)
            report.show(found) if found else print(f"{part}: {report.NOT_MEASURED}", flush=True)
            if not options.quick:
                report.keep_figures(report.figure_rows(part, found, where))
    if not options.quick:
        kept = report.read("notebooks.csv")
        report.keep_notebooks(
            row | report.promised(ROOT / f"notebooks/{row['notebook']}.ipynb") for row in kept
        )
        report.write_readme()


if __name__ == "__main__":
    main()
