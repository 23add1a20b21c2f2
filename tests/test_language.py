"""The Bengali of the course: clean Unicode, the agreed words, signs and digits, the spelling."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from notebooks import (
    BENGALI,
    CODE,
    ROOT,
    Text,
    course_texts,
    glossary,
    notebook_files,
    prose,
    read_notebook,
    tags,
)

from needs import require

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


PERSON = "the API's name, সেটি, যেটি or দুটি callback; code is no person"
WORD = f"(?<!{LETTER})(?:%s)(?!{LETTER})"
PAST = "কর|চালা|চাপ|দি|লিখ|দেখ|বানা|পে|খুল|রাখ|বদলা|মুছ|হারা|থামা|নি|শিখ|জান"
METAPHOR = "a private metaphor; the glossary has the word"
# looked for in what is written anew: the notebooks that have a line below their core
BY_THE_TEN_RULES = {
    WORD % "(?:দুজন|তিনজন|অন্যজন|আরেকজন)(?:ের|কে|ই|ও|েই|েরই)?": PERSON,
    WORD % "সে(?! (?:জন্য|ক্ষেত্রে|সময়|হিসেবে|অনুযায়ী|কারণে))|কাকে|ওরা|এরা": PERSON,
    WORD % "(?:খাতা|পতাকা|চিরকুট|পাহারা|শ্রোতা|হাতল|রোগী)(?:র|য়|টি|টির|তে|কে)?": METAPHOR,
    WORD % "(?:মেঝে|দেয়াল|ওষুধ|ছক)(?:র|ের|তে|ে|টি|টির|েই)?": METAPHOR,
    WORD % "মরা|মরে|মরলে|মারা|মেরে|মারলে|হোঁচট|কাবু": METAPHOR,
    WORD % "মাপ(?:ের|টি|টির|গুলো|গুলোর)?": "metric, আকার or scale; মাপ means neither",
    WORD % "চলতি": "এখনকার weights, or চলন্ত গড়",
    WORD % "মেলানো|মেলাও|মিলিয়ে নাও": "তুলনা করা or মিলিয়ে দেখা",
    WORD % "বাঁধা|সারাই": "নির্দিষ্ট; ঠিক করার উপায়",
    WORD % "পুরো গল্প|চাবি|ভদ্রভাবে|ছুঁয়ো|কান পেতে": "a calque",
    WORD % "গোটা|আধখানা|সবুর|দিব্যি|ডান-বাঁ|জিরোনো|সাদাসিধে|নড়ে": "no plain Bangladesh standard",
    f"(?<!{LETTER})(?:{PAST})লে[ইও]?[।!]": "past is -েছ; -লে is if",
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


def unnatural(text: Text) -> list[str]:
    """What breaks the ten rules of style in one text; its story alone may speak of people."""
    found = []
    without_tables = re.sub(r"^\|.*$", "", text.body, flags=re.MULTILINE)
    for block in prose(without_tables) if text.is_markdown else []:
        told = _matches(BY_THE_TEN_RULES, block)
        in_story = (PERSON, METAPHOR) if text.is_story else ()
        found += [problem for problem in told if not problem.startswith(in_story)]
        for sentence in re.split("[।?!\n·]|আগে ভাবো:|ঠিক করার উপায়:", block):
            if len(re.findall("[:;](?= )", sentence)) > 1:
                found.append(f"more than one colon or semicolon: {sentence.strip()}")
    return found


def _matches(patterns: dict[str, str], text: str) -> Iterator[str]:
    for pattern, why in patterns.items():
        for match in re.finditer(pattern, text):
            yield f"{why}: …{text[max(0, match.start() - 15) : match.end() + 15]}…"


def test_the_language_of_the_course_is_clean():
    found = [f"{text.where}: {problem}" for text in course_texts() for problem in problems(text)]
    assert not found, "\n".join(found)


def test_what_is_written_anew_keeps_the_ten_rules():
    anew = {
        path.stem
        for path in notebook_files()
        if any("more" in tags(cell) for cell in read_notebook(path).cells)
    }
    found = [
        f"{text.where}: {problem}"
        for text in course_texts()
        if text.where.split(".")[0] in anew
        for problem in unnatural(text)
    ]
    assert not found, "\n".join(found)


# ---- spelling ----------------------------------------------------------------------------------

# one word a line; the Bengali dictionary has no rules for endings
DICTIONARY = Path("/usr/share/hunspell/bn_BD.dic")
WORDS = ROOT / "data" / "words.txt"
LETTERS = re.compile("[\u0980-\u09e5\u200c\u200d]+")

# What a noun may end in (after a vowel র, য় or তে, after a consonant ের or ে); নি after a verb.
_VOWEL = "[অ-ঔা-ৌ]"
ENDING = re.compile(
    "(?:টি|টা|টুকু|গুলো)?"
    f"(?:কে|(?<={_VOWEL})(?:র|য়|তে)|(?<!{_VOWEL})(?:ের|ে)|(?<=[ংইউঈঊওঔ])(?:য়ের|য়ে))?"
    "(?:নি|[ইও])?"
)
# joined with a hyphen, or written after a digit or an f-string's value: epoch-এর, ৩টি, {count}টি
JOINED = re.compile("(?:টি|টা|টির|টার|টিকে|টাকে|টিতে|গুলো|গুলোর|গুলোকে|গুলোতে|এর|এ|র|য়|কে|তে|তম)?[ইও]?")


def _words() -> frozenset[str]:
    lines = DICTIONARY.read_text(encoding="utf-8").splitlines()[1:]
    found = {unicodedata.normalize("NFC", line.strip()) for line in lines}
    return frozenset(found.union(WORDS.read_text(encoding="utf-8").splitlines()))


def is_known(word: str, words: frozenset[str]) -> bool:
    """Whether a word, or what is left of it without its ending, is one of the words."""
    cuts = range(2, len(word))
    return word in words or any(word[:cut] in words and ENDING.fullmatch(word, cut) for cut in cuts)


def unknown_words(texts: dict[str, str], words: frozenset[str]) -> dict[str, str]:
    """{word: where it stands first} of all the words in {where: text} that are unknown."""
    found: dict[str, str] = {}
    for where, text in texts.items():
        for match in LETTERS.finditer(text):
            joined = text[: match.start()][-1:] in "-০১২৩৪৫৬৭৮৯}" and JOINED.fullmatch(match[0])
            if not joined:
                found.setdefault(match[0], where)
    return {word: where for word, where in sorted(found.items()) if not is_known(word, words)}


def test_every_word_of_the_course_is_spelled_as_in_the_dictionary_or_the_own_list():
    require(DICTIONARY.exists(), "no Bengali dictionary here (apt-get install hunspell-bn)")
    texts = {text.where: text.body for text in course_texts()}
    unknown = unknown_words(texts, _words())
    lines = "\n".join(f"{word} — {where}" for word, where in unknown.items())
    assert not unknown, f"look them up; correct them or add them to data/words.txt:\n{lines}"
