"""The drawn photos as they are packed: complete, honest, and still what the painter paints."""

import io
import zipfile

from notebooks import ROOT

import numpy as np
import pytest
from PIL import Image

PACKED = ROOT / "data" / "drawn_photos.zip"


@pytest.fixture(scope="module")
def photos():
    """Name → picture, cats and dogs by turns."""
    with zipfile.ZipFile(PACKED) as packed:
        names = sorted(packed.namelist(), key=lambda name: (name[4:], name))
        return {name: Image.open(io.BytesIO(packed.read(name))) for name in names}


def test_half_of_720_photos_lie_in_each_folder_as_128_pixel_jpegs(photos):
    assert list(photos) == [f"{kind}/{n:04d}.jpg" for n in range(360) for kind in ("cat", "dog")]
    assert {(p.format, p.size, p.mode) for p in photos.values()} == {("JPEG", (128, 128), "RGB")}
    assert PACKED.stat().st_size < 3.6e6


def test_the_painter_still_paints_them_and_packs_the_same_bytes_twice(photos, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import draw_photos

    monkeypatch.setattr(draw_photos, "COUNT", 6)
    for name in ("one.zip", "two.zip"):
        draw_photos.pack(tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert len(packed.namelist()) == 6
        for name in packed.namelist():
            painted = np.asarray(Image.open(io.BytesIO(packed.read(name))), float)
            # another Pillow may round otherwise, but it draws the same picture
            assert np.abs(painted - np.asarray(photos[name])).mean() < 1, name


def small(photos):
    sized = (photo.resize((32, 32), Image.Resampling.BOX) for photo in photos.values())
    is_dog = np.array([name.startswith("dog") for name in photos])
    return np.array([np.asarray(photo) for photo in sized]) / 255, is_dog


def test_neither_brightness_nor_a_colour_tells_the_kinds_apart(photos):
    pixels, is_dog = small(photos)
    means = pixels.mean(axis=(1, 2))
    for values in (means.mean(axis=1), *means.T):
        above = values[:, None] > np.quantile(values, np.linspace(0.02, 0.98, 49))
        right = (above == is_dog[:, None]).mean(axis=0)
        assert max(right.max(), 1 - right.min()) <= 0.6


def test_a_linear_model_on_the_pixels_hardly_beats_a_guess(photos):
    pixels, is_dog = small(photos)
    x = (pixels - pixels.mean(axis=0)).reshape(len(pixels), -1)
    sign = np.where(is_dog, 1, -1)
    alike = x @ x.T
    right = []
    for part in np.array_split(np.random.default_rng(0).permutation(len(x)), 5):
        rest = np.setdiff1d(np.arange(len(x)), part)
        weights = np.linalg.solve(alike[np.ix_(rest, rest)] + 10 * np.eye(len(rest)), sign[rest])
        right.extend((alike[np.ix_(part, rest)] @ weights > 0) == is_dog[part])
    assert np.mean(right) <= 0.65
