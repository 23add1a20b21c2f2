"""Where the course can't run, the first import says so in Bengali; check_machine looks at the rest."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from types import SimpleNamespace

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


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    """A JupyterLab on one's own machine, wherever the tests run."""
    for sign in machine._ELSEWHERE:
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
    assert set(install.PACKAGES) == names - {"jupyterlab"}
    install.require_course()  # nothing is wrong here


def first_cell(*options: str, course: Path = ROOT, **environment: str) -> list[str]:
    """What a notebook's first lines write to stderr when they run in the notebooks' folder."""
    done = subprocess.run(
        [sys.executable, *options, "-c", "from helpers import setup\nsetup()"],
        cwd=course / "notebooks",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stderr.splitlines()


def test_another_kernel_without_the_course_is_told_where_to_go():
    lines = first_cell("-S")  # no site-packages: neither the packages nor the course are installed
    missing = "প্যাকেজ পাওয়া গেল না: keras, tensorflow, pandas … — kernel-টি কোর্সের নয়"
    assert f"SetupError: {missing}" in lines[-1]
    assert f'`cd "{ROOT}"`, তারপর `uv run jupyter lab`' in lines[-1]


def test_a_broken_package_ends_in_one_bengali_sentence_and_no_traceback_of_its_own(tmp_path):
    package = tmp_path / "keras"
    package.mkdir()
    (package / "__init__.py").write_text("from keras.src import callbacks", encoding="utf-8")
    lines = first_cell(PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert "ইনস্টল শেষ হয়নি" in lines[-1]
    assert "(ModuleNotFoundError: No module named 'keras.src')" in lines[-1]
    assert not any(str(tmp_path) in line for line in lines)


@pytest.mark.skipif(os.name == "nt", reason="there names of files are Unicode in every locale")
@pytest.mark.parametrize(("utf8", "told"), [({}, False), ({"PYTHONUTF8": "0"}, True)])
def test_a_path_that_tensorflow_cannot_take_is_told_where_the_locale_spoils_it(utf8, told, tmp_path):
    course = tmp_path / "কোর্স"
    shutil.copytree(ROOT / "helpers", course / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.txt", course)
    (course / "notebooks").mkdir()
    lines = first_cell(course=course, LC_ALL="C", PYTHONPATH=str(course), **utf8)
    if told:
        assert re.search("SetupError: TensorFlow .+ — .+। .*PYTHONUTF8=1", lines[-1])
    else:
        assert lines == []


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 14, 0)])
def test_a_python_the_packages_are_not_made_for_is_told_before_anything_else(monkeypatch, version):
    monkeypatch.setattr(install, "PACKAGES", ["no-such-package"])
    with monkeypatch.context() as patch, pytest.raises(install.SetupError) as told:
        patch.setattr(sys, "version_info", version)
        install.require_course()
    assert f"Python 3.{version[1]}, কোর্স তাতে চলে না" in str(told.value)


@pytest.mark.parametrize(("flags", "runs"), [("fpu avx2", False), ("fpu avx sse4_2", True)])
def test_a_cpu_that_tensorflow_would_die_on_is_told_first(monkeypatch, flags, runs):
    monkeypatch.setattr(sys, "platform", "linux")
    cpuinfo = f"model name\t: Celeron\nflags\t\t: {flags}\nbugs\t\t: avx\n"
    monkeypatch.setattr(Path, "read_text", lambda self, **how: cpuinfo)
    assert install._has_avx() == runs
    if not runs:
        with pytest.raises(install.SetupError, match=r"CPU-তে AVX নেই.*Colab"):
            install.require_course()


def _install(monkeypatch, folder: Path, name: str, version: str) -> None:
    """A distribution of this version, found before the one that is really installed."""
    record = folder / f"{name}-{version}.dist-info" / "METADATA"
    record.parent.mkdir()
    record.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))


def test_an_old_package_is_told_and_a_newer_one_runs(monkeypatch, tmp_path):
    _install(monkeypatch, tmp_path, "keras", "3.99.0")
    install.require_course()
    assert any("keras 3.99.0 (তালিকায় " in problem[0] for _, problem in machine._checks() if problem)
    _install(monkeypatch, tmp_path, "pandas", "2.3.3")
    monkeypatch.setattr(sys, "prefix", str(install.COURSE / ".venv"))
    with pytest.raises(install.SetupError, match=r"pandas 2\.3\.3 পুরোনো.*uv run --reinstall jupyter lab"):
        install.require_course()


def test_in_colab_its_own_ipywidgets_will_do_but_no_old_keras(monkeypatch, tmp_path):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    _install(monkeypatch, tmp_path, "ipywidgets", "7.7.1")
    install.require_course()
    _install(monkeypatch, tmp_path, "keras", "3.10.0")
    with pytest.raises(install.SetupError, match=r"keras 3\.10\.0 পুরোনো.*Colab-এর যে সেল আছে"):
        install.require_course()


def test_a_left_over_folder_and_a_package_without_its_record_count_as_missing(monkeypatch, tmp_path):
    (tmp_path / "left_over").mkdir()
    (tmp_path / "unrecorded").mkdir()
    (tmp_path / "unrecorded" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(install, "PACKAGES", ["left-over", "unrecorded"])
    with pytest.raises(install.SetupError, match="left-over, unrecorded"):
        install.require_course()


TENSORFLOW_SAYS = """Traceback (most recent call last):
  File "pywrap_tensorflow.py", line 70, in <module>
ImportError: DLL load failed while importing _pywrap_tensorflow_internal: a routine failed.

Failed to load the native TensorFlow runtime.
See https://www.tensorflow.org/install/errors for some common causes."""


@pytest.mark.parametrize(
    ("error", "shown"),
    [(ImportError(TENSORFLOW_SAYS), "(ImportError: DLL load failed"), (StopIteration(), "(StopIteration: )")],
)
def test_whatever_a_half_installed_package_raises_becomes_one_line(error, shown):
    with pytest.raises(install.SetupError) as told, install.whole_packages():
        raise error
    assert shown in str(told.value) and "\n" not in str(told.value)
    assert told.value.__suppress_context__


def test_a_package_that_breaks_only_when_it_is_needed_is_told_too(monkeypatch):
    monkeypatch.delattr(helpers, "dog_cat", raising=False)  # as nobody had asked for it yet
    monkeypatch.setitem(sys.modules, "helpers.pets", None)
    with pytest.raises(install.SetupError, match="ইনস্টল শেষ হয়নি"):
        _ = helpers.dog_cat
    with pytest.raises(AttributeError, match="no_such_helper"):
        _ = helpers.no_such_helper


def test_the_way_out_fits_the_place(monkeypatch, tmp_path):
    conda = tmp_path / "keras-callbacks-bangla"
    (conda / "conda-meta").mkdir(parents=True)
    for prefix, command in {conda: "pip install --force-reinstall", tmp_path: "`uv run jupyter lab`"}.items():
        monkeypatch.setattr(sys, "prefix", str(prefix))
        assert command in install.remedy()
        assert f'cd "{install.COURSE}"' in install.remedy()


# ---- check_machine -------------------------------------------------------------------------------


@pytest.fixture
def well(monkeypatch, tmp_path):
    """A machine with all that the course needs, however busy the one is that the tests run on."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(machine, "COURSE", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=3e9))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=50e9))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    return tmp_path


def lines(capsys) -> list[str]:
    machine.check_machine()
    return capsys.readouterr().out.splitlines()


def test_a_machine_that_is_well_gets_a_tick_on_each_line_and_keeps_nothing(well, capsys):
    said = lines(capsys)
    assert len(said) == 9
    assert all(line.startswith("✓ ") for line in said), said
    assert [path.name for path in well.rglob("*")] == ["notebooks"]


def read_only(*args, **kwargs):
    raise PermissionError(13, "Permission denied")


PLAIN_FONT = (machine, "use_font", lambda: matplotlib.rc("font", family="DejaVu Sans"))
TROUBLES = {
    "মেমোরি খালি মাত্র ০.৬ GB": (psutil, "virtual_memory", lambda: SimpleNamespace(available=0.64e9)),
    "ডিস্কে খালি মাত্র ০.৩ GB": (shutil, "disk_usage", lambda folder: SimpleNamespace(free=0.3e9)),
    "ফোল্ডারে লেখা গেল না": (tempfile, "TemporaryFile", read_only),
    "বাংলা লেখা ভেঙে যাবে": PLAIN_FONT,
    "নোটবুকে দেখা যাবে না": (machine, "jupyter_path", lambda kind: []),
    "হিসাব করছে jax": (keras.backend, "backend", lambda: "jax"),
    "keras 3.15.0 (তালিকায় 3.15.1)": (machine, "changes", lambda: [("keras", "3.15.0", "3.15.1")]),
    "TensorBoard-এর পাতা": (os, "environ", os.environ | {"BINDER_LAUNCH_HOST": "1"}),
}


@pytest.mark.parametrize(("told", "fault"), TROUBLES.items())
def test_each_trouble_is_told_on_its_own_line_in_three_parts(told, fault, well, monkeypatch, capsys):
    with matplotlib.rc_context():
        monkeypatch.setattr(*fault)
        found = [line for line in lines(capsys) if not line.startswith("✓")]
    assert len(found) == 1 and told in found[0]
    assert re.fullmatch(r"[✗○] .+ — .+। .+।", found[0])
