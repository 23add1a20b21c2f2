"""TensorBoard in a notebook is for this machine only, stops when told to, ends with its kernel."""

import socket
import subprocess
import sys
import urllib.request

from helpers import open_tensorboard

import psutil
import pytest

# not through a proxy, which some machines have set for everything
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def opened():
    boards = []

    def open_one(*args, **options):
        boards.append(open_tensorboard(*args, **options))
        return boards[-1]

    yield open_one
    for board in boards:
        board.stop()


def _listens(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def test_it_serves_tensorboard_on_this_machine_only_and_stops(tmp_path, opened):
    board = opened(tmp_path)
    saved = board._repr_mimebundle_()
    assert "এখানে TensorBoard-এর পাতা খোলে" in saved["text/plain"]
    assert "widget-view" in str(saved) and "127.0.0.1" not in str(saved)
    assert board.address == f"http://127.0.0.1:{board.port}/"
    assert b"TensorBoard" in OPENER.open(board.address, timeout=30).read()
    process = psutil.Process(board.process.pid)
    whole = [process, *process.children(recursive=True)]
    doors = [door for one in whole for door in one.net_connections() if door.status == "LISTEN"]
    assert [tuple(door.laddr) for door in doors] == [("127.0.0.1", board.port)]
    assert board.running

    board.children[1].click()
    assert not board.running
    assert not _listens(board.port)
    assert "iframe" not in board.children[0].value and board.children[1].disabled
    board.stop()  # a second time does nothing


def test_opening_a_folder_again_stops_the_former_one(tmp_path, opened):
    first = opened(tmp_path)
    other = opened(tmp_path.parent)
    second = opened(tmp_path)
    assert (first.running, other.running, second.running) == (False, True, True)


def test_a_port_in_use_is_said_in_bengali(tmp_path, opened):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"port {port} আগে থেকেই অন্য কারও হাতে"):
            opened(tmp_path, port=port)


KERNEL = """
import os, signal, subprocess, sys
from helpers import open_tensorboard
# tests that run in the background may be told to ignore it, and so may all they start
signal.signal(signal.SIGINT, lambda *_: None)
board = open_tensorboard(sys.argv[1])
if os.name != "nt":  # Windows has no signal to interrupt a group with
    os.killpg(0, signal.SIGINT)  # what Jupyter does when a cell is interrupted
    try:
        board.process.wait(2)
    except subprocess.TimeoutExpired:
        pass
print(board.process.pid, board.port, board.running, flush=True)
sys.stdin.readline()
"""


def test_it_outlives_an_interrupt_and_ends_with_its_kernel_even_when_that_is_killed(tmp_path):
    command = [sys.executable, "-c", KERNEL, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, encoding="utf-8", **pipes) as kernel:
        pid, port, running = kernel.stdout.readline().split()
        board = psutil.Process(int(pid))
        assert running == "True" and _listens(int(port))
        kernel.kill()
    psutil.wait_procs([board], timeout=20)
    assert not _listens(int(port))
    assert not board.is_running() or board.status() == psutil.STATUS_ZOMBIE
