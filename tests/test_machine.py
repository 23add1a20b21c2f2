"""Where the course can't run, its first import says so in Bengali; check_machine sees the rest."""

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


@pytest.fixture
def well(monkeypatch, tmp_path):
    """A JupyterLab on one's own machine that has all the course needs, wherever the tests run."""
    for sign in machine._ELSEWHERE:
        monkeypatch.delenv(sign, raising=False)
    monkeypatch.setattr(machine, "COURSE", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=3e9))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=50e9))
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    return tmp_path


def test_what_is_looked_for_is_what_the_course_says_it_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = SpecifierSet(project["requires-python"])
    fits = [(3, minor) for minor in range(30) if f"3.{minor}" in allowed]
    assert (fits[0], fits[-1]) == (install.OLDEST, install.NEWEST)
    chosen = (ROOT / "requirements.in").read_text(encoding="utf-8").split("# --- ডাউনলোড")[0]
    lines = [line.partition("#")[0] for line in chosen.splitlines()]
    names = {Requirement(line).name.removesuffix("-cpu") for line in lines if line.strip()}
    assert set(install.PACKAGES) == names - {"jupyterlab"}


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
def test_a_path_that_tensorflow_cannot_take_is_told_where_the_locale_spoils_it(tmp_path):
    course = tmp_path / "কোর্স"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "helpers", course / "helpers", ignore=ignored)
    shutil.copy(ROOT / "requirements.txt", course)
    (course / "notebooks").mkdir()
    spoilt = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(course)}
    said = first_cell(course=course, **spoilt)[-1]
    assert re.search("SetupError: TensorFlow .+ — .+। .*PYTHONUTF8=1", said)


def refuse(told: str) -> None:
    with pytest.raises(install.SetupError, match=told):
        install.require_course()


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 14, 0)])
def test_a_python_the_packages_are_not_made_for_is_told_before_anything_else(monkeypatch, version):
    monkeypatch.setattr(install, "PACKAGES", ["no-such-package"])
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", version)
        refuse(f"Python 3.{version[1]}, কোর্স তাতে চলে না")
    refuse("no-such-package")


@pytest.mark.parametrize(("flags", "runs"), [("fpu avx2", False), ("fpu avx sse4_2", True)])
def test_a_cpu_that_tensorflow_would_die_on_is_told_first(monkeypatch, flags, runs):
    monkeypatch.setattr(sys, "platform", "linux")
    cpuinfo = f"model name\t: Celeron\nflags\t\t: {flags}\nbugs\t\t: avx\n"
    monkeypatch.setattr(Path, "read_text", lambda self, **how: cpuinfo)
    assert install._has_avx() == runs
    if not runs:
        refuse(r"CPU-তে AVX নেই.*Colab")


@pytest.mark.parametrize(
    ("colab", "newer", "old", "told"),
    [
        (False, ("keras", "3.99.0"), ("pandas", "2.3.3"), "uv run --reinstall jupyter lab"),
        # Colab keeps its own ipywidgets
        (True, ("ipywidgets", "7.7.1"), ("keras", "3.10.0"), "Colab-এর যে সেল আছে"),
    ],
)
def test_an_old_package_is_told_and_another_version_that_will_do_runs(
    colab, newer, old, told, monkeypatch, tmp_path
):
    def found_first(name: str, version: str) -> None:
        (record := tmp_path / f"{name}-{version}.dist-info").mkdir()
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (record / "METADATA").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))

    monkeypatch.setattr(sys, "prefix", str(install.COURSE / ".venv"))
    if colab:
        monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    found_first(*newer)
    install.require_course()
    assert [change[:2] for change in install.changes()] == ([] if colab else [newer])
    found_first(*old)
    refuse(f"{old[0]} {old[1]} পুরোনো.*{told}")


TENSORFLOW_SAYS = """Traceback (most recent call last):
ImportError: DLL load failed while importing _pywrap_tensorflow_internal: a routine failed.

Failed to load the native TensorFlow runtime."""


def test_what_a_half_installed_package_raises_becomes_one_line():
    with pytest.raises(install.SetupError) as told, install.whole_packages():
        raise ImportError(TENSORFLOW_SAYS)
    assert "(ImportError: DLL load failed" in str(told.value) and "\n" not in str(told.value)
    assert told.value.__suppress_context__


def test_the_way_out_fits_the_place(monkeypatch):
    ways = {
        "keras-callbacks-bangla": "pip install --force-reinstall",
        "other": "`uv run jupyter lab`",
    }
    for environment, command in ways.items():
        monkeypatch.setattr(sys, "prefix", f"/conda/{environment}")
        assert command in install.remedy() and f'cd "{install.COURSE}"' in install.remedy()


def test_a_package_that_breaks_only_when_it_is_needed_is_told_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "helpers.pets", None)
    with pytest.raises(install.SetupError, match="ইনস্টল শেষ হয়নি"):
        _ = helpers.dog_cat
    with pytest.raises(AttributeError, match="no_such_helper"):
        _ = helpers.no_such_helper


def read_only(*args, **kwargs):
    raise PermissionError(13, "Permission denied")


PLAIN_FONT = (machine, "use_font", lambda: matplotlib.rc("font", family="DejaVu Sans"))
LITTLE, FULL = SimpleNamespace(available=0.64e9), SimpleNamespace(free=0.3e9)
TROUBLES = {
    "মেমোরি খালি মাত্র ০.৬ GB": (psutil, "virtual_memory", lambda: LITTLE),
    "ডিস্কে খালি মাত্র ০.৩ GB": (shutil, "disk_usage", lambda folder: FULL),
    "ফোল্ডারে লেখা গেল না": (tempfile, "TemporaryFile", read_only),
    "বাংলা লেখা ভেঙে যাবে": PLAIN_FONT,
    "নোটবুকে দেখা যাবে না": (machine, "jupyter_path", lambda kind: []),
    "হিসাব করছে jax": (keras.backend, "backend", lambda: "jax"),
    "keras 3.15.0 (তালিকায় 3.15.1)": (machine, "changes", lambda: [("keras", "3.15.0", "3.15.1")]),
    "TensorBoard-এর পাতা": (os, "environ", os.environ | {"BINDER_LAUNCH_HOST": "1"}),
}


@pytest.mark.parametrize("told", [None, *TROUBLES])
def test_each_trouble_is_told_on_its_own_line_in_three_parts(told, well, monkeypatch, capsys):
    with matplotlib.rc_context():
        if told:
            monkeypatch.setattr(*TROUBLES[told])
        machine.check_machine()
    lines = capsys.readouterr().out.splitlines()
    found = [line for line in lines if not line.startswith("✓ ")]
    assert len(lines) == 9 and list(well.iterdir()) == []
    assert len(found) == bool(told)
    assert all(told in line and re.fullmatch(r"[✗○] .+ — .+। .+।", line) for line in found)
