"""The cat and the dog of the drawn photos: heads, poses, tails."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from drawn_pen import DARK, WHITE, Dice, Pen, blob, both_halves, limb, oval

Kind = Literal["cat", "dog"]

_IRISES = ((150, 178, 70), (226, 178, 60), (104, 160, 206), (120, 76, 40))
_PINK, _RED = (226, 138, 140), (223, 104, 110)


def _pair(right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return -right.conj(), right


@dataclass(frozen=True)
class Animal(Pen):
    kind: Kind
    dice: Dice

    # --- heads: 0 is the middle, one unit half a head's width, +x where it looks, +y down

    def head(self) -> None:
        view = "profile" if self.dice.random() < 0.3 else "face"
        turned = self.moved(0, np.exp(1j * self.dice.normal(0, 0.2)))
        getattr(turned, f"{self.kind}_{view}")(self.dice.random() < 0.5)

    def cat_face(self, dark_ears: bool) -> None:
        tip = -1j * self.dice.uniform(1.15, 1.5)
        ear = blob(-0.95 - 0.2j, -0.8 + tip, -0.68 + tip, -0.1 - 0.75j, rounds=1)
        inside = blob(-0.8 - 0.45j, -0.73 + tip + 0.2j, -0.36 - 0.75j, rounds=1)
        self.fur(*_pair(ear), dark=dark_ears)
        self.soft(*_pair(inside), colour=_PINK)
        self.fur(both_halves(0.6 - 0.85j, 1.15 - 0.1j, 0.95 + 0.6j, 0.3 + 0.92j))
        face = self.moved(self.dice.uniform(-0.16, 0.16))
        face.soft(*_pair(oval(0.2 + 0.42j, 0.28, 0.22)), colour=self.pale)
        face.eyes(-0.45 - 0.08j, 0.45 - 0.08j, size=0.26, pupil=oval(0, 0.26, 0.82))
        face.fill(blob(-0.15 + 0.2j, 0.15 + 0.2j, 0.36j, rounds=1), _PINK)
        for side in (-1, 1):
            face.line(0.36j, side * 0.08 + 0.52j, side * 0.28 + 0.5j, width=0.05)
            face.moved(side * 0.35 + 0.4j).whiskers(side)

    def cat_profile(self, dark_ears: bool) -> None:
        tip = -1j * self.dice.uniform(1.15, 1.5)
        self.fur(blob(0.1 - 0.7j, 0.5 + tip, 0.62 + tip, 0.75 - 0.4j, rounds=1), dark=dark_ears)
        crown, chin = [-0.6 - 0.8j, 0.5 - 0.85j, 0.95 - 0.3j], [0.85 + 0.7j, 0.1 + 0.95j]
        self.fur(blob(*crown, 1.12 + 0.3j, *chin, -0.75 + 0.7j, -1.05 - 0.1j))
        ear = blob(-0.75 - 0.3j, -0.5 + tip, -0.38 + tip, 0.2 - 0.65j, rounds=1)
        self.fur(ear, dark=dark_ears)
        inside = blob(-0.55 - 0.5j, -0.43 + tip + 0.2j, -0.05 - 0.65j, rounds=1)
        self.soft(inside, colour=_PINK)
        self.soft(oval(0.75 + 0.42j, 0.26, 0.2), colour=self.pale)
        self.eyes(0.42 - 0.12j, size=0.24, pupil=oval(0, 0.26, 0.82))
        self.fill(blob(0.88 + 0.12j, 1.05 + 0.14j, 0.98 + 0.3j, rounds=1), _PINK)
        self.line(0.98 + 0.3j, 0.85 + 0.5j, 0.6 + 0.5j, width=0.05)
        self.moved(0.6 + 0.38j).whiskers(-1)

    def whiskers(self, side: int) -> None:
        for lift in (-0.13, 0.02, 0.17):
            # the shadow makes them show on white fur too
            for drop, colour in ((0.05j, DARK), (0, WHITE)):
                ends = lift / 2 * 1j + drop, side + (2 * lift - 0.07) * 1j + drop
                self.line(*ends, width=0.05, colour=colour)

    def dog_face(self, dark_ears: bool) -> None:
        hangs, low = self.dice.random() < 0.7, self.dice.uniform(0.35, 0.9) * 1j
        hanging = [-0.35 - 0.9j, -0.95 - 0.85j, -1.35 - 0.1j, -1.25 + low, -0.85 + low]
        pricked = blob(-0.85 - 0.1j, -1.15 - 1.0j, -0.75 - 1.3j, -0.2 - 0.8j)
        if not hangs:
            self.fur(*_pair(pricked), dark=dark_ears)
        self.fur(both_halves(0.55 - 0.95j, 0.98 - 0.4j, 0.85 + 0.4j, 0.5 + 1.05j))
        if hangs:
            self.fur(*_pair(blob(*hanging, -0.75 - 0.1j)), dark=dark_ears)
        face = self.moved(self.dice.uniform(-0.12, 0.12))
        if self.dice.random() < 0.55:
            face.fill(oval(0.05 + 1.0j, 0.18, self.dice.uniform(0.22, 0.36)), _RED)
        face.fur(oval(0.5j, 0.56, 0.48))
        face.soft(oval(0.55j, 0.48, 0.42), colour=self.pale)
        face.eyes(-0.4 - 0.22j, 0.4 - 0.22j, size=0.17, pupil=oval(0, 0.62, 0.62))
        face.moved(0.26j, 1.35).dog_nose()
        for side in (-1, 1):
            face.line(0.35j, side * 0.05 + 0.68j, side * 0.36 + 0.66j, width=0.06)

    def dog_profile(self, dark_ears: bool) -> None:
        tip = self.dice.uniform(1.25, 1.5)
        if self.dice.random() < 0.55:
            self.fill(oval(tip - 0.45 + 0.75j, 0.14, 0.32), _RED)
        skull = [-0.6 - 0.85j, 0.35 - 0.85j, 0.75 - 0.15j, 0.6 + 0.8j, -0.5 + 0.95j, -1.0 - 0.1j]
        muzzle = [tip - 0.15j, tip + 0.12 + 0.05j, tip + 0.1 + 0.5j, tip - 0.15 + 0.78j]
        self.fur(blob(*skull), blob(0.2 - 0.3j, *muzzle, 0.1 + 0.9j))
        lip = [tip - 0.05 + 0.1j, tip + 0.5j, tip - 0.2 + 0.7j]
        self.soft(blob(0.6 + 0.2j, *lip, 0.5 + 0.8j), colour=self.pale)
        self.moved(tip - 0.05 + 0.05j).dog_nose()
        self.line(tip - 0.1 + 0.35j, tip - 0.5 + 0.52j, 0.45 + 0.5j, width=0.06)
        self.eyes(0.35 - 0.28j, size=0.17, pupil=oval(0, 0.62, 0.62))
        if self.dice.random() < 0.7:
            low = self.dice.uniform(0.35, 0.9) * 1j
            ear = [-0.05 - 0.8j, -0.6 - 0.8j, -0.9 + low, -0.4 + 0.15j + low, -0.05 - 0.1j]
        else:
            ear = [-0.75 - 0.3j, -0.8 - 1.2j, -0.35 - 1.35j, 0.1 - 0.7j]
        self.fur(blob(*ear), dark=dark_ears)

    def dog_nose(self) -> None:
        self.fill(blob(-0.28 - 0.12j, 0.28 - 0.12j, 0.16 + 0.15j, -0.16 + 0.15j), DARK)
        self.fill(oval(-0.08 - 0.05j, 0.06, 0.03), (150, 146, 150))

    def eyes(self, *places: complex, size: float, pupil: np.ndarray) -> None:
        is_asleep, iris = self.dice.random() < 0.08, self.dice.pick(_IRISES)
        glint = oval(-0.3 - 0.35j, 0.22, 0.22)
        layers = [(oval(0, 1.15, 1.08), DARK), (oval(0, 0.95, 0.9), iris)]
        for eye in (self.moved(place, size) for place in places):
            if is_asleep:
                eye.line(-1, -0.5 + 0.6j, 0.5 + 0.6j, 1, width=0.3)
                continue
            for outline, colour in (*layers, (pupil, DARK), (glint, (255, 255, 255))):
                eye.fill(outline, colour)

    # --- poses: 0 is the ground under the middle of the animal, which is about two units high

    def sitting(self) -> None:
        self.moved(0.45 - 0.15j).tail()
        self.fur(both_halves(0.3 - 1.45j, 0.55 - 0.7j, 0.75))
        self.soft(oval(-0.95j, 0.24, 0.35), colour=self.pale)
        for side in (-1, 1):
            self.fur(oval(side * 0.52 - 0.3j, 0.27, 0.34), oval(side * 0.55 - 0.05j, 0.24, 0.11))
        for side in (-1, 1):
            leg = side * 0.2 - 0.85j, side * 0.19 - 0.4j, side * 0.18 - 0.08j
            self.fur(limb(*leg, widths=(0.26, 0.22)), oval(side * 0.19 - 0.03j, 0.17, 0.11))
        self.moved(self.dice.uniform(-0.12, 0.12) - 1.5j, self.dice.uniform(0.66, 0.76)).head()

    def standing(self) -> None:
        self.moved(-0.75 - 0.9j, -1j).tail()
        step = self.dice.uniform(-0.18, 0.18)
        for hip, foot in ((-0.45, step), (0.4, -step)):
            self.fur(limb(hip - 0.7j, hip + foot - 0.06j, widths=(0.26, 0.18)), dark=True)
        back = [-0.8 - 1.1j, -0.2 - 1.05j, 0.5 - 1.2j, 0.85 - 0.9j]
        self.fur(blob(*back, 0.65 - 0.4j, -0.75 - 0.4j, -0.9 - 0.8j))
        for hip, foot in ((-0.58, -step), (0.5, step)):
            leg = limb(hip - 0.8j, hip - 0.4j, hip + foot - 0.06j, widths=(0.34, 0.19))
            self.fur(leg, oval(hip + foot + 0.05 - 0.04j, 0.16, 0.09))
        self.fur(limb(0.4 - 0.85j, 0.7 - 1.3j, widths=(0.6, 0.5)))
        up, size = self.dice.uniform(1.3, 1.5) * 1j, self.dice.uniform(0.6, 0.7)
        self.moved(0.75 - up, size).head()

    def lying(self) -> None:
        self.moved(-0.95 - 0.15j, -1j).tail()
        self.fur(limb(0.4 - 0.15j, 0.8 - 0.16j, 1.15 - 0.14j, widths=(0.26, 0.2)), dark=True)
        back = [-1.15 + 0.02j, -1.2 - 0.55j, -0.5 - 0.85j, 0.4 - 0.85j, 0.85 - 0.6j]
        front = limb(0.35 - 0.1j, 0.8 - 0.07j, 1.2 - 0.06j, widths=(0.26, 0.2))
        self.fur(blob(*back, 0.85 + 0.02j), oval(-0.68 - 0.3j, 0.4, 0.33))
        self.fur(oval(-0.4 - 0.04j, 0.28, 0.1), front)
        up, size = self.dice.uniform(0.75, 0.95) * 1j, self.dice.uniform(0.62, 0.72)
        self.moved(0.6 - up, size).head()

    def close_up(self) -> None:
        self.fur(both_halves(0.6 - 0.9j, 1.1 - 0.2j, 1.2 + 0.6j))
        self.soft(oval(-0.1j, 0.4, 0.4), colour=self.pale)
        aside, size = self.dice.uniform(-0.1, 0.1), self.dice.uniform(0.75, 0.85)
        self.moved(aside - 1.1j, size).head()

    def tail(self) -> None:
        """Begins at 0 and goes off towards +x; a pose turns the pen to where it should go."""
        bend = self.dice.uniform(0.75, 1.2) * 1j
        if self.kind == "cat":
            curl = [0.75 - 0.15 * bend, 0.7 - 0.6 * bend, 0.95 - 0.9 * bend, 1.15 - 0.7j]
            self.fur(limb(0, 0.45 + 0.1j, *curl, widths=(0.17, 0.12)))
        else:
            rise = [0.55 - 0.45 * bend, 0.6 - 0.85 * bend]
            self.fur(limb(0, 0.3 - 0.1j, *rise, widths=(0.28, 0.1)))


# each with how many units fit across the picture and where the head is
_CLOSE_UP = Animal.close_up, 2.5, -1.1j
POSES = (
    (Animal.sitting, 2.7, -1.5j),
    (Animal.standing, 2.7, 0.75 - 1.4j),
    (Animal.lying, 2.7, 0.6 - 0.85j),
    *(_CLOSE_UP, _CLOSE_UP),  # as people take them
)
