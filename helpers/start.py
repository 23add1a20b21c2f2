"""The first cell of every notebook, `setup()`, and the folder of a run's files, `run_dir(...)`."""

import contextlib
import itertools
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from helpers import figures, guards
from helpers.bengali import explain
from helpers.install import COURSE


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """ভেতরে যা চলে, তার কোনো কথা stderr-এ যায় না: Python-এর নয়, TensorFlow-এর C++ কোডেরও নয়।"""
    # the C++ code writes to file descriptor 2 itself: sys.stderr and log levels don't reach it
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


# The whole course runs on TensorFlow, whatever ~/.keras/keras.json says.
os.environ["KERAS_BACKEND"] = "tensorflow"
# Its C++ code warns of batches that take a tenth of a small laptop's free memory; errors stay.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
with quiet():
    import keras
    import tensorflow as tf

    # "tf.function retracing": a notebook trains many small models in one kernel, and rightly so
    tf.get_logger().setLevel("ERROR")
    tf.constant(0)  # the first operation makes TensorFlow print its remaining start-up lines


def setup(projector: bool = False) -> None:
    """নোটবুক শুরু করে: এলোমেলো সংখ্যা একটি seed থেকে, গ্রাফে বাংলা। কিছু প্রিন্ট করে না।

    projector: True দিলে গ্রাফ আর lab দেড় গুণ বড় হয়, পেছনের বেঞ্চ থেকেও পড়া যায়; ডিফল্ট False।
    """
    # Keras 3.15 gives this warning at every fit on a Dataset, though nobody passed shuffle=True.
    warnings.filterwarnings("ignore", message="`shuffle=True` was passed, but will be ignored")
    keras.utils.set_random_seed(1337)
    figures.use_style(projector)


def run_dir(name: str) -> Path:
    """এই রানের ফাইল রাখার নতুন, খালি ফোল্ডার দেয়: `runs/<name>/01`, পরের বার `02`, …

    পুরোনো রানের ফাইল যেমন ছিল তেমন থাকে; জায়গা কমাতে পুরো `runs` ফোল্ডারটি যেকোনো সময় মোছা যায়।
    name: অক্ষর, অঙ্ক, `_` আর `-`, বড়জোর ৫০টি। অন্য কিছু থাকলে ValueError, লেখা না হলে TypeError।
    লেখার অনুমতি না থাকলে PermissionError, ডিস্ক ভরে গেলে OSError, ওই নামে ফাইল থাকলে FileExistsError।
    """
    now = 'ছোট একটি নাম দাও, যেমন run_dir("dog_cat")।'
    guards.need(str, "name", name, "ফোল্ডারের নাম", now)
    # to Python a Bengali vowel sign is no letter
    if not re.fullmatch(r"[\w\u0980-\u09ff-]{1,50}", name):
        what = f"run_dir({guards.short(repr(name))}) ফোল্ডার বানাতে পারেনি"
        why = "নামটি বেশি লম্বা, বা তাতে অক্ষর, অঙ্ক, _ আর - ছাড়া অন্য কিছু আছে"
        raise ValueError(explain(what, why, now))
    folders = COURSE / "runs" / name
    try:
        folders.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            with contextlib.suppress(FileExistsError):
                (folder := folders / f"{number:02d}").mkdir()
                return folder
    except OSError as error:
        said, kind = guards.unwritten(error), type(error)
        if isinstance(error, FileExistsError | NotADirectoryError):  # a file: nothing can be inside
            said, kind = ("এই নামে আগে থেকেই একটি ফাইল আছে", "ফাইলটি অন্য জায়গায় সরাও।"), FileExistsError
        if not said:
            raise
        raise kind(explain(f"{folders} ফোল্ডার তৈরি হলো না", *said)) from error
