"""এক epoch শেষ হতেই পরেরটি শুরু: tf.data-র autotune বন্ধ।"""

import tensorflow as tf


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """একই ডেটা, একই ক্রম, তবে TensorFlow তার গতি মাপতে আর পেছনে thread চালায় না।

    সেই thread ঘুমায় ১০, ২০, ৪০ … মিলিসেকেন্ড, প্রতিবার আগেরবারের দ্বিগুণ; আর TensorFlow 2.21 epoch-এর শেষে
    তার ঘুম ভাঙার জন্য দাঁড়িয়ে থাকে। তিন সেকেন্ডের epoch তাতে পাঁচ সেকেন্ড হয়। মাপ: `benchmarks/dog_cat_pipeline.py`।
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
