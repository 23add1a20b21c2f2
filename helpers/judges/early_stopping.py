"""নোটবুক ০৪-এর কোড-অনুশীলনের বিচার।"""

import copy
from collections.abc import Callable

from helpers.bengali import digits
from helpers.checks import judge, not_a, not_a_function
from helpers.logs import read_log
from helpers.recorded import replay
from helpers.start import COURSE, keras

import pandas as pd

EarlyStopping = keras.callbacks.EarlyStopping

# --- made_to_order ---

PATIENCE, START = 4, 3
# Each curve of val_accuracy lets one parameter decide, whatever the others are.
PEAK_AT_4 = [0.1, 0.3, 0.5, 0.7, 0.9, *[0.6] * 12]
LUCKY_AT_2 = [0.5, 0.5, 0.9, 0.5, 0.6, 0.7, 0.8]
PEAK_AT_3 = [0.5, 0.5, 0.5, 0.9, *[0.5] * 8]
CREEPING = [0.8 + 0.0024 * epoch for epoch in range(12)]  # less than 0.01 in four epochs
STEPPING = [0.5] * 7 + [0.515] * 4 + [0.53] * 4  # more than 0.01 every fourth epoch


@judge("04_early_stopping/made_to_order")
def _made_to_order(answer: object) -> str | None:
    return (
        not_a(EarlyStopping, answer)
        or _wrong_measure(answer)
        or _wrong_patience(answer)
        or _wrong_start(answer)
        or _wrong_delta(answer)
        or _keeps_the_last(answer)
    )


def _run(answer: EarlyStopping, accuracy: list[float]) -> tuple[int | None, int]:
    """(the epoch it stops at, its best epoch) over a run with this val_accuracy and a falling val_loss."""
    epochs = range(len(accuracy))
    log = pd.DataFrame({"epoch": epochs, "val_accuracy": accuracy, "val_loss": [1 / (n + 1) for n in epochs]})
    tried = copy.copy(answer)  # the learner's own stays as it was
    return replay([tried], log).stopped_epoch, tried.best_epoch


def _wrong_measure(answer: EarlyStopping) -> str | None:
    if answer.monitor != "val_accuracy":
        return f"এটি `{answer.monitor}` দেখছে; দেখার কথা `val_accuracy`। নামটি হুবহু মিলতে হয়।"
    if answer.mode == "min":
        return '`mode="min"` মানে কম হলে ভালো। accuracy বাড়তে থাকলেই এটি ট্রেনিং থামিয়ে দেবে।'
    if answer.baseline is not None:
        return "`baseline` কেউ চায়নি; ওটা থাকলে রেকর্ড ভাঙলেও `wait` শূন্য না-ও হতে পারে।"
    return None


def _wrong_patience(answer: EarlyStopping) -> str | None:
    stopped, best = _run(answer, PEAK_AT_4)
    if stopped is None:
        return f"রেকর্ডের পর {digits(12)}টি খারাপ epoch গেল, তবু ট্রেনিং থামল না। `patience` দেখো।"
    if stopped - best != PATIENCE:
        return f"রেকর্ডের পর {digits(stopped - best)} epoch দেখে থামল; দেখার কথা {digits(PATIENCE)} epoch।"
    return None


def _wrong_start(answer: EarlyStopping) -> str | None:
    if _run(answer, LUCKY_AT_2)[1] < START:
        return (
            f"একটি রানে epoch `{START - 1}`-এর মান হঠাৎ খুব ভালো; প্রথম {digits(START)}টি epoch না দেখার কথা, "
            "অথচ সেটিকেই সেরা ধরল। `start_from_epoch` দেখো।"
        )
    if (best := _run(answer, PEAK_AT_3)[1]) > START:
        return (
            f"একটি রানে সেরা মান epoch `{START}`-এ, অথচ সেরা ধরল epoch `{best}`-কে। "
            "epoch গোনা শুরু `0` থেকে; বাদ যাবে কোনগুলো?"
        )
    return None


def _wrong_delta(answer: EarlyStopping) -> str | None:
    if _run(answer, CREEPING)[0] is None:
        return "একটি রানে চার epoch মিলিয়েও উন্নতি `0.01`-এর কম, তবু থামল না। `min_delta` দেখো।"
    if (stopped := _run(answer, STEPPING)[0]) is not None:
        return (
            f"একটি রানে epoch `{stopped}`-এ রেকর্ড ভেঙেছে `0.015`-এ, তবু উন্নতি না ধরে থামিয়ে দিল। "
            "`min_delta` কি বেশি বড়? accuracy থাকে `0` আর `1`-এর মধ্যে।"
        )
    return None


def _keeps_the_last(answer: EarlyStopping) -> str | None:
    if not answer.restore_best_weights:
        return "থামে ঠিক জায়গায়, কিন্তু মডেলে থেকে যায় শেষ epoch-এর weights; সেরাটির ফেরার কথা।"
    return None


# --- by_hand ---

# (values of val_loss, patience, {what a likely mistake returns: what to say}, what to say otherwise)
CASES = [
    ([1.0, 0.9, 0.8, 0.7], 2, {}, "প্রতি epoch-এ রেকর্ড ভেঙেছে, থামার কারণ নেই"),
    (
        [1.0, 0.9, 0.95, 0.96],
        2,
        {
            None: "epoch `3`-এ `wait` হলো `2`, অর্থাৎ `patience`-এর সমান; সমান হলেই থামার কথা",
            4: "এক epoch বেশি বলেছ। epoch গোনা শুরু `0` থেকে",
            2: "প্রথম হোঁচটেই থেমেছ; `wait` তখনো `patience`-এর সমান হয়নি",
            1: "এটি সেরা epoch-এর নম্বর; চাই থামার epoch-এর",
        },
        "epoch `1`-এর পরে দুই epoch রেকর্ড নেই",
    ),
    ([1.0, 0.5, 0.9, 0.8, 0.7], 3, {}, "`0.8` আর `0.7` আগেরটির চেয়ে ভালো, কিন্তু সেরা `0.5`-এর চেয়ে নয়"),
    ([0.5, 0.5, 0.5, 0.4], 2, {}, "`0.5`-এর পরে আবার `0.5`: সমান হওয়া উন্নতি নয়"),
    ([1.0, 0.9, 0.95, 0.8, 0.85, 0.7, 0.75], 2, {}, "রেকর্ড ভাঙলে `wait` আবার শূন্য হয়"),
    ([1.0, 1.1, 0.9, 0.9], 1, {}, "`patience=1` মানে প্রথম হোঁচটেই থামা"),
]


@judge("04_early_stopping/by_hand")
def _by_hand(answer: object) -> str | None:
    if problem := not_a_function(answer, "ফাংশনটির নাম, বন্ধনী ছাড়া"):
        return problem
    for values, patience, mistakes, otherwise in CASES:
        wanted, given = _stops_at(values, patience), answer(list(values), patience)
        if not _same(given, wanted):
            why = next((said for wrong, said in mistakes.items() if _same(given, wrong)), otherwise)
            return f"`stop_epoch({values}, {patience})` দিল `{given!r}`, Keras দেয় `{wanted!r}`। {why}।"
    return _unlike_keras_on_the_real_run(answer)


def _unlike_keras_on_the_real_run(answer: Callable) -> str | None:
    values = read_log(COURSE / "data" / "runs" / "dog_cat_no_callbacks.csv")["val_loss"].tolist()
    for patience in range(1, 9):
        wanted, given = _stops_at(values, patience), answer(list(values), patience)
        if not _same(given, wanted):
            return f"আসল ৪০ epoch-এর রানে `patience={patience}` দিয়ে এল `{given!r}`; Keras দেয় `{wanted!r}`।"
    return None


def _stops_at(values: list[float], patience: int) -> int | None:
    log = pd.DataFrame({"epoch": range(len(values)), "val_loss": values})
    return replay([EarlyStopping(patience=patience)], log).stopped_epoch


def _same(given: object, wanted: int | None) -> bool:
    if given is None or wanted is None:
        return given is wanted
    return bool(given == wanted)
