"""The cells of notebook 13 that need orbax-checkpoint print what the text beside them says."""

import re

from notebooks import ROOT, Notebook, read_notebook

import pytest
from nbclient import NotebookClient

PATH = ROOT / "notebooks" / "13_ema_and_orbax.ipynb"
NEEDS_ORBAX = [
    cell.id
    for cell in read_notebook(PATH).code
    if re.search("^if has_orbax:$", cell.source, re.MULTILINE)
][1:]  # the first only says whether it is there


def _printed(cell) -> str:
    return "".join(
        output.get("text", "") for output in cell.outputs if output.get("name") == "stdout"
    )


def _promised(notebook: Notebook, cell_id: str) -> str | None:
    """The block of text after a cell that says what it prints where the package is installed."""
    place = [cell.id for cell in notebook.cells].index(cell_id)
    found = re.search(
        r"^```text\n(.*?)^```$", notebook.cells[place + 1].source, re.DOTALL | re.MULTILINE
    )
    return found and found[1]


def test_every_orbax_cell_has_its_output_written_beside_it():
    notebook = read_notebook(PATH)
    assert len(NEEDS_ORBAX) >= 4
    assert [cell_id for cell_id in NEEDS_ORBAX if not _promised(notebook, cell_id)] == []


def test_the_saved_notebook_comes_from_a_machine_without_the_package():
    cells = {cell.id: cell for cell in read_notebook(PATH).code}
    assert _printed(cells["orbax-here"]).count("\n") == 1
    assert "orbax-checkpoint নেই" in _printed(cells["orbax-here"])
    assert [cell_id for cell_id in NEEDS_ORBAX if cells[cell_id].outputs] == []


@pytest.fixture(scope="module")
def run() -> Notebook:
    pytest.importorskip(
        "orbax.checkpoint",
        reason="orbax-checkpoint is optional and large: uv pip install orbax-checkpoint",
    )
    notebook = read_notebook(PATH)
    NotebookClient(
        notebook.node, timeout=300, resources={"metadata": {"path": str(PATH.parent)}}
    ).execute()
    return notebook


@pytest.mark.parametrize("cell_id", NEEDS_ORBAX)
def test_an_orbax_cell_prints_what_the_text_says(run, cell_id):
    cell = next(cell for cell in run.code if cell.id == cell_id)
    assert _printed(cell) == _promised(run, cell_id)
