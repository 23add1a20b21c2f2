"""নোটবুক ১৬-র কোড-অনুশীলনের বিচার।"""

import itertools
import math
import warnings
from collections.abc import Callable
from pathlib import Path

from helpers.bengali import digits
from helpers.checks import (
    Scripted,
    fit,
    judge,
    not_a_callback_class,
    not_a_function,
    scratch_folder,
    tiny_model,
)
from helpers.logs import RATE_COLUMN, read_log
from helpers.start import keras

import numpy as np
import tensorflow as tf

# --- diagnose ---

RIGHT = {
    1: "validation",
    2: "mode",
    3: "delta",
    4: "kwargs",
    5: "owners",
    6: "cache",
    7: "object",
    8: "lr",
    9: "order",
    10: "backup",
}
# what one would have seen, had the fault been this one
SIGNS = {
    "monitor": "কাছাকাছি বানানের একটি মাপ `logs`-এ থাকত",
    "validation": "`val_` দিয়ে শুরু কোনো মাপ তৈরিই হতো না",
    "mode": "ভালো দিকে যাওয়াটাকেই খারাপ ধরা হতো",
    "patience": "একটি-দুটি হোঁচটেই ট্রেনিং থেমে যেত বা learning rate কমে যেত",
    "delta": "উন্নতি হতো, কিন্তু এত ছোট যে রেকর্ড বলে ধরা হতো না",
    "order": "একজন `logs`-এ লিখত, আরেকজনের পালা তার আগেই চলে যেত",
    "cache": "ডেটার ক্রম একবার ঠিক হয়ে আর বদলাত না",
    "lr": "একটি সংখ্যা বসানো হতো এমন নামে, যা optimizer পড়ে না",
    "kwargs": "parameter-টি চুপচাপ হারিয়ে যেত, কাজ করত তার ডিফল্ট",
    "owners": "একজন learning rate কমাত, আরেকজন তা ফিরিয়ে আনত",
    "object": "পুরোনো ফাইলের রেকর্ড না জেনেই কেউ তার ওপর লিখত",
    "hook": "callback-টির ভেতরের কোড একবারও চলত না",
    "backup": "ট্রেনিং শুরু হতো আগের ট্রেনিংয়ের জমানো অবস্থা থেকে",
}
# where to look in each case
CLUES = {
    1: "`fit`-এর বন্ধনীর ভেতরটা গোনো: কী কী দেওয়া হয়েছে, কী হয়নি?",
    2: "মাপ প্রতি epoch-এ বাড়ছে, তবু learning rate কমেছে। কার চোখে বাড়া মানে খারাপ?",
    3: "মান প্রতি epoch-এ কমছে, তবু সেরা epoch `0`। রেকর্ড ভাঙতে কতটা কমতে হয়, আর কমছে কতটা?",
    4: "পাঁচ epoch আটকে থাকার পরেও কিছু হয়নি। বন্ধনীর ভেতরের নামগুলো অক্ষরে অক্ষরে পড়ো।",
    5: "list-এ দুজন। কে কাজ করে epoch-এর শুরুতে, কে শেষে?",
    6: "এখানে কোনো callback-ই নেই। ডেটার তিনটি কাজ কোন ক্রমে বসেছে?",
    7: "লুপের দ্বিতীয় চক্করে `0.7`-ও রেকর্ড! `checkpoint` বানানো হচ্ছে কোন লাইনে?",
    8: "hook-এর নাম ঠিক, তার কোডও চলেছে; তবু learning rate নড়েনি। কোন নামে বসানো হলো?",
    9: "`ratio` ফাইলে ওঠেনি। দুজনের কার ডাক আগে আসে?",
    10: "মডেল প্রতিবার নতুন, তবু দ্বিতীয়বার এক epoch-ও চলেনি। কী রয়ে গেছে?",
}


@judge("16_common_mistakes/diagnose")
def _diagnose(answer: object) -> str | None:
    if isinstance(answer, list | tuple):
        answer = dict(enumerate(answer, start=1))
    if not isinstance(answer, dict):
        return f'এখানে চাই একটি dict, যেমন `{{1: "hook"}}`; তুমি দিয়েছ `{type(answer).__name__}`।'
    if unknown := [case for case in answer if case not in RIGHT]:
        return f"`{unknown[0]!r}` নম্বরের কেস নেই; নম্বরগুলো `1` থেকে `10`, উদ্ধৃতিচিহ্ন ছাড়া।"
    given = {case: name for case, name in answer.items() if name is not ...}
    for case, name in sorted(given.items()):
        if name not in SIGNS:
            return f"কেস {digits(case)}: `{name!r}` নামের রোগ তালিকায় নেই। নামটি টেবিল থেকে হুবহু নাও।"
    return _misjudged(given) or _left(given)


def _misjudged(given: dict[int, str]) -> str | None:
    wrong = [case for case in sorted(given) if given[case] != RIGHT[case]]
    if not wrong:
        return None
    first, *others = wrong
    said = f"কেস {digits(first)}: `{given[first]}` হলে {SIGNS[given[first]]}। {CLUES[first]}"
    more = ", ".join(digits(case) for case in others)
    return f"{said}\n  আবার দেখো কেস {more}-ও।" if others else said


def _left(given: dict[int, str]) -> str | None:
    left = ", ".join(digits(case) for case in RIGHT if case not in given)
    return f"যে কয়টি লিখেছ, সব ঠিক। বাকি আছে কেস {left}।" if left else None


# --- repair_list ---

# best at epoch 3; with patience=6 it ends at 9
ACCURACY = [0.5, 0.6, 0.7, 0.8, *[0.7] * 14]
LOSS = [0.9, 0.8, 0.7, 0.6, 0.5, *[0.55] * 13]  # best one epoch later: who watches it is seen
BEST, STOP = 3, 9
KINDS = ("ModelCheckpoint", "EarlyStopping", "ReduceLROnPlateau", "CSVLogger")


@judge("16_common_mistakes/repair_list")
def _repair_list(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as folder:
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always")
                callbacks = answer(folder)
                if problem := _not_the_four(callbacks):
                    return problem
                model, epochs = _fit_with(callbacks)
        except FileNotFoundError:
            return (
                "খাতা খোলা গেল না: যে ফোল্ডারে লেখার কথা, সেটিই নেই। "
                "`CSVLogger` আর `ModelCheckpoint`: দুজনের কে ফোল্ডার বানায় না?"
            )
        if any("available" in str(one.message) for one in said):
            return "একজন এমন একটি মাপ খুঁজছে, যা `logs`-এ নেই। `monitor`-এর বানানগুলো পড়ো।"
        return _wrong_end(model, epochs) or _wrong_file(folder) or _wrong_log(folder)


def _not_the_four(callbacks: object) -> str | None:
    if not isinstance(callbacks, list | tuple):
        return f"`callbacks_for` থেকে চাই একটি list; ফেরত এল `{type(callbacks).__name__}`।"
    kinds = [type(callback).__name__ for callback in callbacks]
    missing = [kind for kind in KINDS if kind not in kinds]
    return f"list-এ `{missing[0]}` নেই। চারজনকেই চাই; সারাও, বাদ দিয়ো না।" if missing else None


def _fit_with(callbacks: list[keras.callbacks.Callback]) -> tuple[keras.Model, int]:
    model = tiny_model(optimizer=keras.optimizers.SGD(0.1), metrics=["accuracy"])
    history = fit(model, len(ACCURACY), [Scripted(val_accuracy=ACCURACY, val_loss=LOSS), *callbacks])
    return model, len(history.epoch)


def _epoch_in(model: keras.Model) -> int:
    return round(float(model.get_weights()[0].item()))


def _wrong_end(model: keras.Model, epochs: int) -> str | None:
    story = f"একটি রানে `val_accuracy` epoch `{BEST}` পর্যন্ত বাড়ল, তারপর আর রেকর্ড ভাঙল না"
    if epochs == len(ACCURACY):
        return f"{story}; তবু ট্রেনিং থামেনি। কার থামানোর কথা, আর সে কোন মাপ দেখছে?"
    if epochs - 1 < BEST or _epoch_in(model) == 0:
        return f"{story}; অথচ থামল epoch `{epochs - 1}`-এ, যেন বাড়াটাই খারাপ। কার চোখে?"
    if epochs - 1 != STOP:
        return f"{story}; থামল epoch `{epochs - 1}`-এ। রেকর্ডের পর ৬ epoch দেখার কথা।"
    if _epoch_in(model) != BEST:
        now = f"থামার পর মডেলে epoch `{_epoch_in(model)}`-এর weights"
        return f"{story}; {now}। ফেরার কথা সেরাটির, অর্থাৎ epoch `{BEST}`-এর।"
    return None


def _wrong_file(folder: Path) -> str | None:
    if not (folder / "best.keras").exists():
        return "`folder`-এ `best.keras` পাওয়া গেল না। নামটি বদলেছ?"
    in_file = _epoch_in(keras.models.load_model(folder / "best.keras"))
    if in_file != BEST:
        return f"সেরা epoch `{BEST}`, কিন্তু `best.keras`-এ epoch `{in_file}`-এর মডেল। কে বাছছে, আর কী দেখে?"
    return None


def _wrong_log(folder: Path) -> str | None:
    if not (folder / "logs" / "log.csv").exists():
        return "`logs/log.csv` পাওয়া গেল না। খাতার জায়গাটি বদলেছ?"
    log = read_log(folder / "logs" / "log.csv")
    if RATE_COLUMN not in log:
        return "খাতায় `learning_rate` কলামটি নেই। যে লেখে আর যে পড়ে, কার পালা আগে?"
    rates = log[RATE_COLUMN].tolist()
    lower = [rate for rate in rates if rate < rates[0] * 0.99]
    if not lower:
        return (
            "থামা পর্যন্ত একটি epoch-ও কম learning rate-এ চলেনি। দুই `patience` পাশাপাশি রেখে ভাবো, কে আগে ধৈর্য হারাবে।"
        )
    if not math.isclose(lower[0], rates[0] / 2, rel_tol=1e-3):
        return f"learning rate কমে হলো শুরুর `{lower[0] / rates[0]:.2g}` গুণ; চাওয়া হয়েছে অর্ধেক।"
    if len(rates) - len(lower) <= BEST + 1:
        return "learning rate কমেছে রেকর্ড ভাঙতে থাকার সময়েই। `ReduceLROnPlateau` কোন দিকে গেলে ভালো ভাবছে?"
    return None


# --- repair_callback ---

LOSSES, SLOWED = [0.5, 0.6, 0.4, 0.45, 0.45, 0.3], [1, 3]


@judge("16_common_mistakes/repair_callback")
def _repair_callback(answer: object) -> str | None:
    if problem := not_a_callback_class(answer):
        return problem
    callback = answer()
    rate = _slow_down(callback, LOSSES)
    if not isinstance(slowed := getattr(callback, "slowed", None), list):
        return "`fit`-এর পরে `self.slowed` নামে কোনো list পাওয়া গেল না।"
    return _wrong_epochs(slowed) or _wrong_rate(rate) or _remembers(callback) or _needs_validation(answer())


def _slow_down(callback: keras.callbacks.Callback, values: list[float]) -> float:
    """How much of the learning rate is left after a fit with this val_loss."""
    model = tiny_model(optimizer=keras.optimizers.SGD(0.03))
    before = float(model.optimizer.learning_rate)
    fit(model, len(values), [Scripted(val_loss=values), callback])
    return float(model.optimizer.learning_rate) / before


def _wrong_epochs(slowed: list) -> str | None:
    story = f"`val_loss` ছিল `{LOSSES}`"
    if slowed == SLOWED:
        return None
    if not slowed:
        return f"{story}; `self.slowed` খালি, যেন কেউ তাকে ডাকেনি। hook-এর নামটি Keras চেনে তো?"
    if 0 in slowed:
        return f"{story}; epoch `0`-ও তালিকায়। তার আগে তো কোনো epoch নেই, তুলনা কার সঙ্গে?"
    if slowed == [epoch + 1 for epoch in SLOWED]:
        return f"{story}; `self.slowed` হলো `{slowed}`: সব এক বেশি। নম্বর রাখো Keras যেমন দেয়।"
    if 4 in slowed:
        return f"{story}; epoch `4`-ও ধরা হয়েছে। সেখানে মান সমান, বাড়েনি; কিংবা তুলনাটা ঠিক আগেরটির সঙ্গে নয়।"
    return f"{story}; `self.slowed` হলো `{slowed}`। তুলনা হবে ঠিক আগের epoch-এর সঙ্গে।"


def _wrong_rate(rate: float) -> str | None:
    if math.isclose(rate, 1, rel_tol=1e-3):
        return "epoch-গুলো ঠিক ধরা পড়েছে, কিন্তু optimizer চলছে আগের learning rate-এই। কোন নামে বসালে?"
    if not math.isclose(rate, 1 / 4, rel_tol=1e-3):
        return f"দুবার অর্ধেক হলে থাকত চার ভাগের এক ভাগ; রইল `{rate:.3g}` গুণ।"
    return None


def _remembers(callback: keras.callbacks.Callback) -> str | None:
    _slow_down(callback, [0.9, 0.8])
    if callback.slowed == [0]:
        return "দ্বিতীয় `fit`-এ epoch `0`-ও তালিকায়: তালিকা খালি হয়েছে, কিন্তু আগের epoch-এর মানটি কি রয়ে গেছে?"
    if callback.slowed:
        return (
            f"দ্বিতীয় `fit`-এ `val_loss` একবারও বাড়েনি, তবু `self.slowed` হলো `{callback.slowed}`। "
            "আগের বারের হিসাব রয়ে গেছে; কোন hook প্রতি `fit`-এর শুরুতে ডাক পায়?"
        )
    return None


def _needs_validation(callback: keras.callbacks.Callback) -> str | None:
    model = tiny_model()
    before = float(model.optimizer.learning_rate)
    try:
        history = fit(model, 2, [Scripted(loss=[0.0, 1.0]), callback])
    except (KeyError, TypeError) as error:
        return f"validation ছাড়া চালাতেই `{type(error).__name__}`। তখন `logs`-এ `val_loss` থাকে না।"
    if callback.slowed or len(history.epoch) < 2 or float(model.optimizer.learning_rate) != before:
        return "validation ছাড়া চালালে চুপ থাকার কথা; তোমার callback তবু কিছু একটা করেছে।"
    return None


# --- repair_pipeline ---

EXAMPLES, SIZE = 45, 10


@judge("16_common_mistakes/repair_pipeline")
def _repair_pipeline(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    reads = []

    def read(number: np.int64) -> np.int64:
        reads.append(number)
        return number

    # not from_generator: TensorFlow reports its first use on stderr
    source = tf.data.Dataset.range(EXAMPLES).map(lambda number: _read_by(read, number))
    given = answer(source)
    if not isinstance(given, tf.data.Dataset):
        return f"`pipeline` থেকে চাই একটি `tf.data.Dataset`; ফেরত এল `{type(given).__name__}`।"
    # an endless one would fill the memory
    epochs = [list(itertools.islice(given.as_numpy_iterator(), EXAMPLES + 1)) for _ in range(3)]
    return _wrong_batches(epochs[0]) or _wrong_order(epochs) or _wrong_reads(len(reads))


def _read_by(read: Callable, number: tf.Tensor) -> tf.Tensor:
    return tf.ensure_shape(tf.numpy_function(read, [number], tf.int64), ())


def _wrong_batches(batches: list) -> str | None:
    sizes = [np.size(batch) for batch in batches]
    if any(np.ndim(batch) != 1 for batch in batches):
        return "একটি batch মানে দশটি উদাহরণের এক সারি; তোমারটি অন্য রকম। `batch` কতবার আছে?"
    if sum(sizes) < EXAMPLES:
        return f"{digits(EXAMPLES)}টি উদাহরণ দিলে {digits(sum(sizes))}টি বেরোয়; বাকিগুলো কোথায় ফেলে এলে?"
    if sum(sizes) > EXAMPLES:
        return f"এক epoch-এ {digits(EXAMPLES)}টির বেশি উদাহরণ বেরোচ্ছে; epoch কিন্তু `fit`-ই গোনে।"
    if sorted(sizes, reverse=True) != [SIZE] * (EXAMPLES // SIZE) + [EXAMPLES % SIZE]:
        return f"batch-গুলোর মাপ `{sizes}`; দশটি করে হওয়ার কথা, কেবল শেষটি ছোট।"
    return None


def _wrong_order(epochs: list[list]) -> str | None:
    orders = [np.concatenate(batches).tolist() for batches in epochs]
    if any(sorted(order) != list(range(EXAMPLES)) for order in orders):
        return "এক epoch-এ কোনো উদাহরণ একবারের বেশি এসেছে, কোনোটি একবারও না।"
    if orders[0] == list(range(EXAMPLES)):
        return "ডেটা মেশেনি, উৎসের ক্রমেই বেরোচ্ছে।"
    if orders[0] == orders[1]:
        return "মিশেছে, কিন্তু তিন epoch-এ একই ক্রম। কোন কাজটি মেশানোটাকেও জমিয়ে ফেলছে?"
    groups = [{tuple(sorted(batch.tolist())) for batch in batches} for batches in epochs]
    if groups[0] == groups[1]:
        return "batch-গুলোর ক্রম বদলায়, কিন্তু একটি batch-এর ভেতরে প্রতিবার একই দল। মেশাও একটি একটি করে।"
    return None


def _wrong_reads(reads: int) -> str | None:
    if reads > EXAMPLES:
        said = f"ক্রম ঠিক, কিন্তু তিন epoch-এ উৎস থেকে পড়া হলো {digits(reads)}টি উদাহরণ"
        return f"{said}, {digits(EXAMPLES)}টি নয়: কিছুই জমা থাকছে না।"
    return None
