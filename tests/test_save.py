"""tools/save.py saves a notebook only when it came through, and the same way every time."""

import nbformat
import pytest
import save
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FIGURE = "display({'image/png': ''}, raw=True)"


def written(folder, *sources):
    """A notebook as an editor left it, with old outputs and metadata of the machine."""
    (folder / "notebooks").mkdir()
    cells = [
        new_code_cell(source, id=f"cell-{number}", execution_count=7, metadata={"collapsed": True})
        for number, source in enumerate(sources)
    ]
    cells.append(new_markdown_cell("শেষ", id="end", metadata={"tags": ["summary", "tool"]}))
    path = folder / "notebooks" / "01_small.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"widgets": {}}), path)
    return path


def test_saving_runs_everything_anew_and_twice_gives_the_same_bytes(tmp_path):
    bar = "for n in range(3): print(n, end='\\r', flush=True)\nprint('done')"
    made = "from pathlib import Path; Path('made').touch(); import ipywidgets; ipywidgets.Label()"
    path = written(tmp_path, made, bar, f"1\n{FIGURE}\nprint(2)")
    save.save(path)
    first = path.read_bytes()
    save.save(path)
    assert path.read_bytes() == first
    notebook = nbformat.read(path, as_version=4)
    made, bar, figure, end = notebook.cells
    assert [cell.execution_count for cell in (made, bar, figure)] == [1, 2, 3]
    assert [output.text for output in bar.outputs] == ["done\n"]
    assert notebook.metadata == {"kernelspec": save.KERNEL} and made.metadata == {}
    assert end.metadata == {
        "tags": ["summary", "tool"],
        "jupyter": {"source_hidden": True},
        "slideshow": {"slide_type": "slide"},
    }
    assert list(path.parent.iterdir()) == [path]  # what it wrote, it wrote elsewhere


@pytest.mark.parametrize("wrong", ["1 / 0", "print(", "import os; os._exit(1)"])
def test_a_notebook_that_fails_stays_as_it_is_and_the_cell_is_named(wrong, tmp_path):
    path = written(tmp_path, "print(1)", wrong)
    before = path.read_bytes()
    with pytest.raises(save.NotSaved, match="cell-1"):
        save.save(path)
    assert path.read_bytes() == before
