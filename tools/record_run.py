"""Records a real training of the dog-cat notebook: its CSVLogger file, and where it came from.

    DOG_CAT_PHOTOS=FOLDER uv run python tools/record_run.py NAME --photos-are WORDS --plain

Runs the code cells of notebooks/14_dog_cat.ipynb, as they stand, up to and including the training,
on the photos in DOG_CAT_PHOTOS, and writes data/runs/NAME.csv and data/runs/NAME.json. With --plain
the training has only a CSVLogger, so that nothing stops it, and the photos are not augmented, so
that it overfits.
"""

import argparse
import json
import os
import platform
import re
import shutil
import time
from pathlib import Path

import keras
import nbformat
import psutil
import tensorflow as tf
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "14_dog_cat.ipynb"
# What the notebook knows and the provenance file must say; printed by a last cell of our own.
REPORT = """
import json
print(json.dumps({
    "log": str(log_file), "training_photos": len(train_raw), "validation_photos": len(val_raw),
    "classes": names, "image_size": IMAGE_SIZE, "batch_size": 32, "epochs_allowed": EPOCHS,
    "epochs_run": len(history.epoch),
    "callbacks": [type(callback).__name__ for callback in callbacks],
}))
"""


PLAIN = """
callbacks = [CSVLogger(log_file)]
train_ds = photo_batches(train_raw).unbatch().shuffle(len(train_raw), seed=1337).batch(32)
"""


def code_until_training(plain: bool, epochs: int | None, size: int) -> nbformat.NotebookNode:
    """The notebook's code cells up to the cell `train`, the options' changes before it."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    last = next(number for number, cell in enumerate(cells) if cell.id == "train")
    changes = f"EPOCHS = {epochs or 'EPOCHS'}\n{PLAIN if plain else ''}"
    extra = nbformat.v4.new_code_cell(changes)
    for cell in cells:
        cell.source = re.sub(r"^IMAGE_SIZE = \d+", f"IMAGE_SIZE = {size}", cell.source)
    notebook.cells = [*cells[:last], extra, cells[last], nbformat.v4.new_code_cell(REPORT)]
    return notebook


def write_provenance(path: Path, **facts: object) -> None:
    """Where a recorded training came from: the facts, and the packages and the machine here."""
    versions = {"python": platform.python_version(), "keras": keras.__version__}
    facts["versions"] = versions | {"tensorflow": tf.__version__}
    facts["machine"] = {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "gpu": bool(tf.config.list_physical_devices("GPU")),
    }
    text = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")
    print(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="data/runs/NAME.csv")
    parser.add_argument("--plain", action="store_true", help="only CSVLogger, no augmentation")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--image-size", type=int, default=96, help="96, as in all recorded runs")
    parser.add_argument("--photos-are", required=True, help="what the photos are, in words")
    options = parser.parse_args()

    started = time.monotonic()
    notebook = code_until_training(options.plain, options.epochs, options.image_size)
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(notebook, timeout=None, kernel_name="python3", resources=resources).execute()
    minutes = (time.monotonic() - started) / 60

    report = json.loads(notebook.cells[-1].outputs[0].text)
    shutil.copy(report.pop("log"), ROOT / "data" / "runs" / f"{options.name}.csv")
    write_provenance(
        ROOT / "data" / "runs" / f"{options.name}.json",
        made_by="tools/record_run.py, the code of notebooks/14_dog_cat.ipynb",
        photos=options.photos_are,
        **report,
        augmentation=not options.plain,
        seed=1337,
        minutes=round(minutes, 1),
        date=time.strftime("%Y-%m-%d"),
    )


if __name__ == "__main__":
    main()
