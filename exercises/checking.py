"""`check(...)`: judges an answer and prints what is wrong with it.

প্রশ্ন, উত্তর, ইঙ্গিত সবই TOML ফাইলে। উত্তর কোড হলে `exercises.judges` সেটি চালিয়ে দেখে।
"""

import importlib
import linecache
import re
import textwrap
import traceback

from exercises import bank, cell, limit, values
from exercises.progress import note
from helpers.bengali import digits, explain

LIMIT = 60  # seconds for each thing that is looked at; a slow laptop needs some ten
_WIDTH = 88  # letters, with their signs: so many JupyterLab shows at 1366 px beside its sidebar


def check(name: str, answer: object) -> None:
    """অনুশীলনের উত্তর ঠিক হলো কি না, আর না হলে কোথায় আটকেছ, প্রিন্ট করে জানায়।

    name: অনুশীলনের নাম, "নোটবুক/অনুশীলন", যেমন "14_dog_cat/checkpoint"; অচেনা হলে ValueError।
    answer: সংখ্যা (NumPy বা TensorFlow-এরও; বাংলা অঙ্ক হলে উদ্ধৃতিচিহ্নের ভেতরে, যেমন "১১"), লেখা,
        list, কিংবা নিজের লেখা কোড।
    `...`, None, খালি উত্তর বা ভেতরে কিছু না লেখা ক্লাস মানে কাজটি এখনো বাকি। ভুল উত্তরে, কোডের ভুলে
    বা যে কোড শেষই হয় না, তাতে error নয়, ইঙ্গিত আসে। আগের সেলটি error-এ থেমে থাকলে check উত্তর
    দেখে না।
    """
    exercise = bank.exercise(name)
    if stopped := cell.stopped():
        print(_wrapped(f"○ {stopped}"))
    elif values.undone(answer):
        print(_wrapped(f"○ এখনো বাকি। {exercise['todo']}\n  ইঙ্গিত: {exercise['hint']}"))
    elif problem := _problem(name, exercise, answer):
        # an error of the learner's code may hold a path: its first words are enough
        note(name, right=False, said=problem.partition("` হলো:")[0])
        print(_wrapped(f"✗ এখনো ঠিক হয়নি। {problem}\n  ইঙ্গিত: {exercise['hint']}"))
    else:
        note(name, right=True, said="")
        print(_wrapped(f"✓ ঠিক। {exercise['right']}"))


def _problem(name: str, exercise: dict, answer: object) -> str | None:
    if "seen" not in exercise:
        return values.problem(exercise, answer)
    try:
        return values.first_wrong(exercise["seen"], _judge(name)(answer), LIMIT)
    except limit.TooLongError as error:
        what = f"তোমার কোড {digits(LIMIT)} সেকেন্ডেও শেষ হয়নি"
        said = explain(what, "বোধ হয় কোনো লুপ থামছে না", "লুপটি কখন থামার কথা, দেখো।")
        return f"{said}\n  {_learners_line(error.__cause__, answer)}".rstrip()
    except Exception as error:
        message = str(error).partition("\n")[0]
        said = f"তোমার কোড চালাতে গিয়ে `{type(error).__name__}` হলো: {message}"
        return f"{said}\n  {_learners_line(error, answer)}".rstrip()


def _judge(name: str) -> values.Judge:
    stem, _, key = name.partition("/")
    topic = stem.partition("_")[2]  # 01_what_is_a_callback → what_is_a_callback
    return getattr(importlib.import_module(f"exercises.judges.{topic}"), key)


def _learners_line(error: BaseException, answer: object) -> str:
    """The last line it passed through in the module that holds the answer; a notebook is one."""
    module = getattr(answer, "__module__", None)
    for frame, line_number in reversed(list(traceback.walk_tb(error.__traceback__))):
        if frame.f_globals.get("__name__") == module:
            line = linecache.getline(frame.f_code.co_filename, line_number).strip()
            return f"লাইন {digits(line_number)}: `{line}`" if line else ""
    return ""


def _wrapped(text: str) -> str:
    """As printed: without Markdown's signs, lines ended between words, code in one piece."""
    text = re.sub(r"`([^`\n]*)`|\*\*", lambda sign: (sign[1] or "").replace(" ", "\xa0"), text)
    lines = []
    for line in text.split("\n"):
        indent = re.match(" *", line)[0]
        options = {"initial_indent": indent, "subsequent_indent": indent, "break_long_words": False}
        lines.append(textwrap.fill(line.strip(), _WIDTH, break_on_hyphens=False, **options))
    return "\n".join(lines).replace("\xa0", " ")
