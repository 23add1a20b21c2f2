"""Where the exercises and questions lie, and how one is found by its name."""

import difflib
import tomllib
from functools import cache
from pathlib import Path

from helpers import guards
from helpers.bengali import explain

FOLDER = Path(__file__).parent


def exercise(name: str) -> dict:
    """একটি অনুশীলন, TOML ফাইলে যা লেখা; নামটি ("নোটবুক/অনুশীলন") অচেনা হলে ValueError।"""
    stem, _, key = str(name).partition("/")
    found = _load(stem).get("check", {}).get(key)
    if found is None:
        names = [f"{stem}/{key}" for stem in stems() for key in _load(stem).get("check", {})]
        raise _unknown(f"check({guards.short(repr(name))}, …)", name, names)
    return found


def questions(name: str) -> list[dict]:
    """একটি নোটবুকের কুইজের প্রশ্ন; নামটি অচেনা হলে ValueError।"""
    found = _load(name).get("quiz")
    if found is None:
        names = [stem for stem in stems() if "quiz" in _load(stem)]
        raise _unknown(f"quiz({guards.short(repr(name))})", name, names)
    return found


def asked(stem: str) -> list[str]:
    """একটি নোটবুকে যা যা জিজ্ঞেস করা হয়: অনুশীলন, তারপর কুইজের প্রশ্ন, `progress.note`-এর নামে।"""
    found = _load(stem)
    questions = range(1, len(found.get("quiz", [])) + 1)
    return [f"{stem}/{key}" for key in (*found.get("check", {}), *map("quiz-{}".format, questions))]


def stems() -> list[str]:
    """যে যে নোটবুকের অনুশীলন আছে, তাদের নাম।"""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def shared() -> dict:
    """যেসব জবাব অনেক অনুশীলনে লাগে।"""
    path = Path(__file__).parent / "judges" / "shared.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _load(stem: str) -> dict:
    if stem not in stems():
        return {}
    return tomllib.loads((FOLDER / f"{stem}.toml").read_text(encoding="utf-8"))


def _unknown(call: str, name: str, names: list[str]) -> ValueError:
    near = ", ".join(difflib.get_close_matches(guards.short(name), names, cutoff=0))
    now = f"কাছাকাছি নাম: {near}। ঠিক নামটি লিখে সেলটি আবার চালাও।"
    return ValueError(explain(f"{call} চালানো গেল না", "এই নামে কিছু নেই", now))
