"""Where the course can't run, the first import says so in Bengali; check_machine looks at the rest."""

import os
import re
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path

import helpers
from helpers import install, machine
from notebooks import ROOT

import keras
import matplotlib
import psutil
import pytest
import tensorflow as tf
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

PLACES = [sign for sign, _, _ in machine._PLACES]
Memory = namedtuple("Memory", "available")
Disk = namedtuple("Disk", "free")


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    """A JupyterLab on one's own machine, wherever the tests run."""
    for sign in PLACES:
        monkeypatch.delenv(sign, raising=False)


# ---- at import -----------------------------------------------------------------------------------


def test_what_is_looked_for_is_what_the_course_says_it_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = SpecifierSet(project["requires-python"])
    fits = [minor for minor in range(30) if f"3.{minor}" in allowed]
    assert ((3, fits[0]), (3, fits[-1])) == (install.OLDEST, install.NEWEST)

    chosen, _, _ = (ROOT / "requirements.in").read_text(encoding="utf-8").partition("# --- ডাউনলোড")
    lines = [line.partition("#")[0] for line in chosen.splitlines()]
    names = {Requirement(line).name.removesuffix("-cpu") for line in lines if line.strip()}
    assert set(install.PACKAGES.values()) == names - {"jupyterlab"}


def test_nothing_is_wrong_here():
    install.require_course()


def _first_cell(*options: str, **environment: str) -> list[str]:
    """What a notebook's first line writes to stderr when it runs in the notebooks' folder."""
    done = subprocess.run(
        [sys.executable, *options, "-c", "from helpers import setup, read_log"],
        cwd=ROOT / "notebooks",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stderr.splitlines()


def test_another_kernel_without_the_course_is_told_where_to_go():
    lines = _first_cell("-S")  # no site-packages: neither the packages nor the course are installed
    assert "SetupError: প্যাকেজ পাওয়া গেল না: keras, tensorflow, tensorboard … — kernel-টি কোর্সের নয়" in lines[-1]
    assert f'`cd "{ROOT}"`, তারপর `uv run jupyter lab`' in lines[-1]
    files = re.findall(r'File "([^"<]+)"', "\n".join(lines))
    assert files and all(Path(file).is_relative_to(ROOT) for file in files)


def test_a_broken_package_ends_in_one_bengali_sentence_and_no_traceback_of_its_own(tmp_path):
    package = tmp_path / "keras"
    package.mkdir()
    (package / "__init__.py").write_text("from keras.src import callbacks", encoding="utf-8")
    lines = _first_cell(PYTHONPATH=str(tmp_path))
    assert "ইনস্টল আধখানা" in lines[-1]
    assert "(ModuleNotFoundError: No module named 'keras.src')" in lines[-1]
    assert not any(str(tmp_path) in line for line in lines)


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 13), (3, 14, 0)])
def test_a_python_the_packages_are_not_made_for_is_told_before_anything_else(monkeypatch, version):
    monkeypatch.setattr(install, "PACKAGES", {"no_such_package": "no-such-package"})
    with monkeypatch.context() as patch, pytest.raises(install.SetupError) as told:
        patch.setattr(sys, "version_info", version)
        install.require_course()
    assert f"Python 3.{version[1]}, কোর্স তাতে চলে না" in str(told.value)
    assert "uv run" in str(told.value)


@pytest.mark.parametrize(
    ("flags", "runs"), [("fpu sse4_2 avx2", False), ("fpu avx sse4_2", True), ("", True)]
)
def test_a_cpu_that_tensorflow_would_die_on_is_told_first(monkeypatch, flags, runs):
    monkeypatch.setattr(sys, "platform", "linux")
    cpuinfo = (
        f"model name\t: Celeron\nflags\t\t: {flags}\nbugs\t\t: avx\n" if flags else "Features\t: asimd\n"
    )
    monkeypatch.setattr(Path, "read_text", lambda self, **how: cpuinfo)
    assert install._has_avx() == runs
    if not runs:
        with pytest.raises(install.SetupError, match=r"CPU-তে AVX নেই.*Colab"):
            install.require_course()


def _install(monkeypatch, folder: Path, name: str, version: str) -> None:
    """A distribution of this version, found before the one that is really installed."""
    (folder / f"{name}-{version}.dist-info").mkdir()
    metadata = folder / f"{name}-{version}.dist-info" / "METADATA"
    metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" if version else "")
    monkeypatch.syspath_prepend(str(folder))


@pytest.mark.parametrize(
    ("name", "version"), [("keras", "3.10.0"), ("matplotlib", "3.8.4"), ("pandas", "2.3.3")]
)
def test_an_old_environment_is_told(monkeypatch, tmp_path, name, version):
    _install(monkeypatch, tmp_path, name, version)
    monkeypatch.setattr(sys, "prefix", str(install.COURSE / ".venv"))
    with pytest.raises(install.SetupError, match=rf"{name} {version} পুরোনো.*uv run --reinstall jupyter lab"):
        install.require_course()


def test_in_colab_its_own_ipywidgets_will_do_but_no_old_keras(monkeypatch, tmp_path):
    _install(monkeypatch, tmp_path, "ipywidgets", "7.7.1")
    with pytest.raises(install.SetupError, match=r"ipywidgets 7\.7\.1 পুরোনো"):
        install.require_course()
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    install.require_course()
    _install(monkeypatch, tmp_path, "keras", "3.10.0")
    with pytest.raises(install.SetupError, match=r"keras 3\.10\.0 পুরোনো.*Colab-এর যে সেল আছে"):
        install.require_course()


def test_a_newer_package_runs_but_check_machine_tells(monkeypatch, tmp_path):
    _install(monkeypatch, tmp_path, "keras", "3.99.0")
    install.require_course()
    assert "keras 3.99.0 (তালিকায় " in machine._other_versions()


def test_a_left_over_folder_and_a_package_without_its_record_count_as_missing(monkeypatch, tmp_path):
    (tmp_path / "left_over").mkdir()
    (tmp_path / "unrecorded").mkdir()
    (tmp_path / "unrecorded" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(install, "PACKAGES", {"left_over": "keras", "unrecorded": "unrecorded"})
    with pytest.raises(install.SetupError, match="keras, unrecorded"):
        install.require_course()


TENSORFLOW_SAYS = """Traceback (most recent call last):
  File "pywrap_tensorflow.py", line 70, in <module>
ImportError: DLL load failed while importing _pywrap_tensorflow_internal: a routine failed.

Failed to load the native TensorFlow runtime.
See https://www.tensorflow.org/install/errors for some common causes."""


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (
            ImportError(TENSORFLOW_SAYS),
            "(ImportError: DLL load failed while importing _pywrap_tensorflow_inter",
        ),
        (SyntaxError("source code string cannot contain null bytes"), "(SyntaxError: source code"),
        (AttributeError("module 'tensorflow' has no attribute 'constant'"), "(AttributeError: module"),
        (StopIteration(), "(StopIteration: )"),
    ],
)
def test_whatever_a_half_installed_package_raises_becomes_one_line(error, shown):
    with pytest.raises(install.SetupError) as told, install.whole_packages():
        raise error
    said = str(told.value)
    assert shown in said
    assert "\n" not in said
    assert told.value.__suppress_context__
    assert ("vc_redist" in said) == ("DLL" in shown)


def test_a_package_that_breaks_only_when_it_is_needed_is_told_too(monkeypatch):
    monkeypatch.delattr(helpers, "dog_cat", raising=False)  # as nobody had asked for it yet
    monkeypatch.setitem(sys.modules, "helpers.pets", None)
    with pytest.raises(install.SetupError, match="ইনস্টল আধখানা"):
        _ = helpers.dog_cat


def test_a_name_that_helpers_does_not_have_is_no_broken_install():
    with pytest.raises(AttributeError, match="no_such_helper"):
        _ = helpers.no_such_helper


def test_the_way_out_fits_the_place(monkeypatch, tmp_path):
    conda = tmp_path / "keras-callbacks-bangla"
    (conda / "conda-meta").mkdir(parents=True)
    commands = {
        install.COURSE / ".venv": "uv run --reinstall jupyter lab",
        conda: "pip install --force-reinstall -e .",
        tmp_path: "`uv run jupyter lab`",
    }
    for prefix, command in commands.items():
        monkeypatch.setattr(sys, "prefix", str(prefix))
        assert command in install.remedy()
        assert f'cd "{install.COURSE}"' in install.remedy()
    monkeypatch.setenv("VSCODE_PID", "1")
    assert "Select Kernel" in install.remedy()
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    assert "Restart session" in install.remedy()
    assert "uv" not in install.remedy()


# ---- check_machine -------------------------------------------------------------------------------


@pytest.fixture
def well(monkeypatch, tmp_path):
    """A machine with all that the course needs, however busy the one is that the tests run on."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(machine, "COURSE", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: Memory(3e9))
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda folder: Disk(50e9))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    return tmp_path


def _lines(capsys) -> list[str]:
    machine.check_machine()
    return capsys.readouterr().out.splitlines()


def test_a_machine_that_is_well_gets_a_tick_on_each_line_and_keeps_nothing(well, capsys):
    lines = _lines(capsys)
    assert len(lines) == 9
    assert all(line.startswith("✓ ") for line in lines), lines
    assert [path.name for path in well.rglob("*")] == ["notebooks"]


def _read_only(*args, **kwargs):
    raise PermissionError(13, "Permission denied")


TROUBLES = {
    "memory": (psutil, "virtual_memory", lambda: Memory(0.64e9), "মেমোরি খালি মাত্র ০.৬ GB"),
    "disk": (machine.shutil, "disk_usage", lambda folder: Disk(0.3e9), "ডিস্কে খালি মাত্র ০.৩ GB"),
    "write rights": (machine.tempfile, "TemporaryFile", _read_only, "ফোল্ডারে লেখা গেল না"),
    "font": (machine, "use_font", lambda: matplotlib.rc("font", family="DejaVu Sans"), "বাংলা লেখা ভেঙে যাবে"),
    "widgets": (machine, "jupyter_path", lambda kind: [], "নোটবুকে দেখা যাবে না"),
    "backend": (keras.backend, "backend", lambda: "jax", "হিসাব করছে jax"),
    "versions": (machine, "changes", lambda: [("keras", "3.15.0", "3.15.1")], "keras 3.15.0 (তালিকায় 3.15.1)"),
}


@pytest.mark.parametrize(("owner", "name", "fault", "told"), TROUBLES.values(), ids=TROUBLES)
def test_each_trouble_is_told_on_its_own_line_in_three_parts(
    well, monkeypatch, capsys, owner, name, fault, told
):
    with matplotlib.rc_context():
        monkeypatch.setattr(owner, name, fault)
        found = [line for line in _lines(capsys) if not line.startswith("✓")]
    assert len(found) == 1
    assert re.fullmatch(r"✗ .+ — .+। .+।", found[0])
    assert told in found[0]


@pytest.mark.parametrize("sign", PLACES)
def test_where_the_page_of_tensorboard_may_stay_empty_is_told(well, monkeypatch, capsys, sign):
    monkeypatch.setenv(sign, "1")
    found = [line for line in _lines(capsys) if not line.startswith("✓")]
    assert len(found) == 1
    assert re.fullmatch(r"○ নোটবুকটি চলছে .+ — TensorBoard.+। .+।", found[0])


def test_a_gpu_is_told(well, monkeypatch, capsys):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["GPU:0"])
    assert "✓ GPU: আছে" in _lines(capsys)[-1]
