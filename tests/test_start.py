"""The first cell of every notebook: quiet, seeded, Bengali plots; run folders that never collide."""

import subprocess
import sys

from helpers import run_dir, setup, start

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "COURSE", tmp_path)
    return tmp_path


def test_importing_and_setting_up_prints_nothing_at_all():
    code = "from helpers import setup; setup(); import keras; keras.Sequential([keras.layers.Dense(1)])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("", "")


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
