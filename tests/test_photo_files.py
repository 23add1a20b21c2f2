"""A photo either trains to the end or is left out before: nothing in between, and nothing on stderr."""

import io
import warnings

from helpers.photo_files import (
    MAX_BYTES,
    PhotoError,
    fault,
    first_good,
    is_sideways,
    made_whole,
    natural,
    print_left_out,
    unreadable,
)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.utils import image_dataset_from_directory
from photos import encoded, huge_png, turned
from PIL import Image


def sixteen_bit_png():
    file = io.BytesIO()
    Image.fromarray(np.arange(600, dtype="uint16").reshape(20, 30) * 100).save(file, "PNG")
    return file.getvalue()


JPEG = encoded(0, size=(60, 40))
FINE = {
    "jpeg": JPEG,
    "cmyk": encoded(0, mode="CMYK"),
    "grey jpeg": encoded(0, mode="L"),
    "progressive jpeg": encoded(0, progressive=True),
    "16-bit png": sixteen_bit_png(),
    "png with alpha": encoded(0, "PNG", "RGBA"),
    "png with palette": encoded(0, "PNG", "P"),
    "moving gif": encoded(0, "GIF", save_all=True, append_images=[Image.new("RGB", (24, 20))]),
    "webp": encoded(0, "WEBP"),
    "bmp": encoded(0, "BMP"),
    "16 px": encoded(0, size=(16, 16)),
    "turned": turned(6),
}
BAD = {
    "empty": (b"", "খালি"),
    "text": (b"<html>404</html>", "চেনে এমন ছবি নয়"),
    "tiff": (encoded(0, "TIFF"), "চেনে এমন ছবি নয়"),
    "cut-off jpeg": (JPEG[: len(JPEG) // 2], "কাটা বা নষ্ট"),
    "jpeg without its last bytes": (JPEG[:-2], "কাটা বা নষ্ট"),
    "cut-off png": (encoded(0, "PNG")[:-200], "কাটা বা নষ্ট"),
    "cut-off webp": (encoded(0, "WEBP")[:100], "ছবি"),
    "1 by 1": (encoded(0, "PNG", size=(1, 1)), "খুব ছোট"),
    "15 px high": (encoded(0, size=(15, 100)), "খুব ছোট"),
    "60 megapixels": (huge_png(10_000, 6_000), "খুব বড়"),
    "Pillow's bomb": (huge_png(60_000, 60_000), "খুব বড়"),
}


@pytest.mark.parametrize("data", FINE.values(), ids=FINE)
def test_what_tensorflow_decodes_is_fine_whatever_the_name_says(data, tmp_path):
    photo = tmp_path / "cat" / "বিড়াল ১.jpg"
    photo.parent.mkdir()
    photo.write_bytes(data)
    assert unreadable(photo) is None
    batches = image_dataset_from_directory(tmp_path, image_size=(8, 8), batch_size=1, verbose=False)
    assert [x.shape for x, _ in batches] == [(1, 8, 8, 3)]


def test_a_bad_photo_gets_its_reason_and_nothing_is_said_on_stderr(tmp_path, capfd, recwarn):
    for name, (data, _) in BAD.items():
        (tmp_path / f"{name}.jpg").write_bytes(data)
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    with (tmp_path / "video.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    wanted = {name: why for name, (_, why) in BAD.items()}
    wanted |= {"gone": "খোলা যায়নি", "video": "খুব বড়"}
    good, bad = first_good(sorted(tmp_path.iterdir()), None, unreadable, "দেখছি")
    assert good == [] and {photo.stem for photo in bad} == set(wanted)
    for photo, why in bad.items():
        assert wanted[photo.stem] in why, photo.stem
    assert capfd.readouterr().err == "" and not recwarn.list


def test_a_huge_photo_is_never_decoded(monkeypatch):
    monkeypatch.setattr("helpers.photo_files.tf.io.decode_image", lambda *_, **__: pytest.fail("decoded"))
    assert fault(BAD["60 megapixels"][0])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(JPEG)), st.binary(max_size=30), st.sampled_from(list(FINE)))
def test_damaged_bytes_get_an_answer_never_an_error(place, junk, kind):
    data = FINE[kind][:place] + junk + FINE[kind][place + len(junk) :]
    assert isinstance(fault(data), str | None)
    with warnings.catch_warnings(action="error"):
        assert isinstance(is_sideways(io.BytesIO(data)), bool)


@pytest.mark.parametrize("orientation", range(10))
def test_a_photo_is_sideways_when_its_exif_says_so(orientation):
    assert is_sideways(io.BytesIO(turned(orientation))) == (2 <= orientation <= 8)


def test_first_good_goes_on_past_bad_ones_until_it_has_enough():
    looked_at = []

    def check(number):
        looked_at.append(number)
        return "বেজোড়" if number % 2 else None

    assert first_good(list(range(100)), 3, check, "দেখছি") == ([0, 2, 4], {1: "বেজোড়", 3: "বেজোড়"})
    assert looked_at == [0, 1, 2, 3, 4]
    assert first_good([2, 4], 3, check, "দেখছি") == ([2, 4], {})


def test_names_are_sorted_the_way_people_count():
    in_order = ["7.jpg", "a2b.jpg", "cat.1.jpg", "cat.9.jpg", "cat.10.jpg", "বিড়াল ৯.jpg", "বিড়াল ১০.jpg"]
    assert sorted(reversed(in_order), key=natural) == in_order


def test_ten_names_are_printed_and_the_rest_counted(capsys):
    print_left_out({f"cat/{number}.jpg": "ফাইলটি খালি" for number in range(13)})
    lines = capsys.readouterr().out.splitlines()
    assert "১৩টি" in lines[0] and "cat/0.jpg: ফাইলটি খালি" in lines[1]
    assert len(lines) == 12 and "আরও ৩টি" in lines[-1]
    print_left_out({})
    assert capsys.readouterr().out == ""


# --- a folder is made whole or not at all ---


def make(folder, before_it_is_done=lambda: None):
    with made_whole(folder) as made:
        (made / "1.txt").write_text("whole")
        before_it_is_done()


def stop(error):
    raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(5, "I/O"), OSError(28, "full")])
def test_what_stops_in_the_middle_leaves_nothing_and_the_next_call_makes_it(error, tmp_path):
    with pytest.raises(PhotoError if error.args[:1] == (28,) else type(error)):
        make(tmp_path / "set", lambda: stop(error))
    assert list(tmp_path.iterdir()) == []
    make(tmp_path / "set")
    assert [path.name for path in tmp_path.rglob("*")] == ["set", "1.txt"]


def test_a_folder_that_another_notebook_made_meanwhile_is_kept(tmp_path):
    make(tmp_path / "set", lambda: make(tmp_path / "set", lambda: (tmp_path / "x").touch()))
    assert {path.name for path in tmp_path.rglob("*")} == {"set", "1.txt", "x"}


def test_a_folder_that_a_virus_scanner_holds_is_waited_for(tmp_path, monkeypatch):
    rename, refused = type(tmp_path).rename, []

    def refuse_twice(path, target):
        if len(refused) == 2:
            return rename(path, target)
        refused.append(path)
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("pathlib.Path.rename", refuse_twice)
    monkeypatch.setattr("helpers.photo_files.time.sleep", lambda _: None)
    make(tmp_path / "set")
    assert len(refused) == 2 and (tmp_path / "set" / "1.txt").exists()
