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
setup()


def grant(monkeypatch, available):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=available))


def toy(count=COUNT):
    """Photos in memory with fractions in their pixels; a label is the photo's number."""
    images = np.random.default_rng(0).uniform(-3, 258, (count, SIDE, SIDE, 3)).astype("float32")
    labels = np.arange(count, dtype="float32")[:, None]
    return images, tf.data.Dataset.from_tensor_slices((images, labels))


def one_epoch(batches):
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)[:, 0]


def colours(batches):
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


@pytest.mark.parametrize("free", [10**9, 0], ids=["cached", "uncached"])
def test_an_epoch_has_each_photo_once_in_training_in_another_order(free, tmp_path, monkeypatch):
    grant(monkeypatch, free)
    for number in range(COUNT):  # each of one colour, which tells the photo and its label
        target = tmp_path / ("cat", "dog")[number % 2]
        target.mkdir(exist_ok=True)
        pixels = np.full((SIDE, SIDE, 3), number)
        keras.utils.save_img(target / f"{number}.png", pixels, scale=False)
    options = {"label_mode": "binary", "image_size": (SIDE, SIDE), "batch_size": None, "seed": 1337}
    options |= {"validation_split": 0.4, "subset": "both", "verbose": False}
    train, validation = image_dataset_from_directory(tmp_path, **options)
    batches = photo_batches(train, training=True)
    numbers = {int(Path(file).stem) for file in train.file_paths}
    orders = [colours(batches) for _ in range(3)]
    assert [sorted(order) for order in orders] == [sorted(numbers)] * 3
    assert orders[0] != orders[1] != orders[2] != orders[0]
    images, labels = one_epoch(batches)
    assert np.array_equal(images[:, 0, 0, 0] % 2, labels)
    batches = photo_batches(validation)
    in_order = [int(Path(file).stem) for file in validation.file_paths]
    assert colours(batches) == colours(batches) == in_order


def test_a_photo_changes_in_every_epoch_but_alike_in_every_run_and_no_epoch_is_tuned():
    runs = [photo_batches(toy()[1], training=True) for _ in range(2)]
    for _ in range(2):
        (images, labels), (again, labels_again) = map(one_epoch, runs)
        assert np.array_equal(images, again) and np.array_equal(labels, labels_again)
    one = photo_batches(toy(count=1)[1], training=True)
    assert len({one_epoch(one)[0].tobytes() for _ in range(12)}) >= 4
    assert one.options().autotune.enabled is False


@pytest.mark.parametrize("missing", [0, 1])
def test_photos_are_read_once_if_they_fit_into_half_of_the_free_memory(missing, monkeypatch):
    grant(monkeypatch, 2 * COUNT * SIDE * SIDE * 3 - missing)
    started = []

    def read():
        started.append(1)
        yield from ((np.zeros((SIDE, SIDE, 3)), [0.0]) for _ in range(COUNT))

    signature = (tf.TensorSpec((SIDE, SIDE, 3)), tf.TensorSpec((1,)))
    photos = tf.data.Dataset.from_generator(read, output_signature=signature)
    photos = photos.apply(tf.data.experimental.assert_cardinality(COUNT))
    assert fits_in_memory(photos) == (missing == 0)
    batches = photo_batches(photos)
    for _ in range(3):
        one_epoch(batches)
    assert len(started) == (3 if missing else 1)


def test_augment_turns_every_second_photo_and_shifts_a_little_without_a_black_border():
    image = np.full((32, 48, 3), 100, "uint8")
    image[:, 24:] = 150  # brighter on the right
    image[16] += 50  # a line
    rows, turned = set(), 0
    for number in range(60):
        other = augment(image, 1.0, seed=(1, number))[0].numpy()
        assert other.shape == image.shape and other.dtype == np.uint8
        assert set(np.unique(other)) == {100, 150, 200}
        turned += int(other[:, :8].mean() > other[:, 40:].mean())
        rows.add(int(other[:, 0, 0].argmax()))
    assert 15 <= turned <= 45
    assert min(rows) < 16 < max(rows)
    assert rows <= set(range(13, 20))  # 32 // 16 + 1 pixels each way
