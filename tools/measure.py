"""Measures what the course promises: tools/figures.csv, and the page tools/FIGURES.md made of it.

    uv lock && uv run python tools/measure.py --photos FOLDER --archive FOLDER    # all
    uv run python tools/measure.py labs start        # these parts alone

Parts: cores, install, start, labs, dragging, read_log, photos, archive; and tests, only when named.
Each runs in a process of its own and is written down as soon as it is through. --photos names a
folder with a folder for each of two classes (DOG_CAT_PHOTOS is its default), --archive one with all
25,000 photos. What can't be measured here keeps the row it had.
"""

import argparse
import csv
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
CSV, PAGE = HERE / "figures.csv", HERE / "FIGURES.md"
COLUMNS = ("figure", "value", "unit", "limit", "date", "machine")
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
    return {
        "cores": (measure_course.cores,),
        "install": (measure_course.install,),
        "start": (measure_course.start,),
        "labs": (measure_course.labs,),
        "dragging": (measure_course.dragging,),
        "read_log": (measure_course.read_log_over_pandas,),
        "photos": (measure_photos.against_guide, photos),
        "archive": (measure_photos.whole_archive, archive),
        "tests": (measure_course.tests,),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(parts(None, None))}"
    )
    parser.add_argument("--photos", type=Path, default=os.environ.get("DOG_CAT_PHOTOS"))
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args()
    known = parts(options.photos, options.archive)
    asked = options.parts or [part for part in known if part != "tests"]
    if strangers := {*asked} - {*known}:
        parser.error(f"no part is called {', '.join(strangers)}")
    for part in asked:
        # a new process: nothing that another part left is in its way
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            try:
                keep(pool.submit(*known[part]).result())
            except measure_course.NotHere as why:
                print(f"{part}: not measured here, {why}")


def keep(found: dict[str, float]) -> None:
    """Writes the figures over their rows in the CSV file, and the page anew."""
    rows = {row["figure"]: row for row in read()}
    for name, value in found.items():
        figure = FIGURES[name]
        missed = "" if value <= figure.limit else "  MISSED"
        print(f"{name:34} {value:10.3g} {figure.unit:3} <= {figure.limit:g}{missed}", flush=True)
        rows[name] = {
            "figure": name,
            "value": f"{value:.1f}" if value >= 100 else f"{value:.3g}",
            "date": datetime.date.today(),
            "machine": machine(),
        }
    with CSV.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for name, figure in FIGURES.items():
            row = rows.get(name, {"figure": name})
            writer.writerow(row | {"unit": figure.unit, "limit": f"{figure.limit:g}"})
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.partition(MARK)[0] + MARK + table(read()), encoding="utf-8", newline="\n")


def read() -> list[dict[str, str]]:
    if not CSV.exists():
        return []
    with CSV.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def machine() -> str:
    info = Path("/proc/cpuinfo")
    named = info.exists() and re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8"))
    memory = psutil.virtual_memory().total / 1e9
    tensorflow = "tensorflow-cpu" if platform.system() == "Linux" else "tensorflow"
    packages = ", ".join(f"{name} {version(name)}" for name in ("keras", tensorflow))
    cpu = named[1] if named else platform.processor()
    return (
        f"{cpu}, {psutil.cpu_count()} cores, {memory:.0f} GB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {packages}"
    )


MARK = "<!-- নিচের টেবিল tools/measure.py লেখে -->\n"


def table(rows: list[dict[str, str]]) -> str:
    """The rows as the page shows them, with the machines below."""
    from helpers.bengali import digits  # brings TensorFlow, which the measured processes start with

    lines = ["", "| কী মাপা হলো | ফল | বড়জোর | | কবে |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        figure = FIGURES[row["figure"]]
        unit = UNITS.get(figure.unit, f" {figure.unit}")
        value, mark = "এখনো মাপা হয়নি", ""
        if row["value"]:
            value = f"{digits(row['value'])}{unit}"
            mark = "✓" if float(row["value"]) <= figure.limit else "✗"
        cells = (figure.label, value, f"{digits(row['limit'])}{unit}", mark, digits(row["date"]))
        lines.append(f"| {' | '.join(cells)} |")
    machines = dict.fromkeys(row["machine"] for row in rows if row["machine"])
    return "\n".join([*lines, "", "মাপা হয়েছে এখানে:", "", *(f"* `{one}`" for one in machines), ""])


if __name__ == "__main__":
    main()
