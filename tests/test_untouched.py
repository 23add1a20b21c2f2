"""Nothing of the learner's is lost: what lies where the course writes is there afterwards."""

import re
from pathlib import Path

import helpers as h
from notebooks import QUESTIONS, copy_course, notebook_files, questions, read_notebook

import pytest
from conditions import PLAIN, failure
from keras.callbacks import EarlyStopping, ModelCheckpoint
from photos import photo_folder

h.setup()
WRITERS = ("03", "07", "11", "16", "18")  # the notebooks that write most
FOLDERS = ["backup", "backup_ckpts", "checkpoints", "logs/run1", "logs/run1/train", "models"]
PHOTOS = ["PetImages/Cat/0.jpg", "PetImages/Cat/1.jpg", "own-mine/cat/0.jpg", "notes.txt"]
LOG = b"epoch,loss,val_loss\r\n0,0.5,0.6\r\n1,0.4,0.7\r\n"


def quoted(pattern: str) -> list[str]:
    """What matches in the notebooks' code."""
    cells = [cell.source for path in notebook_files() for cell in read_notebook(path).code]
    return sorted(set(re.findall(pattern, "\n".join(cells))))


RUNS = quoted(r'run_dir\("([\w-]+)"\)')
# what cells call their files; beside the notebook these would be the learner's own
NAMES = quoted(r'"((?:[\w-]+/)*[\w.-]+\.(?:keras|csv|h5|json|txt|ini|md))"')


def planted(course: Path) -> dict[Path, bytes]:
    """Everything in the course, with learners' files wherever something could be written."""
    planned = [
        *(f"notebooks/{name}" for name in NAMES),
        *(f"notebooks/{folder}/mine.txt" for folder in FOLDERS),
        *(f"runs/{name}/{number}/best.keras" for name in RUNS for number in ("01", "03", "mine")),
        "runs/mine.txt",
        *(f"data/photos/{name}" for name in PHOTOS),
    ]
    for name in planned:
        path = course / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(LOG if path.suffix == ".csv" else f"আমার {name}".encode())
    return everything(course)


def everything(course: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in course.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.fixture
def course(tmp_path, monkeypatch):
    course = tmp_path / "course"
    (course / "notebooks").mkdir(parents=True)
    for name in h.__all__:  # loaded before the course moves: they look where they stand
        getattr(h, name)
    monkeypatch.setattr("helpers.start.COURSE", course)
    monkeypatch.setattr("helpers.pets.PHOTOS", course / "data" / "photos")
    monkeypatch.chdir(course / "notebooks")
    return course


def test_no_helper_touches_what_lies_there(course):
    mine = photo_folder(course / "আমার ছবি", ("cat", "dog"), 51, "{}.jpg")
    for kind in ("cat", "dog"):
        (mine / kind / "broken.jpg").write_bytes(b"broken")
    (course / "train.py").write_text("print('epoch 0')")
    before = planted(course)
    assert len(RUNS) > 10 and {"best.keras", "log.csv"} <= set(NAMES)

    for name in RUNS:
        for _ in range(3):
            (h.run_dir(name) / "best.keras").write_bytes(b"new")
    chosen = h.dog_cat(mine, per_class=50)
    assert chosen.parent == course / "data" / "photos" and h.dog_cat("drawn").name == "drawn"
    log = h.read_log("log.csv")
    saver, stopper = ModelCheckpoint("best.keras"), EarlyStopping(patience=1)
    assert h.replay([saver, stopper], log).saved_epochs == [0, 1]
    for lab in (
        h.patience_lab("log.csv"),
        h.three_lab(log),
        h.upload_lab(str, mine / "cat" / "1.jpg"),
    ):
        assert lab.picture.value
    h.plot_log("log.csv")
    h.run_script(course / "train.py")
    h.open_tensorboard("logs").stop()
    for path in QUESTIONS.glob("*.toml"):
        for name in questions(path.stem).get("check", {}):
            h.check(f"{path.stem}/{name}", saver)

    after = everything(course)
    assert {path: after.get(path) for path in before} == before
    new = {path.relative_to(course).parts[:2] for path in after if path not in before}
    assert {parts[0] for parts in new} == {"runs", "data"} and ("data", "photos") in new


@pytest.mark.long
@pytest.mark.parametrize("number", WRITERS)
def test_no_notebook_touches_what_lies_there(number, tmp_path):
    course = copy_course(tmp_path / PLAIN.folder)
    before = planted(course)
    (notebook,) = (course / "notebooks").glob(f"{number}_*.ipynb")
    assert failure(notebook, PLAIN, "once") == ""
    after = everything(course)
    assert {path: after.get(path) for path in before} == before
