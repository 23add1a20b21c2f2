"""The first cell of a notebook: quiet, seeded, Bengali plots; run folders that never collide."""

import errno
import os
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


def test_setting_up_and_what_tensorflow_warns_of_in_its_own_code_print_nothing():
    half_read = "import tensorflow as tf; next(iter(tf.data.Dataset.range(10).cache()))"
    command = [sys.executable, "-c", f"from helpers import setup; setup(); {half_read}"]
    environment = {key: text for key, text in os.environ.items() if not key.startswith("TF_CPP")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert (done.stdout, done.stderr) == ("", "")


def test_setup_gives_the_same_random_numbers_again_and_the_bengali_font_that_pip_installed(recwarn):
    setup()
    first = np.random.rand(3)
    setup()
    assert np.array_equal(first, np.random.rand(3))
    assert matplotlib.rcParams["font.family"][0] == "Hind Siliguri"
    assert "fontpkg" in matplotlib.font_manager.findfont("Hind Siliguri", fallback_to_default=False)
    figure, axes = plt.subplots()
    axes.set_title("ক্ষ ন্ত্র জ্ঞ স্ত্র র‍্যা ৎ ং ঃ ঁ ০১২৩৪৫৬৭৮৯ → ✓ ✗ ×")
    figure.canvas.draw()
    plt.close(figure)
    assert [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)] == []


def test_each_run_gets_a_new_empty_folder_and_old_files_stay(course):
    first = run_dir("বিড়াল-কুকুর_১")
    (first / "best.keras").write_text("kept", encoding="utf-8")
    second = run_dir("বিড়াল-কুকুর_১")
    assert first != second
    assert list(second.iterdir()) == []
    assert (first / "best.keras").read_text(encoding="utf-8") == "kept"
    assert first.is_relative_to(course / "runs")


@pytest.mark.parametrize("place", ["runs", "runs/dog_cat"])
def test_a_file_in_the_place_of_a_run_folder_is_said_and_stays(place, course):
    (course / place).parent.mkdir(exist_ok=True)
    (course / place).write_text("আমার", encoding="utf-8")
    with pytest.raises(FileExistsError, match="আগে থেকেই একটি ফাইল আছে"):
        run_dir("dog_cat")
    assert (course / place).read_text(encoding="utf-8") == "আমার"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "ডিস্কে আর জায়গা নেই"),
        (errno.EROFS, "লেখার অনুমতি নেই"),
        (errno.EIO, "its own words"),
    ],
)
def test_a_disk_that_takes_nothing_is_told_by_its_cause(number, told, course, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError(number, "its own words")

    monkeypatch.setattr("pathlib.Path.mkdir", fails)
    with pytest.raises(OSError, match=told):
        run_dir("dog_cat")
