"""The files that describe the environment agree with each other, the README and what is installed."""

import re
import tomllib
from importlib import metadata

from notebooks import BENGALI, ROOT

import pytest
import yaml
from needs import require
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from test_matrix import MATRIX

LOCKS = {"requirements.in": "requirements.txt", "requirements-ci.in": "requirements-ci.txt"}
START = "notebooks/00_start.ipynb"
# a Colab session may not come up again with others of these than its own
COLABS_KERNEL = {"ipykernel", "ipython", "ipywidgets", "jupyterlab", "pyzmq", "tornado", "traitlets"}
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


def test_colab_gets_the_versions_of_the_lock_and_keeps_its_own_kernel():
    course = {pin.name: _version(pin) for pin, _ in _lines("requirements.txt")}
    colab = {pin.name: _version(pin) for pin, _ in _lines("requirements-colab.txt")}
    assert colab.items() <= course.items()
    assert not colab.keys() & COLABS_KERNEL
    assert "pip install --quiet --requirement /content/course/requirements-colab.txt" in _read(START)


def test_conda_and_binder_get_the_python_and_the_packages_that_everyone_else_gets():
    environment = yaml.safe_load(_read("environment.yml"))
    python, *rest = environment["dependencies"]
    assert environment["channels"] == ["conda-forge"]
    assert rest == ["pip", {"pip": ["-e ."]}]
    # repo2docker, which makes Binder's image, knows this form only
    version = re.fullmatch(r"python =(3\.\d+)", python)[1]
    assert _python().contains(version)


def test_the_badges_open_a_notebook_that_is_there_and_00_clones_what_they_open():
    readme = _read("README.md")
    binder = re.search(r"mybinder\.org/v2/gh/([\w-]+/[\w-]+)/HEAD\?urlpath=lab/tree/([\w/.]+)\)", readme)
    colab = re.search(r"colab\.research\.google\.com/github/([\w-]+/[\w-]+)/blob/main/([\w/.]+)\)", readme)
    assert binder.groups() == colab.groups()
    repository, notebook = colab.groups()
    assert (ROOT / notebook).is_file()
    assert re.findall(r"git clone .*github\.com/([\w-]+/[\w-]+) ", _read(notebook)) == [repository]


def test_the_readme_begins_with_the_two_commands_and_ci_runs_the_second():
    assert re.findall(r"```bash\n(.*?)\n```", _read("README.md"))[:2] == README_COMMANDS
    in_ci = re.sub(r'python3 -m |--quiet | "\$@"', "", _read(".ci/run")).splitlines()
    assert set(README_COMMANDS[1].split(" && ")) <= set(in_ci)


@pytest.fixture
def workflow() -> dict:
    # BaseLoader, because YAML 1.1 takes the key `on` for the word true
    return yaml.load(_read(".github/workflows/course.yml"), Loader=yaml.BaseLoader)


def test_actions_run_the_same_commands_on_every_python_the_course_allows(workflow):
    assert {"push", "pull_request", "schedule", "workflow_dispatch"} <= workflow["on"].keys()
    assert workflow["permissions"] == {"contents": "read"}
    linux, elsewhere = workflow["jobs"]["everything"], workflow["jobs"]["elsewhere"]
    assert ".ci/run" in _commands(linux)
    assert linux["strategy"]["matrix"]["python"] == list(
        _python().filter(f"3.{minor}" for minor in range(30))
    )
    assert all(int(job["timeout-minutes"]) <= 60 for job in (linux, elsewhere))
    for job in workflow["jobs"].values():
        used = [step["uses"] for step in job["steps"] if "uses" in step]
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action) for action in used), used


def long_parts() -> set[str]:
    """What pytest is told so that each long test is played once: a file, of test_matrix.py one column."""
    files = {
        path.name for path in (ROOT / "tests").glob("test_*.py") if _HAS_LONG.search(path.read_text("utf-8"))
    }
    # the bracket ends the name: “small” alone is found in a notebook's name too
    columns = {f"tests/test_matrix.py -k {name}]" for name in MATRIX}
    return columns | {f"tests/{name}" for name in files - {"test_matrix.py"}}


_HAS_LONG = re.compile(r"pytest\.mark\.long\b")


def selection_problems(workflow: dict) -> list[str]:
    """Where the workflow plays the long tests among the ordinary ones, or some of them never."""
    jobs, found = workflow["jobs"], []
    for name, job in jobs.items():
        for command in _commands(job):
            # an -m of one's own replaces that of pyproject.toml
            if (
                name != "long"
                and re.search(r"(pytest|\.ci/run).* -m ", command)
                and "not long" not in command
            ):
                found.append(f"{name} plays long tests: {command}")
    long = jobs["long"]
    if _commands(long) != [".ci/run -m long --dist=load ${{ matrix.part }}"]:
        found.append(f"long runs {_commands(long)}")
    if set(re.findall("'(.*?)'", long["if"])) != {"schedule", "workflow_dispatch"}:
        found.append(f"long runs {long['if']}")
    if int(long["timeout-minutes"]) > 360:
        found.append("GitHub ends a job after six hours")
    return found + [
        f"{part}: in one of job and tests only"
        for part in {*long["strategy"]["matrix"]["part"]} ^ long_parts()
    ]


def test_actions_play_every_long_test_once_a_week_and_none_with_the_ordinary_ones(workflow):
    assert selection_problems(workflow) == []


SPOILED = {
    "an -m that takes the long ones in": lambda jobs: jobs["elsewhere"]["steps"][-1].update(
        run='uv run pytest -m "not browser"'
    ),
    "an -m in the run on Linux": lambda jobs: jobs["everything"]["steps"][2].update(run=".ci/run -m browser"),
    "a condition that no machine plays": lambda jobs: jobs["long"]["strategy"]["matrix"]["part"].pop(0),
    "a file that no machine plays": lambda jobs: jobs["long"]["strategy"]["matrix"]["part"].pop(),
    "a part that is gone": lambda jobs: jobs["long"]["strategy"]["matrix"]["part"].append("tests/gone.py"),
    "the ordinary tests again": lambda jobs: jobs["long"]["steps"][2].update(
        run=".ci/run ${{ matrix.part }}"
    ),
    "on every push": lambda jobs: jobs["long"].update({"if": "github.event_name != 'pull_request'"}),
    "no end": lambda jobs: jobs["long"].update({"timeout-minutes": "600"}),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_workflow_that_leaves_long_tests_out_or_plays_them_everywhere_is_noticed(spoil, workflow):
    spoil(workflow["jobs"])
    assert len(selection_problems(workflow)) == 1


def _commands(job: dict) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_git_leaves_out_what_running_the_course_makes():
    ignored = _read(".gitignore").splitlines()
    assert {"uv.lock", "/runs/", "data/photos/", "test-artefacts/"} <= set(ignored)
