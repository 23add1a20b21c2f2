"""নোটবুক ১৭-এর কোড-অনুশীলনের বিচার।"""

import contextlib
import csv
from collections.abc import Callable
from pathlib import Path

from helpers.bengali import digits
from helpers.checks import Scripted, fit, judge, not_a_function, scratch_folder, tiny_model
from helpers.start import keras

Checkpoint = keras.callbacks.ModelCheckpoint
Early = keras.callbacks.EarlyStopping
Plateau = keras.callbacks.ReduceLROnPlateau
Log = keras.callbacks.CSVLogger
Backup = keras.callbacks.BackupAndRestore
_KINDS = (Checkpoint, Log, Plateau, Early, Backup)

# --- who_first ---

# (who first, who then): what to think about when they stand the other way round
ORDER = {
    ("ReduceLROnPlateau", "CSVLogger"): "একজন `logs`-এ কিছু লেখে, অন্যজন `logs` থেকে তোলে; কে কোনটি?",
    ("ReduceLROnPlateau", "BackupAndRestore"): "ছবি তোলার পরে যা বদলাল, ফিরে এসে তা পাবে?",
    ("CSVLogger", "BackupAndRestore"): "দুজনের মাঝখানে বিদ্যুৎ গেলে কী হয়: ফুটো, না বাড়তি সারি?",
    ("BackupAndRestore", "SwapEMAWeights"): "backup যখন ছবি তোলে, মডেলে তখন কার weights থাকা চাই?",
    ("SwapEMAWeights", "ModelCheckpoint"): "ফাইলে কী যাওয়ার কথা, আর ফাইল লেখার মুহূর্তে মডেলে কী আছে?",
}


@judge("17_cheatsheet/who_first")
def _who_first(answer: object) -> str | None:
    if not isinstance(answer, list | tuple):
        return f"এখানে চাই পাঁচটি নামের একটি list; তুমি দিয়েছ `{type(answer).__name__}`।"
    names = {name for pair in ORDER for name in pair}
    if strange := [one for one in answer if one not in names]:
        return f"`{strange[0]!r}` এই পাঁচজনের কেউ নয়। নামগুলো উদ্ধৃতিচিহ্নের ভেতরে, `crowd`-এ যেমন লেখা।"
    if sorted(answer) != sorted(names):
        return "পাঁচজনের প্রত্যেকে থাকবে, একবার করে।"
    for first, then in ORDER:
        if answer.index(first) > answer.index(then):
            return f"`{then}` বসেছে `{first}`-এর আগে। {ORDER[first, then]}"
    return None


# --- night_shift ---

# what a right answer does on ACCURACY: the best epoch, the first drop, the last epoch
BEST, DROP, STOP = 3, 6, 11
# numbers that float32 holds exactly: Keras compares a threshold from a log with what it rounds itself
ACCURACY = [0.5, 0.5625, 0.625, 0.75, *[0.6875] * 26]


class _LoadShedding(Exception):
    pass


class _Cut(keras.callbacks.Callback):
    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if epoch == self.last:
            raise _LoadShedding


@judge("17_cheatsheet/night_shift")
def _night_shift(answer: object) -> str | None:
    if problem := not_a_function(answer, "একটি ফাংশন, `night_shift`"):
        return problem
    for ask in (_the_five, _calm, _after_the_cut, _hole, _cut_at_the_record):
        with scratch_folder() as folder:
            if problem := ask(answer, folder):
                return problem
    return None


def _the_five(answer: Callable, folder: Path) -> str | None:
    given = answer(folder)
    if not isinstance(given, list | tuple):
        return f"ফাংশনটির ফেরত দেওয়ার কথা একটি `list`; দিয়েছে `{type(given).__name__}`। `return` লিখেছ তো?"
    for one in given:
        if isinstance(one, type):
            return f"`{one.__name__}` ক্লাসটিই list-এ রেখেছ। চাই তা থেকে বানানো অবজেক্ট: `{one.__name__}(...)`।"
    for kind in _KINDS:
        if not any(isinstance(one, kind) for one in given):
            return f"চাহিদার একটি কাজ করার কেউ নেই: {_JOBS[kind]}?"
    for one in given:
        if getattr(one, "monitor", "val_accuracy") != "val_accuracy":
            return f"`{type(one).__name__}` দেখছে `{one.monitor}`; কথা ছিল সবাই `val_accuracy` দেখবে।"
    return None


_JOBS = {
    Checkpoint: "সেরা মডেলটি ফাইলে রাখে কে",
    Log: "প্রতি epoch-এর সারি ফাইলে লেখে কে",
    Plateau: "আটকে গেলে learning rate কমায় কে",
    Early: "উন্নতি না হলে থামায় কে",
    Backup: "বিদ্যুৎ গেলে যেখানে ছিল সেখান থেকে ধরে কে",
}


def _model() -> keras.Model:
    return tiny_model(metrics=["accuracy"])  # then Keras knows the direction of val_accuracy


def _stamp(model: keras.Model) -> int:
    return round(float(model.layers[-1].bias[0]))


def _rows(folder: Path) -> list[dict]:
    with (folder / "log.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _calm(answer: Callable, folder: Path) -> str | None:
    model = _model()
    history = fit(model, len(ACCURACY), [Scripted(val_accuracy=ACCURACY), *answer(folder)])
    stopped, rates = history.epoch[-1], history.history["learning_rate"]
    for name in ("best.keras", "log.csv"):
        if not (folder / name).exists():
            return f"নির্বিঘ্ন একটি রাতের পর `folder`-এ `{name}` নেই। নাম আর ফোল্ডার মিলিয়ে দেখো।"
    if (saved := _in_file(folder)) != BEST:
        return (
            f"একটি রাতে সেরা ছিল epoch `{BEST}`; `best.keras`-এ আছে epoch `{saved}`-এর মডেল। "
            "`mode` আর `save_best_only` দেখো।"
        )
    drops = [epoch for epoch in range(1, len(rates)) if rates[epoch] < rates[epoch - 1]]
    if not drops or drops[0] != DROP + 1 or abs(rates[DROP + 1] / rates[0] - 0.5) > 1e-6:
        seen = f"epoch `{drops[0]}` থেকে `{rates[drops[0]] / rates[0]:.3g}` গুণ" if drops else "একবারও কমেনি"
        return f"সেরা epoch-এর ৩ epoch পরে learning rate অর্ধেক হওয়ার কথা; তোমারটিতে {seen}।"
    if stopped != STOP:
        waited = digits(stopped - BEST)
        return f"সেরা epoch-এর পর ট্রেনিং চলেছে আরও {waited} epoch; থামার কথা ছিল ৮ epoch পরে।"
    if _stamp(model) != BEST:
        return f"থেমেছে ঠিক জায়গায়, কিন্তু মেমোরিতে epoch `{_stamp(model)}`-এর weights; সেরাটির ফেরার কথা।"
    if "learning_rate" not in _rows(folder)[0]:
        return "খাতায় `learning_rate` কলামটি নেই। সংখ্যাটি `logs`-এ লেখে কে, আর সে কি খাতার আগে বসেছে?"
    return None


def _place(callbacks: list, kind: type) -> int:
    return next(place for place, one in enumerate(callbacks) if isinstance(one, kind))


def _earlier(callbacks: list, *kinds: type) -> type:
    return min(kinds, key=lambda kind: _place(callbacks, kind))


def _first_life(answer: Callable, folder: Path, epoch: int = DROP, after: type | None = None) -> None:
    """A training whose power goes at the end of this epoch, after the callback of this kind or after all."""
    callbacks = list(answer(folder))
    place = _place(callbacks, after) + 1 if after else len(callbacks)
    with contextlib.suppress(_LoadShedding):
        fit(
            _model(),
            DROP + 3,
            [Scripted(val_accuracy=ACCURACY), *callbacks[:place], _Cut(epoch), *callbacks[place:]],
        )
    for one in callbacks:  # the dead process would have closed its file
        if isinstance(one, Log) and one.csv_file:
            one.csv_file.close()


def _second_life(answer: Callable, folder: Path) -> keras.callbacks.History:
    return fit(_model(), DROP + 3, [Scripted(val_accuracy=ACCURACY), *answer(folder)])


def _after_the_cut(answer: Callable, folder: Path) -> str | None:
    _first_life(answer, folder)
    if not (folder / "backup").exists():
        return 'বিদ্যুৎ যাওয়ার পর `folder / "backup"`-এ কিছু নেই; backup তাহলে অন্য কোথাও। ফোল্ডারটি মেলাও।'
    history = _second_life(answer, folder)
    if history.epoch[0] != DROP + 1:
        return (
            f"epoch `{DROP}`-এর পরে বিদ্যুৎ গেল; আবার চালালে শুরু হলো epoch `{history.epoch[0]}` থেকে। "
            "দুই জীবনেই কি backup একই ফোল্ডারে?"
        )
    seen = [int(row["epoch"]) for row in _rows(folder)]
    if seen[0] != 0:
        return f"বিদ্যুৎ ফেরার পর খাতা শুরু হয়েছে epoch `{seen[0]}` থেকে; আগের সারিগুলো মুছে গেছে।"
    before, now = float(_rows(folder)[0]["learning_rate"]), history.history["learning_rate"][0]
    if abs(now / before - 0.5) > 1e-6:
        return (
            "বিদ্যুৎ যাওয়ার ঠিক আগে learning rate অর্ধেক হয়েছিল; ফিরে এসে ট্রেনিং চলল আগের বড় মানে। "
            "backup ছবি তোলে নিজের পালায়; তার পরে যা বদলায়, ছবিতে থাকে না।"
        )
    if (saved := _in_file(folder)) != BEST:
        return (
            f"বিদ্যুৎ যাওয়ার আগে সেরা ছিল epoch `{BEST}`; সকালে `best.keras`-এ epoch `{saved}`-এর মডেল। "
            "নতুন `ModelCheckpoint` পুরোনো রেকর্ড জানে না; খাতা কিন্তু জানে।"
        )
    return None


def _in_file(folder: Path) -> int:
    return _stamp(keras.models.load_model(folder / "best.keras"))


def _hole(answer: Callable, folder: Path) -> str | None:
    _first_life(answer, folder, after=_earlier(answer(folder), Log, Backup))
    _second_life(answer, folder)
    seen = {int(row["epoch"]) for row in _rows(folder)}
    if lost := sorted(set(range(DROP + 3)) - seen):
        return (
            f"খাতা আর backup-এর মাঝখানে বিদ্যুৎ গেলে epoch `{lost[0]}`-এর সারিটি হারিয়ে যায়। "
            "কে আগে থাকলে ফুটো না হয়ে বাড়তি সারি হতো?"
        )
    return None


def _cut_at_the_record(answer: Callable, folder: Path) -> str | None:
    _first_life(answer, folder, epoch=BEST, after=_earlier(answer(folder), Log, Checkpoint))
    _second_life(answer, folder)
    if (saved := _in_file(folder)) != BEST:
        return (
            f"সেরা epoch `{BEST}`-এই, খাতা আর `ModelCheckpoint`-এর মাঝখানে, বিদ্যুৎ গেলে সকালে `best.keras`-এ "
            f"epoch `{saved}`-এর মডেল: রেকর্ড খাতায় উঠেছে, ফাইলে ওঠেনি। কে আগে থাকলে তা হতো না?"
        )
    return None
