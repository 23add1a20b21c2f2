"""প্রতিটি নোটবুকের প্রথম সেল: `setup()`, আর ফলাফল রাখার ফোল্ডার: `run_dir(...)`।"""

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
    # TensorFlow's C++ code writes to file descriptor 2 itself: sys.stderr and log levels don't reach it.
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
# Its C++ code warns a learner on a small laptop that a batch takes a tenth of the free memory; errors stay.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
with quiet():
    import keras
    import tensorflow as tf

    # "tf.function retracing": a notebook trains many small models in one kernel; a learner can do nothing
    tf.get_logger().setLevel("ERROR")
    tf.constant(0)  # the first operation is what makes TensorFlow print its remaining start-up lines


def setup(seed: int = 1337) -> None:
    """নোটবুক শুরু করে: TensorFlow চুপচাপ চালু, এলোমেলো সংখ্যা স্থির, গ্রাফে বাংলা। কিছু প্রিন্ট করে না।

    seed: এই একটি সংখ্যা থেকে Python, NumPy আর TensorFlow-এর সব এলোমেলো সংখ্যা আসে
    (`keras.utils.set_random_seed`); একই seed, একই মেশিনে একই ফল। ডিফল্ট 1337। পূর্ণ সংখ্যা না হলে TypeError,
    0-র কম বা বেশি বড় হলে ValueError।
    """
    guards.whole("seed", seed)
    # Keras 3.15 gives this warning at every fit on a tf.data.Dataset, though nobody passed shuffle=True.
    warnings.filterwarnings("ignore", message="`shuffle=True` was passed, but will be ignored")
    keras.utils.set_random_seed(seed)
    figures.use_style()


def run_dir(name: str) -> Path:
    """এই রানের ফাইল রাখার নতুন, খালি ফোল্ডার দেয়: `runs/<name>/01`, পরের বার `02`, …

    পুরোনো রানের ফাইলে হাত পড়ে না, তাই একই সেল আবার চালালেও কিছু হারায় না।
    জায়গা কমাতে চাইলে পুরো `runs` ফোল্ডারটি যেকোনো সময় মুছতে পারো।

    name: ফোল্ডারের নাম; অক্ষর, অঙ্ক, `_` আর `-`, বড়জোর ৫০টি। অন্য কিছু থাকলে ValueError, লেখা না হলে TypeError।
    কোর্সের ফোল্ডারে লেখার অনুমতি না থাকলে PermissionError, ডিস্ক ভরে গেলে OSError; `runs` বা তার ভেতরে
    ওই নামে ফাইল থাকলে FileExistsError।
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
            folder = folders / f"{number:02d}"
            try:
                folder.mkdir()
                return folder
            except FileExistsError:
                continue
    except (FileExistsError, NotADirectoryError) as error:  # no folder can be made inside a file
        what = f"{folders} ফোল্ডার তৈরি হলো না"
        now = "ফাইলটির নাম বদলাও বা অন্য জায়গায় সরাও।"
        raise FileExistsError(explain(what, "এই নামে আগে থেকেই একটি ফাইল আছে", now)) from error
    except OSError as error:
        if not (said := guards.unwritten(error)):
            raise
        raise type(error)(explain(f"{COURSE / 'runs'} ফোল্ডারে লেখা গেল না", *said)) from error
