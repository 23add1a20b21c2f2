"""What a learner has tried: a line for each try in runs/progress.jsonl, shown by `progress()`."""

import contextlib
import json
import re

from exercises import bank
from exercises.cell import shell
from helpers import guards
from helpers.bengali import digits, explain
from helpers.start import COURSE

PLACE = COURSE / "runs" / "progress.jsonl"


def note(asked: str, right: bool, said: str) -> None:
    """একটি চেষ্টা লিখে রাখে; নোটবুকের বাইরে, বা ফোল্ডারে লেখা না গেলে, কিছুই করে না।

    asked: "নোটবুক/অনুশীলন" বা "নোটবুক/quiz-2"; said: যে জবাব দেওয়া হলো, বা যে উত্তর বেছে নেওয়া হলো।
    """
    if not shell:
        return
    line = json.dumps({"asked": asked, "right": right, "said": said}, ensure_ascii=False)
    with contextlib.suppress(OSError):
        PLACE.parent.mkdir(parents=True, exist_ok=True)
        # one write at the file's end: two kernels don't mix their lines; and a line that broke off
        # does not take the next one with it
        with PLACE.open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"\n{line}\n")


def tries() -> list[dict]:
    """যত চেষ্টা লেখা আছে, পুরোনোটি আগে; নষ্ট লাইন বাদ।"""
    try:
        lines = PLACE.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            one = json.loads(line)
            found.append({name: kind(one[name]) for name, kind in _KINDS.items()})
    return found


_KINDS = {"asked": str, "right": bool, "said": str}


def progress(roll: str | int | None = None) -> None:
    """কোন নোটবুকের কতটুকু হলো, প্রিন্ট করে; roll দিলে শিক্ষককে দেওয়ার ছোট একটি ফাইলও বানায়।

    roll: তোমার রোল নম্বর, যেমন 27 বা "CSE-27"; অক্ষর, অঙ্ক, `_` আর `-`, বড়জোর ২০টি। ফাইলটি হয়
        `runs/progress_27.json`; তাতে থাকে রোল নম্বর, চেষ্টা আর জবাব, অন্য কিছু নয়। আবার চালালে ফাইলটি
        নতুন করে লেখা হয়।
    roll-এ অন্য কিছু থাকলে ValueError; ফাইলটি লেখা না গেলে OSError।
    """
    done = tries()
    right = {one["asked"] for one in done if one["right"]}
    for stem in bank.stems():
        asked = bank.asked(stem)
        if any(one["asked"] in asked for one in done):
            count = f"{len(right.intersection(asked))}/{len(asked)}"
            print(f"{stem:32} {digits(count)} ঠিক")
    if not done:
        print("এখনো কোনো উত্তর লেখা নেই। একটি check বা কুইজের উত্তর দাও, তারপর আবার চালাও।")
    if roll is not None:
        print("শিক্ষককে দাও:", _hand_in(str(roll), done))


def _hand_in(roll: str, done: list[dict]) -> str:
    if not re.fullmatch(r"[\w\u0980-\u09ff-]{1,20}", roll):
        why = "রোল নম্বরে অক্ষর, অঙ্ক, _ আর - ছাড়া অন্য কিছু আছে, বা সেটি বেশি লম্বা"
        now = 'যেমন progress("CSE-27") লেখো।'
        raise ValueError(explain("ফাইলটি বানানো গেল না", why, now))
    path = PLACE.with_name(f"progress_{roll}.json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"roll": roll, "tries": done}, ensure_ascii=False, indent=1)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        if not (said := guards.unwritten(error)):
            raise
        raise type(error)(explain(f"{path.name} লেখা গেল না", *said)) from error
    return f"{path.parent.name}/{path.name}"
