"""The files that describe the environment agree with each other and with what is installed."""

import re
import shutil
from importlib import metadata

from notebooks import BENGALI, ROOT

import pytest
import save
from needs import require
from packaging.requirements import Requirement

LOCKS = {"requirements.in": "requirements.txt", "requirements-ci.in": "requirements-ci.txt"}
START = "notebooks/00_start.ipynb"
# a Colab session may not come up again with others of these than its own
COLABS_KERNEL = {"ipykernel", "ipython", "ipywidgets", "jupyterlab", "pyzmq", "tornado"}
COLABS_KERNEL |= {"traitlets"}

each_lock = pytest.mark.parametrize(("chosen", "lock"), LOCKS.items())


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _lines(name: str) -> list[tuple[Requirement, str]]:
    """(requirement, comment) of every line of a requirements file that names a package."""
    lines = (line.partition("#") for line in _read(name).splitlines())
    return [(Requirement(package), comment) for package, _, comment in lines if package.strip()]


def _version(pin: Requirement) -> str:
    return next(iter(pin.specifier)).version


@each_lock
def test_every_chosen_package_says_why_and_is_locked_within_its_limits(chosen, lock):
    pins = [pin for pin, _ in _lines(lock)]
    for requirement, reason in _lines(chosen):
        assert re.search(f"[{BENGALI}]", reason), f"{requirement.name}: no reason in Bengali"
        versions = [_version(pin) for pin in pins if pin.name == requirement.name]
        assert versions, f"{requirement.name} is missing from {lock}"
        assert all(map(requirement.specifier.contains, versions)), (requirement, versions)


@each_lock
def test_a_lock_pins_exact_versions_names_no_address_and_is_what_is_installed(chosen, lock):
    assert not re.search(r"https?:|^\s*-", _read(lock), re.MULTILINE)
    for pin, _ in _lines(lock):
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        if pin.marker is None or pin.marker.evaluate():
            require(_installed(pin.name), f"{pin.name} is not installed ({lock})")
            assert _installed(pin.name) == _version(pin), pin.name


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def test_colab_gets_the_versions_of_the_lock_and_keeps_its_own_kernel(tmp_path):
    for name in ("requirements.txt", "requirements-colab.txt"):
        shutil.copy(ROOT / name, tmp_path)
    save.write_colab_list(tmp_path)
    written = (tmp_path / "requirements-colab.txt").read_text(encoding="utf-8")
    assert written == _read("requirements-colab.txt"), "uv run python tools/save.py"
    assert not {pin.name for pin, _ in _lines("requirements-colab.txt")} & COLABS_KERNEL
    command = "pip install --quiet --requirement /content/course/requirements-colab.txt"
    assert command in _read(START)


def test_the_badges_open_a_notebook_that_is_there_and_00_clones_what_they_open():
    readme, repository, notebook = _read("README.md"), r"([\w-]+/[\w-]+)", r"([\w/.]+)\)"
    binder = re.search(rf"org/v2/gh/{repository}/HEAD\?urlpath=lab/tree/{notebook}", readme)
    colab = re.search(rf"google\.com/github/{repository}/blob/main/{notebook}", readme)
    assert binder.groups() == colab.groups()
    assert (ROOT / colab[2]).is_file()
    assert re.findall(rf"git clone .*github\.com/{repository} ", _read(colab[2])) == [colab[1]]
