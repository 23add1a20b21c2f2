"""Batches of photos for training: small in memory, shuffled and changed a little in every epoch."""

from helpers import guards
from helpers.bengali import explain

import psutil
import tensorflow as tf

_SEED = 1337


def photo_batches(
    photos: tf.data.Dataset, batch_size: int = 32, training: bool = False
) -> tf.data.Dataset:
    """একটি একটি ছবি থেকে `model.fit`-এ দেওয়ার মতো batch বানায়।

    photos: `image_dataset_from_directory(..., batch_size=None)` যা দেয়; ছবি float32, 0–255।
    batch_size: এক batch-এ কয়টি ছবি, ডিফল্ট 32; শেষ batch-এ কম থাকতে পারে।
    training: True হলে প্রতি epoch-এ নতুন ক্রম আর `augment`; False হলে একই ক্রম, অবিকল ছবি।

    ফেরত: (ছবি, label) batch-এর `tf.data.Dataset`; ছবি uint8, 0–255। ছবি মেমোরিতে আঁটলে প্রথম epoch-এর
    পর আর ফাইল পড়তে হয় না। ধরন ভুল হলে TypeError, মান ভুল হলে ValueError।
    """
    _check(photos)
    guards.whole("batch_size", batch_size, 1)
    cached = fits_in_memory(photos)
    photos = photos.map(_to_uint8, num_parallel_calls=tf.data.AUTOTUNE)
    if cached:
        photos = photos.cache()  # before the shuffling, which would be frozen in it
    if training:
        if cached:  # else image_dataset_from_directory shuffles the file names, which is cheaper
            photos = photos.shuffle(photos.cardinality(), seed=_SEED)
        # two numbers for each photo: the same in every run, however the threads happen to be timed
        seeds = tf.data.Dataset.random(_SEED, rerandomize_each_iteration=True).batch(2)
        photos = tf.data.Dataset.zip(photos, seeds).map(
            lambda photo, numbers: augment(*photo, numbers), num_parallel_calls=tf.data.AUTOTUNE
        )
    return untuned(photos.batch(batch_size).prefetch(tf.data.AUTOTUNE))


def augment(image: tf.Tensor, label: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """একটি ছবিকে ডানে-বামে উল্টায় (অর্ধেক বার) আর উচ্চতার ১৬ ভাগের এক ভাগ পর্যন্ত সরায়।

    image: uint8, (উচ্চতা, প্রস্থ, 3); label যেমন ছিল তেমনই ফেরে। seed: দুটি পূর্ণ সংখ্যা; একই seed-এ একই ফল।
    """
    edge = image.shape[0] // 16 + 1
    flipped = tf.image.stateless_random_flip_left_right(image, seed)
    padded = tf.pad(flipped, [[edge, edge], [edge, edge], [0, 0]], "REFLECT")
    return tf.image.stateless_random_crop(padded, image.shape, seed), label


def fits_in_memory(photos: tf.data.Dataset) -> bool:
    """ছবিগুলো uint8 হয়ে এখনকার ফাঁকা মেমোরির অর্ধেকে আঁটবে কি না; বাকি অর্ধেক মডেল আর ব্রাউজারের।"""
    pixels = photos.element_spec[0].shape.num_elements()
    return int(photos.cardinality()) * pixels <= psutil.virtual_memory().available / 2


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """একই ডেটা, একই ক্রম, তবে TensorFlow পেছনে thread চালিয়ে ডেটার গতি আর মাপে না।"""
    # at the end of an epoch TensorFlow 2.21 waits for that thread: three seconds become five
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def _check(photos: tf.data.Dataset) -> None:
    now = "image_dataset_from_directory(ফোল্ডার, image_size=(128, 128), batch_size=None) থেকে নাও।"
    guards.need(tf.data.Dataset, "photos", photos, "ছবির tf.data.Dataset", now)
    spec = photos.element_spec
    is_pair = isinstance(spec, tuple) and len(spec) == 2
    if not (is_pair and spec[0].shape.rank == 3 and spec[0].shape.is_fully_defined()):
        why = "এখানে চাই একটি একটি করে (ছবি, label), batch নয়, আর সব ছবি এক আকারের"
    elif photos.cardinality() < 1:  # TensorFlow's numbers for endless and unknown are negative
        why = "তাতে একটিও ছবি নেই, কিংবা repeat বা filter-এর পর কয়টি ছবি তা জানা যায় না"
    else:
        return
    raise ValueError(explain("ছবিগুলো থেকে batch বানানো গেল না", why, now))


def _to_uint8(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.saturate_cast(tf.round(image), tf.uint8), label
