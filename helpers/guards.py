"""Checks of what a learner passes: each refuses in Bengali, before a library does in English."""

import contextlib
import errno
import inspect
import os
from collections.abc import Callable
from numbers import Integral, Real
from pathlib import Path
from types import UnionType

from helpers.bengali import digits, explain

INF = float("inf")
COPY_COURSE = "কোর্সের ফোল্ডারটি নিজের home ফোল্ডারে কপি করে সেখান থেকে JupyterLab খোলো।"


def short(text: object) -> str:
    """error-এ দেখানোর লেখা; বেশি লম্বা হলে কেটে ছোট করা।"""
    text = str(text) or '""'
    return text if len(text) <= 200 else f"{text[:200]}…"


def need(kind: type | UnionType, name: str, value: object, wanted: str, now: str) -> None:
    """name নামের parameter-এ দেওয়া value-র ধরন kind না হলে TypeError; তাতে লেখা থাকে wanted আর now।"""
    if not isinstance(value, kind):
        raise TypeError(_no(name, value, f"এখানে চাই {wanted}; এটি {type(value).__name__}", now))


def whole(
    name: str, value: object, least: float = -INF, most: float = 2**32 - 1, kind: type = Integral
) -> None:
    """value পূর্ণ সংখ্যা (kind=Real হলে যেকোনো সংখ্যা) না হলে TypeError; least থেকে most-এর বাইরে হলে
    ValueError।"""
    wanted = "একটি পূর্ণ সংখ্যা" if kind is Integral else "একটি সংখ্যা"
    now = "সংখ্যাটি উদ্ধৃতিচিহ্ন ছাড়া, ইংরেজি অঙ্কে লেখো।"
    need(str if isinstance(value, bool) else kind, name, value, wanted, now)  # True is no number
    if not least <= value <= most:
        why = f"{digits(least)} থেকে {digits(most)} পর্যন্ত চলে"
        raise ValueError(_no(name, value, why, "এর ভেতরের একটি সংখ্যা দাও।"))


def amount(name: str, value: object) -> None:
    """value সংখ্যা না হলে TypeError; 0-র কম, দশ লাখের বেশি বা NaN হলে ValueError।"""
    whole(name, value, 0, 1_000_000, Real)


def positive(name: str, value: object) -> None:
    """`amount`-এর মতোই, তবে 0 হলেও ValueError।"""
    amount(name, value)
    if value == 0:
        raise ValueError(_no(name, value, "শূন্যের বেশি চাই", "যেমন 0.01 দাও।"))


def function(name: str, value: object, *parameters: str) -> None:
    """value এমন ফাংশন না হলে TypeError, যাকে parameters-এর মতো মান দিয়ে ডাকা যায়।"""
    start = f"def {name}({', '.join(parameters)}):"
    now = f"ফাংশনটি এভাবে শুরু করো: {start}। তারপর তার নামটি দাও, বন্ধনী ছাড়া।"
    need(Callable, name, value, "একটি ফাংশন", now)
    try:
        with contextlib.suppress(ValueError):  # some of what is written in C tells no parameters
            inspect.signature(value).bind(*parameters)
    except TypeError:
        why = f"একে ডাকা হয় {digits(len(parameters))}টি মান দিয়ে, আর এর parameter মেলে না"
        raise TypeError(_no(name, value, why, now)) from None


def path(name: str, value: object) -> Path:
    """value-র পথ, ফাইল সেখানে থাকুক বা না থাকুক; value নাম বা পথ না হলে TypeError।"""
    need(str | os.PathLike, name, value, "একটি নাম", "নামটি উদ্ধৃতিচিহ্নের ভেতরে লেখো।")
    return Path(value)


def no_file(place: Path, wanted: str = "ফাইল") -> str | None:
    """ফাইলটি (বা wanted="ফোল্ডার") পড়া গেলে None; না গেলে কেন নয়।"""
    try:
        is_there, is_folder, may = place.exists(), place.is_dir(), os.access(place, os.R_OK)
    except (OSError, ValueError) as error:  # not to be looked into, or no name for a file
        is_there, is_folder, may = isinstance(error, PermissionError), wanted == "ফোল্ডার", False
    if not is_there:
        return f"এই নামে কোনো {wanted} নেই"
    if is_folder != (wanted == "ফোল্ডার"):
        return f"এটি {wanted} নয়"
    return None if may else f"এই {wanted} পড়ার অনুমতি তোমার নেই"


def unwritten(error: OSError) -> tuple[str, str] | None:
    """লেখা গেল না কেন, আর এখন কী করবে; কারণটি ভরা ডিস্ক বা অনুমতি না হলে None।"""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "ডিস্কে আর জায়গা নেই", "কিছু জায়গা খালি করে একই সেল আবার চালাও।"
    denied = isinstance(error, PermissionError) or error.errno == errno.EROFS
    return ("এই ফোল্ডারে তোমার লেখার অনুমতি নেই", COPY_COURSE) if denied else None


def _no(name: str, value: object, why: str, now: str) -> str:
    return explain(f"{name}={short(' '.join(repr(value).split()))} চলে না", why, now)
