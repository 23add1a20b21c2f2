"""Notebook 14 as it stands, on real photos."""

from notebooks import ROOT

import nbformat
import pytest
from nbclient import NotebookClient

PER_CLASS = 120
pytestmark = pytest.mark.long


def test_the_dog_cat_notebook_runs_on_real_photos_without_a_changed_line(
    real_photos, tmp_path, monkeypatch
):
    for of_class in sorted(path for path in real_photos.iterdir() if path.is_dir()):
        (tmp_path / of_class.name).mkdir()
        for photo in sorted(of_class.iterdir())[:PER_CLASS]:
            (tmp_path / of_class.name / photo.name).symlink_to(photo)
    monkeypatch.setenv("DOG_CAT_PHOTOS", str(tmp_path))
    path = ROOT / "notebooks" / "14_dog_cat.ipynb"
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=900, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    printed = {
        cell.id: "".join(o.get("text", "") for o in cell.get("outputs", []))
        for cell in notebook.cells
    }
    assert f"Found {2 * PER_CLASS} files" in printed["photos"]
    assert "দুই ভাগেই আছে 0টি" in printed["honest"]
