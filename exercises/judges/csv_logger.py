"""নোটবুক ০৭-এর কোড-অনুশীলনের বিচার।"""

import warnings
from pathlib import Path

from helpers.bengali import digits
from helpers.checks import fit, judge, not_a_function, scratch_folder, tiny_model
from helpers.logs import read_log
from helpers.start import keras

import pandas as pd

CSVLogger, ReduceLROnPlateau = keras.callbacks.CSVLogger, keras.callbacks.ReduceLROnPlateau

# --- best_epochs ---

# (loss, val_loss) of every epoch of every run: the epochs of lowest loss are others than those of val_loss
RUNS = [
    [(0.8, 0.9), (0.6, 0.5), (0.4, 0.6)],
    [(0.7, 0.7), (0.3, 0.6), (0.5, 0.8), (0.35, 0.4)],
]
RIGHT = [1, 3]
MISTAKES = {
    (1, 6): "এগুলো টেবিলের সারির নম্বর। সেই সারির `epoch` কলামে কী লেখা?",
    (2, 1): "এগুলোতে `loss` সবচেয়ে কম; চাই `val_loss`।",
    (0, 2): "এগুলোতে `val_loss` সবচেয়ে **বেশি**। loss কম হলে ভালো।",
    (2, 4): "দুটিতেই এক করে বেশি। epoch গোনা শুরু `0` থেকে, ফাইলে যেমন লেখা।",
    (3, 1): "সংখ্যাগুলো ঠিক, ক্রমটা উল্টো। চাই রানের ক্রমে।",
    (3,): "সব রান মিলিয়ে একটিই সেরা দিয়েছ। চাই প্রতি রানের নিজেরটি।",
    (1,): "কেবল প্রথম রানের উত্তর দিয়েছ। ফাইলে পরে আরও রান আছে।",
}


@judge("07_csv_logger/best_epochs")
def _best_epochs(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as scratch:
        path = scratch / "runs.csv"
        _write(path, RUNS)
        try:
            found = answer(path)
        except pd.errors.ParserError:
            return "`pd.read_csv` থেমে গেছে: দ্বিতীয় রানে একটি কলাম বেশি। কে এমন ফাইল পড়তে পারে?"
        if problem := _wrong_epochs(found):
            return problem
        _write(path, [*RUNS, RUNS[0][:1]])
        if list(answer(path)) != [*RIGHT, 0]:
            return "দুই রানের ফাইলে ঠিক ছিল; তিন রানের ফাইলে মিলল না। রান যতগুলোই হোক, চলা চাই।"
    return None


def _wrong_epochs(found: object) -> str | None:
    if found is None:
        return "ফাংশনটি কিছু ফেরত দেয়নি। শেষে `return` আছে তো?"
    if isinstance(found, str | dict) or not hasattr(found, "__iter__"):
        return f"ফেরত এল `{found!r}`; চাই একটি list, প্রতি রানের জন্য একটি নম্বর।"
    epochs = list(found)
    if epochs == RIGHT:
        return None
    return MISTAKES.get(
        tuple(epochs), f"ফেরত এল `{epochs}`; এই ফাইলে {digits(len(RIGHT))}টি রান, তাদের সেরা epoch অন্য।"
    )


def _write(path: Path, runs: list[list[tuple[float, float]]]) -> None:
    path.unlink(missing_ok=True)
    for number, run in enumerate(runs):
        logger = CSVLogger(path, append=True)
        logger.on_train_begin()
        for epoch, (loss, val_loss) in enumerate(run):
            logs = {"accuracy": 0.5, "loss": loss, "val_accuracy": 0.5, "val_loss": val_loss}
            logger.on_epoch_end(epoch, logs | ({"learning_rate": 0.001} if number == 1 else {}))
        logger.on_train_end()


# --- my_callbacks ---

EPOCHS = 2


@judge("07_csv_logger/my_callbacks")
def _my_callbacks(answer: object) -> str | None:
    if problem := not_a_function(answer):
        return problem
    with scratch_folder() as scratch:
        folder = scratch / "logs" / "first"
        for _ in range(2):
            try:
                callbacks = answer(folder)
            except FileNotFoundError:
                return "ফোল্ডার বানাতে গিয়ে আটকেছে: যে ফোল্ডারের ভেতরে বানাবে, সেটিও নেই। `parents=True` কী করে?"
            except FileExistsError:
                return "প্রথমবার চলেছে; দ্বিতীয়বার ফোল্ডারটি আগে থেকেই আছে বলে error। `exist_ok` দেখো।"
            # before anything runs: a logger with another path would write over a file of the learner's
            if problem := _wrong_callbacks(callbacks, folder / "log.csv"):
                return problem
            try:
                _fit(callbacks)
            except FileNotFoundError:
                return "`fit` শুরু হতেই `FileNotFoundError`: `folder` নেই, আর `CSVLogger` ফোল্ডার বানায় না।"
        return _wrong_log(read_log(folder / "log.csv"))


def _wrong_callbacks(callbacks: object, file: Path) -> str | None:
    if not isinstance(callbacks, list | tuple):
        return f"ফাংশনটি ফেরত দিয়েছে `{type(callbacks).__name__}`; চাই callback-এর একটি list।"
    for kind in (CSVLogger, ReduceLROnPlateau):
        if not any(isinstance(callback, kind) for callback in callbacks):
            return f"list-এ `{kind.__name__}` নেই।"
    (logger, *_) = [callback for callback in callbacks if isinstance(callback, CSVLogger)]
    if Path(logger.filename) != file:
        return f'খাতাটি যাচ্ছে `{Path(logger.filename).name}` নামে, অন্য জায়গায়; চাই `folder / "log.csv"`।'
    return None


def _fit(callbacks: list[keras.callbacks.Callback]) -> None:
    validated = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(val_loss=1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a monitor that isn't there; that is not what is asked
        fit(tiny_model(), EPOCHS, [validated, *callbacks])


def _wrong_log(log: pd.DataFrame) -> str | None:
    if "learning_rate" not in log:
        return "খাতায় `learning_rate` কলাম নেই। `logs`-এ কে আগে লেখে, কে পরে পড়ে: list-এর ক্রম দেখো।"
    if len(log) != 2 * EPOCHS:
        return f"দুবার চালালাম, ফাইলে আছে {digits(len(log))}টি সারি: আগের রানের হিসাব মুছে গেছে।"
    return None
