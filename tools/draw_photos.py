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
    scene = dice.pick(_SCENES)(dice).filter(ImageFilter.BoxBlur(dice.uniform(0.5, 2)))
    scene = scene.resize((FINE, FINE), Image.Resampling.BICUBIC)
    pose, room, head = dice.pick(POSES)
    size = FINE * dice.uniform(0.85, 1.1) / room
    # people aim at the face: that is what lies near the middle, and the feet may be cut off
    feet = FINE * complex(dice.uniform(0.32, 0.68), dice.uniform(0.34, 0.6)) - size * head
    coat, pale = dice.coat_and_pale()
    _ground_shadow(scene, feet, size)
    turned = size * np.exp(1j * dice.normal(0, 0.06))
    pose(Animal(scene, coat, pale, feet, turned, kind, dice))
    if dice.random() < 0.3:
        dice.pick(_OCCLUDERS)(ImageDraw.Draw(scene), dice)
    return _photograph(scene, dice)


# --- what is behind, painted at the final size: blurred by the enlarging, as by a lens


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    rows = np.linspace(top, bottom, PHOTO).astype(np.uint8)
    return Image.fromarray(np.repeat(rows[:, None], PHOTO, axis=1))


def _grass(dice: Dice) -> Image.Image:
    horizon = int(dice.uniform(0.15, 0.5) * PHOTO)
    near = dice.vary((74, 124, 52))
    scene = _gradient(dice.vary((150, 200, 236)), dice.vary((214, 230, 236)))
    scene.paste(_gradient(dice.vary((150, 180, 96)), near), (0, horizon))
    draw = ImageDraw.Draw(scene)
    for x in dice.uniform(0, PHOTO, 6):
        draw.ellipse((x - 14, horizon - 12, x + 14, horizon + 4), fill=dice.vary((70, 110, 60)))
    for x, y in dice.uniform((0, horizon), PHOTO, (90, 2)):
        draw.line((x, y, x + dice.normal(0, 2), y - 6), fill=dice.vary(near, 0.15))
    return scene


def _room(dice: Dice) -> Image.Image:
    floor = int(dice.uniform(0.55, 0.8) * PHOTO)
    wall = dice.colour()
    scene = _gradient(wall, mix(wall, WHITE, 0.2))
    scene.paste(_gradient(dice.vary((150, 110, 76)), dice.vary((100, 68, 44))), (0, floor))
    draw = ImageDraw.Draw(scene)
    draw.rectangle((0, floor - 4, PHOTO, floor), fill=WHITE)
    x, y = dice.uniform(0, 90), dice.uniform(0, 30)
    draw.rectangle(
        (x, y, x + 34, y + 28), fill=dice.colour(), outline=mix(wall, DARK, 0.6), width=3
    )
    return scene


def _sofa(dice: Dice) -> Image.Image:
    cloth = dice.colour()
    scene = Image.new("RGB", (PHOTO, PHOTO), dice.colour())
    draw = ImageDraw.Draw(scene)
    top, middle = dice.uniform(15, 50), dice.uniform(30, 98)
    seam = mix(cloth, DARK, 0.4)
    for left, right in ((-20, middle), (middle, 148)):
        draw.rounded_rectangle((left, top, right, 110), 14, fill=cloth, outline=seam, width=2)
    draw.rounded_rectangle((-10, dice.uniform(80, 100), 138, 150), 10, fill=mix(cloth, WHITE, 0.15))
    return scene


def _sky(dice: Dice) -> Image.Image:
    scene = _gradient(dice.vary((96, 160, 222)), dice.vary((226, 224, 220)))
    draw = ImageDraw.Draw(scene)
    for x, y in dice.uniform((0, 5), (PHOTO, 60), (4, 2)):
        for shift, radius in ((-9, 6), (0, 9), (9, 6)):
            draw.circle((x + shift, y), radius, fill=(244, 246, 248))
    draw.ellipse((-60, dice.uniform(85, 108), 190, 260), fill=dice.vary((170, 150, 110), 0.15))
    return scene


def _rug(dice: Dice) -> Image.Image:
    y, x = np.mgrid[:PHOTO, :PHOTO] // dice.integers(10, 22)
    weave = dice.pick((x + y, y, x, x // 2 + y))
    wool = dice.colour()
    colours = np.array([wool, mix(wool, dice.colour(), 0.4), mix(wool, WHITE, 0.3)], dtype=np.uint8)
    return Image.fromarray(colours[weave % dice.integers(2, 4)])


def _night(dice: Dice) -> Image.Image:
    scene = _gradient(dice.vary((36, 42, 80)), dice.vary((92, 88, 116)))
    draw = ImageDraw.Draw(scene)
    for x, y in dice.uniform(0, (PHOTO, 90), (14, 2)):
        lamp = mix((92, 88, 116), (250, 220, 150), dice.uniform(0.3, 0.9))
        draw.circle((x, y), dice.uniform(0.5, 6), fill=lamp)
    return scene


_SCENES = (_grass, _room, _sofa, _sky, _rug, _night)


def _ground_shadow(scene: Image.Image, feet: complex, size: float) -> None:
    small = FINE // 8  # enlarging the mask is what makes the shadow soft
    mask = Image.new("L", (small, small))
    centre, half = feet / 8, 0.15 * size / 2
    box = (centre.real - half, centre.imag - 1.5, centre.real + half, centre.imag + 1.5)
    ImageDraw.Draw(mask).ellipse(box, fill=120)
    scene.paste(DARK, mask=mask.resize((FINE, FINE), Image.Resampling.BICUBIC))


# --- what stands in front, in pixels of the fine picture


def _bowl(draw: ImageDraw.ImageDraw, dice: Dice) -> None:
    x, y, colour = dice.uniform(40, 216), dice.uniform(205, 240), dice.colour()
    draw.polygon((x - 42, y, x + 42, y, x + 32, y + 34, x - 32, y + 34), fill=colour)
    draw.ellipse(
        (x - 42, y - 10, x + 42, y + 10), fill=mix(colour, DARK, 0.45), outline=colour, width=4
    )


def _ball(draw: ImageDraw.ImageDraw, dice: Dice) -> None:
    x, y = dice.uniform(30, 226), dice.uniform(190, 235)
    radius, colour = dice.uniform(20, 38), dice.colour()
    draw.circle((x, y), radius, fill=mix(colour, DARK, 0.35))
    draw.circle((x - radius / 10, y - radius / 10), 0.9 * radius, fill=colour)
    stripe = (x - 1.6 * radius, y - radius, x + 0.2 * radius, y + 0.8 * radius)
    draw.arc(stripe, -60, 60, fill=WHITE, width=5)


def _plant(draw: ImageDraw.ImageDraw, dice: Dice) -> None:
    root = dice.pick((-10, 20, 236, 266)) + 262j
    for angle in dice.uniform(-1.1, 1.1, 7):
        leaf = oval(-60j, 13, 62) * dice.uniform(0.8, 1.5) * np.exp(1j * angle)
        draw.polygon(flat(root + leaf), fill=dice.vary((66, 128, 70), 0.15))


def _box(draw: ImageDraw.ImageDraw, dice: Dice) -> None:
    top, slope, cardboard = dice.uniform(196, 228), dice.uniform(-12, 12), dice.vary((190, 146, 98))
    draw.polygon((0, top + slope, FINE, top, FINE, FINE, 0, FINE), fill=cardboard)
    draw.line((0, top + slope + 14, FINE, top + 14), fill=mix(cardboard, DARK, 0.4), width=3)


_OCCLUDERS = (_bowl, _ball, _plant, _box)


# --- the camera


def _photograph(scene: Image.Image, dice: Dice) -> Image.Image:
    if dice.random() < 0.5:
        scene = ImageOps.mirror(scene)
    photo = scene.reduce(FINE // PHOTO).filter(ImageFilter.BoxBlur(dice.uniform(0, 0.8)))
    x = np.linspace(-0.5, 0.5, PHOTO)
    light = dice.uniform(0.8, 1.15) * (
        1 + dice.normal(0, 0.15) * x[:, None] + dice.normal(0, 0.15) * x
    )
    tint = 1 + dice.normal(0, 0.03, 3)
    noise = dice.normal(0, dice.uniform(1, 4), (PHOTO, PHOTO, 3))
    pixels = np.asarray(photo) * light[..., None] * tint + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    pack(PACKED)
    print(f"{PACKED}: {PACKED.stat().st_size / 1e6:.2f} MB")
