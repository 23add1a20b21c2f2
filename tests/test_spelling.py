"""Every Bengali word of the course stands in Debian's dictionary or in data/words.txt."""

import re
import unicodedata
from pathlib import Path

from notebooks import ROOT, course_texts

from needs import require

# one word a line; the Bengali dictionary has no rules for endings
DICTIONARY = Path("/usr/share/hunspell/bn_BD.dic")
WORDS = ROOT / "data" / "words.txt"
WORD = re.compile("[\u0980-\u09e5\u200c\u200d]+")

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
        for match in WORD.finditer(text):
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
