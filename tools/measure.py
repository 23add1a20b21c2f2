"""Measures what the course promises and writes it into the table of tools/FIGURES.md.

    uv lock && uv run python tools/measure.py --photos FOLDER --archive FOLDER    # all
    uv run python tools/measure.py labs start        # these parts alone

Parts: cores, install, start, labs, dragging, read_log, photos, archive; and tests, only when named.
Each runs in a process of its own and is written down as soon as it is through. --photos names a
folder with a folder for each of two classes (DOG_CAT_PHOTOS is its default), --archive one with all
25,000 photos. What can't be measured here keeps the row it had.
"""

import argparse
import datetime
import multiprocessing
import os
import platform
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import measure_course
import measure_photos
import psutil

HERE = Path(__file__).resolve().parent
PAGE = HERE / "FIGURES.md"
MARK = "<!-- নিচের টেবিল tools/measure.py লেখে -->\n"
NOTEBOOKS = sorted(path.stem for path in (HERE.parent / "notebooks").glob("*.ipynb"))
UNITS = {"s": " সেকেন্ড", "x": " গুণ"}


@dataclass(frozen=True)
class Figure:
    label: str
    unit: str
    limit: float  # at most this


FIGURES = {
    **{f"core {stem}": Figure(f"`{stem}`-এর মূল পথ", "s", 30) for stem in NOTEBOOKS},
    "download": Figure("ইনস্টলে যতটা নামাতে হয়", "MB", 420),
    "setup over keras": Figure("`import keras`-এর চেয়ে `helpers` যতটা বেশি নেয়", "s", 0.3),
    **{
        f"{lab} {name}": Figure(f"`{lab}`-এর স্লাইডার, {words}", "ms", limit)
        for lab in measure_course.SLIDERS
        for name, words, limit in (
            ("median", "মাঝারি সাড়া", 50),
            ("95 %", "১০০ বারে ৯৫ বার এর মধ্যে", 100),
            ("dragged", "ব্রাউজারে টানার সময় এক ছবি থেকে পরের ছবি", 83),  # twelve a second
            ("gap", "ব্রাউজারে টানার সময় সবচেয়ে লম্বা ফাঁক", 200),
        )
    },
    "read_log over pandas": Figure("`read_log`: দশ হাজার epoch, `pandas.read_csv`-এর তুলনায়", "x", 3),
    "epoch over guide": Figure("এক epoch: গাইডের কোডের তুলনায়", "x", 0.8),
    "epoch over tensors": Figure("এক epoch: মেমোরিতে থাকা ছবির তুলনায়", "x", 1.1),
    "photo over guide": Figure("একটি ছবির মেমোরি: গাইডের কোডের তুলনায়", "x", 0.25),
    "archive": Figure("২৫,০০০ ছবি, ২২৪ পিক্সেল, ৪ GB-র মেশিন: ট্রেনিং নেয়", "GB", 4),
    "tests": Figure("রোজকার সব test: `uv run pytest`", "s", 600),
}


def parts(photos: Path | None, archive: Path | None) -> dict[str, tuple[Callable, ...]]:
    """The function of every part, with its arguments."""
    names = ("cores", "install", "start", "labs", "dragging", "read_log", "tests")
    return {
        **{name: (getattr(measure_course, name),) for name in names},
        "photos": (measure_photos.against_guide, photos),
        "archive": (measure_photos.whole_archive, archive),
    }


def main() -> None:
    known = ", ".join(parts(None, None))
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {known}")
    parser.add_argument("--photos", type=Path, default=os.environ.get("DOG_CAT_PHOTOS"))
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args()
    functions = parts(options.photos, options.archive)
    wanted = options.parts or [part for part in functions if part != "tests"]
    for part, (function, *given) in [(part, functions[part]) for part in wanted]:
        # a new process: nothing that another part left is in its way
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            try:
                keep(pool.submit(function, *given).result())
            except measure_course.NotHere as why:
                print(f"{part}: not measured here, {why}")


def keep(found: dict[str, float]) -> None:
    """Writes the figures over their rows of the page; the others keep theirs."""
    from helpers.bengali import digits  # brings TensorFlow, which the measured processes start with

    text, _, table = PAGE.read_text(encoding="utf-8").partition(MARK)
    rows = {line.split("|")[1].strip(): line for line in table.splitlines() if line[:2] == "| "}
    lines = ["", "| কী মাপা হলো | ফল | বড়জোর | | কবে |", "| --- | --- | --- | --- | --- |"]
    for name, figure in FIGURES.items():
        unit = UNITS.get(figure.unit, f" {figure.unit}")
        limit = f"{digits(f'{figure.limit:g}')}{unit}"
        row = f"| {figure.label} | এখনো মাপা হয়নি | {limit} |  |  |"
        if (value := found.get(name)) is not None:
            mark = "✓" if value <= figure.limit else "✗"
            said = f"{value:.1f}" if value >= 100 else f"{value:.3g}"
            print(f"{mark} {name:34} {said:>10} {figure.unit:3} <= {figure.limit:g}", flush=True)
            today = digits(datetime.date.today())
            rows[figure.label] = (
                f"| {figure.label} | {digits(said)}{unit} | {limit} | {mark} | {today} |"
            )
        lines.append(rows.get(figure.label, row))
    machines = dict.fromkeys([*re.findall(r"^\* `(.+)`$", table, re.MULTILINE), machine()])
    lines += ["", "মাপা হয়েছে এখানে:", "", *(f"* `{one}`" for one in machines), ""]
    PAGE.write_text(text + MARK + "\n".join(lines), encoding="utf-8", newline="\n")


def machine() -> str:
    info = Path("/proc/cpuinfo")
    named = info.exists() and re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8"))
    memory = psutil.virtual_memory().total / 1e9
    tensorflow = "tensorflow-cpu" if platform.system() == "Linux" else "tensorflow"
    packages = ", ".join(f"{name} {version(name)}" for name in ("keras", tensorflow))
    return (
        f"{named[1] if named else platform.processor()}, {psutil.cpu_count()} cores, "
        f"{memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}"
    )


if __name__ == "__main__":
    main()
