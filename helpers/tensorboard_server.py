"""`open_tensorboard` opens the real TensorBoard inside a notebook."""

import html
import os
import re
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path

from helpers import guards
from helpers.bengali import explain

from ipywidgets import HTML, Button, VBox

# TensorBoard on its own, in a process that can be stopped. Two things are added to `tensorboard ...`:
# - it reads event files without TensorFlow just as well, which saves 3 of 4 seconds and 500 MB of memory;
# - it ends when its stdin does, and the system closes that however the kernel dies, on Windows too.
_PROGRAM = """
import os, sys, threading, types

sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")
# numpy comes with it, and Windows can't load that while a thread reads stdin
from tensorboard.main import run_main

def follow_the_kernel():
    os.read(0, 1)
    os._exit(0)

threading.Thread(target=follow_the_kernel, daemon=True).start()
run_main()
"""
_FALLBACK = "এখানে TensorBoard-এর পাতা খোলে, যখন সেলটি তুমি নিজে চালাও।"
_OPEN: dict[Path, "Board"] = {}


def open_tensorboard(log_dir: str | Path, port: int = 0) -> "Board":
    """একটি ফোল্ডারের জন্য TensorBoard চালু করে; সেলের শেষ লাইনে রাখলে পাতাটি সেলের নিচেই খোলে।

    টার্মিনালের `tensorboard --logdir <log_dir> --host 127.0.0.1 --port <port>`-এর কাজই করে। ঠিকানাটি loopback,
    তাই এই মেশিনের বাইরে থেকে কেউ খুলতে পারে না। একই ফোল্ডারে আবার ডাকলে আগেরটি বন্ধ করে নতুন করে চালু হয়;
    kernel থামলে, এমনকি মারা গেলেও, TensorBoard নিজে থেকে থামে।

    log_dir: যে ফোল্ডারে `keras.callbacks.TensorBoard` লিখেছে; একাধিক রান থাকলে তাদের ওপরের ফোল্ডারটি।
        না থাকলে FileNotFoundError।
    port: কোন port-এ শুনবে; 0 মানে খালি যেকোনো একটি। port-টি অন্য কারও হাতে থাকলে RuntimeError।
    log_dir বা port অন্য ধরনের কিছু হলে TypeError; port ৬৫৫৩৫-এর বেশি হলে ValueError।
    """
    log_dir = guards.path("log_dir", log_dir)
    if why := guards.no_folder(log_dir):
        now = "TensorBoard callback-এর `log_dir`-এ যা লিখেছিলে, এখানেও সেটিই দাও।"
        raise FileNotFoundError(explain(f"{guards.short(log_dir.name)} খোলা গেল না", why, now))
    guards.whole("port", port, most=65535)
    log_dir = log_dir.resolve()
    if log_dir in _OPEN:
        _OPEN[log_dir].stop()
    board = _OPEN[log_dir] = Board(log_dir, port)
    return board


class Board(VBox):
    """চালু একটি TensorBoard: পাতাটি, আর তার নিচে বন্ধ করার বোতাম। kernel না থাকলে তার জায়গায় এক লাইন লেখা।

    port: যে port-এ শুনছে।
    address: ব্রাউজারে খোলার ঠিকানা।
    process: TensorBoard-এর process।
    """

    def __init__(self, log_dir: Path, port: int) -> None:
        self.log_dir = log_dir
        command = [sys.executable, "-P", "-c", _PROGRAM, "--logdir", str(log_dir), "--load_fast", "false"]
        self.process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            env=os.environ | {"PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Jupyter's interrupt goes to the kernel's whole group
        )
        self.address = self._wait_for_address(port)
        self.port = int(self.address.rstrip("/").rpartition(":")[2])
        # nobody wants to know more, and a full pipe would hold TensorBoard up
        threading.Thread(target=deque, args=(self.process.stderr, 0), daemon=True).start()

        shown = html.escape(self.address)
        link = f'<a href="{shown}" target="_blank">আলাদা ট্যাবে খোলো</a>'
        frame = f'<iframe src="{shown}" title="TensorBoard" width="100%" height="640"></iframe>'
        self._page, button = HTML(f"{link}<br>{frame}"), Button(description="TensorBoard বন্ধ করো")
        button.layout.width = "auto"
        button.on_click(lambda _button: self.stop())
        super().__init__([self._page, button])

    @property
    def running(self) -> bool:
        """TensorBoard এখনো চলছে কি না।"""
        return self.process.poll() is None

    def stop(self) -> None:
        """TensorBoard বন্ধ করে; আগেই বন্ধ হয়ে থাকলে কিছু করে না। event ফাইলে হাত পড়ে না।"""
        if _OPEN.get(self.log_dir) is self:
            del _OPEN[self.log_dir]
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        if self.children:  # none yet where it never came up
            self._page.value, self.children[1].disabled = "TensorBoard বন্ধ।", True

    def _wait_for_address(self, port: int) -> str:
        said = ""
        try:
            for line in self.process.stderr:
                if found := re.search(r" at (http://\S+)", line):
                    return found[1]
                said = line.strip() or said
        except BaseException:  # an interrupted cell: nobody would be left to stop it
            self.stop()
            raise
        self.stop()
        why, now = f"TensorBoard লিখেছে: {guards.short(said)}", "সেলটি আবার চালাও।"
        if "already in use" in said:
            why = f"port {port} আগে থেকেই অন্য কারও হাতে"
            now = "port না দিলে খালি একটি সে নিজেই খুঁজে নেয়।"
        raise RuntimeError(explain("TensorBoard চালু হলো না", why, now))

    def _repr_mimebundle_(self, **kwargs: object) -> dict:
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": _FALLBACK}
