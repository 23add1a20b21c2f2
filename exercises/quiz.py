"""`quiz(...)`: asks the questions of a notebook and says why an answer is right or wrong."""

import html
import re

from exercises import bank
from exercises.progress import note
from helpers.bengali import digits
from helpers.figures import COLOURS

import traitlets
from ipywidgets import HTML, Button, Layout, RadioButtons, VBox

_LETTERS = "কখগঘঙচ"
_RUN_IT = "সেলটি চালালে এখানে প্রশ্নগুলোর উত্তর বেছে নেওয়া যাবে।"
# JupyterLab gives each option one line of fixed height, where a long sentence would run over the
# next one. Its button comes after the words in the page, hence the order.
_STYLE = """<style>
.practice-quiz .widget-html-content, .practice-quiz label {
    font-size: 15px; line-height: 1.6; overflow-wrap: anywhere;
}
.practice-quiz label { display: flex; align-items: flex-start; height: auto; margin: 2px 0; }
.practice-quiz label input { order: -1; flex: none; height: 1.6em; margin-right: 8px; }
.practice-quiz :focus-visible { outline: 3px solid #0072b2 !important; outline-offset: 1px; }
</style>"""


def quiz(name: str) -> "Quiz":
    """একটি নোটবুকের সব প্রশ্ন দেখায়; উত্তর বেছে বোতাম চাপলে কেন ঠিক বা কেন ভুল, তা-ও।

    name: নোটবুকের নাম, .ipynb ছাড়া, যেমন "04_early_stopping"; অচেনা হলে ValueError।
    """
    return Quiz(name, bank.questions(name))


class Quiz(VBox):
    """এক নোটবুকের সব প্রশ্ন, নিচে স্কোর; kernel না চললে প্রশ্নগুলো লেখা হিসেবে পড়া যায়।

    name: নোটবুকের নাম, .ipynb ছাড়া।
    questions: TOML ফাইলের [[quiz]] অংশের প্রশ্নগুলো, যে ক্রমে দেখানো হবে।
    """

    def __init__(self, name: str, questions: list[dict]) -> None:
        numbered = enumerate(questions, 1)
        self.questions = [_Question(name, place, question) for place, question in numbered]
        self.score = HTML()
        super().__init__([HTML(_STYLE), *self.questions, self.score])
        self.add_class("practice-quiz")
        for question in self.questions:
            question.observe(self._show_score, "right")
        self._show_score()

    def _show_score(self, _change: dict | None = None) -> None:
        told = [question.right for question in self.questions if question.right is not None]
        count = digits(len(self.questions))
        score = f"{count}টির মধ্যে {digits(sum(told))}টি ঠিক" if told else f"{count}টি প্রশ্ন"
        self.score.value = f'<b role="status" aria-live="polite">{score}</b>'

    def _repr_mimebundle_(self, **kwargs: object) -> dict:
        # shown where no kernel draws the widget: GitHub, nbconvert, a notebook not yet run
        asked = [[question.title, *question.options] for question in self.questions]
        plain = "\n\n".join([_RUN_IT, *map("\n".join, asked)])
        page = f"<p>{_RUN_IT}</p>"
        for title, *options in asked:
            page += f"<p><b>{_rich(title)}</b><br>{'<br>'.join(map(_rich, options))}</p>"
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": plain, "text/html": page}


class _Question(VBox):
    right = traitlets.Bool(None, allow_none=True)  # None: no answer stands

    def __init__(self, name: str, place: int, question: dict) -> None:
        self.asked = f"{name}/quiz-{place}"
        self.title = f"প্রশ্ন {digits(place)}। {question['question']}"
        answers = question["options"]
        lettered = zip(_LETTERS, answers, strict=False)
        self.options = [f"{letter}. {one['text']}" for letter, one in lettered]
        plain = [text.replace("`", "") for text in self.options]
        choices = list(zip(plain, answers, strict=True))
        self.choice = RadioButtons(options=choices, value=None, layout=Layout(width="auto"))
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
        note(self.asked, self.right, answer["text"])
        colour = COLOURS["green" if self.right else "vermillion"]
        verdict = "✓ ঠিক।" if self.right else "✗ ঠিক নয়।"
        self._say(f"<b>{verdict}</b> {_rich(answer['feedback'])}", colour)

    def _forget_feedback(self, _change: dict) -> None:
        self.right = None
        self.feedback.value = ""

    def _say(self, text: str, colour: str = "#888888") -> None:
        # A screen reader reads a live region out as it appears only if its role is alert.
        style = f"border-left: 4px solid {colour}; padding-left: 8px"
        self.feedback.value = f'<div role="alert" aria-live="polite" style="{style}">{text}</div>'


def _rich(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
