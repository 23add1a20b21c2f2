"""Small photos for tests: made in memory, and as a learner's folder of two classes."""

import io
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image


def encoded(
    seed: int,
    kind: str = "JPEG",
    mode: str = "RGB",
    size: tuple[int, int] = (20, 24),
    **options: object,
) -> bytes:
    """A photo of noise, another one for every seed; options: Pillow's, for saving."""
    file = io.BytesIO()
    noise = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype="uint8")
    Image.fromarray(noise).convert(mode).save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int, seed: int = 1) -> bytes:
    """As a phone saves a photo: the pixels as the sensor lay, the way to turn them in the EXIF."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(seed, exif=exif)


def huge_png(width: int, height: int) -> bytes:
    """The header alone says the size; a file with all its pixels would take seconds to make."""
    png = bytearray(encoded(0, "PNG"))
    png[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    png[29:33] = zlib.crc32(png[12:29]).to_bytes(4, "big")
    return bytes(png)


def photo_folder(folder: Path, classes: Iterable[str], count: int, name: str) -> Path:
    """A folder with so many photos of each class, named after the pattern."""
    for kind in classes:
        (folder / kind).mkdir(parents=True)
        for number in range(count):
            (folder / kind / name.format(number)).write_bytes(encoded(number))
    return folder
