"""The core of a notebook runs without what stands below its line."""

from notebooks import ROOT, notebook_files, read_notebook

import nbformat
import pytest
from nbclient import NotebookClient

WITH_MORE = [
    path
    for path in notebook_files()
    if len(read_notebook(path).core.cells) < len(read_notebook(path).cells)
]


@pytest.mark.parametrize("path", WITH_MORE, ids=lambda path: path.stem)
def test_the_core_needs_nothing_defined_below_it(path):
    notebook = nbformat.read(path, as_version=4)
    core = {cell.id for cell in read_notebook(path).core.cells}
    notebook.cells = [cell for cell in notebook.cells if cell.id in core]
    folder = {"metadata": {"path": str(ROOT / "notebooks")}}
    NotebookClient(notebook, timeout=300, resources=folder).execute()  # raises at the first error
