"""Every notebook runs on every machine, twice, offline, interrupted, and in parts.

`uv run pytest -m long tests/test_matrix.py --dist=load` plays all of them in all conditions; the
ordinary command plays the first one, twice, in all conditions at once.
"""

from notebooks import ROOT, copy_course, notebook_files, read_notebook

import pytest
from conditions import CONDITIONS, EVERYTHING, PLAIN, failure
from nbclient import NotebookClient
from play import MANNERS

MATRIX = {
    **{name: (condition, "once") for name, condition in CONDITIONS.items()},
    **{manner: (PLAIN, manner) for manner in MANNERS if manner != "once"},
}


@pytest.mark.long
@pytest.mark.parametrize(("condition", "manner"), MATRIX.values(), ids=MATRIX)
@pytest.mark.parametrize("name", [path.stem for path in notebook_files()])
def test_a_notebook_runs_in_this_condition(name, condition, manner, tmp_path, request):
    course = copy_course(tmp_path / condition.folder)
    found = failure(course / "notebooks" / f"{name}.ipynb", condition, manner)
    assert not found, f"{request.node.callspec.id}: {found}"


def test_the_first_notebook_runs_twice_in_all_conditions_at_once(tmp_path):
    course = copy_course(tmp_path / EVERYTHING.folder)
    found = failure(course / "notebooks/00_start.ipynb", EVERYTHING, "twice")
    assert not found, found


@pytest.mark.long
def test_the_dog_cat_notebook_runs_on_real_photos(real_photos, tmp_path, monkeypatch):
    for of_class in sorted(path for path in real_photos.iterdir() if path.is_dir()):
        (tmp_path / of_class.name).mkdir()
        for photo in sorted(of_class.iterdir())[:120]:
            (tmp_path / of_class.name / photo.name).symlink_to(photo)
    monkeypatch.setenv("DOG_CAT_PHOTOS", str(tmp_path))
    notebook = read_notebook(ROOT / "notebooks" / "14_dog_cat.ipynb")
    where = {"metadata": {"path": str(notebook.path.parent)}}
    NotebookClient(notebook.node, timeout=900, resources=where).execute()
    printed = {
        cell.id: "".join(output.get("text", "") for output in cell.outputs)
        for cell in notebook.code
    }
    assert "Found 240 files" in printed["photos"]
    assert "দুই ভাগেই আছে 0টি" in printed["honest"]
