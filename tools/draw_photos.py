"""Paints the drawn dog-cat photos and packs them: the same bytes every time.

    python tools/draw_photos.py

720 photos, half of them cats, go to data/drawn_photos.zip, which `dog_cat("drawn")` unpacks. Coats,
poses, light and scenes come from the same lists for both kinds, so that only the shape tells them
apart. As in real collections about 4 % of the labels are wrong: a dog lies in the folder of cats.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from drawn_animals import POSES, Animal, Kind
from drawn_pen import DARK, FINE, PHOTO, WHITE, Colour, Dice, flat, mix, oval
from PIL import Image, ImageDraw, ImageFilter, ImageOps

PACKED = Path(__file__).parents[1] / "data" / "drawn_photos.zip"
KINDS = ("cat", "dog")
COUNT, SEED, WRONG_LABELS = 720, 1337, 0.04


def pack(place: Path) -> None:
    """All photos as `cat/0000.jpg`, …, `dog/0359.jpg`."""
    with zipfile.ZipFile(place, "w") as packed:
        for index in range(COUNT):
            name, photo = photo_of(index)
            # a date of its own would make another file of the same photos
            entry = zipfile.ZipInfo(name)
            packed.writestr(entry, photo, zipfile.ZIP_DEFLATED, compresslevel=9)


def photo_of(index: int) -> tuple[str, bytes]:
    """The name and the JPEG of one photo; cats and dogs by turns."""
    number, label = divmod(index, 2)
    dice = Dice(np.random.PCG64([SEED, index]))
    is_wrong = dice.random() < WRONG_LABELS
    jpeg = io.BytesIO()
    paint(KINDS[label ^ is_wrong], dice).save(jpeg, "JPEG", quality=90, optimize=True)
    return f"{KINDS[label]}/{number:04d}.jpg", jpeg.getvalue()


def paint(kind: Kind, dice: Dice) -> Image.Image:
    """One animal in its scene, photographed."""
    scene = Scene(dice)
    dice.pick(_BEHIND)(scene, dice)
    scene.enlarge()
    pose, room, head = dice.pick(POSES)
    size = FINE * dice.uniform(0.85, 1.1) / room
    # people aim at the face: that is what lies near the middle, and the feet may be cut off
    feet = FINE * complex(dice.uniform(0.32, 0.68), dice.uniform(0.34, 0.6)) - size * head
    coat, pale = dice.coat_and_pale()
    scene.shadow(feet, size)
    turned = size * np.exp(1j * dice.normal(0, 0.06))
    pose(Animal(scene.image, coat, pale, feet, turned, kind, dice))
    if dice.random() < 0.3:
        dice.pick(_IN_FRONT)(scene, dice)
    return _photograph(scene.image, dice)


class Scene:
    """What is behind and in front of the animal; `image` is what has been painted so far."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.image = Image.new("RGB", (PHOTO, PHOTO))
        self.draw = ImageDraw.Draw(self.image)

    # --- behind, painted at the final size: blurred by the enlarging, as by a lens

    def gradient(self, top: Colour, bottom: Colour, begins: int = 0) -> None:
        rows = np.linspace(top, bottom, PHOTO).astype(np.uint8)
        self.image.paste(Image.fromarray(np.repeat(rows[:, None], PHOTO, axis=1)), (0, begins))

    def grass(self, dice: Dice) -> None:
        horizon = int(dice.uniform(0.15, 0.5) * PHOTO)
        near = dice.vary((74, 124, 52))
        self.gradient(dice.vary((150, 200, 236)), dice.vary((214, 230, 236)))
        self.gradient(dice.vary((150, 180, 96)), near, horizon)
        for x in dice.uniform(0, PHOTO, 6):
            bush = x - 14, horizon - 12, x + 14, horizon + 4
            self.draw.ellipse(bush, fill=dice.vary((70, 110, 60)))
        for x, y in dice.uniform((0, horizon), PHOTO, (90, 2)):
            self.draw.line((x, y, x + dice.normal(0, 2), y - 6), fill=dice.vary(near, 0.15))

    def room(self, dice: Dice) -> None:
        floor, wall = int(dice.uniform(0.55, 0.8) * PHOTO), dice.colour()
        self.gradient(wall, mix(wall, WHITE, 0.2))
        self.gradient(dice.vary((150, 110, 76)), dice.vary((100, 68, 44)), floor)
        self.draw.rectangle((0, floor - 4, PHOTO, floor), fill=WHITE)
        x, y, frame = dice.uniform(0, 90), dice.uniform(0, 30), mix(wall, DARK, 0.6)
        self.draw.rectangle((x, y, x + 34, y + 28), fill=dice.colour(), outline=frame, width=3)

    def sofa(self, dice: Dice) -> None:
        cloth = dice.colour()
        self.image.paste(dice.colour(), (0, 0, PHOTO, PHOTO))
        top, middle = dice.uniform(15, 50), dice.uniform(30, 98)
        style = {"fill": cloth, "outline": mix(cloth, DARK, 0.4), "width": 2}
        for left, right in ((-20, middle), (middle, 148)):
            self.draw.rounded_rectangle((left, top, right, 110), 14, **style)
        seat = -10, dice.uniform(80, 100), 138, 150
        self.draw.rounded_rectangle(seat, 10, fill=mix(cloth, WHITE, 0.15))

    def sky(self, dice: Dice) -> None:
        self.gradient(dice.vary((96, 160, 222)), dice.vary((226, 224, 220)))
        for x, y in dice.uniform((0, 5), (PHOTO, 60), (4, 2)):
            for shift, radius in ((-9, 6), (0, 9), (9, 6)):
                self.draw.circle((x + shift, y), radius, fill=(244, 246, 248))
        hill = -60, dice.uniform(85, 108), 190, 260
        self.draw.ellipse(hill, fill=dice.vary((170, 150, 110), 0.15))

    def rug(self, dice: Dice) -> None:
        y, x = np.mgrid[:PHOTO, :PHOTO] // dice.integers(10, 22)
        weave, wool = dice.pick((x + y, y, x, x // 2 + y)), dice.colour()
        wools = np.array([wool, mix(wool, dice.colour(), 0.4), mix(wool, WHITE, 0.3)])
        self.image.paste(Image.fromarray(wools.astype(np.uint8)[weave % dice.integers(2, 4)]))

    def night(self, dice: Dice) -> None:
        self.gradient(dice.vary((36, 42, 80)), dice.vary((92, 88, 116)))
        for x, y in dice.uniform(0, (PHOTO, 90), (14, 2)):
            lamp = mix((92, 88, 116), (250, 220, 150), dice.uniform(0.3, 0.9))
            self.draw.circle((x, y), dice.uniform(0.5, 6), fill=lamp)

    def enlarge(self) -> None:
        self.image = self.image.filter(ImageFilter.BoxBlur(self.dice.uniform(0.5, 2)))
        self.image = self.image.resize((FINE, FINE), Image.Resampling.BICUBIC)
        self.draw = ImageDraw.Draw(self.image)

    def shadow(self, feet: complex, size: float) -> None:
        mask = Image.new("L", (FINE // 8, FINE // 8))  # enlarged it is soft
        x, y, half = feet.real / 8, feet.imag / 8, 0.15 * size / 2
        ImageDraw.Draw(mask).ellipse((x - half, y - 1.5, x + half, y + 1.5), fill=120)
        self.image.paste(DARK, mask=mask.resize((FINE, FINE), Image.Resampling.BICUBIC))

    # --- in front, in pixels of the fine picture

    def bowl(self, dice: Dice) -> None:
        x, y, colour = dice.uniform(40, 216), dice.uniform(205, 240), dice.colour()
        self.draw.polygon((x - 42, y, x + 42, y, x + 32, y + 34, x - 32, y + 34), fill=colour)
        style = {"fill": mix(colour, DARK, 0.45), "outline": colour, "width": 4}
        self.draw.ellipse((x - 42, y - 10, x + 42, y + 10), **style)

    def ball(self, dice: Dice) -> None:
        x, y = dice.uniform(30, 226), dice.uniform(190, 235)
        radius, colour = dice.uniform(20, 38), dice.colour()
        self.draw.circle((x, y), radius, fill=mix(colour, DARK, 0.35))
        self.draw.circle((x - radius / 10, y - radius / 10), 0.9 * radius, fill=colour)
        stripe = (x - 1.6 * radius, y - radius, x + 0.2 * radius, y + 0.8 * radius)
        self.draw.arc(stripe, -60, 60, fill=WHITE, width=5)

    def plant(self, dice: Dice) -> None:
        root = dice.pick((-10, 20, 236, 266)) + 262j
        for angle in dice.uniform(-1.1, 1.1, 7):
            leaf = oval(-60j, 13, 62) * dice.uniform(0.8, 1.5) * np.exp(1j * angle)
            self.draw.polygon(flat(root + leaf), fill=dice.vary((66, 128, 70), 0.15))

    def box(self, dice: Dice) -> None:
        top, slope = dice.uniform(196, 228), dice.uniform(-12, 12)
        cardboard = dice.vary((190, 146, 98))
        self.draw.polygon((0, top + slope, FINE, top, FINE, FINE, 0, FINE), fill=cardboard)
        seam = 0, top + slope + 14, FINE, top + 14
        self.draw.line(seam, fill=mix(cardboard, DARK, 0.4), width=3)


_BEHIND = (Scene.grass, Scene.room, Scene.sofa, Scene.sky, Scene.rug, Scene.night)
_IN_FRONT = (Scene.bowl, Scene.ball, Scene.plant, Scene.box)


def _photograph(scene: Image.Image, dice: Dice) -> Image.Image:
    if dice.random() < 0.5:
        scene = ImageOps.mirror(scene)
    photo = scene.reduce(FINE // PHOTO).filter(ImageFilter.BoxBlur(dice.uniform(0, 0.8)))
    x = np.linspace(-0.5, 0.5, PHOTO)
    light = dice.uniform(0.8, 1.15)
    light = light * (1 + dice.normal(0, 0.15) * x[:, None] + dice.normal(0, 0.15) * x)
    tint = 1 + dice.normal(0, 0.03, 3)
    noise = dice.normal(0, dice.uniform(1, 4), (PHOTO, PHOTO, 3))
    pixels = np.asarray(photo) * light[..., None] * tint + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    pack(PACKED)
    print(f"{PACKED}: {PACKED.stat().st_size / 1e6:.2f} MB")
