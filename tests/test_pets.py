"""After dog_cat returns, training reads every photo to the end, and the learner's folder is as it was."""

import os
import zipfile
from collections import Counter

from helpers import download, pets
from helpers.bengali import digits
from helpers.pets import PhotoError, dog_cat

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
    add({mine / "বিড়াল" / "Thumbs.db": b"x", mine / ".hidden" / "x.jpg": b"", mine / "notes.txt": b"x"})
    before = state(mine)
    assert dog_cat(str(mine)) == mine
    assert capfd.readouterr() == ("", "")
    assert read_to_the_end(mine) == [52, 52]
    assert state(mine) == before and not photos_root.exists()


def test_training_never_meets_a_bad_photo_and_the_learners_folder_stays_as_it_was(mine, photos_root, capfd):
    cats, dogs = mine / "বিড়াল", mine / "কুকুর ছানা"
    bad = {
        cats / "empty.jpg": b"",
        cats / "._ছবি 1.jpg": b"\0\5\x16\7Mac OS X",
        dogs / "tiff.jpg": encoded(2, "TIFF"),
        dogs / "in" / "deep" / "cut.jpeg": encoded(4)[:-2],
        dogs / ".ipynb_checkpoints" / "half.jpg": encoded(5)[:300],
    }
    fine = {
        cats / "cmyk.JPG": encoded(6, mode="CMYK"),
        cats / "really a gif.jpg": encoded(7, "GIF"),
        cats / "link.jpg": encoded(8, "WEBP"),
        dogs / "in" / "ছবি 1.jpg": encoded(9),
    }
    add(bad | fine)
    (cats / "link.jpg").rename(mine.parent / "elsewhere.jpg")
    (cats / "link.jpg").symlink_to("../../elsewhere.jpg")
    before = state(mine)
    folder = dog_cat(mine)
    assert read_to_the_end(folder) == [53, 55]
    assert folder.parent == photos_root and state(mine) == before
    assert (folder / "বিড়াল" / "link.jpg").read_bytes() == encoded(8, "WEBP")
    out, err = capfd.readouterr()
    assert "৫টি ছবি বাদ" in out and all(str(path.relative_to(mine)) in out for path in bad)
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
    assert names(folder) == {f"বিড়াল/ছবি {n}.jpg" for n in range(50)} | {
        f"কুকুর ছানা/ছবি {n}.jpg" for n in range(51) if n != 3
    }


@pytest.mark.parametrize("per_class", [0, 49, -5])
def test_a_per_class_too_small_for_a_split_is_refused_first(per_class, photos_root):
    with pytest.raises(PhotoError, match="per_class=50"):
        dog_cat("photos", per_class)
    assert not photos_root.exists()


# --- folders as people have them ---


def test_photos_that_keras_passes_by_are_counted_by_their_endings(mine, capsys):
    add({mine / "বিড়াল" / f"{n}.JFIF": encoded(n) for n in range(10)})
    for kind in ("webp", "avif", "heic", "tif"):
        add({mine / "কুকুর ছানা" / "in" / f"{n}.{kind}": b"?" for n in range(8)})
    add({mine / "loose.jpg": encoded(1)})
    assert dog_cat(mine) == mine
    out = capsys.readouterr().out
    assert "৪২টি ছবি বাদ" in out and "loose.jpg: কোনো শ্রেণির ফোল্ডারে নেই" in out
    assert ".avif ৮টি, .heic ৮টি, .jfif ১০টি, .tif ৮টি, .webp ৮টি" in out
    assert ".jfif বদলে .jpg" in out and ".avif, .heic, .tif, .webp ছবিগুলো JPEG" in out


@pytest.mark.parametrize(
    ("ending", "remedy"), [("jfif", ".jfif বদলে .jpg লেখো"), ("heic", ".heic ছবিগুলো JPEG বা PNG করে সেভ করো")]
)
def test_a_class_of_photos_under_an_ending_keras_does_not_take_is_told_that_ending(ending, remedy, tmp_path):
    mine = photo_folder(tmp_path / "mine", ("cat", "dog"), 52, f"{{}}.{ending}")
    with pytest.raises(PhotoError, match=rf"cat ফোল্ডারে .* ০টি, .*\.{ending} ৫২টি") as error:
        dog_cat(mine)
    assert remedy in str(error.value)


@pytest.mark.parametrize("turns", [0, 3])
def test_photos_that_lie_sideways_are_counted(turns, mine, capsys):
    add({mine / "বিড়াল" / f"ফোন {n}.jpg": turned(6) for n in range(turns)})
    add({mine / "বিড়াল" / "সোজা.jpg": turned(1)})
    assert dog_cat(mine) == mine
    out = capsys.readouterr().out
    assert ("৩টি ছবি কাত" in out and "exif_transpose" in out) if turns else out == ""


@pytest.mark.parametrize(
    "folders",
    [
        {"train/cats": 3, "train/dogs": 3, "validation/cats": 2, "validation/dogs": 2},
        {"train/cats": 3, "train/dogs": 3, "test/cats": 2, "test/dogs": 2},  # test comes before train
        {"train/cats": 3, "train/dogs": 3, "test": 5},
        {"one more/train/cats": 3, "one more/train/dogs": 3},
    ],
)
def test_a_split_is_answered_with_the_folder_that_has_the_classes(folders, tmp_path):
    for name, count in folders.items():
        photo_folder(tmp_path, (name,), count, "{}.jpg")
    (train,) = tmp_path.rglob("train")
    with pytest.raises(PhotoError, match="আরও ভেতরের ফোল্ডারে") as error:
        dog_cat(tmp_path)
    assert f"এই পথটি দাও: {train}।" in str(error.value)


@pytest.mark.parametrize("extra", ["__MACOSX/বিড়াল/._ছবি 1.jpg", "labels/list.txt"])
def test_a_folder_without_photos_beside_the_classes_is_named(extra, mine):
    add({mine / extra: b"\0\5\x16\7Mac OS X"})
    with pytest.raises(PhotoError, match=f"{extra.split('/')[0]} মুছে ফেলো"):
        dog_cat(mine)


@pytest.mark.parametrize(
    ("name", "kinds"), [("{}.{}.jpg", ["cat*", "dog*"]), ("{1}.jpg", ["বিড়ালের", "কুকুরের"])]
)
def test_photos_of_both_kinds_in_one_folder_are_told_to_be_sorted(name, kinds, tmp_path):
    add({tmp_path / name.format(("cat", "dog")[n % 2], n): encoded(n) for n in range(52)})
    with pytest.raises(PhotoError, match="দুটি ফোল্ডার বানাও") as error:
        dog_cat(tmp_path)
    assert all(f"{kind} ছবি" in str(error.value) for kind in kinds)


@pytest.mark.parametrize("classes", [[], ["cat"], ["bird", "cat", "dog"]])
def test_any_number_of_classes_but_two_is_refused_with_their_names(classes, tmp_path):
    photo_folder(tmp_path, classes, 1, "{}.jpg")
    with pytest.raises(PhotoError, match=f"{digits(len(classes))}টি") as error:
        dog_cat(tmp_path)
    assert all(name in str(error.value) for name in classes)


@pytest.mark.parametrize("left", [0, 49])
def test_too_few_photos_in_a_class_say_how_many_and_how_many_are_needed(left, mine, capsys):
    for number in range(left, 52):
        (mine / "বিড়াল" / f"ছবি {number}.jpg").write_bytes(b"")
    wanted = f"বিড়াল ফোল্ডারে ঠিকঠাক খোলে এমন ছবি আছে {digits(left)}টি, লাগে অন্তত ৫০টি"
    with pytest.raises(PhotoError, match=wanted):
        dog_cat(mine)
    assert f"{digits(52 - left)}টি ছবি বাদ" in capsys.readouterr().out


def test_what_is_no_folder_is_answered_with_the_known_sources(tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"PK")
    for source, why in (("photo", "কোনো ফোল্ডার নেই"), (tmp_path / "photos.zip", "ফোল্ডার নয়")):
        with pytest.raises(PhotoError, match=rf'{why}.*dog_cat\("drawn"\).*dog_cat\("photos"\)'):
            dog_cat(source)


def test_the_photos_found_are_exactly_those_keras_would_read(tmp_path):
    names = ["cat/10.jpg", "cat/2.JPG", "cat/সাদা বিড়াল.png", "cat/in/deep/3.jpeg", "cat/.hidden.jpg"]
    names += ["cat/.ipynb_checkpoints/2-checkpoint.jpg", "cat/Thumbs.db", "cat/4.webp", "cat/5.jfif"]
    names += ["dog/1.gif", "dog/1.bmp", ".ipynb_checkpoints/x.jpg", "loose.jpg"]
    add({tmp_path / name: encoded(1) for name in names})
    (tmp_path / "dog" / "folder.jpg").mkdir()
    (tmp_path / "dog" / "linked").symlink_to(tmp_path / "cat" / "in", target_is_directory=True)
    (tmp_path / "dog" / "linked.jpg").symlink_to(tmp_path / "cat" / "2.JPG")
    found, loose = pets.photo_folders.look(tmp_path)
    photos = [str(photo) for inside in found.values() for photo in inside.photos]
    assert sorted(photos) == sorted(image_dataset_from_directory(tmp_path, verbose=False).file_paths)
    assert loose == ["loose.jpg"]


# --- the course's own photos, and which are taken when nothing is said ---


def test_nothing_said_and_nothing_there_unpacks_the_drawn_ones(photos_root):
    folder = dog_cat()
    assert folder == photos_root / "drawn" and read_to_the_end(folder) == [360, 360]
    (folder / "cat" / "0000.jpg").unlink()
    before = state(photos_root)
    assert dog_cat("drawn") == folder and state(photos_root) == before
    assert Counter(name[:3] for name in names(dog_cat(per_class=60))) == {"cat": 60, "dog": 60}


@pytest.fixture
def real(photos_root, monkeypatch):
    """The real archive in small, already there: 60 of each, Cat/3 empty, and what is no photo of ours."""
    photos_root.mkdir(parents=True)
    with zipfile.ZipFile(photos_root / "pets.zip", "w") as packed:
        for kind in ("Cat", "Dog"):
            for n in range(60):
                packed.writestr(f"PetImages/{kind}/{n}.jpg", encoded(n) if (kind, n) != ("Cat", 3) else b"")
        for name in ("PetImages/Cat/Thumbs.db", "../evil.jpg", "PetImages/Cat/../../evil.jpg", "readme.txt"):
            packed.writestr(name, encoded(1))
    monkeypatch.setattr(download, "archive", lambda folder: folder / "pets.zip")
    return photos_root / "real" / "PetImages"


def test_real_photos_are_unpacked_once_without_the_bad_ones(real, photos_root, capfd):
    assert dog_cat().name == "drawn"
    assert dog_cat("photos") == real
    assert read_to_the_end(real) == [59, 60]
    assert "Cat/3.jpg: ফাইলটি খালি" in capfd.readouterr().out
    assert {path.name for path in photos_root.rglob("*") if path.is_file()} == {
        "pets.zip",
        *(f"{n}.jpg" for n in range(60)),
        *(f"{n:04d}.jpg" for n in range(360)),
    }
    (photos_root / "pets.zip").unlink()
    assert dog_cat() == dog_cat("photos") == real
    assert capfd.readouterr() == ("", "")
    assert names(dog_cat("photos", per_class=50)) < names(real)


def test_unpacking_that_was_interrupted_is_not_taken_for_the_whole(real, photos_root, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("helpers.photo_files.fault", interrupted)
        dog_cat("photos")
    assert [path.name for path in photos_root.iterdir()] == ["pets.zip"]
    assert read_to_the_end(dog_cat("photos")) == [59, 60]


def test_nothing_said_takes_the_folder_in_the_environment(mine, real, monkeypatch):
    dog_cat("photos")
    monkeypatch.setenv("DOG_CAT_PHOTOS", str(mine))
    assert dog_cat() == mine
    assert dog_cat("photos") == real


def test_real_photos_train_to_the_end(real_photos):
    before = state(real_photos)
    assert read_to_the_end(dog_cat(real_photos, per_class=200)) == [200, 200]
    assert state(real_photos) == before
