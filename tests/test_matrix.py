"""Every notebook runs on every machine, twice, offline, interrupted, and in parts.

`uv run pytest -m long tests/test_matrix.py --dist=load` plays all of them in all conditions; the
ordinary command plays the first one, twice, in all conditions at once.
"""

from notebooks import copy_course, notebook_files

import pytest
from conditions import CONDITIONS, EVERYTHING, PLAIN, failure
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
