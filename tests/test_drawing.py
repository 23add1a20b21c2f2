"""The drawn photos as they are packed: complete, and still what the painter paints."""

import io
import zipfile

from notebooks import ROOT

import numpy as np
from PIL import Image

PACKED = ROOT / "data" / "drawn_photos.zip"


def unpacked(packed):
    with zipfile.ZipFile(packed) as photos:
        return {name: Image.open(io.BytesIO(photos.read(name))) for name in photos.namelist()}


def test_the_packed_photos_are_complete_and_what_the_painter_paints(tmp_path, monkeypatch):
    photos = unpacked(PACKED)
    assert sorted(photos) == [f"{kind}/{n:04d}.jpg" for kind in ("cat", "dog") for n in range(360)]
    assert {(p.format, p.size, p.mode) for p in photos.values()} == {("JPEG", (128, 128), "RGB")}
    assert PACKED.stat().st_size < 3.6e6

    monkeypatch.syspath_prepend(ROOT / "tools")
    import draw_photos

    monkeypatch.setattr(draw_photos, "COUNT", 6)
    draw_photos.pack(tmp_path / "six.zip")
    painted = unpacked(tmp_path / "six.zip")
    assert len(painted) == 6
    for name, photo in painted.items():
        # another Pillow may round otherwise, but it draws the same picture
        assert np.abs(np.asarray(photo, float) - np.asarray(photos[name])).mean() < 1, name
