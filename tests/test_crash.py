"""run_script starts a process of its own, kills it at the line asked for, and keeps what it said."""

import os
import subprocess
import sys
import time
from itertools import pairwise

from helpers import run_script

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
    code = f"import os, sys\nprint(os.getpid())\nos.write(1, b'\\xff')\n{many_errors}\nprint('শেষ')\n"
    life = run_script(write(f"{code}open('here.txt', 'w')\nprint(sys.executable)"))
    assert life.lines[1:] == ["\ufffdশেষ", sys.executable]
    assert int(life.lines[0]) != os.getpid()
    assert not life.killed
    assert (tmp_path / "here.txt").exists()
    times = [0, *life.seconds, life.end]
    assert len(times) == 5 and all(before <= after for before, after in pairwise(times))


def test_a_killed_script_gets_no_chance_to_tidy_up(write, tmp_path):
    life = run_script(
        write(
            "import atexit, pathlib, sys\n"
            "atexit.register(pathlib.Path('atexit').touch)\n"
            "try:\n"
            "    for epoch in range(3):\n"
            "        print('epoch', epoch, 'শেষ')\n"
            "        if epoch == 1:\n"
            "            sys.stdin.read()\n"
            "finally:\n"
            "    pathlib.Path('finally').touch()\n"
        ),
        kill_after="epoch 1",
    )
    assert life.lines == ["epoch 0 শেষ", "epoch 1 শেষ"]
    assert life.killed
    assert [path.name for path in tmp_path.iterdir()] == ["train.py"]


def test_when_the_cell_is_interrupted_nothing_is_left_running(write, monkeypatch):
    started, looks = [], iter([0.0])

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    def interrupted_at_the_first_line():
        for look in looks:
            return look
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", Noted)
    monkeypatch.setattr(time, "perf_counter", interrupted_at_the_first_line)
    with pytest.raises(KeyboardInterrupt):
        run_script(write("print(1)\ninput()"))
    assert started[0].returncode is not None


@pytest.mark.parametrize(
    ("code", "kill_after", "said"),
    [
        ("print(1)\nraise ValueError('ভুল মাপ')", None, "ValueError: ভুল মাপ"),
        ("print('epoch 0')", "epoch 4", "“epoch 4” দিয়ে শুরু কোনো লাইন আসেনি"),
        ("import os\nos.kill(os.getpid(), 9)", None, "হঠাৎ বন্ধ হয়েছে"),
        ("print(১)", None, "SyntaxError: invalid character"),
    ],
)
def test_what_went_wrong_is_said_in_bengali(write, code, kill_after, said):
    with pytest.raises(RuntimeError, match="ঠিকমতো চলল না") as raised:
        run_script(write(code), kill_after)
    assert said in str(raised.value)
