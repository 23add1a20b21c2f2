"""What the drawn photos are painted with: a pen of smooth outlines, colours, fur.

Points are complex numbers, so that moving is a sum, turning and scaling a product.
"""

import colorsys
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Colour = tuple[int, int, int]

PHOTO = 128
FINE = 2 * PHOTO  # painted twice as large and then reduced, which makes the edges smooth

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
WHITE = (246, 242, 236)
DARK = (34, 28, 30)


def pick(rng: np.random.Generator, options: tuple):
    return options[rng.integers(len(options))]


@dataclass(frozen=True)
class Pen:
    image: Image.Image
    coat: Image.Image
    shaded: Image.Image
    pale: Colour
    origin: complex
    scale: complex

    def moved(self, origin: complex, scale: complex = 1) -> "Pen":
        return replace(self, origin=self.origin + self.scale * origin, scale=self.scale * scale)

    def fill(self, outline: np.ndarray, colour: Colour) -> None:
        ImageDraw.Draw(self.image).polygon(flat(self.origin + self.scale * outline), fill=colour)

    def line(self, *points: complex, width: float, colour: Colour = DARK) -> None:
        path = flat(self.origin + self.scale * _path(*points))
        ImageDraw.Draw(self.image).line(
            path, fill=colour, width=max(1, round(width * abs(self.scale)))
        )

    def fur(self, outline: np.ndarray, dark: bool = False) -> None:
        """A part of the coat, darker at its edge and on its lower right: it looks rounded."""
        mask, box = self._mask(outline)
        blur = max(2, min(mask.size) // 10)
        light = ImageChops.offset(mask.filter(ImageFilter.BoxBlur(blur)), -blur // 2)
        self.image.paste((self.shaded if dark else self.coat).crop(box), box, mask)
        self.image.paste(self.shaded.crop(box), box, ImageChops.subtract(mask, light))

    def soft(self, outline: np.ndarray, colour: Colour) -> None:
        """A patch of colour that melts into the fur around it."""
        mask, box = self._mask(outline)
        self.image.paste(
            colour, box, mask.filter(ImageFilter.BoxBlur(max(1, min(mask.size) // 12)))
        )

    def _mask(self, outline: np.ndarray) -> tuple[Image.Image, tuple[int, int, int, int]]:
        points = self.origin + self.scale * outline
        left, top = int(points.real.min()) - 4, int(points.imag.min()) - 4
        right, bottom = int(points.real.max()) + 5, int(points.imag.max()) + 5
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon(flat(points - complex(left, top)), fill=255)
        return mask, (left, top, right, bottom)


def flat(points: np.ndarray) -> list[float]:
    return points.view(float).tolist()


def _cut_corners(points: np.ndarray, following: np.ndarray) -> np.ndarray:
    return np.stack(
        [0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], axis=1
    ).ravel()


def blob(*corners: complex, rounds: int = 3) -> np.ndarray:
    """A closed curve: every round cuts the corners off (Chaikin); one round leaves it pointed."""
    points = np.array(corners, dtype=complex)
    for _ in range(rounds):
        points = _cut_corners(points, np.roll(points, -1))
    return points


def both_halves(*right: complex) -> np.ndarray:
    half = np.array(right, dtype=complex)
    return blob(*half, *-half[::-1].conj())


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


def coat_and_pale(rng: np.random.Generator) -> tuple[Image.Image, Colour]:
    """Fur for the whole picture, which the pen cuts into shape, and a pale colour to go with it."""
    main = vary(pick(rng, _COATS), rng)
    pattern = pick(rng, _PATTERNS)
    fur = Image.new("RGB", (FINE, FINE), main)
    if pattern == "spotted":
        fur.paste(vary(pick(rng, _COATS), rng), mask=_above(150, _clouds(rng, 11, 11)))
    elif pattern == "bicolour":
        fur.paste(vary(WHITE, rng), mask=_above(120, _clouds(rng, 5, 5)))
    elif pattern == "striped":
        y, x = np.mgrid[:FINE, :FINE] / FINE
        waves = np.sin(np.asarray(_clouds(rng, 6, 6)) / 45 + 55 * x + 22 * y)
        fur.paste(mix(main, DARK, 0.4), mask=Image.fromarray(waves > 0.35))
    grain = ImageOps.autocontrast(_clouds(rng, 110, 40)).point(
        [205 + value // 5 for value in range(256)]
    )
    return ImageChops.multiply(fur, Image.merge("RGB", [grain] * 3)), mix(main, WHITE, 0.7)


def _clouds(rng: np.random.Generator, across: int, down: int) -> Image.Image:
    cells = rng.integers(0, 256, (down, across), dtype=np.uint8)
    return Image.fromarray(cells).resize((FINE, FINE), Image.Resampling.BICUBIC)


def _above(level: int, image: Image.Image) -> Image.Image:
    return image.point(np.clip((np.arange(256) - level) * 12, 0, 255).tolist())


def vary(colour: Colour, rng: np.random.Generator, spread: float = 0.08) -> Colour:
    shade = 1 + rng.normal(0, spread) + rng.normal(0, spread / 4, 3)
    return tuple(np.clip(np.multiply(colour, shade), 0, 255).astype(int).tolist())


def mix(one: Colour, other: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def any_colour(rng: np.random.Generator) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(
        rng.random(), rng.uniform(0.1, 0.4), rng.uniform(0.45, 0.9)
    )
    return round(255 * red), round(255 * green), round(255 * blue)
