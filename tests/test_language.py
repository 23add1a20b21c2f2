"""The Bengali of the course: clean Unicode, one form of a word, the signs and digits agreed on."""

import re
import unicodedata
from collections.abc import Iterator

from notebooks import BENGALI, CODE, Text, course_texts, glossary, prose

import pytest

LETTER = f"[{BENGALI}]"
# looked for in every text, code too
EVERYWHERE = {
    "\u200c|(?<!র)\u200d|\u200d(?!্য)": "an invisible joiner outside র‍্য",
    "[\u09f0\u09f1]": "an Assamese letter",
    "[\u0900-\u0963\u0965-\u097f]": "a Devanagari letter or sign",
    "\u09f7": "a currency sign that looks like দাঁড়ি",
    r"\s।": "a space before দাঁড়ি",
    f"(?<!{LETTER})কিভাবে": "কীভাবে is the word",
    f"(?<!{LETTER})(?:কটি|কবার|কয়বার|কয় বার)(?:র|ই|ও)?(?!{LETTER})": "কয়টি and কতবার are the words",
    f"(?<!{LETTER})[দন]িও(?!{LETTER})": "দিয়ো and নিয়ো are the words",
    f"(?<!{LETTER})দুই বারে?(?!{LETTER})": "দুবার is the word",
}
# looked for where people read sentences
IN_PROSE = {
    rf"[{BENGALI}{CODE}] ?\|": "a bar in place of দাঁড়ি",
    r"[ \u00a0][,;?!]": "a space before a sign",
    '"': "a straight quote; Bengali text has “ ”",
    rf"[A-Za-z{CODE}][{BENGALI}]|[{BENGALI}][A-Za-z{CODE}]": "two scripts without a hyphen",
    r"(?<![A-Za-z0-9_.])(?<![A-Za-z]-)[0-9]": "a digit that is neither Bengali nor in code font",
    f"(?<!{LETTER})(?:সহজেই|লক্ষণীয়|উল্লেখ্য|বলা বাহুল্য|বলাই বাহুল্য|গুরুত্বপূর্ণভাবে)": "filler",
}
# Python 3.11, Keras 3.15 বা 3.16: a name's version is no number to translate
VERSION = re.compile(r"\b[A-Z][\w+.-]*[ -]\d[\d.]*(?:(?:, | আর | বা | থেকে |–)\d[\d.]*)*")


def _never(script: str, before: str, after: str) -> dict[str, str]:
    """The forms in one script that the glossary forbids, as patterns like those above."""
    forms = [(form, row["written"]) for row in glossary() for form in row["never"].split(";")]
    return {
        f"(?<!{before}){form}{after}": f"the course writes {written}"
        for form, written in forms
        if re.match(script, form)
    }


ENDING = "(?:ের|র|য়ের|কে|ে|য়|তে|টি|টা|টির|টার|গুলো|গুলোর)?[ইও]?"
EVERYWHERE |= _never(LETTER, before=LETTER, after=f"{ENDING}(?!{LETTER})")
IN_PROSE |= _never("[a-z]", before=r"[\w./-]", after=r"(?!\w|[./]\w)")


def problems(text: Text) -> list[str]:
    """What is wrong with the language of one text, each with the words around it."""
    found = list(_matches(EVERYWHERE, text.body))
    if not unicodedata.is_normalized("NFC", text.body):
        found.append("not in the Unicode form NFC")
    for block in prose(text.body) if text.is_markdown else []:
        if re.search(LETTER, block):
            found += _matches(IN_PROSE, VERSION.sub(CODE, block))
    return found


def _matches(patterns: dict[str, str], text: str) -> Iterator[str]:
    for pattern, why in patterns.items():
        for match in re.finditer(pattern, text):
            yield f"{why}: …{text[max(0, match.start() - 15) : match.end() + 15]}…"


def test_the_language_of_the_course_is_clean():
    found = [f"{text.where}: {problem}" for text in course_texts() for problem in problems(text)]
    assert not found, "\n".join(found)


# one form a rule forbids, with what is said of it; the rules come from the glossary too
FORBIDDEN = [
    ("কর\u200cা", "joiner"),
    ("শেষ॥", "Devanagari"),
    ("শেষ ।", "space before দাঁড়ি"),
    ("রান যে কটিই হোক", "কয়টি"),
    ("\u09df", "NFC"),
    ("`fit` | তারপর", "bar"),
    ('সে বলল "থামো"।', "straight quote"),
    ("`val_loss`এর মান", "two scripts"),
    ("| নাম |\n|---|\n| মোট 5 |", "digit"),
    ("লার্নিং রেট কমে", "writes learning rate"),
    ("একটি model-এর", "writes মডেল"),
]
ALLOWED = [
    "র\u200d্যান্ডম",
    "epoch `12`-এ `val_loss`-এর মান কমল; ১২টি epoch শেষ।",
    "Python 3.11, 3.12 বা 3.13 আর Keras 3.15 লাগে",
    "`model.fit` চালাও, [ছবি](data/a1.png) দেখো: https://keras.io/3",
    "একটি, কয়টি, কোটি; একবার, কতবার; দুবার, দুই বারান্দা; দিয়ো, নিয়ো, রেডিও",
    'An English paragraph: 12 "models", no Bengali.',
    '```python\nmodel = "১" # 2\n```',
]


@pytest.mark.parametrize(("text", "complaint"), [*FORBIDDEN, *((text, "") for text in ALLOWED)])
def test_a_rule_finds_what_it_forbids_and_nothing_else(text, complaint):
    found = "\n".join(problems(Text("here", text, is_markdown=True)))
    assert complaint in found if complaint else not found
