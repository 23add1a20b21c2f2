"""What a learner tried is kept, shown and handed in; a teacher's table comes of it."""

import json
import re
import subprocess
import sys

from exercises import progress
from exercises.quiz import quiz
from helpers import check
from helpers.collect import collect

import pytest
from keras.callbacks import Callback

EXERCISE = "05_reduce_lr_on_plateau/by_hand"


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "shell", "a kernel")
    monkeypatch.setattr(progress, "PLACE", tmp_path / "runs" / "progress.jsonl")
    return tmp_path / "runs"


def hand_in(roll, *answers):
    progress.PLACE.unlink(missing_ok=True)
    for answer in answers:
        check(EXERCISE, answer)
    progress.progress(roll)


def test_right_and_wrong_answers_are_kept_and_an_empty_one_is_not():
    for answer in (..., [3, 6], [3, 6, 9]):
        check(EXERCISE, answer)
    first, second = progress.tries()
    assert (first["right"], second["right"]) == (False, True)
    assert first["said"] and second["asked"] == EXERCISE


def test_a_quiz_keeps_the_option_that_was_chosen():
    question = quiz("04_early_stopping").questions[0]
    wrong = next(one for _, one in question.choice.options if "correct" not in one)
    question.choice.value = wrong
    question.button.click()
    kept = {"asked": "04_early_stopping/quiz-1", "right": False, "said": wrong["text"]}
    assert progress.tries() == [kept]


def test_outside_a_notebook_nothing_is_written(monkeypatch, place):
    monkeypatch.setattr(progress, "shell", None)
    check(EXERCISE, [3, 6, 9])
    assert not place.exists()


def test_a_damaged_line_costs_no_other(capsys):
    check(EXERCISE, [3, 6])
    with progress.PLACE.open("ab") as file:
        file.write(b'\xff{"asked": "04_ear')  # as when the power goes
    check(EXERCISE, [3, 6, 9])
    assert [one["right"] for one in progress.tries()] == [False, True]
    capsys.readouterr()
    progress.progress()
    assert re.fullmatch(r"05_reduce_lr_on_plateau +১/[০-৯]+ ঠিক\n", capsys.readouterr().out)


def test_two_kernels_at_once_keep_every_line():
    code = "import json, sys; from pathlib import Path; from exercises import progress as p\n"
    code += "p.shell, p.PLACE = 1, Path(sys.argv[1])\n"
    code += "for turn in range(200): p.note('04/x', turn % 2 == 0, 'ক' * 300)"
    command = [sys.executable, "-c", code, progress.PLACE]
    kernels = [subprocess.Popen(command) for _ in range(2)]
    assert [kernel.wait() for kernel in kernels] == [0, 0]
    assert len(progress.tries()) == 400


def test_a_course_that_cannot_be_written_goes_on(place, capsys, tmp_path):
    place.write_text("a file where the folder would be")
    check(EXERCISE, [3, 6, 9])
    assert "✓" in capsys.readouterr().out
    progress.progress()
    assert "এখনো" in capsys.readouterr().out
    with pytest.raises(OSError):
        progress.progress(27)


def test_what_is_handed_in_names_the_roll_and_no_person_or_machine(place):
    class Diary(Callback):
        def on_train_begin(self, logs=None):
            raise FileNotFoundError("/home/rahim/secret")

    check("05_reduce_lr_on_plateau/diary", Diary)
    progress.progress("CSE-27")
    handed = json.loads((place / "progress_CSE-27.json").read_text(encoding="utf-8"))
    assert handed["roll"] == "CSE-27"
    assert {name for one in handed["tries"] for name in one} == {"asked", "right", "said"}
    assert "FileNotFoundError" in str(handed) and "rahim" not in str(handed)


def test_the_teacher_sees_who_did_what_and_the_commonest_mistake(place, capsys):
    hand_in(1, [3, 6], [3, 6, 9])
    hand_in(2, [3, 6])
    hand_in(3, [2, 5, 8])
    (place / "progress_4.json").write_text('{"roll": "4"', encoding="utf-8")
    done, missed = collect(place)
    assert "progress_4.json" in capsys.readouterr().out
    assert done["05_reduce_lr_on_plateau"].to_dict() == {"1": 1}
    row = missed.loc[EXERCISE]
    assert row["কতজন"] == 3
    with pytest.raises(ValueError, match="progress"):
        collect(place / "nothing")
