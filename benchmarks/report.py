"""What the benchmarks measure, what is to be reached, and where it is kept: two CSV files and README.md.

The README's tables hold what the CSV files hold. Every row says on which machine, with which versions, on
which day it was measured, and how busy other programs kept the machine just before.
"""

import csv
import datetime
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat
import psutil

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parent / "notebooks"
README = HERE / "README.md"
NOT_MEASURED = "not measured here"


@dataclass(frozen=True)
class Figure:
    label: str
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def limit(self) -> str:
        if self.most is not None:
            return f"<= {self.most:g}"
        return "" if self.least is None else f">= {self.least:g}"

    def reached(self, value: float) -> bool:
        return not (
            (self.most is not None and value > self.most) or (self.least is not None and value < self.least)
        )


# part of the command -> its figures
FIGURES = {
    "notebooks": {
        "slowest_notebook_s": Figure("সবচেয়ে ধীর নোটবুক, kernel চালু করা সহ", "s", most=60),
        "notebook_peak_mb": Figure("সবচেয়ে বেশি মেমোরি নেয় যে নোটবুক", "MB", most=4000),
    },
    "install_size": {"download_mb": Figure("ইনস্টলে যতটা নামাতে হয়", "MB", most=420)},
    "start": {
        "python_loop_s": Figure("কত দ্রুত এই মেশিন: Python-এ এক কোটি যোগ", "s"),
        "keras_import_s": Figure("`import keras`", "s"),
        "helpers_setup_s": Figure("`import helpers; helpers.setup()`", "s"),
        "setup_over_keras_s": Figure("`import keras`-এর চেয়ে `helpers` যতটা বেশি নেয়", "s", most=0.5),
    },
    "labs": {
        **{
            f"{lab}_{name}_ms": Figure(f"`{lab}`-এর স্লাইডার, {words}", "ms", most=most)
            for lab in ("patience_lab", "three_lab", "hooks_lab", "schedule_lab")
            for name, words, most in (("median", "মাঝারি সাড়া", 50), ("95", "১০০ বারে ৯৫ বার এর মধ্যে", 100))
        },
        **{
            key: figure
            for lab in ("patience_lab", "three_lab")
            for key, figure in {
                f"interact_{lab}_ms": Figure(f"ওই ছবি `ipywidgets.interact` দিয়ে (`{lab}`)", "ms"),
                f"interact_vs_{lab}": Figure(f"`interact`-এ যত গুণ সময় লাগে (`{lab}`)", "x", least=2.5),
            }.items()
        },
        "plateau_lab_training_s": Figure("`plateau_lab`-এর এক ট্রেনিং", "s", most=2),
    },
    "dog_cat_pipeline": {
        "guide_epoch_s": Figure("গাইডের কোড, হুবহু: এক epoch", "s"),
        "ours_epoch_s": Figure("কোর্সের কোড: এক epoch", "s"),
        "tensors_epoch_s": Figure("আগে থেকেই মেমোরিতে থাকা ছবিতে: এক epoch", "s"),
        "guide_first_epoch_s": Figure("গাইডের কোডে প্রথম epoch (তখনই ফাইল পড়া)", "s"),
        "ours_first_epoch_s": Figure("কোর্সের কোডে প্রথম epoch", "s"),
        "tensors_first_epoch_s": Figure("মেমোরির ছবিতে প্রথম epoch", "s"),
        "epoch_vs_guide": Figure("এক epoch: গাইডের তুলনায়", "x", most=0.8),
        "epoch_vs_guide_cpu": Figure("এক epoch: গাইডের তুলনায়, CPU-সেকেন্ডে", "x"),
        "epoch_vs_tensors": Figure("এক epoch: মেমোরির ছবির তুলনায়", "x", most=1.1),
        "epoch_vs_tensors_cpu": Figure("এক epoch: মেমোরির ছবির তুলনায়, CPU-সেকেন্ডে", "x"),
        "guide_photo_kb": Figure("গাইডের কোডে একটি ছবি মেমোরি নেয়", "kB"),
        "ours_photo_kb": Figure("কোর্সের কোডে একটি ছবি মেমোরি নেয়", "kB"),
        "photo_vs_guide": Figure("একটি ছবির মেমোরি: গাইডের তুলনায়", "x", most=0.25),
    },
    "archive": {"archive_peak_gb": Figure("২৫,০০০ ছবি, ২২৪ পিক্সেল, ৪ GB-র মেশিন: ট্রেনিং নেয়", "GB", most=4)},
    "hooks": {"recorder_percent": Figure("এক epoch-এ `HookRecorder`-এর ভাগ", "%", most=1)},
    "live_plot": {"live_plot_percent": Figure("ট্রেনিংয়ে চলন্ত গ্রাফের ভাগ (নোটবুক ১৫)", "%", most=3)},
    "read_log": {
        "read_log_one_run_s": Figure("`read_log`: দশ লাখ epoch, এক রান", "s", most=2),
        "read_log_10000_runs_s": Figure("`read_log`: দশ লাখ epoch, ১০,০০০ রান", "s", most=2),
        "read_log_other_columns_s": Figure("`read_log`: এক লাখ epoch, মাঝে কলাম বেড়েছে", "s"),
    },
    "tests": {"tests_s": Figure("রোজকার সব test: `uv run pytest`", "s", most=600)},
}
ALL = {name: figure for figures in FIGURES.values() for name, figure in figures.items()}
UNITS = {"s": " সেকেন্ড", "x": " গুণ", "%": "%"}

MACHINE = (
    *("date", "others_percent", "python", "keras", "tensorflow", "jupyterlab"),
    *("system", "cpu", "cores", "memory_gb"),
)
FIGURE_COLUMNS = ("figure", "value", "unit", "limit", "reached", *MACHINE)
NOTEBOOK_COLUMNS = (
    *("notebook", "seconds", "longest_cell", "longest_cell_seconds", "peak_mb"),
    *("title_seconds", "title_minutes", "formula_minutes", *MACHINE),
)
Row = Mapping[str, object]


def show(found: Mapping[str, float]) -> None:
    """Prints figures as a table, with what is to be reached."""
    for name, value in found.items():
        figure = ALL[name]
        limit = f"{figure.limit} {'' if figure.reached(value) else 'MISSED'}" if figure.limit else ""
        print(f"{name:28} {rounded(value):>8} {figure.unit:3} {limit}".rstrip(), flush=True)


def rounded(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"


# ---- the machine ----------------------------------------------------------------------------------


def machine() -> dict[str, object]:
    """What a row says of where it was measured. Takes two seconds: so long it watches the other programs."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:  # not Linux
        system = f"{platform.system()} {platform.release()}"
    return {
        "date": datetime.date.today().isoformat(),
        "others_percent": round(psutil.cpu_percent(interval=2)),
        "python": platform.python_version(),
        **{name: version(package) for name, package in PACKAGES.items()},
        "system": f"{system}, {platform.machine()}",
        "cpu": _cpu(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
    }


# a learner with a GPU has tensorflow in place of tensorflow-cpu
PACKAGES = {"keras": "keras", "tensorflow": "tensorflow-cpu", "jupyterlab": "jupyterlab"}


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    named = info.exists() and re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8"))
    return named[1] if named else platform.processor()


# ---- the CSV files --------------------------------------------------------------------------------


def figure_rows(part: str, found: Mapping[str, float] | None, where: Row) -> list[Row]:
    """A row for each figure of the part; found=None: it can't be measured here."""
    rows = []
    for name, figure in FIGURES[part].items():
        row = {"figure": name, "unit": figure.unit, "limit": figure.limit}
        if found is None:
            rows.append(row | {"value": NOT_MEASURED})
        else:
            reached = ("no", "yes")[figure.reached(found[name])] if figure.limit else ""
            rows.append(row | {"value": rounded(found[name]), "reached": reached} | where)
    return rows


def read(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of this folder; none if there is no such file yet."""
    path = HERE / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keep(name: str, columns: tuple[str, ...], rows: Iterable[Row], order: Iterable[str]) -> None:
    """Writes rows to a CSV file over those of the same name; others stay if the order has them."""
    kept = {row[columns[0]]: row for row in [*read(name), *rows]}
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept[key] for key in order if key in kept)


def keep_figures(rows: Iterable[Row]) -> None:
    missing = (row for part in FIGURES for row in figure_rows(part, None, {}))
    known = {row["figure"] for row in read("figures.csv")}
    keep("figures.csv", FIGURE_COLUMNS, [*(m for m in missing if m["figure"] not in known), *rows], ALL)


def keep_notebooks(rows: Iterable[Row]) -> None:
    keep("notebooks.csv", NOTEBOOK_COLUMNS, rows, sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")))


# ---- minutes --------------------------------------------------------------------------------------


def minutes(cells: list) -> int:
    """Minutes a learner needs, to the nearest five.

    60 words of text a minute (they are thought about, not only read), 20 lines of code; 4 minutes an
    exercise, half a minute a question to think about first, 5 for a lab, 3 for the quiz. Without the links
    and the solutions.
    """
    read_by_all = [cell for cell in cells if not {"nav", "solution"} & {*cell.metadata.get("tags", [])}]
    text = "\n".join(cell.source for cell in read_by_all if cell.cell_type == "markdown")
    code = "\n".join(cell.source for cell in read_by_all if cell.cell_type == "code")
    tags = [tag for cell in cells if cell.cell_type == "code" for tag in cell.metadata.get("tags", [])]
    needed = (
        len(text.split()) / 60
        + sum(1 for line in code.splitlines() if line.strip()) / 20
        + 4 * tags.count("check")
        + 0.5 * text.count("আগে ভাবো")
        + 5 * ("lab" in tags)
        + 3
    )
    return 5 * round(needed / 5)


def promised(path: Path) -> dict[str, int]:
    """What a notebook's first cell says of its time, and the minutes by the formula."""
    cells = nbformat.read(path, as_version=4).cells
    # int() reads Bengali digits too
    said = re.search(r"সময়: (\d+) মিনিট \(তার মধ্যে মেশিনের কাজ (\d+) সেকেন্ড\)", cells[0].source)
    return {
        "title_minutes": int(said[1]),
        "title_seconds": int(said[2]),
        "formula_minutes": minutes(cells),
    }


# ---- README.md ------------------------------------------------------------------------------------


def write_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for name, table in tables().items():
        text = between(name).sub(lambda found, table=table: f"{found[1]}{table}{found[3]}", text)
    README.write_text(text, encoding="utf-8")


def between(name: str) -> re.Pattern:
    """Finds a table in the README, as the second group, between its two markers."""
    return re.compile(f"(<!-- {name} -->\n\n)(.*?)(\n\n<!-- /{name} -->)", re.DOTALL)


def tables() -> dict[str, str]:
    """The README's generated parts, of what the CSV files hold."""
    figures, notebooks = read("figures.csv"), read("notebooks.csv")
    return {
        "figures": table(("কী মাপা হলো", "ফল", "লক্ষ্য", ""), map(_figure_cells, figures)),
        "notebooks": table(
            (
                "নোটবুক",
                "সেকেন্ড",
                "সবচেয়ে লম্বা সেল",
                "মেমোরি, MB",
                "শিরোনামের সেকেন্ড",
                "শিরোনামের মিনিট",
                "হিসাবের মিনিট",
            ),
            map(_notebook_cells, notebooks),
        ),
        "machine": "\n".join(_machines([*figures, *notebooks])),
    }


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [[*head], ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figure_cells(row: dict[str, str]) -> tuple[str, ...]:
    figure = ALL[row["figure"]]
    unit = UNITS.get(figure.unit, f" {figure.unit}")
    words = {"<=": "বড়জোর", ">=": "অন্তত"}
    sign, _, number = row["limit"].partition(" ")
    limit = f"{words[sign]} {_digits(number)}{unit}" if sign else ""
    if row["value"] == NOT_MEASURED:
        return figure.label, "এখানে মাপা হয়নি", limit, ""
    mark = {"yes": "✓", "no": "✗", "": ""}[row["reached"]]
    return figure.label, f"{_digits(row['value'])}{unit}", limit, mark


def _notebook_cells(row: dict[str, str]) -> tuple[str, ...]:
    longest = f"`{row['longest_cell']}`, {_digits(row['longest_cell_seconds'])}"
    rest = (row[name] for name in ("peak_mb", "title_seconds", "title_minutes", "formula_minutes"))
    return f"`{row['notebook']}`", _digits(row["seconds"]), longest, *map(_digits, rest)


def _machines(rows: list[dict[str, str]]) -> Iterable[str]:
    for where in dict.fromkeys(tuple(row[name] for name in MACHINE[2:]) for row in rows if row["date"]):
        here = [row for row in rows if tuple(row[name] for name in MACHINE[2:]) == where]
        python, keras, tensorflow, jupyterlab, system, cpu, cores, memory = where
        days = sorted({row["date"] for row in here})
        busy = max(int(row["others_percent"]) for row in here)
        yield (
            f"* `{cpu}`, {_digits(cores)} core, {_digits(memory)} GB মেমোরি, `{system}`; `Python {python}`, "
            f"`Keras {keras}`, `TensorFlow {tensorflow}`, `JupyterLab {jupyterlab}`; "
            f"{_digits(len(here))}টি সারি, মাপা `{days[0]}` থেকে `{days[-1]}`-এর মধ্যে, "
            f"ঠিক আগে অন্য কাজে CPU ব্যস্ত ছিল বড়জোর {_digits(busy)}%"
        )


def _digits(text: object) -> str:
    from helpers.bengali import digits  # brings TensorFlow, which not every benchmark may have in its process

    return digits(text)
