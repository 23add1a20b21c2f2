"""What every test file may use, and how machines share the long tests."""

import os
from pathlib import Path

import pytest
from lab_in_browser import jupyterlab, opened, page  # noqa: F401  (fixtures, for every test)

# Ordinary tests and notebooks use the drawn photos, so that they behave alike everywhere. Under
# another name the setting also reaches the xdist workers, which import this file after their parent
# removed it.
if photos := os.environ.pop("DOG_CAT_PHOTOS", None):
    os.environ["TEST_PHOTOS"] = photos


@pytest.hookimpl(trylast=True)  # of those that -m and -k left
def pytest_collection_modifyitems(items):
    """TEST_PART=3/12 keeps every twelfth test from the third on: twelve machines share the work."""
    if part := os.environ.get("TEST_PART"):
        first, machines = map(int, part.split("/"))
        items[:] = items[first - 1 :: machines]


@pytest.fixture(scope="session")
def real_photos() -> Path:
    """The folder of real photos that DOG_CAT_PHOTOS named when the tests were started."""
    folder = os.environ.get("TEST_PHOTOS")
    if not folder:
        pytest.skip("DOG_CAT_PHOTOS names no folder of real photos")
    assert Path(folder).is_dir(), f"DOG_CAT_PHOTOS={folder} is no folder"
    return Path(folder)


@pytest.fixture
def path(tmp_path) -> Path:
    """Where a test writes its log."""
    return tmp_path / "training_log.csv"
