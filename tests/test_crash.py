"""run_script starts a process, kills it at the line asked for, and keeps what it said."""

import os
import sys
import time
from itertools import pairwise
from unittest.mock import Mock

from helpers import run_script

import psutil
import pytest


@pytest.fixture
def write(tmp_path):
    def written(code):
        script = tmp_path / "train.py"
        script.write_text(code, encoding="utf-8")
        return script

    return written


def test_a_script_that_is_left_alone_runs_to_its_end(write, tmp_path):
    many_errors = "sys.stderr.write('e' * 1_000_000)"  # more than a pipe holds
    code = (
        f"import os, sys\nprint(os.getpid())\nos.write(1, b'\\xff')\n{many_errors}\nprint('শেষ')\n"
    )
    life = run_script(write(f"{code}open('here.txt', 'w')\nprint(sys.executable)"))
    assert life.lines[1:] == ["\ufffdশেষ", sys.executable]
    assert int(life.lines[0]) != os.getpid()
    assert (tmp_path / "here.txt").exists()
    times = [0, *life.seconds, life.end]
    assert len(times) == 5 and all(before <= after for before, after in pairwise(times))


def test_a_killed_script_gets_no_chance_to_tidy_up(write, tmp_path):
    tidy = "atexit.register(pathlib.Path('atexit').touch)\ntry:\n    sys.stdin.read()\nfinally:\n"
    tidy += "    pathlib.Path('finally').touch()"
    epochs = "print('epoch 0 শেষ')\nprint('epoch 1 শেষ')"
    life = run_script(write(f"import atexit, pathlib, sys\n{epochs}\n{tidy}"), "epoch 1")
    assert life.lines == ["epoch 0 শেষ", "epoch 1 শেষ"]
    assert [path.name for path in tmp_path.iterdir()] == ["train.py"]


def test_when_the_cell_is_interrupted_nothing_is_left_running(write, monkeypatch):
    at_the_first_line = Mock(side_effect=[0.0, KeyboardInterrupt])
    monkeypatch.setattr(time, "perf_counter", at_the_first_line)
    before = psutil.Process().children()
    with pytest.raises(KeyboardInterrupt):
        run_script(write("print(1)\ninput()"))
    assert psutil.Process().children() == before


FAULTS = {
    "print(1)\nraise ValueError('ভুল মাপ')": (None, "ValueError: ভুল মাপ"),
    "print('epoch 0')": ("epoch 4", "“epoch 4” দিয়ে শুরু কোনো লাইন আসেনি"),
    "import os\nos.kill(os.getpid(), 9)": (None, "হঠাৎ বন্ধ হয়েছে"),
}


@pytest.mark.parametrize(("code", "expected"), FAULTS.items())
def test_what_went_wrong_is_said_in_bengali(write, code, expected):
    kill_after, said = expected
    with pytest.raises(RuntimeError, match="ঠিকমতো চলল না") as raised:
        run_script(write(code), kill_after)
    assert said in str(raised.value)
