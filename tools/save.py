"""Runs notebooks anew, saves them the one way all are saved, and checks them.

    uv run python tools/save.py 04 07_csv_logger    # by number or by name; --all for all of them
    uv run python tools/save.py    # only SYMPTOMS.md, and requirements-colab.txt from a new lock

A notebook runs in a new kernel, in a copy of the course without runs and photos: two runs give the
same bytes. The file on the disk changes only when every cell came through, and only if nobody saved
it meanwhile. Then its rules and its compared outputs are tested (tests/test_course.py and nbval).
"""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import slides
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parents[1]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"
CELL_LIMIT = 900  # seconds


class NotSaved(Exception):
    """Why a notebook was left as it is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="04, or 04_early_stopping")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    files = sorted((ROOT / "notebooks").glob("*.ipynb"))
    stems = {path.stem for path in files}
    numbers = {stem[:2]: stem for stem in stems}
    wanted = {numbers.get(name.zfill(2), name) for name in options.notebooks}
    if strangers := wanted - stems:
        parser.error(f"notebooks/-এ নেই: {', '.join(sorted(strangers))}")

    write_colab_list(ROOT)
    subprocess.run([sys.executable, ROOT / "tools" / "symptoms_page.py"], check=True)
    sound = [renewed(path) for path in files if options.all or path.stem in wanted]
    sys.exit(not all(sound))


def renewed(path: Path) -> bool:
    """Whether the notebook was saved and keeps the rules."""
    try:
        save(path)
    except NotSaved as error:
        print(f"✗ {path.name} আগের মতোই আছে: {error}", file=sys.stderr)
        return False
    print(f"✓ {path.name} সেভ হলো; এবার নিয়মগুলো দেখা হচ্ছে", flush=True)
    tests = ["tests/test_course.py", str(path.relative_to(ROOT)), "-k", path.stem]
    command = [sys.executable, "-m", "pytest", "-n0", "-q", *tests]
    return subprocess.run(command, cwd=ROOT).returncode == 0


def save(path: Path) -> None:
    """Runs the notebook in a copy of its course and writes what came out over it; or NotSaved."""
    before = path.read_bytes()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = copy_course(path.parents[1], Path(folder, "course")) / "notebooks" / path.name
        format_code(copy)
        notebook = nbformat.read(copy, as_version=4)
        execute(notebook, copy.parent)
    if path.read_bytes() != before:
        raise NotSaved("চলার সময় ফাইলটি অন্য কোথাও থেকে বদলেছে; আবার চালাও")
    new = path.with_name(f".{path.name}.new")  # in one step: never half a file
    new.write_text(saved_form(notebook), encoding="utf-8", newline="\n")
    new.replace(path)


def copy_course(source: Path, target: Path) -> Path:
    """The course as a learner gets it, without tests."""
    names = ("runs", "data/photos", "tests", "tools", "test-artefacts")
    left_out = {source / name for name in names}

    def ignored(folder: str, names: list[str]) -> list[str]:
        hidden = {name for name in names if name.startswith(".") or name == "__pycache__"}
        return [name for name in names if name in hidden or Path(folder, name) in left_out]

    return shutil.copytree(source, target, ignore=ignored)


def format_code(path: Path) -> None:
    if not importlib.util.find_spec("ruff"):
        print("ruff নেই (requirements-ci.txt), তাই কোডের সাজ যেমন ছিল তেমনই থাকছে", file=sys.stderr)
        return
    # what can't be read as Python is told by the run, with the cell
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)])


def execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Runs every cell in one new kernel that stands in the folder, outputs and counts anew."""
    os.environ.pop("DOG_CAT_PHOTOS", None)  # the drawn photos, as everywhere
    where = {"timeout": CELL_LIMIT, "resources": {"metadata": {"path": str(folder)}}}
    client = NotebookClient(notebook, kernel_name="python3", record_timing=False, **where)
    with client.setup_kernel():
        for place, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            try:
                client.execute_cell(cell, place)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                said = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip()
                raise NotSaved(f"{cell.id} সেলটি থেমে গেল\n{said}") from error
            cell.outputs = joined(cell.outputs)
            for output in cell.outputs:
                if view := output.get("data", {}).get(WIDGET):
                    view["model_id"] = cell.id  # a random one leads nowhere either


def joined(outputs: list) -> list:
    """Neighbouring texts of one stream become one; a progress bar keeps only what one sees last."""
    whole = []
    for output in outputs:
        if output.output_type != "stream":
            whole.append(output)
        elif whole and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    for output in whole:
        if "text" in output:
            output.text = re.sub(r".*\r(?=[^\n])", "", output.text).replace("\r", "")
    return whole


def saved_form(notebook: nbformat.NotebookNode) -> str:
    """The text of the file, with the metadata that the tags alone decide."""
    derive(notebook)
    return nbformat.writes(notebook) + "\n"


def derive(notebook: nbformat.NotebookNode) -> None:
    """Sets what follows from the cells' tags, and drops what differs from machine to machine."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL})
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        folded = {"jupyter": {"source_hidden": True}} if "tool" in tags else {}
        slide = {"slideshow": {"slide_type": slides.kind(cell)}}
        cell.metadata = nbformat.from_dict({"tags": tags, **folded, **slide} if tags else {})


def write_colab_list(course: Path) -> None:
    """Gives the packages that requirements-colab.txt names the versions of requirements.txt."""
    lock, colab = (course / f"requirements{name}.txt" for name in ("", "-colab"))
    versions = dict(re.findall(r"(?m)^([\w-]+)==([\w.]+)", lock.read_text(encoding="utf-8")))
    old = colab.read_text(encoding="utf-8")
    new = re.sub(r"(?m)^([\w-]+)==.+$", lambda pin: f"{pin[1]}=={versions[pin[1]]}", old)
    if new != old:
        colab.write_text(new, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
