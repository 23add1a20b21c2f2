"""The cat and the dog of the drawn photos: heads, poses, tails."""

from typing import Literal

import numpy as np
from drawn_pen import DARK, WHITE, Pen, blob, both_halves, limb, oval, pick

Kind = Literal["cat", "dog"]

_IRISES = ((150, 178, 70), (226, 178, 60), (104, 160, 206), (120, 76, 40))
_PINK = (226, 138, 140)
_RED = (223, 104, 110)


# --- heads: 0 is the middle, one unit half a head's width, +x the way the animal looks, +y down


def _head(kind: Kind, pen: Pen, rng: np.random.Generator) -> None:
    views = {"cat": (_cat_face, _cat_profile), "dog": (_dog_face, _dog_profile)}
    view = views[kind][int(rng.random() < 0.3)]
    view(pen.moved(0, np.exp(1j * rng.normal(0, 0.2))), rng, rng.random() < 0.5)


def _cat_face(pen: Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    tip = -1j * rng.uniform(1.15, 1.5)
    ear = blob(-0.95 - 0.2j, -0.8 + tip, -0.68 + tip, -0.1 - 0.75j, rounds=1)
    inside = blob(-0.8 - 0.45j, -0.73 + tip + 0.2j, -0.36 - 0.75j, rounds=1)
    for outline in (ear, -ear.conj()):
        pen.fur(outline, dark_ears)
    for outline in (inside, -inside.conj()):
        pen.soft(outline, _PINK)
    pen.fur(both_halves(0.6 - 0.85j, 1.15 - 0.1j, 0.95 + 0.6j, 0.3 + 0.92j))
    pen = pen.moved(rng.uniform(-0.16, 0.16))
    for side in (-1, 1):
        pen.soft(oval(side * 0.2 + 0.42j, 0.28, 0.22), pen.pale)
    _eyes(pen, rng, (-0.45 - 0.08j, 0.45 - 0.08j), 0.26, oval(0, 0.26, 0.82))
    pen.fill(blob(-0.15 + 0.2j, 0.15 + 0.2j, 0.36j, rounds=1), _PINK)
    for side in (-1, 1):
        pen.line(0.36j, side * 0.08 + 0.52j, side * 0.28 + 0.5j, width=0.05)
        _whiskers(pen.moved(side * 0.35 + 0.4j), side)


def _cat_profile(pen: Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    tip = -1j * rng.uniform(1.15, 1.5)
    pen.fur(blob(0.1 - 0.7j, 0.5 + tip, 0.62 + tip, 0.75 - 0.4j, rounds=1), dark_ears)
    crown, chin = [-0.6 - 0.8j, 0.5 - 0.85j, 0.95 - 0.3j], [0.85 + 0.7j, 0.1 + 0.95j, -0.75 + 0.7j]
    pen.fur(blob(*crown, 1.12 + 0.3j, *chin, -1.05 - 0.1j))
    pen.fur(blob(-0.75 - 0.3j, -0.5 + tip, -0.38 + tip, 0.2 - 0.65j, rounds=1), dark_ears)
    pen.soft(blob(-0.55 - 0.5j, -0.43 + tip + 0.2j, -0.05 - 0.65j, rounds=1), _PINK)
    pen.soft(oval(0.75 + 0.42j, 0.26, 0.2), pen.pale)
    _eyes(pen, rng, (0.42 - 0.12j,), 0.24, oval(0, 0.26, 0.82))
    pen.fill(blob(0.88 + 0.12j, 1.05 + 0.14j, 0.98 + 0.3j, rounds=1), _PINK)
    pen.line(0.98 + 0.3j, 0.85 + 0.5j, 0.6 + 0.5j, width=0.05)
    _whiskers(pen.moved(0.6 + 0.38j), -1)


def _whiskers(pen: Pen, side: int) -> None:
    for lift in (-0.13, 0.02, 0.17):
        for drop, colour in (
            (0.05j, DARK),
            (0, WHITE),
        ):  # the shadow makes them show on white fur too
            pen.line(
                lift / 2 * 1j + drop,
                side + (2 * lift - 0.07) * 1j + drop,
                width=0.05,
                colour=colour,
            )


def _dog_face(pen: Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    hangs = rng.random() < 0.7
    low = rng.uniform(0.35, 0.9) * 1j
    hanging = blob(
        -0.35 - 0.9j, -0.95 - 0.85j, -1.35 - 0.1j, -1.25 + low, -0.85 + low, -0.75 - 0.1j
    )
    pricked = blob(-0.85 - 0.1j, -1.15 - 1.0j, -0.75 - 1.3j, -0.2 - 0.8j)
    if not hangs:
        for outline in (pricked, -pricked.conj()):
            pen.fur(outline, dark_ears)
    pen.fur(both_halves(0.55 - 0.95j, 0.98 - 0.4j, 0.85 + 0.4j, 0.5 + 1.05j))
    if hangs:
        for outline in (hanging, -hanging.conj()):
            pen.fur(outline, dark_ears)
    pen = pen.moved(rng.uniform(-0.12, 0.12))
    if rng.random() < 0.55:
        pen.fill(oval(0.05 + 1.0j, 0.18, rng.uniform(0.22, 0.36)), _RED)
    pen.fur(oval(0.5j, 0.56, 0.48))
    pen.soft(oval(0.55j, 0.48, 0.42), pen.pale)
    _eyes(pen, rng, (-0.4 - 0.22j, 0.4 - 0.22j), 0.17, oval(0, 0.62, 0.62))
    _dog_nose(pen.moved(0.26j, 1.35))
    for side in (-1, 1):
        pen.line(0.35j, side * 0.05 + 0.68j, side * 0.36 + 0.66j, width=0.06)


def _dog_profile(pen: Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    tip = rng.uniform(1.25, 1.5)
    if rng.random() < 0.55:
        pen.fill(oval(tip - 0.45 + 0.75j, 0.14, 0.32), _RED)
    pen.fur(blob(-0.6 - 0.85j, 0.35 - 0.85j, 0.75 - 0.15j, 0.6 + 0.8j, -0.5 + 0.95j, -1.0 - 0.1j))
    nose, lip = [tip - 0.15j, tip + 0.12 + 0.05j], [tip + 0.1 + 0.5j, tip - 0.15 + 0.78j]
    pen.fur(blob(0.2 - 0.3j, *nose, *lip, 0.1 + 0.9j))
    pen.soft(
        blob(0.6 + 0.2j, tip - 0.05 + 0.1j, tip + 0.5j, tip - 0.2 + 0.7j, 0.5 + 0.8j), pen.pale
    )
    _dog_nose(pen.moved(tip - 0.05 + 0.05j))
    pen.line(tip - 0.1 + 0.35j, tip - 0.5 + 0.52j, 0.45 + 0.5j, width=0.06)
    _eyes(pen, rng, (0.35 - 0.28j,), 0.17, oval(0, 0.62, 0.62))
    if rng.random() < 0.7:
        low = rng.uniform(0.35, 0.9) * 1j
        pen.fur(
            blob(-0.05 - 0.8j, -0.6 - 0.8j, -0.9 + low, -0.4 + 0.15j + low, -0.05 - 0.1j), dark_ears
        )
    else:
        pen.fur(blob(-0.75 - 0.3j, -0.8 - 1.2j, -0.35 - 1.35j, 0.1 - 0.7j), dark_ears)


def _dog_nose(pen: Pen) -> None:
    pen.fill(blob(-0.28 - 0.12j, 0.28 - 0.12j, 0.16 + 0.15j, -0.16 + 0.15j), DARK)
    pen.fill(oval(-0.08 - 0.05j, 0.06, 0.03), (150, 146, 150))


def _eyes(
    pen: Pen, rng: np.random.Generator, places: tuple, size: float, pupil: np.ndarray
) -> None:
    asleep = rng.random() < 0.08
    iris = pick(rng, _IRISES)
    for place in places:
        eye = pen.moved(place, size)
        if asleep:
            eye.line(-1, -0.5 + 0.6j, 0.5 + 0.6j, 1, width=0.3)
            continue
        eye.fill(oval(0, 1.15, 1.08), DARK)
        eye.fill(oval(0, 0.95, 0.9), iris)
        eye.fill(pupil, DARK)
        eye.fill(oval(-0.3 - 0.35j, 0.22, 0.22), (255, 255, 255))


# --- poses: 0 is the ground under the middle of the animal, which is about two units high


def _sitting(kind: Kind, pen: Pen, rng: np.random.Generator) -> None:
    _tail(kind, pen.moved(0.45 - 0.15j), rng)
    pen.fur(both_halves(0.3 - 1.45j, 0.55 - 0.7j, 0.75))
    pen.soft(oval(-0.95j, 0.24, 0.35), pen.pale)
    for side in (-1, 1):
        pen.fur(oval(side * 0.52 - 0.3j, 0.27, 0.34))
        pen.fur(oval(side * 0.55 - 0.05j, 0.24, 0.11))
    for side in (-1, 1):
        pen.fur(
            limb(side * 0.2 - 0.85j, side * 0.19 - 0.4j, side * 0.18 - 0.08j, widths=(0.26, 0.22))
        )
        pen.fur(oval(side * 0.19 - 0.03j, 0.17, 0.11))
    _head(kind, pen.moved(rng.uniform(-0.12, 0.12) - 1.5j, rng.uniform(0.66, 0.76)), rng)


def _standing(kind: Kind, pen: Pen, rng: np.random.Generator) -> None:
    _tail(kind, pen.moved(-0.75 - 0.9j, -1j), rng)
    step = rng.uniform(-0.18, 0.18)
    for hip, foot in ((-0.45, step), (0.4, -step)):
        pen.fur(limb(hip - 0.7j, hip + foot - 0.06j, widths=(0.26, 0.18)), dark=True)
    back, belly = [-0.8 - 1.1j, -0.2 - 1.05j, 0.5 - 1.2j, 0.85 - 0.9j], [0.65 - 0.4j, -0.75 - 0.4j]
    pen.fur(blob(*back, *belly, -0.9 - 0.8j))
    for hip, foot in ((-0.58, -step), (0.5, step)):
        pen.fur(limb(hip - 0.8j, hip - 0.4j, hip + foot - 0.06j, widths=(0.34, 0.19)))
        pen.fur(oval(hip + foot + 0.05 - 0.04j, 0.16, 0.09))
    pen.fur(limb(0.4 - 0.85j, 0.7 - 1.3j, widths=(0.6, 0.5)))
    _head(kind, pen.moved(0.75 - rng.uniform(1.3, 1.5) * 1j, rng.uniform(0.6, 0.7)), rng)


def _lying(kind: Kind, pen: Pen, rng: np.random.Generator) -> None:
    _tail(kind, pen.moved(-0.95 - 0.15j, -1j), rng)
    pen.fur(limb(0.4 - 0.15j, 0.8 - 0.16j, 1.15 - 0.14j, widths=(0.26, 0.2)), dark=True)
    pen.fur(blob(-1.15 + 0.02j, -1.2 - 0.55j, -0.5 - 0.85j, 0.4 - 0.85j, 0.85 - 0.6j, 0.85 + 0.02j))
    pen.fur(oval(-0.68 - 0.3j, 0.4, 0.33))
    pen.fur(oval(-0.4 - 0.04j, 0.28, 0.1))
    pen.fur(limb(0.35 - 0.1j, 0.8 - 0.07j, 1.2 - 0.06j, widths=(0.26, 0.2)))
    _head(kind, pen.moved(0.6 - rng.uniform(0.75, 0.95) * 1j, rng.uniform(0.62, 0.72)), rng)


def _close_up(kind: Kind, pen: Pen, rng: np.random.Generator) -> None:
    pen.fur(both_halves(0.6 - 0.9j, 1.1 - 0.2j, 1.2 + 0.6j))
    pen.soft(oval(-0.1j, 0.4, 0.4), pen.pale)
    _head(kind, pen.moved(rng.uniform(-0.1, 0.1) - 1.1j, rng.uniform(0.75, 0.85)), rng)


def _tail(kind: Kind, pen: Pen, rng: np.random.Generator) -> None:
    """Begins at 0 and goes off towards +x; a pose turns the pen to where its tail should go."""
    bend = rng.uniform(0.75, 1.2) * 1j
    if kind == "cat":
        curl = [0.7 - 0.6 * bend, 0.95 - 0.9 * bend, 1.15 - 0.7j]
        pen.fur(limb(0, 0.45 + 0.1j, 0.75 - 0.15 * bend, *curl, widths=(0.17, 0.12)))
    else:
        pen.fur(limb(0, 0.3 - 0.1j, 0.55 - 0.45 * bend, 0.6 - 0.85 * bend, widths=(0.28, 0.1)))


# each with how many units fit across the picture and where the head is;
# close-ups twice, as people take them
POSES = (
    (_sitting, 2.7, -1.5j),
    (_standing, 2.7, 0.75 - 1.4j),
    (_lying, 2.7, 0.6 - 0.85j),
    (_close_up, 2.5, -1.1j),
    (_close_up, 2.5, -1.1j),
)
