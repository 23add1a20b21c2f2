"""After dog_cat returns, training reads every photo to the end, and the learner's folder is as it was."""

import functools
import hashlib
import io
import os
import zipfile

from helpers import download, pets
from helpers.pets import PhotoError, dog_cat

import numpy as np
import pytest
from keras.utils import image_dataset_from_directory
from photos import encoded, photo_folder


@pytest.fixture(autouse=True)
def photos_root(tmp_path, monkeypatch):
    root = tmp_path / "course" / "data" / "photos"
    monkeypatch.setattr(pets, "PHOTOS", root)
    monkeypatch.setattr(pets, "draw_photos", functools.partial(pets.draw_photos, count=110))
    monkeypatch.delenv("DOG_CAT_PHOTOS", raising=False)
    return root


@pytest.fixture
def mine(tmp_path):
    """A learner's folder in which every photo is fine: 52 cats, 52 dogs."""
    return photo_folder(tmp_path / "আমার ছবি", ("বিড়াল", "কুকুর ছানা"), 52, "ছবি {}.jpg")


def state(folder):
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in sorted(folder.rglob("*"))
    }


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg")}


def read_to_the_end(folder):
    """What training reads: the number of photos in each class, from a split like the notebook's."""
    counts = np.zeros(2, int)
    for subset in ("training", "validation"):
        batches = image_dataset_from_directory(
            folder, validation_split=0.2, subset=subset, seed=1337, image_size=(8, 8), verbose=False
        )
        seen = np.concatenate([labels for _, labels in batches.as_numpy_iterator()])
        assert set(seen) == {0, 1}
        counts += np.bincount(seen)
    return counts.tolist()


def test_a_folder_with_nothing_wrong_is_returned_itself(mine, photos_root, capfd):
    before = state(mine)
    assert dog_cat(mine) == mine
    assert read_to_the_end(mine) == [52, 52]
    assert state(mine) == before and not photos_root.exists()
    out, err = capfd.readouterr()
    assert "বাদ" not in out and err == ""


def test_training_never_meets_a_bad_photo_and_the_learners_folder_stays_as_it_was(mine, photos_root, capfd):
    cats, dogs = mine / "বিড়াল", mine / "কুকুর ছানা"
    bad = {
        cats / "empty.jpg": b"",
        cats / "cut off.jpg": encoded(1)[:500],
        cats / "._ছবি 1.jpg": b"\0\5\x16\7Mac OS X",
        cats / "page.png": b"<html>",
        dogs / "tiff.jpg": encoded(2, "TIFF"),
        dogs / "1x1.png": encoded(3, "PNG", size=(1, 1)),
        dogs / "in" / "deep" / "cut.jpeg": encoded(4)[:-2],
        dogs / ".ipynb_checkpoints" / "half.jpg": encoded(5)[:300],
    }
    fine = {
        cats / "cmyk.jpg": encoded(6, mode="CMYK"),
        cats / "really a gif.jpg": encoded(7, "GIF"),
        dogs / "really webp.jpg": encoded(8, "WEBP"),
        dogs / "in" / "ছবি 1.jpg": encoded(9),
    }
    others = {cats / "Thumbs.db": b"x", dogs / "notes.txt": b"x", mine / ".hidden" / "x.jpg": b""}
    for path, data in (bad | fine | others).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    before = state(mine)

    folder = dog_cat(str(mine))

    assert read_to_the_end(folder) == [54, 54]
    assert folder.parent == photos_root
    assert state(mine) == before
    assert {str(path.relative_to(mine)) for path in fine} <= names(folder)
    out, err = capfd.readouterr()
    assert "৮টি ছবি বাদ" in out and all(str(path.relative_to(mine)) in out for path in bad)
    assert err == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
def test_a_name_that_is_not_utf8_is_left_out(mine, capsys):
    (mine / "বিড়াল" / os.fsdecode(b"caf\xe9.jpg")).write_bytes(encoded(1))
    assert read_to_the_end(dog_cat(mine)) == [52, 52]
    assert "caf?.jpg" in capsys.readouterr().out


def test_the_same_choice_is_made_once_and_an_unfinished_one_is_completed(mine, photos_root):
    (mine / "বিড়াল" / "empty.jpg").write_bytes(b"")
    folder = dog_cat(mine)
    complete = state(folder)
    assert dog_cat(mine) == folder and state(folder) == complete
    next(folder.rglob("*.jpg")).unlink()
    assert dog_cat(mine) == folder and names(folder) == set(
        filter(lambda name: name.endswith("jpg"), complete)
    )
    (mine / "বিড়াল" / "empty.jpg").write_bytes(encoded(1))
    assert dog_cat(mine) == mine
    assert list(photos_root.iterdir()) == [folder]


def test_hard_links_take_no_room_and_copies_take_their_place_elsewhere(mine, monkeypatch):
    (mine / "বিড়াল" / "empty.jpg").write_bytes(b"")
    photo = "বিড়াল/ছবি 7.jpg"
    assert (dog_cat(mine) / photo).samefile(mine / photo)

    def another_disk(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", another_disk)
    os.utime(mine / photo)
    copied = dog_cat(mine) / photo
    assert not copied.samefile(mine / photo)
    assert copied.read_bytes() == (mine / photo).read_bytes()


def test_a_photo_behind_a_symlink_is_linked_itself(mine, tmp_path):
    (mine / "বিড়াল" / "empty.jpg").write_bytes(b"")
    (tmp_path / "elsewhere.jpg").write_bytes(encoded(1))
    (mine / "বিড়াল" / "link.jpg").symlink_to("../../elsewhere.jpg")
    assert read_to_the_end(dog_cat(mine)) == [52, 53]


def test_per_class_takes_the_first_readable_ones_as_people_count(mine):
    (mine / "কুকুর ছানা" / "ছবি 3.jpg").write_bytes(b"")
    folder = dog_cat(mine, per_class=50)
    assert read_to_the_end(folder) == [50, 50]
    assert names(folder) == {f"বিড়াল/ছবি {n}.jpg" for n in range(50)} | {
        f"কুকুর ছানা/ছবি {n}.jpg" for n in range(51) if n != 3
    }


def test_too_few_photos_in_a_class_says_how_many_and_how_many_are_needed(mine):
    for number in range(3):
        (mine / "বিড়াল" / f"ছবি {number}.jpg").write_bytes(b"")
    with pytest.raises(PhotoError, match="বিড়াল ফোল্ডারে ঠিকঠাক খোলে এমন ছবি আছে ৪৯টি, লাগে অন্তত ৫০টি"):
        dog_cat(mine)


def test_an_empty_class_is_named(mine):
    for photo in (mine / "বিড়াল").iterdir():
        photo.unlink()
    with pytest.raises(PhotoError, match="বিড়াল ফোল্ডারে ঠিকঠাক খোলে এমন ছবি আছে ০টি"):
        dog_cat(mine)


@pytest.mark.parametrize("per_class", [0, 1, 49, -5])
def test_a_per_class_too_small_for_a_split_is_refused_first(per_class, photos_root):
    with pytest.raises(PhotoError, match="per_class=50"):
        dog_cat("photos", per_class)
    assert not photos_root.exists()


def test_a_misspelt_source_is_answered_with_the_known_ones():
    with pytest.raises(PhotoError, match=r'photo থেকে.*dog_cat\("drawn"\).*dog_cat\("photos"\)'):
        dog_cat("photo")


def test_a_full_disk_is_said(mine, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    (mine / "বিড়াল" / "empty.jpg").write_bytes(b"")
    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr("helpers.photo_files.write_whole", full)
    with pytest.raises(PhotoError, match="ডিস্কে আর জায়গা নেই"):
        dog_cat(mine)


# --- which photos, when nothing is said ---


@pytest.fixture
def real(photos_root, monkeypatch):
    """The real archive in small: 60 of each, Cat/3 empty, already in the folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for kind in ("Cat", "Dog"):
            for n in range(60):
                archive.writestr(f"PetImages/{kind}/{n}.jpg", b"" if (kind, n) == ("Cat", 3) else encoded(n))
    data = file.getvalue()
    photos_root.mkdir(parents=True)
    (photos_root / "pets.zip").write_bytes(data)
    small = download.Archive("http://127.0.0.1:9/pets.zip", len(data), hashlib.sha256(data).hexdigest(), 60)
    monkeypatch.setattr(pets, "real_photos", functools.partial(download.real_photos, archive=small))
    return photos_root / "PetImages"


def test_nothing_said_and_nothing_there_draws(photos_root):
    folder = dog_cat()
    assert folder == photos_root / "drawn"
    assert read_to_the_end(folder) == [55, 55]
    assert dog_cat("drawn") == folder


def test_nothing_said_takes_the_folder_in_the_environment(mine, real, monkeypatch):
    dog_cat("photos")
    monkeypatch.setenv("DOG_CAT_PHOTOS", str(mine))
    assert dog_cat() == mine
    assert dog_cat("photos") == real


def test_nothing_said_takes_real_photos_once_they_are_unpacked(real):
    assert dog_cat().name == "drawn"
    assert dog_cat("photos") == real
    assert dog_cat() == real
    assert read_to_the_end(real) == [59, 60]


def test_half_unpacked_photos_are_not_taken_for_the_whole(real):
    (real / "Cat").mkdir(parents=True)
    for number in range(59):
        (real / "Cat" / f"{number}.jpg").write_bytes(encoded(number))
    assert dog_cat().name == "drawn"


def test_the_same_per_class_gives_the_same_photos_before_and_after_all_are_unpacked(real):
    early = dog_cat("photos", per_class=50)
    assert early == real
    first = names(early)
    assert len(first) == 100 and "Cat/3.jpg" not in first
    assert len(names(dog_cat("photos"))) == 119
    assert names(dog_cat("photos", per_class=50)) == first


def test_an_unreadable_photo_the_learner_unpacked_by_hand_stays_out_of_training(real):
    (real / "Cat").mkdir(parents=True)
    (real / "Cat" / "3.jpg").write_bytes(b"")
    folder = dog_cat("photos")
    assert folder != real and read_to_the_end(folder) == [59, 60]
    assert (real / "Cat" / "3.jpg").exists()


def test_real_photos_train_to_the_end(real_photos):
    before = state(real_photos)
    folder = dog_cat(real_photos, per_class=200)
    assert read_to_the_end(folder) == [200, 200]
    assert state(real_photos) == before
