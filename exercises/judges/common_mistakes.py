"""What is seen of the code exercises of notebook 16."""

import itertools
import warnings
from collections.abc import Iterator

from exercises import bank
from exercises.judges import trial
from exercises.judges.trial import fit_scripted, stamp, tiny_model
from helpers.bengali import digits
from helpers.logs import RATE_COLUMN, read_log
from helpers.start import keras

import numpy as np
import tensorflow as tf
from keras.callbacks import CSVLogger, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau


def diagnose(answer: object) -> Iterator[tuple]:
    exercise = bank.exercise("16_common_mistakes/diagnose")
    signs, seen = exercise["words"], exercise["seen"]
    if isinstance(answer, list | tuple):
        answer = dict(enumerate(answer, start=1))
    yield "dict", isinstance(answer, dict), {"type": type(answer).__name__}
    for case in answer:
        yield "known_case", case in range(1, 11), {"case": case}
    given = {case: name for case, name in sorted(answer.items()) if name is not ...}
    for case, name in given.items():
        yield "known_fault", name in signs, {"case": case, "name": name}
    wrong = [case for case in given if given[case] != seen[f"case_{case}"]["expected"]]
    others = digits(", ".join(map(str, wrong[1:])))
    more = f"\n  আবার দেখো কেস {others}-ও।" if others else ""
    for case, name in given.items():
        yield f"case_{case}", name, {"sign": signs[name], "more": more}
    left = [str(case) for case in range(1, 11) if case not in given]
    yield "left", len(left), {"cases": digits(", ".join(left))}


# best at epoch 3; with patience=6 it ends at 9
ACCURACY = [0.5, 0.6, 0.7, 0.8, *[0.7] * 14]
LOSS = [0.9, 0.8, 0.7, 0.6, 0.5, *[0.55] * 13]  # best one epoch later: who watches it is seen
BEST = 3
KINDS = (ModelCheckpoint, EarlyStopping, ReduceLROnPlateau, CSVLogger)


def repair_list(answer: object) -> Iterator[tuple]:
    yield from trial.function(answer)
    model = tiny_model(optimizer=keras.optimizers.SGD(0.1), metrics=["accuracy"])
    with trial.scratch_folder() as folder, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            made = answer(folder)
            yield from trial.callbacks(made, *KINDS)
            last = fit_scripted(made, model, val_accuracy=ACCURACY, val_loss=LOSS).epoch[-1]
        except FileNotFoundError:
            yield "no_folder", "FileNotFoundError"
        yield "unknown_monitor", any("available" in str(one.message) for one in warned)
        yield "never_stopped", last == len(ACCURACY) - 1
        yield "stopped_while_rising", last < BEST or stamp(model) == 0, {"last": last}
        yield "stopped", last
        yield "in_model", stamp(model)
        yield "file", (folder / "best.keras").exists()
        yield "in_file", stamp(folder / "best.keras")
        yield "log", (folder / "logs" / "log.csv").exists()
        log = read_log(folder / "logs" / "log.csv")
    yield "rate_column", RATE_COLUMN in log
    rates = log[RATE_COLUMN].tolist()
    lower = [rate for rate in rates if rate < rates[0] * 0.99]
    yield "any_drop", bool(lower)
    yield "factor", lower[0] / rates[0]
    yield "dropped_while_rising", len(rates) - len(lower) <= BEST + 1


LOSSES = {"losses": [0.5, 0.6, 0.4, 0.45, 0.45, 0.3]}


def repair_callback(answer: object) -> Iterator[tuple]:
    yield from trial.callback_class(answer)
    callback = answer()
    kept = _rate_kept(callback, val_loss=LOSSES["losses"])
    slowed = getattr(callback, "slowed", None)
    yield "is_list", isinstance(slowed, list)
    yield "any_slowed", bool(slowed), LOSSES
    yield "first_slowed", 0 in slowed, LOSSES
    yield "counted_from_one", slowed, LOSSES
    yield "equal_slowed", 4 in slowed, LOSSES
    yield "slowed", slowed, LOSSES
    yield "rate_kept", kept
    _rate_kept(callback, val_loss=[0.9, 0.8])
    yield "slowed_again", callback.slowed
    callback = answer()
    try:
        kept = _rate_kept(callback, loss=[0.0, 1.0])
    except (KeyError, TypeError) as error:
        yield "error_without_validation", type(error).__name__
    yield "quiet", kept == 1 and not callback.slowed


def _rate_kept(callback: keras.callbacks.Callback, **curve: list[float]) -> float:
    """How much of the learning rate is left after a fit with this curve."""
    model = tiny_model(optimizer=keras.optimizers.SGD(0.03))
    before = float(model.optimizer.learning_rate)
    fit_scripted([callback], model, **curve)
    return float(model.optimizer.learning_rate) / before


EXAMPLES = 45


def repair_pipeline(answer: object) -> Iterator[tuple]:
    yield from trial.function(answer)
    reads = []

    def read(number: np.int64) -> np.int64:
        reads.append(number)
        return number

    def step(number: tf.Tensor) -> tf.Tensor:
        return tf.ensure_shape(tf.numpy_function(read, [number], tf.int64), ())

    # not from_generator: TensorFlow reports its first use on stderr
    given = answer(tf.data.Dataset.range(EXAMPLES).map(step))
    yield "dataset", isinstance(given, tf.data.Dataset), {"type": type(given).__name__}
    # an endless one would fill the memory
    epochs = [list(itertools.islice(given.as_numpy_iterator(), EXAMPLES + 1)) for _ in range(3)]
    sizes = [np.size(batch) for batch in epochs[0]]
    yield "flat", all(np.ndim(batch) == 1 for batch in epochs[0])
    yield "examples", min(sum(sizes), EXAMPLES)
    yield "too_many", sum(sizes) > EXAMPLES
    yield "sizes", sorted(sizes, reverse=True)
    orders = [np.concatenate(batches).tolist() for batches in epochs]
    unmixed = list(range(EXAMPLES))
    yield "once_each", all(sorted(order) == unmixed for order in orders)
    yield "unmixed", orders[0] == unmixed
    yield "same_order", orders[0] == orders[1]
    groups = [{tuple(sorted(batch.tolist())) for batch in batches} for batches in epochs]
    yield "same_groups", groups[0] == groups[1]
    yield "read_again", len(reads) > EXAMPLES, {"reads": len(reads)}
