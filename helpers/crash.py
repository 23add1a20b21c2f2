"""একটি ট্রেনিং-স্ক্রিপ্টকে তার নিজের process-এ চালিয়ে মাঝপথে মেরে ফেলা: `run_script`।"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from helpers import guards
from helpers.bengali import digits, explain

import psutil


@dataclass(frozen=True)
class Life:
    """একটি process-এর জীবন: সে কী লিখল, কখন লিখল, কীভাবে শেষ হলো।

    lines: সে যত লাইন প্রিন্ট করেছে, পরপর।
    seconds: প্রতিটি লাইন কখন এল; শুরু থেকে কত সেকেন্ড।
    end: শেষ হওয়ার মুহূর্ত; শুরু থেকে কত সেকেন্ড।
    killed: মেরে ফেলা হয়েছে (True), না নিজেই শেষ করেছে (False)।
    """

    lines: list[str]
    seconds: list[float]
    end: float
    killed: bool


def run_script(script: str | Path, kill_after: str | None = None, limit: float = 120) -> Life:
    """একটি Python স্ক্রিপ্ট আলাদা process-এ চালায়, আর চাইলে মাঝপথে মেরে ফেলে।

    script: .py ফাইলের নাম। স্ক্রিপ্টটি চলে তার নিজের ফোল্ডারে, নোটবুকের Python দিয়েই; GPU পায় না,
        কারণ GPU থাকলে নোটবুক আগেই তা ধরে আছে।
    kill_after: এই লেখা দিয়ে শুরু হওয়া লাইন এলেই process-টিকে মেরে ফেলা হয়; সে কিছু গোছানোর সুযোগ পায় না
        (Linux আর macOS-এ SIGKILL, Windows-এ TerminateProcess)। না দিলে শেষ পর্যন্ত চলে।
    limit: সবচেয়ে বেশি কত সেকেন্ড চলতে পারে, ০ থেকে দশ লাখ।

    ফেরত: `Life`। মরার আগে সে যা লিখেছিল, সবই `lines`-এ থাকে।
    স্ক্রিপ্টটি error-এ থামলে, সময় পেরোলে, বা kill_after-এর লাইনটি না এলে RuntimeError; ফাইলটি না থাকলে
    FileNotFoundError। script, kill_after বা limit অন্য ধরনের কিছু হলে TypeError, limit খুব বড় হলে ValueError।
    """
    script = guards.path("script", script)
    if why := guards.no_file(script):
        what = f"{guards.short(script.name)} ঠিকমতো চলল না"
        raise FileNotFoundError(explain(what, why, "script-এ ফাইলের নামটি মিলিয়ে দেখো।"))
    if kill_after is not None:
        guards.need(str, "kill_after", kill_after, "লাইনের শুরুর লেখা", 'যেমন kill_after="epoch 4" দাও।')
    guards.amount("limit", limit)
    script = script.resolve()
    settings = {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "CUDA_VISIBLE_DEVICES": "-1"}
    lines, seconds, killed, overdue = [], [], False, threading.Event()
    # errors go to a file: a second pipe that nobody reads meanwhile could fill up and stop the process
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, str(script)],
            cwd=script.parent,
            env=os.environ | settings,
            stdin=subprocess.PIPE,  # open and silent: a script that asks for input() waits until it is killed
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="replace",
        )
        watchdog = threading.Timer(limit, lambda: (overdue.set(), _kill(process)))
        try:
            watchdog.start()
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                seconds.append(time.perf_counter() - start)
                if kill_after is not None and line.startswith(kill_after):
                    _kill(process)
                    killed = True
            process.wait()
        finally:  # also when the learner interrupts the cell: then nothing is left running
            watchdog.cancel()
            _kill(process)
            process.communicate()
        end = time.perf_counter() - start
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    if overdue.is_set():
        raise _failed(script, f"{digits(limit)} সেকেন্ডেও শেষ হয়নি", "স্ক্রিপ্টটি কোথায় আটকাল, দেখো।")
    if not killed and process.returncode:
        why = f"মাঝপথে error: {said}" if said else "process-টি হঠাৎ বন্ধ হয়েছে, হয়তো মেমোরি ফুরিয়েছে"
        raise _failed(script, why, "কারণটা সারিয়ে আবার চালাও।")
    if not killed and kill_after is not None:
        why = f"“{kill_after}” দিয়ে শুরু কোনো লাইন আসেনি"
        raise _failed(script, why, "স্ক্রিপ্ট কী প্রিন্ট করে, মিলিয়ে দেখো।")
    return Life(lines, seconds, end, killed)


def _kill(process: subprocess.Popen) -> None:
    """With all it has started: they would hold its stdout open, and be waited for."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
    process.kill()


def _failed(script: Path, why: str, now: str) -> RuntimeError:
    return RuntimeError(explain(f"{script.name} ঠিকমতো চলল না", why, now))
