"""Small problems: a training takes seconds, and what is to be seen happens for certain."""

from helpers import guards
from helpers.batches import untuned
from helpers.bengali import explain

import numpy as np
import tensorflow as tf

Arrays = tuple[np.ndarray, np.ndarray]
_SEED = 1337


def toy_data(kind: str) -> tuple[tf.data.Dataset, tf.data.Dataset]:
    """(ট্রেনিং, validation) ডেটার জোড়া দেয়, `model.fit`-এ সরাসরি দেওয়ার মতো; প্রতিবার একই বিন্দু।

    kind: কী ঘটাতে চাও।
        "overfit": দুটি বাঁকা চাঁদ, কোন বিন্দু কোন চাঁদের। প্রতি বিন্দুর ২০টি সংখ্যার প্রথম ২টি কাজের,
            বাকি ১৮টি আজেবাজে; ট্রেনিংয়ের প্রতি দশটি label-এর একটি ভুল। বড় মডেল এসবও মুখস্থ করে,
            তাই `val_loss` নেমে আবার ওঠে। x: (20,), y: 0.0 বা 1.0।
        "plateau": ঢেউয়ের মতো একটি রেখা (`sin`)। `SGD(0.3)`-এর মতো বড় learning rate-এ `val_loss`
            এক জায়গায় আটকে লাফায়; learning rate কমলে শান্ত হয়ে আবার নামে। x: (1,), y: একটি সংখ্যা।
        "explode": একই ঢেউ, কিন্তু x হাজার গুণ বড়। `SGD(0.01)`-এই loss কয়েক batch-এ NaN।
        অন্য কিছু হলে ValueError।

    ফেরত: দুটি `tf.data.Dataset`; ট্রেনিংয়ের ৩২০টি বিন্দু ৩২টি করে batch-এ, প্রতি epoch-এ নতুন করে মেশে
    (array দিলে Keras 3 প্রতি epoch-এ একই ক্রমে মেশাত); validation-এর ৪০০টি এক batch-এ।
    """
    makers = {"overfit": _moons, "plateau": _wave, "explode": _wave}
    if kind not in list(makers):  # a list is no key
        what = f"toy_data({guards.short(repr(kind))}) কোনো ডেটা দিতে পারেনি"
        now = f"এর যেকোনো একটি নাম দাও: {', '.join(makers)}।"
        raise ValueError(explain(what, "এই নামে কোনো ডেটা সাজানো নেই", now))
    (x, y), (x_val, y_val) = makers[kind](np.random.default_rng(_SEED))
    if kind == "explode":
        x, x_val = 1000 * x, 1000 * x_val
    train = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=_SEED).batch(32)
    validation = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(len(x_val))
    return untuned(train), untuned(validation)


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
