"""What the drawn photos are painted with: random colours, smooth outlines, a pen, fur.

Points are complex numbers, so that moving is a sum, turning and scaling a product.
"""

import colorsys
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Colour = tuple[int, int, int]

PHOTO = 128
FINE = 2 * PHOTO  # painted twice as large and then reduced, which makes the edges smooth
WHITE, DARK = (246, 242, 236), (34, 28, 30)
# one list for both kinds, so that colour says nothing about the kind
_COATS = (
    (222, 140, 66),
    (70, 64, 66),
    (240, 234, 224),
    (142, 142, 148),
    (134, 92, 58),
    (214, 180, 134),
)
_PATTERNS = ("plain", "plain", "spotted", "striped", "bicolour")


class Dice(np.random.Generator):
    def pick(self, options: tuple):
        return options[self.integers(len(options))]

    def vary(self, colour: Colour, spread: float = 0.08) -> Colour:
        shade = 1 + self.normal(0, spread) + self.normal(0, spread / 4, 3)
        return tuple(np.clip(np.multiply(colour, shade), 0, 255).astype(int).tolist())

    def colour(self) -> Colour:
        parts = colorsys.hsv_to_rgb(self.random(), self.uniform(0.1, 0.4), self.uniform(0.45, 0.9))
        return tuple(round(255 * part) for part in parts)

    def clouds(self, across: int, down: int) -> Image.Image:
        cells = self.integers(0, 256, (down, across), dtype=np.uint8)
        return Image.fromarray(cells).resize((FINE, FINE), Image.Resampling.BICUBIC)

    def coat_and_pale(self) -> tuple[Image.Image, Colour]:
        """Fur for the whole picture, which the pen cuts into shape; a pale colour to go with it."""
        main, pattern = self.vary(self.pick(_COATS)), self.pick(_PATTERNS)
        fur = Image.new("RGB", (FINE, FINE), main)
        if pattern == "spotted":
            fur.paste(self.vary(self.pick(_COATS)), mask=_above(150, self.clouds(11, 11)))
        elif pattern == "bicolour":
            fur.paste(self.vary(WHITE), mask=_above(120, self.clouds(5, 5)))
        elif pattern == "striped":
            y, x = np.mgrid[:FINE, :FINE] / FINE
            waves = np.sin(np.asarray(self.clouds(6, 6)) / 45 + 55 * x + 22 * y)
            fur.paste(mix(main, DARK, 0.4), mask=Image.fromarray(waves > 0.35))
        grain = ImageOps.autocontrast(self.clouds(110, 40))
        grain = grain.point([205 + value // 5 for value in range(256)])
        return ImageChops.multiply(fur, Image.merge("RGB", [grain] * 3)), mix(main, WHITE, 0.7)


def _above(level: int, image: Image.Image) -> Image.Image:
    return image.point(np.clip((np.arange(256) - level) * 12, 0, 255).tolist())


def mix(one: Colour, other: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def flat(points: np.ndarray) -> list[float]:
    return points.view(float).tolist()


def _cut_corners(points: np.ndarray, following: np.ndarray) -> np.ndarray:
    cut = [0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following]
    return np.stack(cut, axis=1).ravel()


def blob(*corners: complex, rounds: int = 3) -> np.ndarray:
    """A closed curve: every round cuts the corners off (Chaikin); one round leaves it pointed."""
    points = np.array(corners, dtype=complex)
    for _ in range(rounds):
        points = _cut_corners(points, np.roll(points, -1))
    return points


def both_halves(*right: complex) -> np.ndarray:
    return blob(*right, *(-complex(point).conjugate() for point in reversed(right)))


def _path(*points: complex) -> np.ndarray:
    path = np.array(points, dtype=complex)
    for _ in range(3):
        path = np.concatenate([path[:1], _cut_corners(path[:-1], path[1:]), path[-1:]])
    return path


def oval(centre: complex, width: float, height: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    return centre + width * np.cos(angle) + 1j * height * np.sin(angle)


def limb(*points: complex, widths: tuple[float, float]) -> np.ndarray:
    """The outline of a leg or a tail along `points`; widths: where it begins and at its tip."""
    path = _path(*points)
    along = np.gradient(path)
    across = 1j * along / np.abs(along) * np.linspace(*widths, len(path)) / 2
    tip = path[-1] + across[-1] * np.exp(-1j * np.linspace(0, np.pi, 7))
    return np.concatenate([path + across, tip, (path - across)[::-1]])


@dataclass(frozen=True)
class Pen:
    image: Image.Image
    coat: Image.Image
    pale: Colour
    origin: complex
    scale: complex

    def moved(self, origin: complex, scale: complex = 1):
        return replace(self, origin=self._at(origin), scale=self.scale * scale)

    def fill(self, outline: np.ndarray, colour: Colour) -> None:
        ImageDraw.Draw(self.image).polygon(flat(self._at(outline)), fill=colour)

    def line(self, *points: complex, width: float, colour: Colour = DARK) -> None:
        wide = max(1, round(width * abs(self.scale)))
        ImageDraw.Draw(self.image).line(flat(self._at(_path(*points))), fill=colour, width=wide)

    def fur(self, *outlines: np.ndarray, dark: bool = False) -> None:
        """Parts of the coat, darker at the edge and on the lower right: they look rounded."""
        shaded = self.coat.point([int(value * 0.58) for value in range(256)] * 3)
        for outline in outlines:
            mask, box = self._mask(outline)
            blur = max(2, min(mask.size) // 10)
            light = ImageChops.offset(mask.filter(ImageFilter.BoxBlur(blur)), -blur // 2)
            self.image.paste((shaded if dark else self.coat).crop(box), box, mask)
            self.image.paste(shaded.crop(box), box, ImageChops.subtract(mask, light))

    def soft(self, *outlines: np.ndarray, colour: Colour) -> None:
        """Patches of colour that melt into the fur around them."""
        for outline in outlines:
            mask, box = self._mask(outline)
            blur = ImageFilter.BoxBlur(max(1, min(mask.size) // 12))
            self.image.paste(colour, box, mask.filter(blur))

    def _at(self, points):
        return self.origin + self.scale * points

    def _mask(self, outline: np.ndarray) -> tuple[Image.Image, tuple[int, int, int, int]]:
        x, y = (points := self._at(outline)).real, points.imag
        box = int(x.min()) - 4, int(y.min()) - 4, int(x.max()) + 5, int(y.max()) + 5
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        ImageDraw.Draw(mask).polygon(flat(points - complex(*box[:2])), fill=255)
        return mask, box
