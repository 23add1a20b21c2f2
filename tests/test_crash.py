"""run_script starts a process of its own, kills it at the line asked for, and keeps what it said."""

import contextlib
import os
import subprocess
import sys
import time
from itertools import pairwise

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
    code = "import os, sys\nprint(os.getpid())\nprint('শেষ')\nopen('here.txt', 'w')\nprint(sys.executable)"
    life = run_script(write(code))
    assert life.lines[1:] == ["শেষ", sys.executable]
    assert int(life.lines[0]) != os.getpid()
    assert not life.killed
    assert (tmp_path / "here.txt").exists()


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


def test_what_came_is_timed_in_order(write):
    life = run_script(write("print(1)\nprint(2)\nprint(3)"))
    times = [0, *life.seconds, life.end]
    assert len(times) == 5
    assert all(before <= after for before, after in pairwise(times))


def test_a_script_that_writes_a_lot_of_errors_does_not_get_stuck(write):
    assert run_script(write("import sys\nsys.stderr.write('e' * 1_000_000)\nprint('শেষ')")).lines == ["শেষ"]


def test_when_the_cell_is_interrupted_nothing_is_left_running(write, monkeypatch):
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    looks = iter([0.0])

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
    ("code", "options", "said"),
    [
        ("print(1)\nraise ValueError('ভুল মাপ')", {}, "ValueError: ভুল মাপ"),
        ("print('epoch 0')", {"kill_after": "epoch 4"}, "“epoch 4” দিয়ে শুরু কোনো লাইন আসেনি"),
        ("input()", {"limit": 0.2}, "০.২ সেকেন্ডেও শেষ হয়নি"),
    ],
)
def test_what_went_wrong_is_said_in_bengali(write, code, options, said):
    with pytest.raises(RuntimeError, match="ঠিকমতো চলল না") as raised:
        run_script(write(code), **options)
    assert said in str(raised.value)


def test_what_the_script_started_ends_with_it(write):
    grandchild = "import sys; sys.stdin.read()"
    code = (
        "import subprocess, sys\n"
        f"one = subprocess.Popen([sys.executable, '-c', {grandchild!r}], stdin=subprocess.PIPE)\n"
        "print('pid', one.pid)\n"
        "input()\n"
    )
    life = run_script(write(code), kill_after="pid")
    one = int(life.lines[0].split()[1])
    assert life.killed
    with contextlib.suppress(psutil.NoSuchProcess):  # gone already
        grandchild = psutil.Process(one)
        psutil.wait_procs([grandchild], timeout=20)  # it is told to die, and the system takes its moment
        assert grandchild.status() == psutil.STATUS_ZOMBIE


def test_a_script_that_the_system_kills_is_said_to_have_ended_suddenly(write):
    with pytest.raises(RuntimeError, match="হঠাৎ বন্ধ হয়েছে"):
        run_script(write("import os\nos.kill(os.getpid(), 9)"))


def test_bytes_that_are_no_text_are_kept_out(write):
    assert run_script(write("import os\nos.write(1, b'\\xff ok\\n')")).lines == ["\ufffd ok"]
