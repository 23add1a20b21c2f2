"""A photo either trains to the end or is left out before: nothing in between, and nothing on stderr."""

import io
import zlib
from pathlib import Path

from helpers.bengali import digits
from helpers.photo_files import (
    MAX_BYTES,
    PhotoError,
    fault,
    first_good,
    natural,
    photos_by_class,
    print_left_out,
    unreadable,
    write_whole,
)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.utils import image_dataset_from_directory
from PIL import Image

NOISE = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype="uint8")


def encoded(kind, mode="RGB", size=(30, 40), **options):
    file = io.BytesIO()
    Image.fromarray(NOISE).resize(size).convert(mode).save(file, kind, **options)
    return file.getvalue()


def sixteen_bit_png():
    file = io.BytesIO()
    Image.fromarray(NOISE[..., 0].astype("uint16") * 257).save(file, "PNG")
    return file.getvalue()


def header_of_a_huge_png(width, height):
    # The header alone says the size; a file with all its pixels would take seconds to make.
    png = bytearray(encoded("PNG"))
    png[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    png[29:33] = zlib.crc32(png[12:29]).to_bytes(4, "big")
    return bytes(png)


JPEG = encoded("JPEG")
FINE = {
    "jpeg": JPEG,
    "cmyk": encoded("JPEG", "CMYK"),
    "grey jpeg": encoded("JPEG", "L"),
    "progressive jpeg": encoded("JPEG", progressive=True),
    "16-bit png": sixteen_bit_png(),
    "png with alpha": encoded("PNG", "RGBA"),
    "png with palette": encoded("PNG", "P"),
    "gif": encoded("GIF"),
    "moving gif": encoded("GIF", save_all=True, append_images=[Image.fromarray(NOISE[::-1])]),
    "webp": encoded("WEBP"),
    "bmp": encoded("BMP"),
    "16 px": encoded("JPEG", size=(16, 16)),
}
BAD = {
    "empty": (b"", "খালি"),
    "text": (b"<html>404</html>", "চেনে এমন ছবি নয়"),
    "tiff": (encoded("TIFF"), "চেনে এমন ছবি নয়"),
    "cut-off jpeg": (JPEG[: len(JPEG) // 2], "কাটা বা নষ্ট"),
    "jpeg without its last bytes": (JPEG[:-2], "কাটা বা নষ্ট"),
    "cut-off png": (encoded("PNG")[:-200], "কাটা বা নষ্ট"),
    "cut-off webp": (encoded("WEBP")[:100], "ছবি"),
    "1 by 1": (encoded("PNG", size=(1, 1)), "খুব ছোট"),
    "15 px high": (encoded("JPEG", size=(100, 15)), "খুব ছোট"),
    "60 megapixels": (header_of_a_huge_png(10_000, 6_000), "খুব বড়"),
    "Pillow's bomb": (header_of_a_huge_png(60_000, 60_000), "খুব বড়"),
}


@pytest.mark.parametrize("data", FINE.values(), ids=FINE)
def test_what_tensorflow_decodes_is_fine_whatever_the_name_says(data, tmp_path):
    photo = tmp_path / "বিড়াল ১.jpg"
    photo.write_bytes(data)
    assert unreadable(photo) is None
    (tmp_path / "trained").mkdir()
    photo.rename(tmp_path / "trained" / photo.name)
    batches = image_dataset_from_directory(tmp_path, image_size=(8, 8), batch_size=1, verbose=False)
    assert [x.shape for x, _ in batches] == [(1, 8, 8, 3)]


@pytest.mark.parametrize(("data", "why"), BAD.values(), ids=BAD)
def test_a_bad_photo_gets_its_reason(data, why, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(data)
    assert why in unreadable(tmp_path / "bad.jpg")


def test_a_huge_photo_is_never_decoded(monkeypatch):
    def decode(*_, **__):
        pytest.fail("decoded")

    monkeypatch.setattr("helpers.photo_files.tf.io.decode_image", decode)
    assert fault(BAD["60 megapixels"][0])


def test_a_huge_file_is_not_even_read(tmp_path):
    with (tmp_path / "video.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "খুব বড়" in unreadable(tmp_path / "video.jpg")


def test_a_broken_link_is_a_reason_not_an_error(tmp_path):
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert "খোলা যায়নি" in unreadable(tmp_path / "gone.jpg")


def test_a_photo_repaired_in_place_is_looked_at_again(tmp_path):
    photo = tmp_path / "a.jpg"
    photo.write_bytes(JPEG[:100])
    assert unreadable(photo)
    photo.write_bytes(JPEG)
    assert unreadable(photo) is None


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(JPEG)), st.binary(max_size=30), st.sampled_from(list(FINE)))
def test_damaged_bytes_get_an_answer_never_an_error(place, junk, kind):
    data = FINE[kind]
    answer = fault(data[:place] + junk + data[place + len(junk) :])
    assert answer is None or isinstance(answer, str)


def test_checking_bad_photos_says_nothing_on_stderr(tmp_path, capfd, recwarn):
    for name, (data, _) in BAD.items():
        (tmp_path / f"{name}.jpg").write_bytes(data)
    good, bad = first_good(sorted(tmp_path.iterdir()), None, unreadable, "দেখছি")
    assert good == [] and len(bad) == len(BAD)
    assert capfd.readouterr().err == ""
    assert not recwarn.list


def test_first_good_goes_on_past_bad_ones_until_it_has_enough():
    looked_at = []

    def check(number):
        looked_at.append(number)
        return "বেজোড়" if number % 2 else None

    good, bad = first_good(list(range(100)), 5, check, "দেখছি")
    assert good == [0, 2, 4, 6, 8]
    assert set(bad) == {1, 3, 5, 7}
    assert max(looked_at) < 12


def test_first_good_with_fewer_than_asked_returns_what_there_is():
    assert first_good([1, 2, 3], 10, lambda number: None, "দেখছি") == ([1, 2, 3], {})


def test_the_photos_found_are_exactly_those_keras_would_read(tmp_path):
    names = ["cat/10.jpg", "cat/2.JPG", "cat/সাদা বিড়াল.png", "cat/in/deep/3.jpeg", "cat/.hidden.jpg"]
    names += ["cat/.ipynb_checkpoints/2-checkpoint.jpg", "cat/Thumbs.db", "cat/notes.txt", "cat/4.webp"]
    names += ["dog/1.gif", "dog/1.bmp", ".ipynb_checkpoints/x.jpg", "loose.jpg"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(JPEG)
    (tmp_path / "dog" / "folder.jpg").mkdir()
    (tmp_path / "dog" / "linked").symlink_to(tmp_path / "cat" / "in", target_is_directory=True)
    (tmp_path / "dog" / "linked.jpg").symlink_to(tmp_path / "cat" / "2.JPG")
    keras_found = image_dataset_from_directory(tmp_path, verbose=False).file_paths
    found = photos_by_class(tmp_path)
    assert list(found) == ["cat", "dog"]
    assert sorted(str(photo) for photos in found.values() for photo in photos) == sorted(keras_found)


def test_names_are_sorted_the_way_people_count():
    names = ["cat.10.jpg", "cat.9.jpg", "cat.1.jpg", "বিড়াল ১০.jpg", "বিড়াল ৯.jpg", "a2b.jpg", "7.jpg"]
    in_order = ["7.jpg", "a2b.jpg", "cat.1.jpg", "cat.9.jpg", "cat.10.jpg", "বিড়াল ৯.jpg", "বিড়াল ১০.jpg"]
    assert sorted(names, key=natural) == in_order


@pytest.mark.parametrize("classes", [[], ["cat"], ["bird", "cat", "dog"]])
def test_any_number_of_classes_but_two_is_refused_with_their_names(classes, tmp_path):
    for name in classes:
        (tmp_path / name).mkdir()
    with pytest.raises(PhotoError, match=f"{digits(len(classes))}টি") as error:
        photos_by_class(tmp_path)
    assert all(name in str(error.value) for name in classes)


def test_a_missing_folder_and_a_file_are_told_apart(tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(PhotoError, match=r"photos\.zip.*ফোল্ডার নয়"):
        photos_by_class(tmp_path / "photos.zip")
    with pytest.raises(PhotoError, match=r"nothere.*কোনো ফোল্ডার নেই"):
        photos_by_class(tmp_path / "nothere")


def test_ten_names_are_printed_and_the_rest_counted(capsys):
    print_left_out({f"cat/{number}.jpg": "ফাইলটি খালি" for number in range(13)})
    lines = capsys.readouterr().out.splitlines()
    assert "১৩টি" in lines[0] and "cat/0.jpg: ফাইলটি খালি" in lines[1]
    assert len(lines) == 12 and "আরও ৩টি" in lines[-1]
    print_left_out({})
    assert capsys.readouterr().out == ""


def test_an_interrupted_write_leaves_no_cut_off_photo(tmp_path, monkeypatch):
    def half(path, data):
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "1.jpg", JPEG)
    monkeypatch.undo()
    assert not (tmp_path / "1.jpg").exists()
    write_whole(tmp_path / "1.jpg", JPEG)
    assert [path.name for path in tmp_path.iterdir()] == ["1.jpg"]
