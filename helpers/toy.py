"""ছোট্ট সমস্যা, যাতে একটি ট্রেনিং কয়েক সেকেন্ডে শেষ হয় আর ঠিক যে ঘটনা দেখতে চাই, সেটাই ঘটে।"""

from helpers import guards
from helpers.bengali import explain
from helpers.untuned import untuned

import numpy as np
import tensorflow as tf

BATCH = 32


def toy_data(kind: str = "overfit", seed: int = 1337) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """(ট্রেনিং, validation) ডেটার জোড়া দেয়, `model.fit`-এ সরাসরি দেওয়ার মতো।

    kind: কী ঘটাতে চাও।
        "overfit": দুটি বাঁকা চাঁদ, কোন বিন্দু কোন চাঁদের। প্রতি বিন্দুর ২০টি সংখ্যার প্রথম ২টি কাজের,
            বাকি ১৮টি আজেবাজে; ট্রেনিংয়ের প্রতি দশটি label-এর একটি ভুল। বড় মডেল এসবও মুখস্থ করে,
            তাই `val_loss` নেমে আবার ওঠে। x: (20,), y: 0.0 বা 1.0।
        "plateau": ঢেউয়ের মতো একটি রেখা (`sin`)। `SGD(0.3)`-এর মতো বড় learning rate-এ `val_loss`
            এক জায়গায় আটকে লাফায়; learning rate কমলে শান্ত হয়ে আবার নামে। x: (1,), y: একটি সংখ্যা।
        "explode": একই ঢেউ, কিন্তু x হাজার গুণ বড়। `SGD(0.01)`-এই loss কয়েক batch-এ NaN।
    seed: একই seed-এ একই বিন্দু; 0 বা তার বেশি পূর্ণ সংখ্যা।

    ফেরত: দুটি `tf.data.Dataset`, ৩২টি করে batch; ট্রেনিংয়েরটি প্রতি epoch-এ নতুন করে মেশে।
    অচেনা kind হলে ValueError। seed পূর্ণ সংখ্যা না হলে TypeError, 0-র কম বা বেশি বড় হলে ValueError।

    NumPy-র array সরাসরি `fit`-এ দিলে, seed বাঁধা থাকলে, Keras 3 প্রতি epoch-এ একই ক্রমে মেশায়;
    `tf.data` তা করে না। তাই এখানে `tf.data`।
    """
    makers = {"overfit": _moons, "plateau": _wave, "explode": _huge_wave}
    if kind not in list(makers):  # a list is no key
        raise ValueError(
            explain(
                f"toy_data({guards.short(repr(kind))}) কোনো ডেটা দিতে পারেনি",
                "এই নামে কোনো ডেটা সাজানো নেই",
                f"এর যেকোনো একটি নাম দাও: {', '.join(makers)}।",
            )
        )
    guards.whole("seed", seed)
    (x, y), (x_val, y_val) = makers[kind](np.random.default_rng(seed))
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=seed).batch(BATCH)
    validation = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(len(x_val))
    return untuned(train), untuned(validation)


Arrays = tuple[np.ndarray, np.ndarray]


def _moons(rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    def points(count: int) -> Arrays:
        angle = rng.uniform(0, np.pi, count)
        label = rng.integers(0, 2, count)
        upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
        xy = np.where(label[:, None] == 0, upper, lower) + rng.normal(0, 0.2, (count, 2))
        x = np.hstack([xy, rng.normal(0, 0.5, (count, 18))])
        return x.astype("float32"), label.astype("float32")

    x, y = points(320)
    wrong = rng.choice(len(y), len(y) // 10, replace=False)
    y[wrong] = 1 - y[wrong]
    return (x, y), points(400)


def _wave(rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    def points(count: int) -> Arrays:
        x = rng.uniform(-2, 2, (count, 1))
        y = np.sin(3 * x[:, 0]) + rng.normal(0, 0.1, count)
        return x.astype("float32"), y.astype("float32")

    return points(320), points(400)


def _huge_wave(rng: np.random.Generator) -> tuple[Arrays, Arrays]:
    (x, y), (x_val, y_val) = _wave(rng)
    return (x * 1000, y), (x_val * 1000, y_val)
