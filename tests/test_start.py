"""The first cell of every notebook: quiet, seeded, Bengali plots; run folders that never collide."""

import errno
import os
import subprocess
import sys

from helpers import PhotoError, dog_cat, pets, run_dir, setup, start

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "COURSE", tmp_path)
    monkeypatch.setattr(pets, "PHOTOS", tmp_path / "data" / "photos")
    return tmp_path


def test_importing_and_setting_up_prints_nothing_at_all():
    code = "from helpers import setup; setup(); import keras; keras.Sequential([keras.layers.Dense(1)])"
    assert said(code) == ("", "")


def test_what_tensorflow_warns_of_in_its_own_code_stays_quiet():
    half_read = "import tensorflow as tf; next(iter(tf.data.Dataset.range(10).cache()))"
    assert "did not fully read the dataset" in said(half_read)[1]
    assert said(f"from helpers import setup; setup(); {half_read}") == ("", "")


def said(code: str) -> tuple[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_CPP")}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return result.stdout, result.stderr


def test_setup_gives_the_same_random_numbers_again():
    setup(7)
    first = np.random.rand(3)
    setup(7)
    assert np.array_equal(first, np.random.rand(3))
    setup(8)
    assert not np.array_equal(first, np.random.rand(3))


def test_setup_puts_the_pip_installed_bengali_font_first():
    setup()
    assert matplotlib.rcParams["font.family"][0] == "Hind Siliguri"
    path = matplotlib.font_manager.findfont("Hind Siliguri", fallback_to_default=False)
    assert "fontpkg" in path


def test_every_conjunct_and_sign_of_the_course_has_a_glyph(recwarn):
    setup()
    figure, axes = plt.subplots()
    axes.set_title("ক্ষ ন্ত্র জ্ঞ স্ত্র র‍্যা ৎ ং ঃ ঁ ০১২৩৪৫৬৭৮৯ → ✓ ✗ ×")
    figure.canvas.draw()
    plt.close(figure)
    assert [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)] == []


def test_each_run_gets_a_new_empty_folder_and_old_files_stay(course):
    first = run_dir("dog_cat")
    (first / "best.keras").write_text("kept")
    second = run_dir("dog_cat")
    assert first != second
    assert list(second.iterdir()) == []
    assert (first / "best.keras").read_text() == "kept"
    assert first.is_relative_to(course / "runs")


@pytest.mark.parametrize("name", ["../up", "a/b", "", "C:", "with space"])
def test_a_run_name_cannot_leave_the_run_folder(course, name):
    with pytest.raises(ValueError, match="ছোট একটি নাম দাও"):
        run_dir(name)
    assert not (course / "runs").exists()


def test_a_course_folder_without_write_permission_is_answered_in_bengali(course, monkeypatch):
    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", denied)
    with pytest.raises(PermissionError, match="লেখার অনুমতি নেই"):
        run_dir("dog_cat")


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "ডিস্কে আর জায়গা নেই"), (errno.EROFS, "লেখার অনুমতি নেই")]
)
def test_a_disk_that_takes_nothing_is_told_by_its_cause(number, said, course, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("pathlib.Path.mkdir", fails)
    with pytest.raises(OSError, match=said):
        run_dir("dog_cat")
    with pytest.raises(PhotoError, match=said):
        dog_cat("drawn")


def test_what_else_the_disk_says_is_not_called_a_missing_permission(course, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("pathlib.Path.mkdir", fails)
    with pytest.raises(OSError, match="Input/output error"):
        run_dir("dog_cat")
