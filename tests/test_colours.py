"""The lines of the pictures can be told from the paper and from each other, also in grey."""

from itertools import combinations

from helpers import patience_lab, plot_log, setup, three_lab
from helpers.labs.plateau import PlateauLab
from helpers.labs.schedule import ScheduleLab
from notebooks import ROOT

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_rgb

LOG = ROOT / "data" / "runs" / "dog_cat_3000.csv"


def _light(colour: object) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _contrast(one: object, other: object) -> float:
    dark, light = sorted((_light(one), _light(other)))
    return (light + 0.05) / (dark + 0.05)


def test_a_line_that_gets_its_colour_by_itself_is_seen_on_white():
    setup()
    for colour in plt.rcParams["axes.prop_cycle"].by_key()["color"]:
        assert _contrast(colour, "white") >= 3, colour


PICTURES = {
    "plot_log": lambda: plot_log(LOG),
    "patience": lambda: patience_lab(LOG).figure,
    "three": lambda: three_lab(LOG).figure,
    "plateau": lambda: PlateauLab().figure,
    "schedule": lambda: ScheduleLab().figure,
}


@pytest.mark.parametrize("figure", PICTURES.values(), ids=PICTURES)
def test_no_line_of_a_picture_is_faint_or_like_another_in_grey(figure):
    for axes in figure().axes:
        curves = [line for line in axes.lines if len(line.get_xdata()) > 2]  # no upright lines
        for line in curves:
            assert _contrast(line.get_color(), "white") >= 3, line
        for one, other in combinations(curves, 2):
            looks = [(line.get_linestyle(), line.get_marker()) for line in (one, other)]
            differ = _contrast(one.get_color(), other.get_color()) >= 1.5
            assert looks[0] != looks[1] or differ, (one, other)
