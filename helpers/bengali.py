"""বাংলা লেখার জন্য যা লাগে: গ্রাফের ফন্ট, অঙ্ক, আর উত্তর মেলানোর আগে লেখা এক ছাঁচে আনা।"""

import unicodedata

import fontpkg.mpl
from cycler import cycler
from matplotlib import rcParams

FONT = "Hind Siliguri"
# Okabe & Ito, "Color Universal Design" (2008)
COLOURS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "black": "#000000",
}
_TO_BENGALI = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
_TO_ASCII = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")
# zero-width space, non-joiner, joiner, BOM: invisible, so a learner can't see why an answer differs
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff"))


def use_font() -> None:
    """গ্রাফে বাংলা লেখা ঠিকঠাক দেখানোর ব্যবস্থা করে, সিস্টেমে কোনো ফন্ট না থাকলেও।

    ফন্টটি (Hind Siliguri) pip দিয়ে আসে; ✓ বা → চিহ্নের মতো যে অক্ষর তাতে নেই, সেগুলো DejaVu Sans থেকে আসে।
    যুক্তাক্ষর জোড়া লাগায় matplotlib 3.11, তার ভেতরের libraqm দিয়ে।
    """
    fontpkg.mpl.use(FONT)
    rcParams["font.family"] = [FONT, "DejaVu Sans"]


def use_style() -> None:
    """কোর্সের সব গ্রাফের এক চেহারা: ক্লাসের পেছনের বেঞ্চ থেকেও পড়া যায়, রঙ না চিনলেও বোঝা যায়।

    লেখা অন্তত 12 pt, মোটা রেখা; রঙ Okabe–Ito (রঙান্ধতায়ও আলাদা থাকে), সঙ্গে আলাদা ধরনের রেখা।
    """
    rcParams.update(
        {
            "figure.figsize": (9, 4),
            "figure.dpi": 80,
            "savefig.bbox": "tight",
            "font.size": 13,
            "axes.titlesize": 15,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.3,
            "lines.linewidth": 2.5,
            "legend.frameon": False,
            "axes.prop_cycle": cycler(color=list(COLOURS.values())),
        }
    )


def digits(value: object) -> str:
    """সংখ্যাকে বাংলা অঙ্কে লেখে: `digits(25)` দেয় "২৫", `digits(0.5)` দেয় "০.৫"।

    value: যা-ই হোক, আগে `str` হয়; অঙ্ক ছাড়া বাকি অক্ষর যেমন ছিল তেমনই থাকে।
    """
    return str(value).translate(_TO_BENGALI)


def normalise(text: str) -> str:
    """একই কথার আলাদা আলাদা বানানকে এক ছাঁচে আনে, যাতে উত্তর মেলানো যায়।

    NFC রূপ, ASCII অঙ্ক, ছোট হাতের অক্ষর, পাশাপাশি একাধিক ফাঁকের বদলে একটি; অদৃশ্য অক্ষর বাদ।
    """
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE).translate(_TO_ASCII)
    return " ".join(text.split()).casefold()


def number(text: str) -> float | None:
    """লেখা থেকে সংখ্যা: "১২", "12" আর " ১২.০ " তিনটিই 12.0; সংখ্যা না হলে None।"""
    try:
        return float(normalise(text).replace(",", ""))
    except ValueError:
        return None


def explain(what: str, why: str, now: str) -> str:
    """শিক্ষার্থীর জন্য error-এর লেখা: কী হলো — কেন। এখন কী করবে।

    helpers-এর সব error এই এক ছাঁচে লেখা হয়।
    """
    return f"{what} — {why}। {now}"
