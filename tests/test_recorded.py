"""replay says exactly what a real fit with the recorded values does, or refuses."""

import functools
import math
import os
import tempfile
from pathlib import Path

from helpers import LogError, replay

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from scripted import fitted

# REPLAY_EXAMPLES=500 uv run pytest tests/test_recorded.py
EXAMPLES = int(os.environ.get("REPLAY_EXAMPLES", 60))
NAN = math.nan


def outcome(call, *given):
    try:
        return call(*given)
    except Exception as error:
        return type(error), str(error)


class Own(keras.callbacks.Callback):
    """A learner's callback: sees the logs, adds to them, sets the rate, keeps weights, stops."""

    def __init__(self, faster_at=None, keep_at=None, stop_at=None, stop_above=math.inf):
        super().__init__()
        self.faster_at, self.keep_at, self.stop_at = faster_at, keep_at, stop_at
        self.stop_above, self.seen, self.weights = stop_above, [], None

    def see(self, when, logs):
        rate = self.model.optimizer.learning_rate
        rates = float(rate), rate.numpy() * 3, bool(rate > 0.5)
        self.seen.append((when, logs and dict(logs), *rates))

    def on_epoch_begin(self, epoch, logs=None):
        self.see(f"{epoch} begins", logs)

    def on_test_end(self, logs=None):
        self.see("test ends", logs)

    def on_epoch_end(self, epoch, logs=None):
        self.see(f"{epoch} ends", logs)
        logs["own"] = len(self.seen)
        rate = self.model.optimizer.learning_rate
        if epoch == self.faster_at:
            rate.assign(rate * 1.7)
            self.model.optimizer.learning_rate = rate + 0.1
        if epoch == self.keep_at:
            self.weights = [one.copy() for one in self.model.get_weights()]
        if epoch == self.stop_at or logs["loss"] > self.stop_above:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.see(f"train of {self.params['epochs']} ends", logs)
        if self.weights:
            self.model.set_weights(self.weights)


# few different numbers, so that ties and plateaus are common; steps about as large as the min_delta
FINITE = st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.3001, 0.5, 0.5, 0.9]) | st.floats(-2, 2, width=32)
VALUES = FINITE | st.sampled_from([NAN, NAN, math.inf])
TRAINED = ("loss", "accuracy", "mae", "auc", "grade")
VALIDATED = tuple(f"val_{name}" for name in TRAINED)


@st.composite
def some_rows(draw):
    """{epoch: logs} of a fit that is validated in every epoch, in every second or third, or never.

    No row is all NaN, nor any column: of those no log tells what a fit had.
    """
    count, every = draw(st.integers(1, 14)), draw(st.sampled_from([1, 1, 1, 2, 3, 99]))
    few = st.sampled_from(draw(st.lists(VALUES, min_size=1, max_size=4)))  # nearly a plateau
    rows = []
    for epoch in range(count):
        watched = draw(few | VALUES)
        rows.append(dict.fromkeys(TRAINED, watched) | {"accuracy": draw(FINITE)})
        if (epoch + 1) % every == 0:
            rows[-1] |= dict.fromkeys(VALIDATED, watched) | {"val_accuracy": draw(FINITE)}
    assume(not pd.DataFrame(rows).isna().all().any())
    return dict(enumerate(rows, draw(st.sampled_from([0, 0, 0, 5]))))


WATCHED = {
    # "val_lost" is in no log, "own" is there when a callback has put it there
    "monitor": st.sampled_from([*TRAINED, *VALIDATED, "val_loss", "val_loss", "val_lost", "own"]),
    "mode": st.sampled_from(["auto", "auto", "min", "max"]),
}
DELTA = st.sampled_from([0, 0, 1e-4, 0.05, 0.2])


def some(kind, **settings):
    return st.builds(functools.partial, st.just(kind), **settings)


EARLY = some(
    EarlyStopping,
    **WATCHED,
    **{"min_delta": DELTA, "patience": st.integers(0, 5), "start_from_epoch": st.integers(0, 4)},
    **{"baseline": st.sampled_from([None, 0.2, 0.4]), "restore_best_weights": st.booleans()},
)
PLATEAU = some(
    ReduceLROnPlateau,
    **WATCHED,
    **{"min_delta": DELTA, "patience": st.integers(0, 4), "cooldown": st.integers(0, 3)},
    **{"factor": st.sampled_from([0.1, 0.5, 0.9]), "min_lr": st.sampled_from([0.0, 1e-3, 0.02])},
)
NAMES = ["{epoch}", "{epoch}", "{epoch}", "new/{val_loss}/{epoch}", "{lost}/{epoch}"]
CHECKPOINT = some(
    ModelCheckpoint,
    **WATCHED,
    filepath=st.sampled_from([f"{name}.weights.h5" for name in NAMES]),
    **{"save_weights_only": st.just(True), "save_best_only": st.sampled_from([True, True, False])},
    initial_value_threshold=st.sampled_from([None, 0.2, 0.4]),
)
SCHEDULE = some(keras.callbacks.LearningRateScheduler, schedule=st.just(lambda epoch, lr: lr * 0.9))
EPOCH = st.none() | st.integers(0, 9)
OWN = some(
    Own, faster_at=EPOCH, keep_at=EPOCH, stop_at=EPOCH, stop_above=st.sampled_from([0.4, math.inf])
)


def state(callback):
    """What the callback remembers afterwards."""
    left_out = {"_model", "params", "best_weights", "weights", "schedule"}
    kept = [(name, value) for name, value in vars(callback).items() if name not in left_out]
    return repr(sorted(kept, key=lambda pair: pair[0]))


def make_all(recipes, folder):
    callbacks = [recipe() for recipe in recipes]
    for place, callback in enumerate(callbacks):
        if isinstance(callback, ModelCheckpoint):
            callback.filepath = f"{folder}/{place}/{callback.filepath}"
    return callbacks


@pytest.mark.filterwarnings("ignore:.*available")  # of a metric that is in no log
@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(
    recipes=st.lists(EARLY | PLATEAU | CHECKPOINT | OWN | SCHEDULE, min_size=1, max_size=4),
    rows=some_rows(),
    rate=st.sampled_from([1e-3, 0.1, 1.0]),
)
def test_callbacks_do_in_replay_what_they_do_in_a_fit(recipes, rows, rate):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, theirs = make_all(recipes, folder), make_all(recipes, folder)
        # the rate that was recorded is nobody's business
        log = pd.DataFrame(list(rows.values())).assign(epoch=list(rows), learning_rate=9.0)
        told = outcome(lambda: vars(replay(ours, log, rate)))
        assert list(folder.iterdir()) == []
        happened = outcome(fitted, theirs, rows, rate, folder)
        if "চলে না" in str(told):  # the fit finds no direction either
            assert told[0] is ValueError and isinstance(happened, tuple)
        else:
            assert (told, [*map(state, ours)]) == (happened, [*map(state, theirs)])


def over(values, *callbacks):
    return replay(list(callbacks), pd.DataFrame({"val_loss": values}))


@pytest.mark.filterwarnings("ignore:.*available")
def test_a_column_without_a_number_has_no_best_epoch_and_no_stop():
    best = ModelCheckpoint("best.keras", save_best_only=True)
    callbacks = [EarlyStopping(patience=1, restore_best_weights=True), best]
    log = pd.DataFrame({"val_accuracy": [0.1, 0.2, 0.3], "val_loss": [NAN] * 3})
    told = replay(callbacks, log)
    assert (told.epochs, told.stopped_epoch, told.best_epoch) == (3, None, None)
    # but one NaN is a value, and nothing is better than a first NaN
    told = over([NAN, 0.5, 0.4], *callbacks)
    assert (told.stopped_epoch, told.best_epoch, told.saved_epochs) == (1, 0, [0])


def doing(act, hook="on_epoch_end"):
    return type("Mine", (keras.callbacks.Callback,), {hook: lambda self, *_, **__: act(self)})()


def at_end(act):
    return doing(lambda self: act(self.model))


DECAY = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
UNTOLD = {
    "a file": (keras.callbacks.CSVLogger("a.csv"), "ফাইলে লেখে"),
    "nan in a batch": (keras.callbacks.TerminateOnNaN(), "প্রতি batch-এ"),
    "saves by batches": (ModelCheckpoint("a.keras", save_freq=3), "প্রতি batch-এ"),
    "a batch": (doing(print, "on_train_batch_end"), "on_train_batch_end চলে প্রতি batch-এ"),
    "steps": (doing(lambda self: self.params["steps"]), "কয়টি batch-এ এক epoch"),
    "mean": (at_end(lambda model: np.mean([model.get_weights()] * 2, axis=0)), "weights লেখা নেই"),
    "read": (at_end(lambda model: model.get_weights()[0].sum()), "weights.sum"),
    "set": (at_end(lambda model: model.set_weights([np.ones(3)])), "weights বসানো গেল না"),
    "layers": (at_end(lambda model: model.layers), "model.layers পাওয়া গেল না"),
    "iterations": (at_end(lambda model: model.optimizer.iterations), "optimizer.iterations"),
    "rate": (at_end(lambda model: setattr(model.optimizer, "learning_rate", DECAY)), "schedule"),
}


@pytest.mark.parametrize(("callback", "why"), UNTOLD.values(), ids=UNTOLD)
def test_what_a_log_cannot_tell_is_refused_with_the_reason(callback, why):
    with pytest.raises(ValueError, match=why) as raised:
        over([1.0], callback)
    assert " — " in str(raised.value) and "model.fit(...)" in str(raised.value)


def test_a_metric_of_unknown_direction_asks_for_a_mode():
    watched = EarlyStopping(monitor="val_f1", restore_best_weights=True)
    with pytest.raises(ValueError, match='mode="min" বা mode="max" লিখে দাও'):
        replay(watched, pd.DataFrame({"val_f1": [1.0, 2.0, 3.0]}))


def test_what_is_neither_a_callback_nor_one_run_is_answered_in_bengali():
    with pytest.raises(TypeError, match="callback নয়"):
        over([1.0], EarlyStopping)
    two_runs = pd.DataFrame({"epoch": [0, 1, 0, 1], "val_loss": [1.0] * 4})
    for log, why in (two_runs, "২টি রান"), (pd.DataFrame({"epoch": []}), "একটি epoch-ও নেই"):
        with pytest.raises(LogError, match=why):
            replay([EarlyStopping()], log)


def test_the_worth_of_the_callbacks_is_that_of_the_recorded_trainings():
    import worth

    pd.testing.assert_frame_equal(worth.outcomes(), pd.read_csv(worth.OUTCOMES))
