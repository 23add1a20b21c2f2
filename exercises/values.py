"""Whether an answer is right: its own value, or the values that were seen when it ran."""

import contextlib
import dis
import math
import reprlib
from collections.abc import Callable, Iterator, Set
from types import FunctionType

from exercises import bank
from exercises.limit import in_time
from helpers.bengali import digits, normalise, number

import numpy as np

Judge = Callable[[object], Iterator[tuple]]
_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


def undone(answer: object) -> bool:
    """কাজটি বাকি কি না: `...`, None, খালি লেখা বা list, কিংবা ভেতরে কিছু না লেখা ফাংশন বা ক্লাস।"""
    if isinstance(answer, str):
        return not answer.strip(" .…\t\n")
    if isinstance(answer, list | tuple | dict | Set):
        return not answer or any(item is ... for item in answer)
    if isinstance(answer, type):
        written = (value for name, value in vars(answer).items() if _is_written(name, value))
        return all(map(undone, written))
    if isinstance(answer, FunctionType):
        steps = list(dis.get_instructions(answer))
        constants = {step.argval for step in steps if "CONST" in step.opname}
        return {step.opname for step in steps} <= _NOTHING and constants <= {None}
    return answer is None or answer is ...


def _is_written(name: str, value: object) -> bool:
    # what Python itself adds to a class, its name and its docstring among them, is no function
    return isinstance(value, FunctionType) or not name.startswith("__")


def problem(exercise: dict, answer: object) -> str | None:
    """উত্তরের মান মিলিয়ে দেখে: ঠিক হলে None, না হলে কী মেলেনি। উত্তর যা-ই হোক, error নেই।

    exercise: TOML-এর [check.…] অংশ। `expected` সংখ্যা, লেখা বা list; `tolerance` সংখ্যায় কত ফারাক
    চলে (ডিফল্ট 0); `any_order` থাকলে list-এর ক্রম দেখা হয় না; `wrong` আগে থেকে ভাবা ভুল উত্তর আর
    তার মন্তব্য (list হলে কমা দিয়ে লেখা)।
    answer: শিক্ষার্থীর উত্তর।
    """
    expected, any_order = exercise["expected"], "any_order" in exercise
    given = _items(answer, expected, any_order)
    if given is None:
        return _wrong_kind(answer, expected)

    def misfits(want: list) -> list[int]:
        return _misfits(want, given, exercise.get("tolerance", 0), any_order)

    if not (wrong := misfits(expected if isinstance(expected, list) else [expected])):
        return None
    for text, feedback in exercise.get("wrong", {}).items():
        if not misfits(text.split(",") if isinstance(expected, list) else [text]):
            return feedback
    if not isinstance(expected, list):
        return "আরেকবার ভেবে দেখো।"
    if len(given) != len(expected):
        return f"list-এ {digits(len(expected))}টি উত্তর চাই; তুমি দিয়েছ {digits(len(given))}টি।"
    return f"শুরু থেকে গুনে {digits(', '.join(map(str, wrong)))} নম্বরে যা আছে, তা মেলেনি।"


def _items(answer: object, expected: object, any_order: bool) -> list | None:
    if isinstance(expected, str):
        return [answer] if isinstance(answer, str) else None
    if not isinstance(expected, list):
        return None if _number(answer) is None else [answer]
    if isinstance(answer, list | tuple) or (any_order and isinstance(answer, Set)):
        return list(answer)
    try:
        return np.asarray(answer).tolist() if np.ndim(answer) == 1 else None
    except ValueError:  # a symbolic Keras tensor has a shape and no values
        return None


def _number(value: object) -> float | None:
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return number(value) if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _wrong_kind(answer: object, expected: object) -> str:
    kinds = {str: 'একটি লেখা, উদ্ধৃতিচিহ্নের ভেতরে, যেমন `"loss"`', list: "একটি `list`"}
    shown = f"`{reprlib.repr(answer) if isinstance(answer, str) else type(answer).__name__}`"
    return f"এখানে চাই {kinds.get(type(expected), 'একটি সংখ্যা')}; তুমি দিয়েছ {shown}।"


def _misfits(want: list, given: list, tolerance: float, any_order: bool) -> list[int]:
    """Places, from 1, whose item is missing or isn't wanted there (if any_order: anywhere)."""
    left, misfits = list(want), []
    for place, item in enumerate(given):
        candidates = left if any_order else want[place : place + 1]
        match = next((one for one in candidates if _same(one, item, tolerance)), None)
        if match is None:
            misfits.append(place + 1)
        else:
            left.remove(match)
    return misfits + list(range(len(given) + 1, len(want) + 1))


def _same(want: float | str, given: object, tolerance: float) -> bool:
    if isinstance(want, str) and isinstance(given, str) and normalise(want) == normalise(given):
        return True
    numbers = _number(want), _number(given)
    # A float32 result differs from the same number in Python in the eighth digit.
    return None not in numbers and math.isclose(*numbers, rel_tol=1e-6, abs_tol=tolerance)


def first_wrong(seen: dict, observations: Iterator[tuple], limit: float) -> str | None:
    """যা দেখা গেল, তা পরপর মিলিয়ে দেখে: প্রথম যেটি মেলেনি, তার বাক্য; সব মিললে None।

    seen: TOML-এর [check.….seen.…] অংশ, নাম ধরে। `expected` যা দেখার কথা; `wrong` আগে থেকে ভাবা মান
        আর তার বাক্য (list কমা দিয়ে লেখা); `otherwise` বাকি মানের বাক্য (না থাকলে তাতে দোষ নেই);
        `story` প্রতিটি বাক্যের আগে বসে। বাক্যে `{given}` দেখা মান, `{wanted}` চাওয়া মান।
    observations: (নাম, দেখা মান) বা (নাম, দেখা মান, dict); dict-এ বাক্যের আর যা লাগে। তার `wanted`
        `expected`-এর জায়গা নেয়।
    limit: একটি মান দেখতে বড়জোর কত সেকেন্ড; তাতে না হলে TooLongError।
    """
    with contextlib.closing(observations):
        for name, given, *about in in_time(observations, limit):
            one = seen[name] if name in seen else bank.shared()[name]
            words = {"wanted": one.get("expected", ...), "given": given}
            for more in about:
                words |= more
            if not _equal(words["wanted"], given) and (said := _reply(one, given)):
                return fill(f"{one.get('story', '')} {said}".lstrip(), words)
    return None


def _reply(one: dict, given: object) -> str | None:
    text = ",".join(map(str, given)) if isinstance(given, list | tuple) else str(given)
    foreseen = {key.replace(" ", ""): said for key, said in one.get("wrong", {}).items()}
    return foreseen.get(text, one.get("otherwise"))


def _equal(want: object, given: object) -> bool:
    """The same but for the rounding of numbers; a learner's mistake may lie in one letter."""
    if isinstance(want, list | tuple):
        same = isinstance(given, list | tuple) and len(want) == len(given)
        return same and all(map(_equal, want, given))
    if isinstance(want, bool):
        return isinstance(given, bool | np.bool_) and want == given
    if isinstance(want, str) or _number(want) is None:
        return isinstance(given, type(want)) and want == given
    given = None if isinstance(given, str) else _number(given)
    return given is not None and math.isclose(want, given, rel_tol=1e-4, abs_tol=1e-6)


def fill(reply: str, words: dict) -> str:
    """বাক্যের `{…}`-এর জায়গায় মান বসায়; code-এর বাইরে সংখ্যা বাংলা অঙ্কে।"""
    said = {name: one if isinstance(one, str) else digits(one) for name, one in words.items()}
    parts = enumerate(reply.split("`"))  # every second is code
    return "`".join(part.format(**(words if place % 2 else said)) for place, part in parts)
