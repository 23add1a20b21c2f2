"""A photo either trains to the end or is left out before, and nothing is said on stderr."""

import io
import re
import warnings

from helpers.photo_files import fault, is_sideways, look, trainable, unreadable

from hypothesis import given, settings
from hypothesis import strategies as st
from keras.utils import image_dataset_from_directory
from photos import encoded, huge_png, turned
from PIL import Image

JPEG = encoded(0, size=(60, 40))
FINE = {
    "jpeg": JPEG,
    "cmyk": encoded(0, mode="CMYK"),
    "grey jpeg": encoded(0, mode="L"),
    "16-bit png": encoded(0, "PNG", "I;16"),
    "png with alpha": encoded(0, "PNG", "RGBA"),
    "png with palette": encoded(0, "PNG", "P"),
    "moving gif": encoded(0, "GIF", save_all=True, append_images=[Image.new("RGB", (24, 20))]),
    "webp": encoded(0, "WEBP"),
    "bmp": encoded(0, "BMP"),
    "turned": turned(6),
}
BAD = {
    "empty": (b"", "খালি"),
    "text": (b"<html>404</html>", "চেনে এমন ছবি নয়"),
    "tiff": (encoded(0, "TIFF"), "চেনে এমন ছবি নয়"),
    "cut-off jpeg": (JPEG[: len(JPEG) // 2], "কাটা বা নষ্ট"),
    "jpeg without its last bytes": (JPEG[:-2], "কাটা বা নষ্ট"),
    "cut-off png": (encoded(0, "PNG")[:-200], "কাটা বা নষ্ট"),
    "60 megapixels": (huge_png(10_000, 6_000), "খুব বড়"),
    "Pillow's bomb": (huge_png(60_000, 60_000), "খুব বড়"),
}


def test_what_tensorflow_decodes_is_fine_whatever_the_name_says(tmp_path):
    (tmp_path / "cat").mkdir()
    for name, data in FINE.items():
        (tmp_path / "cat" / f"{name}.jpg").write_bytes(data)
        assert unreadable(tmp_path / "cat" / f"{name}.jpg") is None, name
    batches = image_dataset_from_directory(tmp_path, image_size=(8, 8), verbose=False)
    assert [x.shape for x, _ in batches] == [(len(FINE), 8, 8, 3)]


def test_a_bad_photo_is_printed_with_its_reason_and_nothing_more(tmp_path, capfd, recwarn):
    for kind, count in (("cat", 1), ("dog", 3)):
        (tmp_path / kind).mkdir()
        for name, (data, _) in BAD.items():
            for number in range(count):
                (tmp_path / kind / f"{name}{number}.jpg").write_bytes(data)
    (tmp_path / "cat" / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert trainable(tmp_path, look(tmp_path), None) == {"cat": [], "dog": []}
    out, err = capfd.readouterr()
    lines = out.splitlines()
    assert "৩৩টি" in lines[0] and len(lines) == 12 and "আরও ২৩টি" in lines[-1]
    whys = {"gone": "খোলা যায়নি"} | {f"{name}0": why for name, (_, why) in BAD.items()}
    for name, why in whys.items():
        assert re.search(rf"(?m)^  cat/{name}\.jpg: .*{why}", out), name
    assert err == "" and not recwarn.list


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(JPEG)), st.binary(max_size=30), st.sampled_from(list(FINE)))
def test_damaged_bytes_get_an_answer_never_an_error(place, junk, kind):
    data = FINE[kind][:place] + junk + FINE[kind][place + len(junk) :]
    assert isinstance(fault(data), str | None)
    with warnings.catch_warnings(action="error"):
        assert isinstance(is_sideways(io.BytesIO(data)), bool)


def test_a_photo_is_sideways_when_its_exif_says_so():
    for orientation in range(10):
        assert is_sideways(io.BytesIO(turned(orientation))) == (2 <= orientation <= 8)
