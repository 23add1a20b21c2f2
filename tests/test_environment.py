"""The files that describe the environment agree with each other, the README and what is installed."""

import re
import tomllib
from importlib import metadata

from notebooks import BENGALI, ROOT

import pytest
import yaml
from conftest import require
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

LOCKS = {"requirements.in": "requirements.txt", "requirements-ci.in": "requirements-ci.txt"}
README_COMMANDS = ["pip install uv && uv run jupyter lab", "pip install uv && uv run pytest"]

each_lock = pytest.mark.parametrize(("chosen", "lock"), LOCKS.items())


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _lines(name: str) -> list[tuple[Requirement, str]]:
    """(requirement, comment) of every line of a requirements file that names a package."""
    lines = (line.partition("#") for line in _read(name).splitlines())
    return [(Requirement(package), comment.strip()) for package, _, comment in lines if package.strip()]


def _version(pin: Requirement) -> str:
    return next(iter(pin.specifier)).version


def _python() -> SpecifierSet:
    return SpecifierSet(tomllib.loads(_read("pyproject.toml"))["project"]["requires-python"])


@each_lock
def test_every_chosen_package_says_why_and_is_locked_within_its_limits(chosen, lock):
    pins = [pin for pin, _ in _lines(lock)]
    for requirement, reason in _lines(chosen):
        assert re.search(f"[{BENGALI}]", reason), f"{requirement.name} in {chosen}: no reason in Bengali"
        versions = [_version(pin) for pin in pins if pin.name == requirement.name]
        assert versions, f"{requirement.name} is missing from {lock}"
        assert all(requirement.specifier.contains(version) for version in versions), (requirement, versions)


@each_lock
def test_a_lock_pins_exact_versions_and_names_no_address(chosen, lock):
    assert not re.search(r"https?:|^\s*-", _read(lock), re.MULTILINE)
    for pin, _ in _lines(lock):
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin


@each_lock
def test_installed_versions_are_those_of_the_lock(chosen, lock):
    for pin, _ in _lines(lock):
        if pin.marker is None or pin.marker.evaluate():
            require(_installed(pin.name), f"{pin.name} is not installed ({lock})")
            assert _installed(pin.name) == _version(pin), pin.name


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def test_the_locks_agree_where_both_name_a_package():
    course, ci = ({pin.name: _version(pin) for pin, _ in _lines(lock)} for lock in LOCKS.values())
    assert [name for name in course.keys() & ci.keys() if course[name] != ci[name]] == []


def test_conda_and_binder_get_the_python_and_the_packages_that_everyone_else_gets():
    environment = yaml.safe_load(_read("environment.yml"))
    python, *rest = environment["dependencies"]
    assert environment["channels"] == ["conda-forge"]
    assert rest == ["pip", {"pip": ["-e ."]}]
    name, _, versions = python.partition(" ")
    assert (name, SpecifierSet(versions)) == ("python", _python())


def test_the_readme_begins_with_the_two_commands_and_ci_runs_the_second():
    assert re.findall(r"```bash\n(.*?)\n```", _read("README.md"))[:2] == README_COMMANDS
    in_ci = _read(".ci/run").replace("python3 -m ", "").replace("--quiet ", "").splitlines()
    assert set(README_COMMANDS[1].split(" && ")) <= set(in_ci)


def test_actions_run_the_same_commands_on_every_python_the_course_allows():
    # BaseLoader, because YAML 1.1 takes the key `on` for the word true
    workflow = yaml.load(_read(".github/workflows/course.yml"), Loader=yaml.BaseLoader)
    assert {"push", "pull_request", "schedule"} <= workflow["on"].keys()
    assert workflow["permissions"] == {"contents": "read"}
    linux, elsewhere = workflow["jobs"]["everything"], workflow["jobs"]["elsewhere"]
    assert ".ci/run" in _commands(linux)
    # an -m of one's own replaces that of pyproject.toml
    assert 'uv run pytest -m "not browser and not long"' in _commands(elsewhere)
    assert linux["strategy"]["matrix"]["python"] == list(
        _python().filter(f"3.{minor}" for minor in range(30))
    )
    for job in (linux, elsewhere):
        assert int(job["timeout-minutes"]) <= 60
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action) for action in used), used


def _commands(job: dict) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_git_leaves_out_what_running_the_course_makes():
    ignored = _read(".gitignore").splitlines()
    assert {"uv.lock", "/runs/", "data/photos/", "test-artefacts/"} <= set(ignored)
