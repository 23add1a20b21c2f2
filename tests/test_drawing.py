"""The drawn photos as they are packed: complete, honest, and still what the painter paints."""

import io
import zipfile

from notebooks import ROOT

import numpy as np
import pytest
from PIL import Image

PACKED = ROOT / "data" / "drawn_photos.zip"


def unpacked(packed):
    with zipfile.ZipFile(packed) as photos:
        return {name: Image.open(io.BytesIO(photos.read(name))) for name in photos.namelist()}


@pytest.fixture(scope="module")
def photos():
    return unpacked(PACKED)


def test_half_of_720_photos_lie_in_each_folder_as_128_pixel_jpegs(photos):
    assert sorted(photos) == [f"{kind}/{n:04d}.jpg" for kind in ("cat", "dog") for n in range(360)]
    assert {(p.format, p.size, p.mode) for p in photos.values()} == {("JPEG", (128, 128), "RGB")}
    assert PACKED.stat().st_size < 3.6e6


def test_the_painter_still_paints_them(photos, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import draw_photos

    monkeypatch.setattr(draw_photos, "COUNT", 6)
    draw_photos.pack(tmp_path / "six.zip")
    painted = unpacked(tmp_path / "six.zip")
    assert len(painted) == 6
    for name, photo in painted.items():
        # another Pillow may round otherwise, but it draws the same picture
        assert np.abs(np.asarray(photo, float) - np.asarray(photos[name])).mean() < 1, name


def test_a_linear_model_on_the_pixels_hardly_tells_the_kinds_apart(photos):
    small = [photo.resize((32, 32), Image.Resampling.BOX) for photo in photos.values()]
    pixels = np.array([np.asarray(photo) for photo in small]) / 255
    is_dog = np.array([name.startswith("dog") for name in photos])
    x = (pixels - pixels.mean(axis=0)).reshape(len(pixels), -1)
    alike, sign, right = x @ x.T, np.where(is_dog, 1, -1), []
    for part in np.array_split(np.random.default_rng(0).permutation(len(x)), 5):
        rest = np.setdiff1d(np.arange(len(x)), part)
        weights = np.linalg.solve(alike[np.ix_(rest, rest)] + 10 * np.eye(len(rest)), sign[rest])
        right.extend((alike[np.ix_(part, rest)] @ weights > 0) == is_dog[part])
    assert np.mean(right) <= 0.65
