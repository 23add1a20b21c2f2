"""নোটবুক ০৩-এর কোড-অনুশীলনের বিচার।"""

from collections.abc import Callable
from pathlib import Path

from helpers.checks import fit, judge, not_a, not_a_function, scratch_folder, tiny_model
from helpers.start import keras

import numpy as np
import tensorflow as tf

ACCURACIES = (0.5, 0.75, 0.6)  # the last is no record: a checkpoint that keeps only the best is found out
# Shown zeros and asked for zeros, a model that always says GUESS has this loss (mse) and this accuracy.
GUESS, LOSS, ACCURACY = 0.5, 0.25, 1.0


@judge("03_model_checkpoint/every_epoch")
def _every_epoch(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as folder:
        checkpoint = answer(folder)
        if problem := not_a(keras.callbacks.ModelCheckpoint, checkpoint):
            return problem
        if Path(checkpoint.filepath).parent != folder:
            return "ফাইলগুলো যাবে `folder`-এর ভেতরে; তোমার পথ তার বাইরে।"
        try:
            _run(checkpoint, "val_accuracy", *ACCURACIES)
        except KeyError as error:
            key = str(error.args[0]).rpartition("Reason: ")[2]
            return f"নামে {key} বসাতে বলেছ, কিন্তু `logs`-এ এই নামে কিছু নেই।"
        return _misnamed(checkpoint, sorted(file.name for file in folder.iterdir()))


def _misnamed(checkpoint: keras.callbacks.ModelCheckpoint, found: list[str]) -> str | None:
    wanted = [f"{epoch:02d}-{value:.2f}.weights.h5" for epoch, value in enumerate(ACCURACIES, 1)]
    if found == wanted:
        return None
    if not checkpoint.save_weights_only:
        return f"এতে পুরো মডেল সেভ হচ্ছে (`{found[-1]}`); চাই কেবল weights।"
    if checkpoint.save_best_only:
        return "তৃতীয় epoch-এ রেকর্ড ভাঙেনি, তাই তার ফাইল হয়নি; চাই প্রতি epoch-এর।"
    if len(found) < len(wanted):
        return f"তিন epoch চলল, ফাইল হলো `{found}`। একই নামে লেখা হলে আগেরটি চাপা পড়ে।"
    return f"ফাইলগুলোর নাম হলো `{found}`; হওয়ার কথা `{wanted}`।"


@judge("03_model_checkpoint/careful")
def _careful(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as folder:
        file = folder / "best.keras"
        zeros = np.zeros((4, 1), "float32")
        val_ds = tf.data.Dataset.from_tensor_slices((zeros, zeros)).batch(4)
        return _without_a_file(answer, file, val_ds) or _with_a_file(answer, file, val_ds)


def _without_a_file(answer: Callable, file: Path, val_ds: tf.data.Dataset) -> str | None:
    try:
        checkpoint = answer(file, val_ds)
    except (OSError, ValueError) as error:
        if file.name in str(error):
            return "ফাইলটি এখনো নেই, তবু তোমার কোড সেটি খুলতে গেছে। প্রথমবার তো থাকার কথা নয়।"
        raise
    if problem := not_a(keras.callbacks.ModelCheckpoint, checkpoint):
        return problem
    if Path(checkpoint.filepath) != file:
        return f"সেভ হচ্ছে `{Path(checkpoint.filepath).name}` নামে; চাই `file`-এই।"
    if checkpoint.monitor != "val_loss":
        return f"এটি `{checkpoint.monitor}` দেখছে; দেখার কথা `val_loss`।"
    _run(checkpoint, "val_loss", 5.0)
    return None if file.exists() else "ফাইল ছিল না, রেকর্ডও না; তবু প্রথম epoch-এর মডেল সেভ হলো না।"


def _with_a_file(answer: Callable, file: Path, val_ds: tf.data.Dataset) -> str | None:
    model = tiny_model(metrics=["accuracy"])
    model.layers[0].bias.assign([GUESS])
    model.save(file)
    checkpoint = answer(file, val_ds)
    record = checkpoint.best
    if isinstance(record, list | tuple | dict):
        return "রেকর্ড হিসেবে দিয়েছ `evaluate`-এর সবগুলো সংখ্যা; চাই তার একটি, `val_loss`।"
    _run(checkpoint, "val_loss", 0.30)
    if _guess(file) != GUESS:
        return _why_overwritten(checkpoint, record)
    _run(checkpoint, "val_loss", 0.20)
    if _guess(file) == GUESS:
        return f"ফাইলের মডেলের `val_loss` `{LOSS}`, নতুনটির `0.20`; নতুনটি ভালো, তবু সেভ হলো না।"
    return None


def _why_overwritten(checkpoint: keras.callbacks.ModelCheckpoint, record: float | None) -> str:
    if not checkpoint.save_best_only:
        return "এটি প্রতি epoch-এ লেখে, ভালো হোক বা খারাপ; রেকর্ডের খোঁজই নেয় না।"
    if checkpoint.mode == "max":
        return "`val_loss` যত বেশি, তত ভালো ধরেছে; খারাপ মডেলটিই তাই রেকর্ড ভাঙল।"
    if record is None:
        return f"ফাইলে ছিল `val_loss` `{LOSS}`-এর মডেল, তার ওপর `0.30`-এরটি লেখা হলো: রেকর্ডটি callback জানত না।"
    if record == ACCURACY:
        return f"রেকর্ড ধরেছ `{record}`: সেটি `evaluate`-এর দ্বিতীয় সংখ্যা, মানে accuracy। দরকার `val_loss`।"
    return f"ফাইলের মডেলের `val_loss` `{LOSS}`; তুমি রেকর্ড ধরেছ `{record:.2f}`, তাই `0.30`-এরটি তার ওপর লেখা হলো।"


def _guess(file: Path) -> float:
    return float(keras.models.load_model(file).layers[0].bias.numpy()[0])


def _run(checkpoint: keras.callbacks.ModelCheckpoint, name: str, *values: float) -> None:
    """One epoch per value, which stands in the logs under that name and in the model, so in its file too."""
    model = tiny_model(metrics=["accuracy"])

    def say(epoch: int, logs: dict) -> None:
        logs[name] = values[epoch]
        model.layers[0].bias.assign([values[epoch]])

    fit(model, len(values), [keras.callbacks.LambdaCallback(on_epoch_end=say), checkpoint])
