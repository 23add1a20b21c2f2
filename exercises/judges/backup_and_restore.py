"""নোটবুক ১১-র কোড-অনুশীলনের বিচার।"""

import contextlib
from collections.abc import Callable
from pathlib import Path

from helpers.checks import fit, judge, not_a_function, scratch_folder, tiny_model
from helpers.logs import LogError, read_log
from helpers.start import keras

from keras.callbacks import BackupAndRestore, Callback, CSVLogger, ModelCheckpoint

# One training: its first life ends within its first epoch, the next ones after epochs 2 and 3. The record is
# of the second life; the last life begins with a value that is no record, but lower than all that follow.
# The other trainings have two lives: the first ends at the record, between two of the learner's callbacks.
VAL_LOSS = [0.50, 0.30, 0.40, 0.45, 0.35, 0.36]
RECORD = min(VAL_LOSS)
DEATHS = [(0, 1), (2, None), (3, None), None]  # (epoch, batch); no batch: at the end of the epoch
AT_RECORD = (VAL_LOSS.index(RECORD), None)


@judge("11_backup_and_restore/crash_proof")
def _crash_proof(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as folder:
        made: list[list[Callback]] = []
        for death in DEATHS:
            if problem := _one_life(answer, folder, death, made):
                return problem
        if problem := _wrong_log(folder) or _wrong_file(folder, made[-1]):
            return problem
    places = range(1, len(made[-1]))
    return next(filter(None, (_dies_between(answer, place) for place in places)), None)


def _dies_between(answer: Callable, place: int) -> str | None:
    """Whether the record is lost when the power fails before the callback of this place has had its turn."""
    with scratch_folder() as folder:
        made: list[list[Callback]] = []
        for death in (AT_RECORD, None):
            if problem := _one_life(answer, folder, death, made, place):
                return problem
        return _lost_record(folder, made[0], place)


def _one_life(
    answer: Callable,
    folder: Path,
    death: tuple[int, int | None] | None,
    made: list[list[Callback]],
    place: int | None = None,  # of the callback before which death comes; None: after them all
) -> str | None:
    try:
        callbacks = answer(folder)
    except LogError:
        there = (folder / "log.csv").exists()
        state = "আছে, কিন্তু খালি: প্রথম epoch-এর মাঝেই বিদ্যুৎ গেছে" if there else "এখনো নেই, এটি প্রথম জীবন"
        return f"`log.csv` {state}। `read_log` তখন `LogError` তোলে; তোমার কোড সেখানেই থেমে গেছে।"
    if problem := _wrong_list(callbacks, folder) or (not made and _wrong_order(callbacks)) or None:
        return problem
    made.append(callbacks)
    before, after = (callbacks, []) if place is None else (callbacks[:place], callbacks[place:])
    with contextlib.suppress(_Death):
        fit(tiny_model(), len(VAL_LOSS), [_Prescribed(), *before, _Die(death), *after])
    # a process that dies has its files closed
    if file := _one(callbacks, CSVLogger).csv_file:
        file.close()
    return None


# ---- what was returned ---------------------------------------------------------------------------------


def _wrong_list(callbacks: object, folder: Path) -> str | None:
    if not isinstance(callbacks, list | tuple) or not all(isinstance(one, Callback) for one in callbacks):
        return f"ফাংশনটি callback-এর list দেবে; তোমারটি দিল `{type(callbacks).__name__}`।"
    for kind in (CSVLogger, ModelCheckpoint, BackupAndRestore):
        if sum(isinstance(one, kind) for one in callbacks) != 1:
            return f"list-এ একটি `{kind.__name__}` চাই।"
    paths = {
        "log.csv": Path(_one(callbacks, CSVLogger).filename),
        "best.keras": Path(_one(callbacks, ModelCheckpoint).filepath),
        "backup": Path(_one(callbacks, BackupAndRestore).backup_dir),
    }
    for wanted, path in paths.items():
        if path == folder:
            return "`backup_dir` দিয়েছ `folder` নিজেই: ট্রেনিং সফল হলে `log.csv` আর `best.keras`-ও মুছে যাবে।"
        if path != folder / wanted:
            return f'`{path.name}` নয়, চাই `folder / "{wanted}"`; সব জীবনে একই নাম।'
    return None


def _wrong_order(callbacks: list[Callback]) -> str | None:
    backup = callbacks.index(_one(callbacks, BackupAndRestore))
    later = [one for one in callbacks[backup + 1 :] if isinstance(one, CSVLogger | ModelCheckpoint)]
    if not later:
        return None
    name = type(later[0]).__name__
    return f"backup হয় `{name}`-এর কাজের আগে। দুটির মাঝখানে বিদ্যুৎ গেলে ওই epoch-এ `{name}` বাদ পড়বে।"


def _one(callbacks: list[Callback], kind: type) -> Callback:
    return next(one for one in callbacks if isinstance(one, kind))


# ---- what the four lives left --------------------------------------------------------------------------


def _wrong_log(folder: Path) -> str | None:
    if not (folder / "log.csv").exists():
        return "শেষে `log.csv` পাওয়া গেল না।"
    epochs = read_log(folder / "log.csv")["epoch"].tolist()
    if epochs == list(range(len(VAL_LOSS))):
        return None
    if epochs[0] > 0:
        return f"শেষে `log.csv`-তে কেবল epoch `{epochs}`: প্রতিটি জীবন খাতা নতুন করে শুরু করেছে।"
    return f"শেষে `log.csv`-তে epoch `{epochs}`; থাকার কথা `0` থেকে `{len(VAL_LOSS) - 1}`, একবার করে।"


def _wrong_file(folder: Path, callbacks: list[Callback]) -> str | None:
    if not (folder / "best.keras").exists():
        return "শেষে `best.keras` পাওয়া গেল না: একটি epoch-ও রেকর্ড বলে ধরা হয়নি।"
    inside = _value_in(folder / "best.keras")
    if abs(inside - RECORD) < 1e-6:
        return None
    checkpoint = _one(callbacks, ModelCheckpoint)
    found = f"সব জীবন মিলিয়ে সেরা `{RECORD:.2f}`, কিন্তু `best.keras`-এ আছে `{inside:.2f}`-এর মডেল: "
    if checkpoint.monitor != "val_loss":
        return f"{found}তোমার `ModelCheckpoint` `{checkpoint.monitor}` দেখে।"
    if checkpoint.mode == "max":
        return f"{found}`val_loss` বেশি হলে ভালো ধরেছ।"
    if not checkpoint.save_best_only:
        return f"{found}প্রতি epoch-এ লেখা হয়েছে, রেকর্ড না ভাঙলেও।"
    return f"{found}নতুন জীবনের `ModelCheckpoint` আগের জীবনের রেকর্ড জানত না, বা ভুল জানত।"


def _lost_record(folder: Path, callbacks: list[Callback], place: int) -> str | None:
    file = folder / "best.keras"
    if file.exists() and abs(_value_in(file) - RECORD) < 1e-6:
        return None
    done, left = callbacks[:place], callbacks[place:]
    if _one(callbacks, CSVLogger) in done and _one(callbacks, ModelCheckpoint) in left:
        return (
            "রেকর্ড খাতায় উঠল, ফাইল লেখার আগেই বিদ্যুৎ গেল: পরের জীবন ওই epoch-কে আর রেকর্ড ভাববে না। "
            "`ModelCheckpoint` বসুক `CSVLogger`-এর আগে।"
        )
    return (
        f"রেকর্ডের epoch-এ `{type(done[-1]).__name__}`-এর কাজ শেষ হতেই বিদ্যুৎ গেল; "
        "পরের জীবনের শেষে `best.keras`-এ রেকর্ডের মডেলটি নেই।"
    )


def _value_in(file: Path) -> float:
    return float(keras.models.load_model(file).layers[0].bias.numpy()[0])


# ---- the training --------------------------------------------------------------------------------------


class _Death(Exception):
    pass


class _Die(Callback):
    def __init__(self, death: tuple[int, int | None] | None) -> None:
        super().__init__()
        self.death = death

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if self.death == (self.epoch, batch):
            raise _Death

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.death == (epoch, None):
            raise _Death


class _Prescribed(Callback):
    """The value of val_loss stands in the logs and in the model, so in its file too."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs["val_loss"] = VAL_LOSS[epoch]
        self.model.layers[0].bias.assign([VAL_LOSS[epoch]])
