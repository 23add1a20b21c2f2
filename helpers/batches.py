"""ছবি থেকে ট্রেনিংয়ের batch: মেমোরিতে ছোট, প্রতি epoch-এ নতুন করে মেশানো, একটু উল্টানো-সরানো।"""

from pathlib import Path

from helpers import guards
from helpers.bengali import explain
from helpers.untuned import untuned

import psutil
import tensorflow as tf

# The other half stays free for the model, its gradients and the learner's browser.
_SHARE_OF_FREE_MEMORY = 0.5
_CGROUP = Path("/sys/fs/cgroup")


def photo_batches(
    photos: tf.data.Dataset, batch_size: int = 32, training: bool = False, seed: int = 1337
) -> tf.data.Dataset:
    """একটি একটি ছবি থেকে `model.fit`-এ দেওয়ার মতো batch বানায়।

    photos: `image_dataset_from_directory(..., batch_size=None)` যা দেয়: (ছবি, label), ছবি float32, 0–255।
    batch_size: এক batch-এ কয়টি ছবি; শেষ batch-এ কম থাকতে পারে।
    training: True হলে প্রতি epoch-এ নতুন ক্রম আর `augment`; False হলে (validation) ক্রম সব সময় এক, ছবি অবিকল।
    seed: একই seed-এ একই `augment`, আর ছবি মেমোরিতে আঁটলে একই ক্রম; না আঁটলে ক্রম ঠিক করে
        `image_dataset_from_directory`, তার নিজের seed দিয়ে।

    ফেরত: (ছবি, label) batch-এর `tf.data.Dataset`; ছবি uint8, 0–255, তাই মডেলের শুরুতে `Rescaling(1 / 255)` রাখো।
    ছবিগুলো মেমোরিতে আঁটলে (`fits_in_memory`) প্রথম epoch-এর পর আর ফাইল পড়তে হয় না; না আঁটলে প্রতি epoch-এ পড়া হয়।

    পিক্সেল uint8-এ রাখলে float32-এর চার ভাগের এক ভাগ মেমোরি লাগে। `cache` মেশানোর আগে, কারণ `cache`-এর আগে
    যা ঘটে তা প্রথম epoch-এই জমে যায়: পরে মেশালে তবেই প্রতি epoch-এ ক্রম বদলায়।

    photos অন্য কিছু হলে TypeError; একটি একটি (ছবি, label) না হলে, একটিও না থাকলে, বা কয়টি তা বলা না গেলে
    ValueError। batch_size বা seed পূর্ণ সংখ্যা না হলে TypeError, খুব ছোট বা খুব বড় হলে ValueError।
    """
    _check(photos)
    guards.whole("batch_size", batch_size, least=1)
    guards.whole("seed", seed)
    cached = fits_in_memory(photos)
    photos = photos.map(_to_uint8, num_parallel_calls=tf.data.AUTOTUNE)
    if cached:
        photos = photos.cache()
    if training:
        if cached:  # otherwise image_dataset_from_directory shuffles the file names, which is cheaper
            photos = photos.shuffle(photos.cardinality(), seed=seed)
        # One pair of numbers per photo: the same for the same seed, however the threads happen to run.
        seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=True).batch(2)
        photos = tf.data.Dataset.zip(photos, seeds).map(
            lambda photo, numbers: augment(*photo, numbers), num_parallel_calls=tf.data.AUTOTUNE
        )
    return untuned(photos.batch(batch_size).prefetch(tf.data.AUTOTUNE))


def augment(image: tf.Tensor, label: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """একটি ছবিকে ডানে-বাঁয়ে উল্টায় (অর্ধেক বার) আর একটু সরায়: কুকুর কুকুরই থাকে, পিক্সেল বদলায়।

    image: uint8, (উচ্চতা, প্রস্থ, 3); label যেমন ছিল তেমনই ফেরে। সরে বড়জোর উচ্চতার ১৬ ভাগের এক ভাগ;
    ফাঁকা কিনারায় বসে ছবিরই প্রতিবিম্ব। seed: দুটি পূর্ণসংখ্যা; একই seed-এ একই ফল।
    """
    edge = image.shape[0] // 16 + 1
    flipped = tf.image.stateless_random_flip_left_right(image, seed)
    padded = tf.pad(flipped, [[edge, edge], [edge, edge], [0, 0]], "REFLECT")
    return tf.image.stateless_random_crop(padded, image.shape, seed), label


def fits_in_memory(photos: tf.data.Dataset) -> bool:
    """ছবিগুলো uint8 হয়ে এখনকার ফাঁকা মেমোরির অর্ধেকে আঁটবে কি না।

    photos: `photo_batches`-এ যা দেবে। ২২৪×২২৪ রঙিন ছবিতে লাগে ১৫০,৫২৮ বাইট, তাই ২৫,০০০ ছবিতে ৩.৮ GB।
    ফাঁকা মেমোরির হিসাব `psutil` থেকে; container-এ (Docker, Binder) বরাদ্দ কম হলে সেটিই ধরা হয়।
    """
    pixels = photos.element_spec[0].shape.num_elements()
    return int(photos.cardinality()) * pixels <= _SHARE_OF_FREE_MEMORY * _free_memory()


def _check(photos: tf.data.Dataset) -> None:
    now = "image_dataset_from_directory(ফোল্ডার, image_size=(128, 128), batch_size=None) যা দেয়, সেটিই দাও।"
    guards.need(tf.data.Dataset, "photos", photos, "ছবির tf.data.Dataset", now)
    spec, count = photos.element_spec, int(photos.cardinality())
    pair = isinstance(spec, tuple) and len(spec) == 2
    if not (pair and spec[0].shape.rank == 3 and spec[0].shape.is_fully_defined()):
        why = "এখানে চাই একটি একটি করে (ছবি, label), batch নয়, আর সব ছবি এক মাপের"
    elif count < 1:  # TensorFlow's signs for endless and for unknown are negative
        why = "তাতে একটিও ছবি নেই" if count == 0 else "তাতে কয়টি ছবি, তা জানা যায় না: repeat বা filter বাদ দাও"
    else:
        return
    raise ValueError(explain("ছবিগুলো থেকে batch বানানো গেল না", why, now))


def _free_memory() -> int:
    free = psutil.virtual_memory().available
    if psutil.LINUX:
        process = psutil.Process()
        most, _ = process.rlimit(psutil.RLIMIT_AS)  # ulimit -v
        if most != psutil.RLIM_INFINITY:
            free = min(free, most - process.memory_info().vms)
    limit = _CGROUP / "memory.max"
    if limit.exists() and (most := limit.read_text().strip()) != "max":
        # "anon" is what programs hold; files that Linux keeps in memory besides can be dropped
        held = dict(line.split() for line in (_CGROUP / "memory.stat").read_text().splitlines())["anon"]
        free = min(free, int(most) - int(held))
    return free


def _to_uint8(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.saturate_cast(tf.round(image), tf.uint8), label
