"""প্রতিটি নোটবুকের প্রথম সেল: `setup()`, আর ফলাফল রাখার ফোল্ডার: `run_dir(...)`।"""

import contextlib
import itertools
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from helpers import figures
from helpers.bengali import explain

COURSE = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
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
with _quiet():
    import keras
    import tensorflow as tf

    # "tf.function retracing": a notebook trains many small models in one kernel; a learner can do nothing
    tf.get_logger().setLevel("ERROR")
    tf.constant(0)  # the first operation is what makes TensorFlow print its remaining start-up lines


def setup(seed: int = 1337) -> None:
    """নোটবুক শুরু করে: TensorFlow চুপচাপ চালু, এলোমেলো সংখ্যা স্থির, গ্রাফে বাংলা। কিছু প্রিন্ট করে না।

    seed: এই একটি সংখ্যা থেকে Python, NumPy আর TensorFlow-এর সব এলোমেলো সংখ্যা আসে
    (`keras.utils.set_random_seed`); একই seed, একই মেশিনে একই ফল। ডিফল্ট 1337।
    """
    # Keras 3.15 gives this warning at every fit on a tf.data.Dataset, though nobody passed shuffle=True.
    warnings.filterwarnings("ignore", message="`shuffle=True` was passed, but will be ignored")
    keras.utils.set_random_seed(seed)
    figures.use_style()


def run_dir(name: str) -> Path:
    """এই রানের ফাইল রাখার নতুন, খালি ফোল্ডার দেয়: `runs/<name>/01`, পরের বার `02`, …

    পুরোনো রানের ফাইলে হাত পড়ে না, তাই একই সেল আবার চালালেও কিছু হারায় না।
    জায়গা কমাতে চাইলে পুরো `runs` ফোল্ডারটি যেকোনো সময় মুছতে পারো।

    name: ফোল্ডারের নাম; অক্ষর, অঙ্ক, `_` আর `-`। অন্য কিছু থাকলে ValueError।
    কোর্সের ফোল্ডারে লেখার অনুমতি না থাকলে PermissionError।
    """
    if not re.fullmatch(r"[\w-]+", name):
        raise ValueError(
            explain(
                f"run_dir({name!r}) ফোল্ডার বানাতে পারেনি",
                "নামে অক্ষর, অঙ্ক, _ আর - ছাড়া অন্য কিছু আছে",
                'ছোট একটি নাম দাও, যেমন run_dir("dog_cat")।',
            )
        )
    try:
        for number in itertools.count(1):
            folder = COURSE / "runs" / name / f"{number:02d}"
            try:
                folder.mkdir(parents=True)
                return folder
            except FileExistsError:
                continue
    except PermissionError as error:
        raise PermissionError(
            explain(
                f"{COURSE / 'runs'} ফোল্ডারে লেখা গেল না",
                "এই ফোল্ডারে তোমার লেখার অনুমতি নেই",
                "কোর্সের ফোল্ডারটি নিজের home ফোল্ডারে কপি করে সেখান থেকে JupyterLab খোলো।",
            )
        ) from error
