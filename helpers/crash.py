"""`run_script` runs a training script in a process of its own, and stops it halfway if asked."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from helpers import guards
from helpers.bengali import explain


@dataclass(frozen=True)
class Life:
    """একটি process কী লিখল, কখন লিখল, কীভাবে শেষ হলো। সময়গুলো শুরু থেকে কত সেকেন্ড।"""

    lines: list[str]  # process-টি যত লাইন প্রিন্ট করেছে
    seconds: list[float]  # প্রতিটি লাইন কখন এল
    end: float  # process-টি কখন শেষ হলো


def run_script(script: str | Path, kill_after: str | None = None) -> Life:
    """একটি Python স্ক্রিপ্ট আলাদা process-এ চালায়, আর চাইলে মাঝপথে থামিয়ে দেয়।

    script: .py ফাইলের নাম। স্ক্রিপ্টটি চলে তার নিজের ফোল্ডারে, নোটবুকের Python দিয়েই, GPU ছাড়া।
    kill_after: এই লেখা দিয়ে শুরু হওয়া লাইন এলেই process-টি থামিয়ে দেওয়া হয়; সেটি কিছু গোছানোর সুযোগ পায় না
        (Linux আর macOS-এ SIGKILL, Windows-এ TerminateProcess)। না দিলে শেষ পর্যন্ত চলে।
    ফেরত: `Life`। স্ক্রিপ্টটি error-এ থামলে, বা kill_after-এর লাইনটি না এলে RuntimeError; ফাইলটি না থাকলে
    FileNotFoundError; script বা kill_after অন্য ধরনের কিছু হলে TypeError।
    """
    script = guards.path("script", script)
    what = f"{guards.short(script.name)} ঠিকমতো চলল না"
    if why := guards.no_file(script):
        raise FileNotFoundError(explain(what, why, "script-এ ফাইলের নামটি মিলিয়ে দেখো।"))
    now = 'যেমন kill_after="epoch 4" দাও।'
    guards.need(str | None, "kill_after", kill_after, "লাইনের শুরুর লেখা", now)
    script = script.resolve()
    # the notebook holds the GPU already
    settings = {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "CUDA_VISIBLE_DEVICES": "-1"}
    lines, seconds = [], []
    # errors go to a file: a second pipe that nobody reads meanwhile could fill up and block
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, str(script)],
            cwd=script.parent,
            env=os.environ | settings,
            stdin=subprocess.PIPE,  # open and silent: a script that asks for input() waits
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="replace",
        )
        try:
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                seconds.append(time.perf_counter() - start)
                if kill_after is not None and line.startswith(kill_after):
                    process.kill()
            process.wait()
        finally:  # also when the learner interrupts the cell: then nothing is left running
            process.kill()
            process.communicate()
        end = time.perf_counter() - start
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    killed = kill_after is not None and any(line.startswith(kill_after) for line in lines)
    if process.returncode and not killed:
        why = f"মাঝপথে error: {said}" if said else "process-টি হঠাৎ বন্ধ হয়েছে, মেমোরি ফুরিয়ে থাকতে পারে"
        raise RuntimeError(explain(what, why, "কারণটি ঠিক করে আবার চালাও।"))
    if kill_after is not None and not killed:
        why = f"“{kill_after}” দিয়ে শুরু কোনো লাইন আসেনি"
        raise RuntimeError(explain(what, why, "স্ক্রিপ্ট কী প্রিন্ট করে, মিলিয়ে দেখো।"))
    return Life(lines, seconds, end)
