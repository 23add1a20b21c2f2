"""One look for all plots of the course, and their description for those who can't see them."""

from helpers import bengali

import matplotlib.pyplot as plt
from cycler import cycler
from IPython import get_ipython
from IPython.core.pylabtools import print_figure
from matplotlib.figure import Figure

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
# orange and sky are too pale for a line on white paper; they fill areas
_LINES = ("blue", "vermillion", "green", "purple", "black")


def use_style(projector: bool = False) -> None:
    """সব গ্রাফে কোর্সের চেহারা দেয়: বড় লেখা, মোটা রেখা, বাংলা ফন্ট, বর্ণান্ধ চোখেও আলাদা রং।

    নোটবুকে প্রতিটি গ্রাফের সঙ্গে তার বিবরণ (`describe`) alt text হিসেবে সেভ হয়।
    projector: True হলে সব দেড় গুণ বড়।
    """
    bengali.use_font()
    plt.rcParams.update(
        {
            "figure.figsize": (9, 4),
            "figure.dpi": 120 if projector else 80,  # labs grow with it
            "figure.constrained_layout.use": True,
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
            "axes.prop_cycle": cycler(color=[COLOURS[name] for name in _LINES]),
        }
    )
    if shell := get_ipython():
        shell.run_line_magic("matplotlib", "inline")
        shell.display_formatter.formatters["image/png"].for_type(Figure, _png_with_alt_text)


def describe(figure: Figure) -> str:
    """গ্রাফের বিবরণ: `figure.set_label(...)` দিয়ে লেখা থাকলে সেটাই, নইলে শিরোনামগুলো পরপর।"""
    if figure.get_label():
        return figure.get_label()
    axes_titles = [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center")]
    return " · ".join(title for title in [figure.get_suptitle(), *axes_titles] if title)


def _png_with_alt_text(figure: Figure) -> tuple[str, dict]:
    return print_figure(figure, "png", base64=True, bbox_inches="tight"), {"alt": describe(figure)}
