"""Notebook 14 as it stands, on real photos."""

from helpers import dog_cat
from notebooks import ROOT

import nbformat
from nbclient import NotebookClient


def test_the_dog_cat_notebook_runs_on_real_photos(real_photos, tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.pets.PHOTOS", tmp_path)
    photos = dog_cat(real_photos, per_class=120)
    monkeypatch.setenv("DOG_CAT_PHOTOS", str(photos))
    path = ROOT / "notebooks" / "14_dog_cat.ipynb"
    notebook = nbformat.read(path, as_version=4)
    here = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=900, resources=here).execute()
    outputs = [out.get("text", "") for cell in notebook.cells for out in cell.get("outputs", [])]
    for words in (photos.name, "দুই ভাগেই আছে: 0টি", "validation: 48"):
        assert words in "".join(outputs)
