"""photo_batches: small, honest batches of photos."""

from pathlib import Path
from types import SimpleNamespace

from helpers import setup
from helpers.batches import augment, fits_in_memory, photo_batches

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf
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
    size = {"image_size": (SIDE, SIDE), "batch_size": None, "verbose": False}
    return image_dataset_from_directory(folder, label_mode="binary", seed=1337, **size, **options)


def toy(count=COUNT):
    """Photos in memory with fractions in their pixels; a label is the photo's number."""
    images = np.random.default_rng(0).uniform(-3, 258, (count, SIDE, SIDE, 3)).astype("float32")
    labels = np.arange(count, dtype="float32")[:, None]
    return images, tf.data.Dataset.from_tensor_slices((images, labels))


def one_epoch(batches):
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)[:, 0]


def colours(batches):
    """Which photos came, in their order."""
    return one_epoch(batches)[0][:, 0, 0, 0].tolist()


def test_validation_photos_are_the_originals_rounded_to_uint8_in_their_order():
    originals, photos = toy()
    batches = photo_batches(photos, batch_size=32)
    images, labels = one_epoch(batches)
    assert images.dtype == np.uint8
    # bicubic resizing overshoots; what wrapped round would be black in white
    assert np.array_equal(images, np.rint(originals).clip(0, 255))
    assert labels.tolist() == list(range(COUNT))
    assert [len(labels) for _, labels in batches] == [32, 32, 11]


def test_every_training_epoch_has_each_photo_once_with_its_label_in_another_order(folder):
    batches = photo_batches(load(folder), training=True)
    orders = []
    for _ in range(3):
        images, labels = one_epoch(batches)
        orders.append(images[:, 0, 0, 0].tolist())
        assert sorted(orders[-1]) == list(range(COUNT))
        assert np.array_equal(images[:, 0, 0, 0] % 2, labels)
    assert orders[0] != orders[1] != orders[2] != orders[0]


def test_the_order_of_validation_stays(folder):
    _, validation = load(folder, validation_split=0.4, subset="both")
    batches = photo_batches(validation)
    in_order = [int(Path(file).stem) for file in validation.file_paths]
    assert colours(batches) == colours(batches) == in_order


def test_a_second_run_has_the_same_epochs():
    runs = [[one_epoch(batches) for _ in range(2)] for batches in (training(), training())]
    for (images, labels), (again, labels_again) in zip(*runs, strict=True):
        assert np.array_equal(images, again) and np.array_equal(labels, labels_again)


def training(count=COUNT):
    return photo_batches(toy(count)[1], training=True)


def test_one_photo_is_changed_anew_in_every_epoch():
    batches = training(count=1)
    assert len({one_epoch(batches)[0].tobytes() for _ in range(12)}) >= 4


@pytest.mark.parametrize("batches", [training, lambda: photo_batches(toy()[1])])
def test_no_epoch_waits_at_its_end_for_the_thread_that_tunes_the_data(batches):
    assert batches().options().autotune.enabled is False


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


@pytest.mark.parametrize("missing", [0, 1])
def test_photos_fit_up_to_half_of_the_free_memory(missing, monkeypatch):
    grant(monkeypatch, 2 * COUNT * PHOTO_BYTES - missing)
    assert fits_in_memory(toy()[1]) == (missing == 0)


def augmented(image, count=60):
    return [augment(image, 1.0, seed=(1, number))[0].numpy() for number in range(count)]


def test_augment_turns_about_every_second_photo_round():
    right_is_bright = np.zeros((32, 48, 3), "uint8")
    right_is_bright[:, 24:] = 255
    turned = sum(other[:, :8].mean() > other[:, 40:].mean() for other in augmented(right_is_bright))
    assert 15 <= turned <= 45


def test_augment_shifts_a_little_in_all_directions_and_leaves_no_black_border():
    line = np.full((32, 48, 3), 100, "uint8")
    line[16] = 200
    rows = set()
    for other in augmented(line):
        assert other.shape == line.shape and other.dtype == np.uint8
        assert set(np.unique(other)) == {100, 200}
        rows.add(int(other[:, 0, 0].argmax()))
    assert min(rows) < 16 < max(rows)
    assert rows <= set(range(13, 20))  # 32 // 16 + 1 pixels each way
