"""কুকুর-বিড়ালের আঁকা ছবি: ইন্টারনেট বা আসল ছবি ছাড়াই যাতে dog-cat নোটবুক চলে।"""

import colorsys
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from helpers.bengali import explain

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps
from tqdm import tqdm

Kind = Literal["cat", "dog"]
Colour = tuple[int, int, int]

KINDS = ("cat", "dog")
WRONG_LABELS = 0.04
_PHOTO = 128
_FINE = 2 * _PHOTO  # painted twice as large and then reduced, which makes the edges smooth

# Both kinds take their coats and eyes from the same lists, so that colour says nothing about the kind.
_COATS = ((222, 140, 66), (70, 64, 66), (240, 234, 224), (142, 142, 148), (134, 92, 58), (214, 180, 134))
_PATTERNS = ("plain", "plain", "spotted", "striped", "bicolour")
_IRISES = ((150, 178, 70), (226, 178, 60), (104, 160, 206), (120, 76, 40))
_WHITE = (246, 242, 236)
_DARK = (34, 28, 30)
_PINK = (226, 138, 140)
_RED = (223, 104, 110)


def draw_photos(folder: Path, count: int = 720, seed: int = 1337) -> Path:
    """কুকুর আর বিড়ালের আঁকা ছবির একটি ফোল্ডার দেয়, `image_dataset_from_directory`-তে দেওয়ার মতো।

    ছবি থাকে `folder/cat/0000.jpg`, … আর `folder/dog/0000.jpg`, …: 128×128 পিক্সেলের JPEG।
    দুই শ্রেণির রং, ভঙ্গি, আলো আর পেছনের দৃশ্য একই তালিকা থেকে আসে; তফাত গড়নে। বাস্তবের মতো এখানেও
    প্রায় ৪% label ভুল: বিড়ালের ফোল্ডারে কুকুর, কুকুরের ফোল্ডারে বিড়াল।

    folder: যে ফোল্ডার তৈরি হবে। সেখানে `cat` আর `dog` ফোল্ডার থাকলে কিছু আঁকে না, কিছু বদলায়ও না,
        ভেতরে যত ছবিই থাকুক।
    count: মোট কয়টি ছবি, অর্ধেক করে দুই শ্রেণিতে। ডিফল্ট 720।
    seed: একই seed-এ একই ছবি।

    ফেরত: `folder`। এই নামে অন্য কিছু থাকলে FileExistsError।
    আঁকা চলে পাশের একটি অস্থায়ী ফোল্ডারে, নাম বদলায় সবার শেষে: মাঝপথে থামলে `folder` তৈরিই হয় না।
    """
    if _finished(folder):
        return folder
    if folder.exists():
        raise FileExistsError(
            explain(
                f"{folder} ফোল্ডারে ছবি আঁকা হয়নি",
                "এই নামে আগে থেকেই অন্য কিছু আছে, আর পুরোনো কিছুর ওপরে লেখা হয় না",
                "অন্য একটি নাম দাও, কিংবা ওটা সরিয়ে রাখো।",
            )
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as scratch:
        drawn = Path(scratch) / folder.name
        for kind in KINDS:
            (drawn / kind).mkdir(parents=True)
        for index in tqdm(range(count // 2 * 2), desc="ছবি আঁকছি", file=sys.stdout, leave=False):
            number, label = divmod(index, 2)
            rng = np.random.default_rng([seed, index])
            is_wrong = rng.random() < WRONG_LABELS
            photo = draw_one(KINDS[1 - label if is_wrong else label], rng)
            photo.save(drawn / KINDS[label] / f"{number:04d}.jpg", quality=90)
        _move(drawn, folder)
    return folder


def _move(drawn: Path, folder: Path) -> None:
    for wait in (0.5, 1, 2, 4, None):
        try:
            drawn.rename(folder)
            return
        except OSError as error:
            if _finished(folder):  # another notebook may have drawn the same set in the meantime
                return
            # Windows renames no folder while a virus scanner reads a file in it
            if wait is None or not isinstance(error, PermissionError):
                raise
            time.sleep(wait)


def _finished(folder: Path) -> bool:
    return all((folder / kind).is_dir() for kind in KINDS)


def draw_one(kind: Kind, rng: np.random.Generator) -> Image.Image:
    """একটি বিড়াল ("cat") বা কুকুর ("dog") আঁকে: 128×128 পিক্সেলের রঙিন ছবি।

    rng: ভঙ্গি, রং, আলো, সবই এখান থেকে; `np.random.default_rng(7)` প্রতিবার একই ছবি দেয়।
    """
    scene = _pick(rng, _SCENES)(rng).filter(ImageFilter.BoxBlur(rng.uniform(0.5, 2)))
    scene = scene.resize((_FINE, _FINE), Image.Resampling.BICUBIC)
    pose, room, head = _pick(rng, _POSES)
    size = _FINE * rng.uniform(0.85, 1.1) / room
    # people aim at the face: that is what lies near the middle, and the feet may be cut off
    feet = _FINE * complex(rng.uniform(0.32, 0.68), rng.uniform(0.34, 0.6)) - size * head
    coat, pale = _coat(rng)
    shaded = coat.point([int(value * 0.58) for value in range(256)] * 3)
    _ground_shadow(scene, feet, size)
    pose(kind, _Pen(scene, coat, shaded, pale, feet, size * np.exp(1j * rng.normal(0, 0.06))), rng)
    if rng.random() < 0.3:
        _pick(rng, _OCCLUDERS)(ImageDraw.Draw(scene), rng)
    return _photograph(scene, rng)


def _pick(rng: np.random.Generator, options: tuple):
    return options[rng.integers(len(options))]


# --- the pen: points are complex numbers, so that moving is a sum, turning and scaling a product


@dataclass(frozen=True)
class _Pen:
    image: Image.Image
    coat: Image.Image
    shaded: Image.Image
    pale: Colour
    origin: complex
    scale: complex

    def moved(self, origin: complex, scale: complex = 1) -> "_Pen":
        return replace(self, origin=self.origin + self.scale * origin, scale=self.scale * scale)

    def fill(self, outline: np.ndarray, colour: Colour) -> None:
        ImageDraw.Draw(self.image).polygon(_flat(self.origin + self.scale * outline), fill=colour)

    def line(self, *points: complex, width: float, colour: Colour = _DARK) -> None:
        path = _flat(self.origin + self.scale * _path(*points))
        ImageDraw.Draw(self.image).line(path, fill=colour, width=max(1, round(width * abs(self.scale))))

    def fur(self, outline: np.ndarray, dark: bool = False) -> None:
        """A part of the coat, darker at its edge and on its lower right, as a rounded body would be."""
        mask, box = self._mask(outline)
        blur = max(2, min(mask.size) // 10)
        light = ImageChops.offset(mask.filter(ImageFilter.BoxBlur(blur)), -blur // 2)
        self.image.paste((self.shaded if dark else self.coat).crop(box), box, mask)
        self.image.paste(self.shaded.crop(box), box, ImageChops.subtract(mask, light))

    def soft(self, outline: np.ndarray, colour: Colour) -> None:
        """A patch of colour that melts into the fur around it."""
        mask, box = self._mask(outline)
        self.image.paste(colour, box, mask.filter(ImageFilter.BoxBlur(max(1, min(mask.size) // 12))))

    def _mask(self, outline: np.ndarray) -> tuple[Image.Image, tuple[int, int, int, int]]:
        points = self.origin + self.scale * outline
        left, top = int(points.real.min()) - 4, int(points.imag.min()) - 4
        right, bottom = int(points.real.max()) + 5, int(points.imag.max()) + 5
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon(_flat(points - complex(left, top)), fill=255)
        return mask, (left, top, right, bottom)


def _flat(points: np.ndarray) -> list[float]:
    return points.view(float).tolist()


def _cut_corners(points: np.ndarray, following: np.ndarray) -> np.ndarray:
    return np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], axis=1).ravel()


def _blob(*corners: complex, rounds: int = 3) -> np.ndarray:
    """A closed curve: every round cuts the corners off (Chaikin); one round leaves it pointed."""
    points = np.array(corners, dtype=complex)
    for _ in range(rounds):
        points = _cut_corners(points, np.roll(points, -1))
    return points


def _both_halves(*right: complex) -> np.ndarray:
    half = np.array(right, dtype=complex)
    return _blob(*half, *-half[::-1].conj())


def _path(*points: complex) -> np.ndarray:
    path = np.array(points, dtype=complex)
    for _ in range(3):
        path = np.concatenate([path[:1], _cut_corners(path[:-1], path[1:]), path[-1:]])
    return path


def _oval(centre: complex, width: float, height: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    return centre + width * np.cos(angle) + 1j * height * np.sin(angle)


def _limb(*points: complex, widths: tuple[float, float]) -> np.ndarray:
    """The outline of a leg or a tail along `points`, as wide as `widths` where it begins and at its tip."""
    path = _path(*points)
    along = np.gradient(path)
    across = 1j * along / np.abs(along) * np.linspace(*widths, len(path)) / 2
    tip = path[-1] + across[-1] * np.exp(-1j * np.linspace(0, np.pi, 7))
    return np.concatenate([path + across, tip, (path - across)[::-1]])


# --- coats


def _coat(rng: np.random.Generator) -> tuple[Image.Image, Colour]:
    """Fur for the whole picture, which the pen cuts into shape, and a pale colour that goes with it."""
    main = _vary(_pick(rng, _COATS), rng)
    pattern = _pick(rng, _PATTERNS)
    fur = Image.new("RGB", (_FINE, _FINE), main)
    if pattern == "spotted":
        fur.paste(_vary(_pick(rng, _COATS), rng), mask=_above(150, _clouds(rng, 11, 11)))
    elif pattern == "bicolour":
        fur.paste(_vary(_WHITE, rng), mask=_above(120, _clouds(rng, 5, 5)))
    elif pattern == "striped":
        y, x = np.mgrid[:_FINE, :_FINE] / _FINE
        waves = np.sin(np.asarray(_clouds(rng, 6, 6)) / 45 + 55 * x + 22 * y)
        fur.paste(_mix(main, _DARK, 0.4), mask=Image.fromarray(waves > 0.35))
    grain = ImageOps.autocontrast(_clouds(rng, 110, 40)).point([205 + value // 5 for value in range(256)])
    return ImageChops.multiply(fur, Image.merge("RGB", [grain] * 3)), _mix(main, _WHITE, 0.7)


def _clouds(rng: np.random.Generator, across: int, down: int) -> Image.Image:
    cells = rng.integers(0, 256, (down, across), dtype=np.uint8)
    return Image.fromarray(cells).resize((_FINE, _FINE), Image.Resampling.BICUBIC)


def _above(level: int, image: Image.Image) -> Image.Image:
    return image.point(np.clip((np.arange(256) - level) * 12, 0, 255).tolist())


def _vary(colour: Colour, rng: np.random.Generator, spread: float = 0.08) -> Colour:
    shade = 1 + rng.normal(0, spread) + rng.normal(0, spread / 4, 3)
    return tuple(np.clip(np.multiply(colour, shade), 0, 255).astype(int).tolist())


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def _any_colour(rng: np.random.Generator) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.1, 0.4), rng.uniform(0.45, 0.9))
    return round(255 * red), round(255 * green), round(255 * blue)


# --- heads: 0 is the middle, one unit half a head's width, +x the way the animal looks, +y down


def _head(kind: Kind, pen: _Pen, rng: np.random.Generator) -> None:
    views = {"cat": (_cat_face, _cat_profile), "dog": (_dog_face, _dog_profile)}
    view = views[kind][int(rng.random() < 0.3)]
    view(pen.moved(0, np.exp(1j * rng.normal(0, 0.2))), rng, rng.random() < 0.5)


def _cat_face(pen: _Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    tip = -1j * rng.uniform(1.15, 1.5)
    ear = _blob(-0.95 - 0.2j, -0.8 + tip, -0.68 + tip, -0.1 - 0.75j, rounds=1)
    inside = _blob(-0.8 - 0.45j, -0.73 + tip + 0.2j, -0.36 - 0.75j, rounds=1)
    for outline in (ear, -ear.conj()):
        pen.fur(outline, dark_ears)
    for outline in (inside, -inside.conj()):
        pen.soft(outline, _PINK)
    pen.fur(_both_halves(0.6 - 0.85j, 1.15 - 0.1j, 0.95 + 0.6j, 0.3 + 0.92j))
    pen = pen.moved(rng.uniform(-0.16, 0.16))
    for side in (-1, 1):
        pen.soft(_oval(side * 0.2 + 0.42j, 0.28, 0.22), pen.pale)
    _eyes(pen, rng, (-0.45 - 0.08j, 0.45 - 0.08j), 0.26, _oval(0, 0.26, 0.82))
    pen.fill(_blob(-0.15 + 0.2j, 0.15 + 0.2j, 0.36j, rounds=1), _PINK)
    for side in (-1, 1):
        pen.line(0.36j, side * 0.08 + 0.52j, side * 0.28 + 0.5j, width=0.05)
        _whiskers(pen.moved(side * 0.35 + 0.4j), side)


def _cat_profile(pen: _Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    tip = -1j * rng.uniform(1.15, 1.5)
    pen.fur(_blob(0.1 - 0.7j, 0.5 + tip, 0.62 + tip, 0.75 - 0.4j, rounds=1), dark_ears)
    crown, chin = [-0.6 - 0.8j, 0.5 - 0.85j, 0.95 - 0.3j], [0.85 + 0.7j, 0.1 + 0.95j, -0.75 + 0.7j]
    pen.fur(_blob(*crown, 1.12 + 0.3j, *chin, -1.05 - 0.1j))
    pen.fur(_blob(-0.75 - 0.3j, -0.5 + tip, -0.38 + tip, 0.2 - 0.65j, rounds=1), dark_ears)
    pen.soft(_blob(-0.55 - 0.5j, -0.43 + tip + 0.2j, -0.05 - 0.65j, rounds=1), _PINK)
    pen.soft(_oval(0.75 + 0.42j, 0.26, 0.2), pen.pale)
    _eyes(pen, rng, (0.42 - 0.12j,), 0.24, _oval(0, 0.26, 0.82))
    pen.fill(_blob(0.88 + 0.12j, 1.05 + 0.14j, 0.98 + 0.3j, rounds=1), _PINK)
    pen.line(0.98 + 0.3j, 0.85 + 0.5j, 0.6 + 0.5j, width=0.05)
    _whiskers(pen.moved(0.6 + 0.38j), -1)


def _whiskers(pen: _Pen, side: int) -> None:
    for lift in (-0.13, 0.02, 0.17):
        for drop, colour in ((0.05j, _DARK), (0, _WHITE)):  # the shadow makes them show on white fur too
            pen.line(lift / 2 * 1j + drop, side + (2 * lift - 0.07) * 1j + drop, width=0.05, colour=colour)


def _dog_face(pen: _Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    hangs = rng.random() < 0.7
    low = rng.uniform(0.35, 0.9) * 1j
    hanging = _blob(-0.35 - 0.9j, -0.95 - 0.85j, -1.35 - 0.1j, -1.25 + low, -0.85 + low, -0.75 - 0.1j)
    pricked = _blob(-0.85 - 0.1j, -1.15 - 1.0j, -0.75 - 1.3j, -0.2 - 0.8j)
    if not hangs:
        for outline in (pricked, -pricked.conj()):
            pen.fur(outline, dark_ears)
    pen.fur(_both_halves(0.55 - 0.95j, 0.98 - 0.4j, 0.85 + 0.4j, 0.5 + 1.05j))
    if hangs:
        for outline in (hanging, -hanging.conj()):
            pen.fur(outline, dark_ears)
    pen = pen.moved(rng.uniform(-0.12, 0.12))
    if rng.random() < 0.55:
        pen.fill(_oval(0.05 + 1.0j, 0.18, rng.uniform(0.22, 0.36)), _RED)
    pen.fur(_oval(0.5j, 0.56, 0.48))
    pen.soft(_oval(0.55j, 0.48, 0.42), pen.pale)
    _eyes(pen, rng, (-0.4 - 0.22j, 0.4 - 0.22j), 0.17, _oval(0, 0.62, 0.62))
    _dog_nose(pen.moved(0.26j, 1.35))
    for side in (-1, 1):
        pen.line(0.35j, side * 0.05 + 0.68j, side * 0.36 + 0.66j, width=0.06)


def _dog_profile(pen: _Pen, rng: np.random.Generator, dark_ears: bool) -> None:
    tip = rng.uniform(1.25, 1.5)
    if rng.random() < 0.55:
        pen.fill(_oval(tip - 0.45 + 0.75j, 0.14, 0.32), _RED)
    pen.fur(_blob(-0.6 - 0.85j, 0.35 - 0.85j, 0.75 - 0.15j, 0.6 + 0.8j, -0.5 + 0.95j, -1.0 - 0.1j))
    nose, lip = [tip - 0.15j, tip + 0.12 + 0.05j], [tip + 0.1 + 0.5j, tip - 0.15 + 0.78j]
    pen.fur(_blob(0.2 - 0.3j, *nose, *lip, 0.1 + 0.9j))
    pen.soft(_blob(0.6 + 0.2j, tip - 0.05 + 0.1j, tip + 0.5j, tip - 0.2 + 0.7j, 0.5 + 0.8j), pen.pale)
    _dog_nose(pen.moved(tip - 0.05 + 0.05j))
    pen.line(tip - 0.1 + 0.35j, tip - 0.5 + 0.52j, 0.45 + 0.5j, width=0.06)
    _eyes(pen, rng, (0.35 - 0.28j,), 0.17, _oval(0, 0.62, 0.62))
    if rng.random() < 0.7:
        low = rng.uniform(0.35, 0.9) * 1j
        pen.fur(_blob(-0.05 - 0.8j, -0.6 - 0.8j, -0.9 + low, -0.4 + 0.15j + low, -0.05 - 0.1j), dark_ears)
    else:
        pen.fur(_blob(-0.75 - 0.3j, -0.8 - 1.2j, -0.35 - 1.35j, 0.1 - 0.7j), dark_ears)


def _dog_nose(pen: _Pen) -> None:
    pen.fill(_blob(-0.28 - 0.12j, 0.28 - 0.12j, 0.16 + 0.15j, -0.16 + 0.15j), _DARK)
    pen.fill(_oval(-0.08 - 0.05j, 0.06, 0.03), (150, 146, 150))


def _eyes(pen: _Pen, rng: np.random.Generator, places: tuple, size: float, pupil: np.ndarray) -> None:
    asleep = rng.random() < 0.08
    iris = _pick(rng, _IRISES)
    for place in places:
        eye = pen.moved(place, size)
        if asleep:
            eye.line(-1, -0.5 + 0.6j, 0.5 + 0.6j, 1, width=0.3)
            continue
        eye.fill(_oval(0, 1.15, 1.08), _DARK)
        eye.fill(_oval(0, 0.95, 0.9), iris)
        eye.fill(pupil, _DARK)
        eye.fill(_oval(-0.3 - 0.35j, 0.22, 0.22), (255, 255, 255))


# --- poses: 0 is the ground under the middle of the animal, which is about two units high


def _sitting(kind: Kind, pen: _Pen, rng: np.random.Generator) -> None:
    _tail(kind, pen.moved(0.45 - 0.15j), rng)
    pen.fur(_both_halves(0.3 - 1.45j, 0.55 - 0.7j, 0.75))
    pen.soft(_oval(-0.95j, 0.24, 0.35), pen.pale)
    for side in (-1, 1):
        pen.fur(_oval(side * 0.52 - 0.3j, 0.27, 0.34))
        pen.fur(_oval(side * 0.55 - 0.05j, 0.24, 0.11))
    for side in (-1, 1):
        pen.fur(_limb(side * 0.2 - 0.85j, side * 0.19 - 0.4j, side * 0.18 - 0.08j, widths=(0.26, 0.22)))
        pen.fur(_oval(side * 0.19 - 0.03j, 0.17, 0.11))
    _head(kind, pen.moved(rng.uniform(-0.12, 0.12) - 1.5j, rng.uniform(0.66, 0.76)), rng)


def _standing(kind: Kind, pen: _Pen, rng: np.random.Generator) -> None:
    _tail(kind, pen.moved(-0.75 - 0.9j, -1j), rng)
    step = rng.uniform(-0.18, 0.18)
    for hip, foot in ((-0.45, step), (0.4, -step)):
        pen.fur(_limb(hip - 0.7j, hip + foot - 0.06j, widths=(0.26, 0.18)), dark=True)
    back, belly = [-0.8 - 1.1j, -0.2 - 1.05j, 0.5 - 1.2j, 0.85 - 0.9j], [0.65 - 0.4j, -0.75 - 0.4j]
    pen.fur(_blob(*back, *belly, -0.9 - 0.8j))
    for hip, foot in ((-0.58, -step), (0.5, step)):
        pen.fur(_limb(hip - 0.8j, hip - 0.4j, hip + foot - 0.06j, widths=(0.34, 0.19)))
        pen.fur(_oval(hip + foot + 0.05 - 0.04j, 0.16, 0.09))
    pen.fur(_limb(0.4 - 0.85j, 0.7 - 1.3j, widths=(0.6, 0.5)))
    _head(kind, pen.moved(0.75 - rng.uniform(1.3, 1.5) * 1j, rng.uniform(0.6, 0.7)), rng)


def _lying(kind: Kind, pen: _Pen, rng: np.random.Generator) -> None:
    _tail(kind, pen.moved(-0.95 - 0.15j, -1j), rng)
    pen.fur(_limb(0.4 - 0.15j, 0.8 - 0.16j, 1.15 - 0.14j, widths=(0.26, 0.2)), dark=True)
    pen.fur(_blob(-1.15 + 0.02j, -1.2 - 0.55j, -0.5 - 0.85j, 0.4 - 0.85j, 0.85 - 0.6j, 0.85 + 0.02j))
    pen.fur(_oval(-0.68 - 0.3j, 0.4, 0.33))
    pen.fur(_oval(-0.4 - 0.04j, 0.28, 0.1))
    pen.fur(_limb(0.35 - 0.1j, 0.8 - 0.07j, 1.2 - 0.06j, widths=(0.26, 0.2)))
    _head(kind, pen.moved(0.6 - rng.uniform(0.75, 0.95) * 1j, rng.uniform(0.62, 0.72)), rng)


def _close_up(kind: Kind, pen: _Pen, rng: np.random.Generator) -> None:
    pen.fur(_both_halves(0.6 - 0.9j, 1.1 - 0.2j, 1.2 + 0.6j))
    pen.soft(_oval(-0.1j, 0.4, 0.4), pen.pale)
    _head(kind, pen.moved(rng.uniform(-0.1, 0.1) - 1.1j, rng.uniform(0.75, 0.85)), rng)


def _tail(kind: Kind, pen: _Pen, rng: np.random.Generator) -> None:
    """Begins at 0 and goes off towards +x; a pose turns the pen to where its tail should go."""
    bend = rng.uniform(0.75, 1.2) * 1j
    if kind == "cat":
        curl = [0.7 - 0.6 * bend, 0.95 - 0.9 * bend, 1.15 - 0.7j]
        pen.fur(_limb(0, 0.45 + 0.1j, 0.75 - 0.15 * bend, *curl, widths=(0.17, 0.12)))
    else:
        pen.fur(_limb(0, 0.3 - 0.1j, 0.55 - 0.45 * bend, 0.6 - 0.85 * bend, widths=(0.28, 0.1)))


# each with how many units fit across the picture and where the head is; close-ups twice, as people take them
_POSES = (
    (_sitting, 2.7, -1.5j),
    (_standing, 2.7, 0.75 - 1.4j),
    (_lying, 2.7, 0.6 - 0.85j),
    (_close_up, 2.5, -1.1j),
    (_close_up, 2.5, -1.1j),
)


# --- what is behind, painted at the final size: blurred by the enlarging, as by a lens


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    rows = np.linspace(top, bottom, _PHOTO).astype(np.uint8)
    return Image.fromarray(np.repeat(rows[:, None], _PHOTO, axis=1))


def _grass(rng: np.random.Generator) -> Image.Image:
    horizon = int(rng.uniform(0.15, 0.5) * _PHOTO)
    near = _vary((74, 124, 52), rng)
    scene = _gradient(_vary((150, 200, 236), rng), _vary((214, 230, 236), rng))
    scene.paste(_gradient(_vary((150, 180, 96), rng), near), (0, horizon))
    draw = ImageDraw.Draw(scene)
    for x in rng.uniform(0, _PHOTO, 6):
        draw.ellipse((x - 14, horizon - 12, x + 14, horizon + 4), fill=_vary((70, 110, 60), rng))
    for x, y in rng.uniform((0, horizon), _PHOTO, (90, 2)):
        draw.line((x, y, x + rng.normal(0, 2), y - 6), fill=_vary(near, rng, 0.15))
    return scene


def _room(rng: np.random.Generator) -> Image.Image:
    floor = int(rng.uniform(0.55, 0.8) * _PHOTO)
    wall = _any_colour(rng)
    scene = _gradient(wall, _mix(wall, _WHITE, 0.2))
    scene.paste(_gradient(_vary((150, 110, 76), rng), _vary((100, 68, 44), rng)), (0, floor))
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, floor - 4, _PHOTO, floor), fill=_WHITE)
    x, y = rng.uniform(0, 90), rng.uniform(0, 30)
    draw.rectangle((x, y, x + 34, y + 28), fill=_any_colour(rng), outline=_mix(wall, _DARK, 0.6), width=3)
    return scene


def _sofa(rng: np.random.Generator) -> Image.Image:
    cloth = _any_colour(rng)
    scene = Image.new("RGB", (_PHOTO, _PHOTO), _any_colour(rng))
    draw = ImageDraw.Draw(scene)
    top, middle = rng.uniform(15, 50), rng.uniform(30, 98)
    seam = _mix(cloth, _DARK, 0.4)
    for left, right in ((-20, middle), (middle, 148)):
        draw.rounded_rectangle((left, top, right, 110), 14, fill=cloth, outline=seam, width=2)
    draw.rounded_rectangle((-10, rng.uniform(80, 100), 138, 150), 10, fill=_mix(cloth, _WHITE, 0.15))
    return scene


def _sky(rng: np.random.Generator) -> Image.Image:
    scene = _gradient(_vary((96, 160, 222), rng), _vary((226, 224, 220), rng))
    draw = ImageDraw.Draw(scene)
    for x, y in rng.uniform((0, 5), (_PHOTO, 60), (4, 2)):
        for shift, radius in ((-9, 6), (0, 9), (9, 6)):
            draw.circle((x + shift, y), radius, fill=(244, 246, 248))
    draw.ellipse((-60, rng.uniform(85, 108), 190, 260), fill=_vary((170, 150, 110), rng, 0.15))
    return scene


def _rug(rng: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[:_PHOTO, :_PHOTO] // rng.integers(10, 22)
    weave = _pick(rng, (x + y, y, x, x // 2 + y))
    wool = _any_colour(rng)
    colours = np.array([wool, _mix(wool, _any_colour(rng), 0.4), _mix(wool, _WHITE, 0.3)], dtype=np.uint8)
    return Image.fromarray(colours[weave % rng.integers(2, 4)])


def _night(rng: np.random.Generator) -> Image.Image:
    scene = _gradient(_vary((36, 42, 80), rng), _vary((92, 88, 116), rng))
    draw = ImageDraw.Draw(scene)
    for x, y in rng.uniform(0, (_PHOTO, 90), (14, 2)):
        lamp = _mix((92, 88, 116), (250, 220, 150), rng.uniform(0.3, 0.9))
        draw.circle((x, y), rng.uniform(0.5, 6), fill=lamp)
    return scene


_SCENES = (_grass, _room, _sofa, _sky, _rug, _night)


def _ground_shadow(scene: Image.Image, feet: complex, size: float) -> None:
    small = _FINE // 8  # enlarging the mask is what makes the shadow soft
    mask = Image.new("L", (small, small))
    centre, half = feet / 8, 0.15 * size / 2
    box = (centre.real - half, centre.imag - 1.5, centre.real + half, centre.imag + 1.5)
    ImageDraw.Draw(mask).ellipse(box, fill=120)
    scene.paste(_DARK, mask=mask.resize((_FINE, _FINE), Image.Resampling.BICUBIC))


# --- what stands in front, in pixels of the fine picture


def _bowl(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    x, y, colour = rng.uniform(40, 216), rng.uniform(205, 240), _any_colour(rng)
    draw.polygon((x - 42, y, x + 42, y, x + 32, y + 34, x - 32, y + 34), fill=colour)
    draw.ellipse((x - 42, y - 10, x + 42, y + 10), fill=_mix(colour, _DARK, 0.45), outline=colour, width=4)


def _ball(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    x, y, radius, colour = rng.uniform(30, 226), rng.uniform(190, 235), rng.uniform(20, 38), _any_colour(rng)
    draw.circle((x, y), radius, fill=_mix(colour, _DARK, 0.35))
    draw.circle((x - radius / 10, y - radius / 10), 0.9 * radius, fill=colour)
    stripe = (x - 1.6 * radius, y - radius, x + 0.2 * radius, y + 0.8 * radius)
    draw.arc(stripe, -60, 60, fill=_WHITE, width=5)


def _plant(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    root = _pick(rng, (-10, 20, 236, 266)) + 262j
    for angle in rng.uniform(-1.1, 1.1, 7):
        leaf = _oval(-60j, 13, 62) * rng.uniform(0.8, 1.5) * np.exp(1j * angle)
        draw.polygon(_flat(root + leaf), fill=_vary((66, 128, 70), rng, 0.15))


def _box(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    top, slope, cardboard = rng.uniform(196, 228), rng.uniform(-12, 12), _vary((190, 146, 98), rng)
    draw.polygon((0, top + slope, _FINE, top, _FINE, _FINE, 0, _FINE), fill=cardboard)
    draw.line((0, top + slope + 14, _FINE, top + 14), fill=_mix(cardboard, _DARK, 0.4), width=3)


_OCCLUDERS = (_bowl, _ball, _plant, _box)


# --- the camera


def _photograph(scene: Image.Image, rng: np.random.Generator) -> Image.Image:
    if rng.random() < 0.5:
        scene = ImageOps.mirror(scene)
    photo = scene.reduce(_FINE // _PHOTO).filter(ImageFilter.BoxBlur(rng.uniform(0, 0.8)))
    x = np.linspace(-0.5, 0.5, _PHOTO)
    light = rng.uniform(0.8, 1.15) * (1 + rng.normal(0, 0.15) * x[:, None] + rng.normal(0, 0.15) * x)
    tint = 1 + rng.normal(0, 0.03, 3)
    noise = rng.normal(0, rng.uniform(1, 4), (_PHOTO, _PHOTO, 3))
    pixels = np.asarray(photo) * light[..., None] * tint + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
