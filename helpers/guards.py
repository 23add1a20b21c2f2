"""শিক্ষার্থীর দেওয়া মান ধরনে আর মাপে ঠিক কি না; না হলে error আসে বাংলায়, কোনো লাইব্রেরির ভেতর থেকে নয়।"""

import errno
import inspect
import numbers
import os
from collections.abc import Callable
from pathlib import Path
from types import UnionType

from helpers.bengali import digits, explain

LARGEST = 2**32 - 1  # the largest seed that Keras takes, and more than anybody counts
COPY_COURSE = "কোর্সের ফোল্ডারটি নিজের home ফোল্ডারে কপি করে সেখান থেকে JupyterLab খোলো।"
_LONGEST = 200
_UNQUOTED = "সংখ্যাটি উদ্ধৃতিচিহ্ন ছাড়া, ইংরেজি অঙ্কে লেখো।"


def short(text: object) -> str:
    """error-এ দেখানোর লেখা; বেশি লম্বা হলে কেটে ছোট করা।"""
    text = str(text) or '""'
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def need(kind: type | UnionType, name: str, value: object, wanted: str, now: str) -> None:
    """value-র ধরন kind না হলে TypeError।

    name: কোন parameter। wanted: “এখানে চাই”-এর পরে কী বসবে। now: এখন কী করবে।
    """
    if not isinstance(value, kind):
        raise TypeError(_unfit(name, value, f"এখানে চাই {wanted}; এটি {type(value).__name__}", now))


def integer(name: str, value: object) -> None:
    """value পূর্ণ সংখ্যা না হলে TypeError।"""
    _need_number(numbers.Integral, name, value, "একটি পূর্ণ সংখ্যা")


def whole(name: str, value: object, least: int = 0, most: int = LARGEST) -> None:
    """value পূর্ণ সংখ্যা না হলে TypeError; least থেকে most-এর বাইরে হলে ValueError।"""
    integer(name, value)
    _need_between(name, value, least, most)


def amount(name: str, value: object, most: int = 1_000_000) -> None:
    """value সংখ্যা না হলে TypeError; 0 থেকে most-এর বাইরে বা NaN হলে ValueError।"""
    _need_number(numbers.Real, name, value, "একটি সংখ্যা")
    _need_between(name, value, 0, most)


def positive(name: str, value: object, most: int = 1_000_000) -> None:
    """`amount`-এর মতোই, তবে 0 হলেও ValueError।"""
    amount(name, value, most)
    if value == 0:
        raise ValueError(_unfit(name, value, "এখানে চাই শূন্যের বেশি একটি সংখ্যা", "যেমন 0.001 দাও।"))


def _need_number(kind: type, name: str, value: object, wanted: str) -> None:
    # to Python True is a whole number: here it is told that it is none
    need(kind if not isinstance(value, bool) else str, name, value, wanted, _UNQUOTED)


def _need_between(name: str, value: numbers.Real, least: int, most: int) -> None:
    if not least <= value <= most:
        why = f"{digits(least)} থেকে {digits(most)} পর্যন্ত চলে"
        raise ValueError(_unfit(name, value, why, "এর ভেতরের একটি সংখ্যা দাও।"))


def function(name: str, value: object, *parameters: str) -> None:
    """value এমন ফাংশন না হলে TypeError, যাকে parameters-এ যতগুলো নাম ততগুলো মান দিয়ে ডাকা যায়।"""
    now = f"ফাংশনটি এভাবে শুরু করো: def {name}({', '.join(parameters)}):। তারপর তার নামটি দাও, বন্ধনী ছাড়া।"
    need(Callable, name, value, "একটি ফাংশন", now)
    try:
        inspect.signature(value).bind(*parameters)
    except TypeError:
        why = f"একে ডাকা হয় {digits(len(parameters))}টি মান দিয়ে, আর এর parameter মেলে না"
        raise TypeError(_unfit(name, value, why, now)) from None
    except ValueError:  # some of what is written in C tells no signature
        pass


def path(name: str, value: object) -> Path:
    """value-র পথ, ফাইল সেখানে থাকুক বা না থাকুক; value নাম বা পথ না হলে TypeError।"""
    need(str | os.PathLike, name, value, "ফাইল বা ফোল্ডারের নাম", "নামটি উদ্ধৃতিচিহ্নের ভেতরে লেখো।")
    return Path(value)


def no_file(place: Path) -> str | None:
    """ফাইলটি পড়া গেলে None; না গেলে কেন নয়।"""
    return _unopened(place, Path.is_file, "ফাইল")


def no_folder(place: Path) -> str | None:
    """ফোল্ডারটি খোলা গেলে None; না গেলে কেন নয়।"""
    return _unopened(place, Path.is_dir, "ফোল্ডার")


def unwritten(error: OSError) -> tuple[str, str] | None:
    """ফাইল বা ফোল্ডার লেখা গেল না কেন, আর এখন কী করবে; কারণটি ভরা ডিস্ক বা অনুমতি না হলে None।"""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "ডিস্কে আর জায়গা নেই", "কিছু জায়গা খালি করে একই সেল আবার চালাও।"
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:  # a disk that is read only
        return "এই ফোল্ডারে তোমার লেখার অনুমতি নেই", COPY_COURSE
    return None


def _unopened(place: Path, is_right: Callable[[Path], bool], wanted: str) -> str | None:
    denied = f"এই {wanted} পড়ার অনুমতি তোমার নেই"
    try:
        if not place.exists():
            return f"এই নামে কোনো {wanted} নেই"
        if not is_right(place):
            return f"এটি {wanted} নয়"
    except PermissionError:  # the folder around it may not be looked into
        return denied
    except OSError:  # so long that no file can have this name
        return f"এই নামে কোনো {wanted} নেই"
    return None if os.access(place, os.R_OK) else denied


def _unfit(name: str, value: object, why: str, now: str) -> str:
    return explain(f"{name}={short(' '.join(repr(value).split()))} চলে না", why, now)
