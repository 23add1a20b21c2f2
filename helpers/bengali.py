"""What Bengali text needs: a font, digits, one spelling to compare, the form of an error."""

import unicodedata

import fontpkg.mpl
from matplotlib import rcParams

FONT = "Hind Siliguri"
_TO_BENGALI = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
# and without what is invisible (zero-width space, non-joiner, joiner, BOM): nobody means that
_TO_ASCII = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789", "\u200b\u200c\u200d\ufeff")


def use_font() -> None:
    """গ্রাফে বাংলা লেখা ঠিকঠাক দেখায়, সিস্টেমে কোনো ফন্ট না থাকলেও: ফন্টটি pip দিয়ে আসে।"""
    # what Hind Siliguri lacks, as ✓ and →, comes from DejaVu Sans; matplotlib joins the letters
    fontpkg.mpl.use(FONT)
    rcParams["font.family"] = [FONT, "DejaVu Sans"]


def digits(value: object) -> str:
    """value-কে লেখা বানিয়ে তার অঙ্কগুলো বাংলায় দেয়: `digits(0.5)` দেয় "০.৫"।"""
    return str(value).translate(_TO_BENGALI)


def normalise(text: str) -> str:
    """একই উত্তরের আলাদা বানানকে এক করে: NFC, ASCII অঙ্ক, ছোট হাতের অক্ষর, একটি করে ফাঁক।"""
    text = unicodedata.normalize("NFC", text).translate(_TO_ASCII)
    return " ".join(text.split()).casefold()


def number(text: str) -> float | None:
    """লেখা থেকে সংখ্যা: "১২" আর " 12.০ " দুটিই 12.0; সংখ্যা না হলে None।"""
    try:
        return float(normalise(text).replace(",", ""))
    except ValueError:
        return None


def explain(what: str, why: str, now: str) -> str:
    """শিক্ষার্থীর জন্য error-এর লেখা: কী হলো — কেন। এখন কী করবে।"""
    return f"{what} — {why}। {now}"
