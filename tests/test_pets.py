"""After dog_cat returns, training reads every photo, and the learner's folder is as it was."""

import os
import zipfile

from helpers import download, pets
from helpers.pets import PhotoError, dog_cat
from helpers.photo_files import look

import numpy as np
import pytest
from keras.utils import image_dataset_from_directory
from photos import encoded, photo_folder, turned


@pytest.fixture(autouse=True)
def photos_root(tmp_path, monkeypatch):
    root = tmp_path / "course" / "data" / "photos"
    monkeypatch.setattr(pets, "PHOTOS", root)
    monkeypatch.delenv("DOG_CAT_PHOTOS", raising=False)
    return root


@pytest.fixture
def mine(tmp_path):
    """A learner's folder in which every photo is fine: 52 cats, 52 dogs."""
    return photo_folder(tmp_path / "আমার ছবি", ("বিড়াল", "কুকুর ছানা"), 52, "ছবি {}.jpg")


def add(files):
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def state(folder):
    return {
        path: (path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in sorted(folder.rglob("*"))
    }


def read_to_the_end(folder):
    """How many photos of each class training reads."""
    batches = image_dataset_from_directory(folder, image_size=(8, 8), verbose=False)
    labels = np.concatenate([labels for _, labels in batches.as_numpy_iterator()])
    return np.bincount(labels).tolist()


def test_a_folder_with_nothing_wrong_is_returned_itself(mine, photos_root, capfd):
    add({mine / "বিড়াল" / "Thumbs.db": b"x", mine / ".hidden" / "x.jpg": b"", mine / "a.txt": b"x"})
    before = state(mine)
    assert dog_cat(str(mine)) == mine
    assert capfd.readouterr() == ("", "")
    assert read_to_the_end(mine) == [52, 52]
    assert state(mine) == before and not photos_root.exists()


def test_training_meets_no_bad_photo_and_the_learners_folder_stays(mine, photos_root, capfd):
    cats, dogs = mine / "বিড়াল", mine / "কুকুর ছানা"
    bad = {
        cats / "empty.jpg": b"",
        cats / "._ছবি 1.jpg": b"\0\5\x16\7Mac OS X",
        dogs / "in" / "deep" / "cut.jpeg": encoded(4)[:-2],
        dogs / ".ipynb_checkpoints" / "half.jpg": encoded(5)[:300],
    }
    add(bad | {cats / "cmyk.JPG": encoded(6, mode="CMYK"), dogs / "in" / "ছবি 1.jpg": encoded(9)})
    add({mine.parent / "elsewhere.jpg": encoded(8, "WEBP")})
    (cats / "link.jpg").symlink_to("../../elsewhere.jpg")
    before = state(mine)
    folder = dog_cat(mine)
    assert read_to_the_end(folder) == [53, 54]
    assert folder.parent == photos_root and state(mine) == before
    assert (folder / "বিড়াল" / "link.jpg").read_bytes() == encoded(8, "WEBP")
    out, err = capfd.readouterr()
    assert "৪টি ছবি বাদ" in out and all(str(path.relative_to(mine)) in out for path in bad)
    assert err == ""

    copied = state(folder)
    assert dog_cat(mine) == folder and state(folder) == copied  # the same choice is made once
    assert [path.name for path in photos_root.iterdir()] == [folder.name]
    for path in bad:
        path.unlink()
    assert dog_cat(mine) == mine


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
def test_a_name_that_is_not_utf8_is_left_out(mine, capsys):
    (mine / "বিড়াল" / os.fsdecode(b"caf\xe9.jpg")).write_bytes(encoded(1))
    assert read_to_the_end(dog_cat(mine)) == [52, 52]
    assert "caf?.jpg" in capsys.readouterr().out


def test_per_class_takes_the_first_readable_ones_as_people_count(mine):
    (mine / "কুকুর ছানা" / "ছবি 3.jpg").write_bytes(b"")
    folder = dog_cat(mine, per_class=50)
    assert read_to_the_end(folder) == [50, 50]
    taken = {path.name for path in (folder / "কুকুর ছানা").iterdir()}
    assert taken == {f"ছবি {n}.jpg" for n in range(51) if n != 3}
    with pytest.raises(PhotoError, match="per_class=50"):  # too small for a split
        dog_cat("photos", 49)


# --- folders as people have them ---


def test_photos_that_keras_passes_by_and_sideways_ones_are_counted(mine, capsys):
    add({mine / "বিড়াল" / f"{n}.JFIF": encoded(n) for n in range(10)})
    for kind in ("webp", "heic", "tif"):
        add({mine / "কুকুর ছানা" / "in" / f"{n}.{kind}": b"?" for n in range(8)})
    add({mine / "বিড়াল" / f"ফোন {n}.jpg": turned(6) for n in range(3)})
    assert dog_cat(mine) == mine
    out = capsys.readouterr().out
    assert "৩৪টি ছবি বাদ" in out and ".heic ৮টি, .jfif ১০টি, .tif ৮টি, .webp ৮টি" in out
    assert ".jfif বদলে .jpg" in out and ".heic, .tif, .webp ছবিগুলো JPEG" in out
    assert "৩টি ছবি কাত" in out and "exif_transpose" in out


SPLIT = r"আরও ভেতরের ফোল্ডারে.*এই পথটি দাও: .+train। train নিজেই"
EMPTY = "ফোল্ডার আছে ৩টি: .*%s মুছে ফেলো"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, r'কোনো ফোল্ডার নেই.*dog_cat\("drawn"\).*dog_cat\("photos"\)'),
        ({"train/a/{}.jpg": 3, "train/b/{}.jpg": 3, "validation/a/1.jpg": 1}, SPLIT),
        ({"train/a/{}.jpg": 3, "train/b/{}.jpg": 3, "test/a/1.jpg": 1, "test/b/1.jpg": 1}, SPLIT),
        ({"train/a/{}.jpg": 3, "train/b/{}.jpg": 3, "test/{}.jpg": 5}, SPLIT),
        ({"one more/train/a/{}.jpg": 3, "one more/train/b/{}.jpg": 3}, SPLIT),
        ({"a/1.jpg": 1, "b/1.jpg": 1, "labels/list.txt": 1}, EMPTY % "labels"),
        ({"a/1.jpg": 1, "b/1.jpg": 1, "__MACOSX/a/._1.jpg": 1}, EMPTY % "__MACOSX"),
        ({"{}.jpg": 6}, "দুটি ফোল্ডার বানাও.*বিড়ালের ছবি.*কুকুরের ছবি"),
        ({".git/1.jpg": 1}, "শ্রেণি লাগে ঠিক ২টি, আর ফোল্ডার আছে ০টি"),
        ({"a/1.jpg": 1}, "ফোল্ডার আছে ১টি: a"),
        ({"a/1.jpg": 1, "b/1.jpg": 1, "c/1.jpg": 1}, "৩টি: a, b, c। যে ফোল্ডারের ঠিক ভেতরে"),
        ({"a/{}.jpg": 49, "b/{}.jpg": 52}, "a ফোল্ডারে .*৪৯টি, লাগে অন্তত ৫০টি"),
        ({"a/{}.jfif": 52, "b/{}.jpg": 52}, r"০টি, .*\.jfif ৫২টি.*\.jfif বদলে \.jpg লেখো"),
        ({"a/{}.jpg": 52, "b/{}.heic": 52}, r"০টি, .*\.heic ৫২টি.*\.heic ছবিগুলো JPEG"),
    ],
)
def test_a_folder_arranged_otherwise_is_told_what_it_lacks(files, words, tmp_path):
    for name, count in files.items():
        add({tmp_path / "mine" / name.format(n): encoded(n) for n in range(count)})
    with pytest.raises(PhotoError, match=words):
        dog_cat(tmp_path / "mine")


def test_the_photos_found_are_exactly_those_keras_would_read(tmp_path):
    names = "cat/10.jpg cat/2.JPG cat/সাদা.png cat/in/deep/3.jpeg cat/.hidden.jpg cat/4.webp"
    names += " cat/.ipynb_checkpoints/2.jpg cat/Thumbs.db dog/1.gif dog/1.bmp loose.jpg .in/x.jpg"
    add({tmp_path / name: encoded(1) for name in names.split()})
    (tmp_path / "dog" / "folder.jpg").mkdir()
    (tmp_path / "dog" / "linked").symlink_to(tmp_path / "cat" / "in", target_is_directory=True)
    (tmp_path / "dog" / "linked.jpg").symlink_to(tmp_path / "cat" / "2.JPG")
    found = [str(photo) for photos, *_ in look(tmp_path).values() for photo in photos]
    read = image_dataset_from_directory(tmp_path, verbose=False).file_paths
    assert sorted(found) == sorted(read)


# --- the course's own photos, and which are taken when nothing is said ---


def test_nothing_said_and_nothing_there_unpacks_the_drawn_ones(photos_root):
    folder = dog_cat()
    assert folder == photos_root / "drawn" and read_to_the_end(folder) == [360, 360]
    (folder / "cat" / "0000.jpg").unlink()
    before = state(photos_root)
    assert dog_cat("drawn") == folder and state(photos_root) == before
    assert read_to_the_end(dog_cat(per_class=60)) == [60, 60]


@pytest.fixture
def real(photos_root, monkeypatch):
    """The real archive in small: 60 of each, Cat/3 empty, and what is no photo of ours."""
    photos_root.mkdir(parents=True)
    names = [f"PetImages/{kind}/{n}.jpg" for kind in ("Cat", "Dog") for n in range(60)]
    with zipfile.ZipFile(photos_root / "pets.zip", "w") as packed:
        for name in [*names, "PetImages/Cat/Thumbs.db", "../evil.jpg", "PetImages/Cat/../e.jpg"]:
            packed.writestr(name, b"" if name == "PetImages/Cat/3.jpg" else encoded(1))
    monkeypatch.setattr(download, "archive", lambda folder: folder / "pets.zip")
    return photos_root / "real" / "PetImages"


def test_real_photos_are_unpacked_once_without_bad_ones(
    real, photos_root, mine, capfd, monkeypatch
):
    assert dog_cat("photos") == real
    assert read_to_the_end(real) == [59, 60]
    assert "Cat/3.jpg: ফাইলটি খালি" in capfd.readouterr().out
    files = {path.name for path in photos_root.rglob("*") if path.is_file()}
    assert files == {"pets.zip", *(f"{n}.jpg" for n in range(60))}
    (photos_root / "pets.zip").unlink()
    assert dog_cat() == dog_cat("photos") == real
    assert capfd.readouterr() == ("", "")
    monkeypatch.setenv("DOG_CAT_PHOTOS", str(mine))
    assert dog_cat() == mine


# --- a folder is made whole or not at all ---


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "full")])
def test_what_was_interrupted_is_not_taken_for_the_whole(error, real, photos_root, monkeypatch):
    def interrupted(*_):
        raise error

    wanted = PhotoError if isinstance(error, OSError) else KeyboardInterrupt
    with monkeypatch.context() as patch, pytest.raises(wanted):
        patch.setattr("helpers.photo_files.trainable", interrupted)
        dog_cat("photos")
    assert [path.name for path in photos_root.iterdir()] == ["pets.zip"]
    assert read_to_the_end(dog_cat("photos")) == [59, 60]


def test_a_folder_that_a_scanner_holds_and_another_notebook_makes(photos_root, monkeypatch):
    rename, waits = type(photos_root).rename, []

    def renamed_later(path, target):
        if len(waits) == 3:
            rename(path, target)
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("pathlib.Path.rename", renamed_later)
    monkeypatch.setattr("helpers.pets.time.sleep", waits.append)
    assert read_to_the_end(dog_cat("drawn")) == [360, 360]
    assert waits == [0, 0.5, 1]
