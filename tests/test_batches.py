"""photo_batches: small, honest batches of photos, and the split they come from."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import helpers.batches
from helpers import setup
from helpers.batches import augment, fits_in_memory, photo_batches

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.utils import image_dataset_from_directory

COUNT, SIDE = 75, 8  # 75 photos are no whole number of batches of 32
PHOTO_BYTES = SIDE * SIDE * 3


@pytest.fixture(autouse=True)
def _seeded():
    setup()


def grant(monkeypatch, available):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=available))


@pytest.fixture(params=["cached", "uncached"])
def folder(request, tmp_path, monkeypatch):
    """Photos on disk; each is of one colour of its own, so that its pixels tell which it is."""
    grant(monkeypatch, 10**9 if request.param == "cached" else 0)
    for number in range(COUNT):
        target = tmp_path / "photos" / ("cat", "dog")[number % 2]
        target.mkdir(parents=True, exist_ok=True)
        keras.utils.save_img(target / f"{number}.png", np.full((SIDE, SIDE, 3), number), scale=False)
    return tmp_path / "photos"


def load(folder, **options):
    return image_dataset_from_directory(
        folder, label_mode="binary", image_size=(SIDE, SIDE), batch_size=None, verbose=False, **options
    )


def toy(count=COUNT):
    """Photos in memory with fractions in their pixels; a label is the photo's number."""
    images = np.random.default_rng(0).uniform(0, 255, (count, SIDE, SIDE, 3)).astype("float32")
    labels = np.arange(count, dtype="float32")[:, None]
    return images, tf.data.Dataset.from_tensor_slices((images, labels))


def one_epoch(batches):
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)[:, 0]


def colours(batches):
    """Which photos came, in their order."""
    images, _ = one_epoch(batches)
    return images[:, 0, 0, 0].tolist()


def test_validation_photos_are_the_originals_rounded_to_uint8_in_their_order():
    originals, photos = toy()
    images, labels = one_epoch(photo_batches(photos))
    assert images.dtype == np.uint8
    assert np.array_equal(images, np.rint(originals))
    assert labels.tolist() == list(range(COUNT))


def test_pixels_beyond_the_range_stop_at_its_ends_instead_of_wrapping_round():
    image = np.full((1, SIDE, SIDE, 3), 255.9, "float32")
    image[0, 0] = -3.0  # bicubic resizing overshoots like this
    images, _ = one_epoch(photo_batches(tf.data.Dataset.from_tensor_slices((image, np.zeros((1, 1))))))
    assert images[0, 0].max() == 0
    assert images[0, 1:].min() == 255


def test_the_last_batch_is_smaller_and_no_photo_is_lost():
    sizes = [len(labels) for _, labels in photo_batches(toy()[1], batch_size=32)]
    assert sizes == [32, 32, 11]


def test_every_photo_comes_exactly_once_in_each_training_epoch(folder):
    batches = photo_batches(load(folder, shuffle=True, seed=1337), training=True)
    for _ in range(3):
        assert sorted(colours(batches)) == list(range(COUNT))


def test_every_photo_keeps_its_own_label_through_the_shuffle(folder):
    images, labels = one_epoch(photo_batches(load(folder, shuffle=True, seed=1337), training=True))
    assert np.array_equal(images[:, 0, 0, 0] % 2, labels)


def test_training_order_differs_between_epochs_and_validation_order_does_not(folder):
    train, validation = load(folder, validation_split=0.4, subset="both", seed=1337)
    batches = photo_batches(train, training=True)
    orders = [colours(batches) for _ in range(3)]
    assert orders[0] != orders[1] != orders[2] != orders[0]
    batches = photo_batches(validation)
    assert colours(batches) == colours(batches) == [int(Path(p).stem) for p in validation.file_paths]


def test_no_epoch_waits_at_its_end_for_the_thread_that_tunes_the_data():
    _, photos = toy()
    made = [photo_batches(photos, training=training) for training in (True, False)]
    assert [batches.options().autotune.enabled for batches in made] == [False, False]


def test_same_seed_same_epochs_and_another_seed_other_ones():
    def two_epochs(seed):
        batches = photo_batches(toy()[1], training=True, seed=seed)
        return [one_epoch(batches) for _ in range(2)]

    for (images, labels), (again, labels_again) in zip(two_epochs(1), two_epochs(1), strict=True):
        assert np.array_equal(images, again)
        assert np.array_equal(labels, labels_again)
    assert not np.array_equal(two_epochs(1)[0][1], two_epochs(2)[0][1])


def test_one_photo_is_changed_anew_in_every_epoch():
    batches = photo_batches(toy(count=1)[1], training=True)
    assert len({one_epoch(batches)[0].tobytes() for _ in range(12)}) >= 4


@pytest.mark.parametrize("free, readings", [(10**9, 1), (0, 3)])
def test_photos_are_read_once_where_they_fit_and_each_epoch_where_they_do_not(monkeypatch, free, readings):
    grant(monkeypatch, free)
    started = []

    def read():
        started.append(1)
        yield from ((np.zeros((SIDE, SIDE, 3)), [0.0]) for _ in range(COUNT))

    signature = (tf.TensorSpec((SIDE, SIDE, 3)), tf.TensorSpec((1,)))
    photos = tf.data.Dataset.from_generator(read, output_signature=signature)
    batches = photo_batches(photos.apply(tf.data.experimental.assert_cardinality(COUNT)))
    for _ in range(3):
        one_epoch(batches)
    assert len(started) == readings


def test_photos_fit_up_to_half_of_the_free_memory(monkeypatch):
    _, photos = toy()
    grant(monkeypatch, 2 * COUNT * PHOTO_BYTES)
    assert fits_in_memory(photos)
    grant(monkeypatch, 2 * COUNT * PHOTO_BYTES - 1)
    assert not fits_in_memory(photos)


def test_the_whole_archive_at_224_pixels_does_not_fit_a_machine_of_4_gb(monkeypatch):
    blank = tf.data.Dataset.from_tensors((tf.zeros((224, 224, 3)), [0.0]))
    grant(monkeypatch, 4 * 10**9)
    assert not fits_in_memory(blank.repeat(25_000))
    assert fits_in_memory(blank.repeat(10_000))


@pytest.mark.parametrize("limit, fits", [("1000000\n", False), ("100000000\n", True), ("max\n", True)])
def test_a_container_with_less_memory_than_the_machine_is_respected(monkeypatch, tmp_path, limit, fits):
    grant(monkeypatch, 10**9)
    monkeypatch.setattr(helpers.batches, "_CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.stat").write_text("anon 990000\nfile 10\n")
    assert fits_in_memory(toy()[1]) is fits


@pytest.mark.skipif(not psutil.LINUX, reason="ulimit -v is only read on Linux")
def test_ulimit_is_respected(monkeypatch):
    grant(monkeypatch, 10**9)
    used = psutil.Process().memory_info().vms
    monkeypatch.setattr(psutil.Process, "rlimit", lambda self, kind: (used, used))
    assert not fits_in_memory(toy()[1])


def augmented(image, count=60):
    return [augment(image, 1.0, seed=(1, number))[0].numpy() for number in range(count)]


def test_augment_keeps_shape_type_and_label_and_changes_the_pixels():
    image = tf.constant(np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype="uint8"))
    moved, label = augment(image, 1.0, seed=(3, 4))
    assert (moved.shape, moved.dtype, label) == (image.shape, tf.uint8, 1.0)
    assert sum(np.array_equal(other, image) for other in augmented(image)) <= 3
    assert np.array_equal(moved, augment(image, 1.0, seed=(3, 4))[0])


def test_augment_turns_about_every_second_photo_round():
    right_is_bright = np.zeros((32, 32, 3), "uint8")
    right_is_bright[:, 16:] = 255
    turned = sum(other[:, :8].mean() > other[:, 24:].mean() for other in augmented(right_is_bright))
    assert 15 <= turned <= 45


def test_augment_shifts_a_little_in_all_directions_and_leaves_no_black_border():
    line = np.full((32, 32, 3), 100, "uint8")
    line[16] = 200
    rows = set()
    for other in augmented(line):
        assert set(np.unique(other)) == {100, 200}
        rows.add(int(other[:, 0, 0].argmax()))
    assert min(rows) < 16 < max(rows)
    assert rows <= set(range(13, 20))  # 32 // 16 + 1 pixels each way


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "one.png"
    keras.utils.save_img(path, np.zeros((SIDE, SIDE, 3)), scale=False)
    return path


def folder_of(picture, folder, cats, dogs):
    for name, count in (("cat", cats), ("dog", dogs)):
        (folder / name).mkdir()
        for number in range(count):
            shutil.copy(picture, folder / name / f"{number}.png")


def classes(paths):
    return {Path(path).parent.name for path in paths}


@settings(max_examples=8, deadline=None)
@given(cats=st.integers(50, 250), dogs=st.integers(50, 250))
def test_the_honest_split_shares_no_photo_and_has_both_classes_on_both_sides(
    picture, tmp_path_factory, cats, dogs
):
    folder = tmp_path_factory.mktemp("split")
    folder_of(picture, folder, cats, dogs)
    split, again = (
        [d.file_paths for d in load(folder, validation_split=0.2, subset="both", seed=1337)] for _ in range(2)
    )
    train, validation = map(set, split)
    assert not train & validation
    assert train | validation == {str(path) for path in folder.rglob("*.png")}
    assert classes(train) == classes(validation) == {"cat", "dog"}
    assert split == again
    shutil.rmtree(folder)


def test_the_guides_two_calls_really_share_photos_and_validate_on_one_class(picture, tmp_path):
    folder_of(picture, tmp_path, 60, 60)
    split = {"validation_split": 0.2, "seed": 1337}
    train = load(tmp_path, subset="training", **split).file_paths
    validation = load(tmp_path, subset="validation", shuffle=False, **split).file_paths
    assert set(train) & set(validation)
    assert classes(validation) == {"dog"}
