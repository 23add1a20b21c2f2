"""One epoch begins as soon as the last has ended: tf.data's autotune is off."""

import tensorflow as tf


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """একই ডেটা, একই ক্রম, তবে TensorFlow পেছনে thread চালিয়ে ডেটার গতি আর মাপে না।

    সেই thread-এর দুই মাপের মাঝে বিরতি ১০, ২০, ৪০ … মিলিসেকেন্ড, প্রতিবার দ্বিগুণ। TensorFlow 2.21 epoch-এর
    শেষে বিরতিটি শেষ হওয়া পর্যন্ত অপেক্ষা করে, তাই তিন সেকেন্ডের epoch-এ পাঁচ সেকেন্ড লাগে।
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
