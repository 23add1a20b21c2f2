"""The repaired example of notebook 14 runs as it stands, without helpers, on any photos."""

import re
import shutil
import subprocess
import sys
import zipfile

from notebooks import ROOT, read_notebook

import pandas as pd
import pytest

SUMMARY = read_notebook(ROOT / "notebooks" / "14_dog_cat.ipynb").section("summary")[-1].source
SCRIPT = re.search(r"```python\n(.+)```", SUMMARY, re.DOTALL)[1]


@pytest.fixture
def drawn(tmp_path):
    with zipfile.ZipFile(ROOT / "data" / "drawn_photos.zip") as packed:
        packed.extractall(tmp_path / "drawn")
    return tmp_path / "drawn"


def of_each(photos, count, target):
    for kind in sorted(folder for folder in photos.iterdir() if folder.is_dir()):
        (target / kind.name).mkdir(parents=True)
        for photo in sorted(kind.iterdir())[:count]:
            shutil.copy(photo, target / kind.name)


# shorter than in the script, and 40 photos are a single step; once at the script's own size
@pytest.mark.parametrize(("photos", "size"), [("drawn", 32), ("real_photos", 224)])
def test_the_script_trains_and_leaves_the_best_model(request, tmp_path, photos, size):
    folder = tmp_path / "project"
    of_each(request.getfixturevalue(photos), 20, folder / "dataset")
    code = SCRIPT.replace("SIZE, EPOCHS = 224, 25", f"SIZE, EPOCHS = {size}, 2")
    assert code != SCRIPT and len(SCRIPT.splitlines()) <= 60
    (folder / "train.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "train.py"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr[-2000:]
    (run,) = (folder / "runs").iterdir()
    assert (run / "best.keras").is_file()
    assert len(pd.read_csv(run / "training_log.csv")) == 2
