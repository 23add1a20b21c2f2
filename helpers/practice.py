"""অনুশীলন আর কুইজ: `check(...)` উত্তর দেখে বাংলায় জানায় কোথায় আটকেছ, `quiz(...)` প্রশ্ন করে।

প্রশ্ন, উত্তর, ইঙ্গিত: সব লেখা থাকে `data/practice`-এ, প্রতি নোটবুকের জন্য একটি TOML ফাইল।
উত্তর যেখানে কোড, সেখানে কোডটি চালিয়ে দেখে `helpers.judges`।
"""

import difflib
import html
import importlib
import linecache
import re
import textwrap
import tomllib
import traceback

from helpers import checks, guards
from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.start import COURSE

import traitlets
from ipywidgets import HTML, Button, Layout, RadioButtons, VBox

FOLDER = COURSE / "data" / "practice"
_LETTERS = "কখগঘঙচ"
_WIDTH = 88  # letters, with their signs: JupyterLab has room for these at 1366 px beside its sidebar
# JupyterLab gives each option one line of fixed height, where a long sentence would run over the next one.
# Its button comes after the words in the page, hence the order.
_STYLE = """<style>
.practice-quiz .widget-html-content, .practice-quiz label {
    font-size: 15px; line-height: 1.6; overflow-wrap: anywhere;
}
.practice-quiz label { display: flex; align-items: flex-start; height: auto; margin: 2px 0; }
.practice-quiz label input { order: -1; flex: none; height: 1.6em; margin-right: 8px; }
.practice-quiz :focus-visible { outline: 3px solid #0072b2 !important; outline-offset: 1px; }
</style>"""


def check(name: str, answer: object) -> None:
    """অনুশীলনের উত্তর ঠিক হলো কি না, আর না হলে কোথায় আটকেছ, প্রিন্ট করে জানায়।

    name: অনুশীলনের নাম, "নোটবুক/অনুশীলন", যেমন "01_what_is_a_callback/counter"; অচেনা হলে ValueError।
    answer: সংখ্যা (NumPy বা TensorFlow-এরও; বাংলা অঙ্ক হলে উদ্ধৃতিচিহ্নের ভেতরে, যেমন "১১"), লেখা, list, কিংবা
        নিজের লেখা কোড।
    `...`, None, খালি উত্তর বা ভেতরে কিছু না লেখা ক্লাস মানে কাজটি এখনো বাকি; ভুল উত্তরে বা কোডের ভুলে error নয়, ইঙ্গিত আসে।
    """
    exercise = _exercise(name)
    if checks.undone(answer):
        print(_wrapped(f"○ এখনো বাকি। {exercise['todo']}\n  ইঙ্গিত: {exercise['hint']}"))
        return
    problem = _problem_in_code(name, answer) if "python" in exercise else checks.problem(exercise, answer)
    if problem is None:
        print(_wrapped(f"✓ ঠিক। {exercise['right']}"))
    else:
        print(_wrapped(f"✗ এখনো ঠিক হয়নি। {problem}\n  ইঙ্গিত: {exercise['hint']}"))


def _problem_in_code(name: str, answer: object) -> str | None:
    """What the judge says of the code; an exception in it is told too: its name, its words, its line."""
    if name not in checks.JUDGES:
        topic = name.partition("/")[0].partition("_")[2]  # 01_what_is_a_callback → what_is_a_callback
        importlib.import_module(f"helpers.judges.{topic}")
    try:
        return checks.JUDGES[name](answer)
    except Exception as error:
        message = str(error).partition("\n")[0]
        said = f"তোমার কোড চালাতে গিয়ে `{type(error).__name__}` হলো: {message}"
        return f"{said}\n  {_learners_line(error, answer)}".rstrip()


def _learners_line(error: Exception, answer: object) -> str:
    """The last line the exception passed through in the module that holds the answer; a notebook is one."""
    module = getattr(answer, "__module__", None)
    for frame, line_number in reversed(list(traceback.walk_tb(error.__traceback__))):
        if frame.f_globals.get("__name__") == module:
            line = linecache.getline(frame.f_code.co_filename, line_number).strip()
            return f"লাইন {digits(line_number)}: `{line}`" if line else ""
    return ""


def _wrapped(text: str) -> str:
    # JupyterLab breaks a printed line that is too long inside a word. Code stays in one piece.
    text = re.sub(r"`[^`\n]*`", lambda code: code[0].replace(" ", "\xa0"), text)
    lines = []
    for line in text.split("\n"):
        indent = re.match(" *", line)[0]
        options = {"initial_indent": indent, "subsequent_indent": indent, "break_long_words": False}
        lines.append(textwrap.fill(line.strip(), _WIDTH, break_on_hyphens=False, **options))
    return "\n".join(lines).replace("\xa0", " ")


def quiz(name: str) -> "Quiz":
    """একটি নোটবুকের সব প্রশ্ন দেখায়; উত্তর বেছে বোতাম চাপলে কেন ঠিক বা কেন ভুল, তা-ও।

    name: নোটবুকের নাম, .ipynb ছাড়া, যেমন "04_early_stopping"; অচেনা হলে ValueError।
    """
    questions = _load(name).get("quiz")
    if questions is None:
        names = [stem for stem in _stems() if "quiz" in _load(stem)]
        raise _unknown(f"quiz({guards.short(repr(name))})", name, names)
    return Quiz(questions)


class Quiz(VBox):
    """এক নোটবুকের সব প্রশ্ন, নিচে স্কোর; kernel না চললে প্রশ্নগুলো লেখা হিসেবে পড়া যায়।

    questions: TOML ফাইলের [[quiz]] অংশের প্রশ্নগুলো, যে ক্রমে দেখানো হবে।
    """

    def __init__(self, questions: list[dict]) -> None:
        self.questions = [_Question(place, question) for place, question in enumerate(questions, 1)]
        self.score = HTML()
        super().__init__([HTML(_STYLE), *self.questions, self.score])
        self.add_class("practice-quiz")
        for question in self.questions:
            question.observe(self._show_score, "right")
        self._show_score()

    def _show_score(self, _change: dict | None = None) -> None:
        right = sum(question.right for question in self.questions)
        score = f"{digits(len(self.questions))}টির মধ্যে {digits(right)}টি ঠিক"
        self.score.value = f'<b role="status" aria-live="polite">{score}</b>'

    def _repr_mimebundle_(self, **kwargs: object) -> dict:
        # Where no kernel draws the widget (GitHub, nbconvert, a notebook not yet run) these texts are shown.
        plain = "\n\n".join("\n".join([question.title, *question.options]) for question in self.questions)
        page = "".join(
            f"<p><b>{_rich(question.title)}</b><br>{'<br>'.join(map(_rich, question.options))}</p>"
            for question in self.questions
        )
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": plain, "text/html": page}


class _Question(VBox):
    right = traitlets.Bool(False)

    def __init__(self, place: int, question: dict) -> None:
        self.title = f"প্রশ্ন {digits(place)}। {question['question']}"
        answers = question["options"]
        self.options = [f"{letter}. {one['text']}" for letter, one in zip(_LETTERS, answers, strict=False)]
        self.choice = RadioButtons(
            options=[(text.replace("`", ""), one) for text, one in zip(self.options, answers, strict=True)],
            value=None,
            layout=Layout(width="auto"),
        )
        self.button = Button(description="উত্তর দেখো")
        self.feedback = HTML()
        children = [HTML(f"<b>{_rich(self.title)}</b>"), self.choice, self.button, self.feedback]
        super().__init__(children, layout=Layout(margin="0 0 16px 0"))
        self.button.on_click(self._show_feedback)
        # What was said about the previous choice must not stand beside the new one.
        self.choice.observe(self._forget_feedback, "value")

    def _show_feedback(self, _button: Button) -> None:
        answer = self.choice.value
        if answer is None:
            self._say("আগে একটি উত্তর বেছে নাও।")
            return
        self.right = "correct" in answer
        colour, verdict = (COLOURS["green"], "✓ ঠিক।") if self.right else (COLOURS["vermillion"], "✗ ঠিক নয়।")
        self._say(f"<b>{verdict}</b> {_rich(answer['feedback'])}", colour)

    def _forget_feedback(self, _change: dict) -> None:
        self.right = False
        self.feedback.value = ""

    def _say(self, text: str, colour: str = "#888888") -> None:
        # A screen reader reads a live region out at the moment it appears only if its role is alert.
        style = f"border-left: 4px solid {colour}; padding-left: 8px"
        self.feedback.value = f'<div role="alert" aria-live="polite" style="{style}">{text}</div>'


def _rich(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _exercise(name: str) -> dict:
    stem, _, key = str(name).partition("/")
    exercise = _load(stem).get("check", {}).get(key)
    if exercise is None:
        names = [f"{stem}/{key}" for stem in _stems() for key in _load(stem).get("check", {})]
        raise _unknown(f"check({guards.short(repr(name))}, …)", name, names)
    return exercise


def _unknown(call: str, name: str, names: list[str]) -> ValueError:
    near = ", ".join(difflib.get_close_matches(guards.short(name), names, cutoff=0))
    now = f"কাছাকাছি নাম: {near}। ঠিক নামটি লিখে সেলটি আবার চালাও।"
    return ValueError(explain(f"{call} চালানো গেল না", "এই নামে কিছু নেই", now))


def _stems() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def _load(stem: str) -> dict:
    if stem not in _stems():
        return {}
    return tomllib.loads((FOLDER / f"{stem}.toml").read_text(encoding="utf-8"))
