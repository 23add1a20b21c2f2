"""replay says exactly what a real model.fit with the recorded values does: stop, weights, rates and saves."""

import functools
import inspect
import math
import os
import tempfile
import warnings
from pathlib import Path

from helpers import LogError, read_log, replay
from notebooks import ROOT

import h5py
import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.callbacks import (
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)

# REPLAY_EXAMPLES=500 uv run pytest tests/test_recorded.py
EXAMPLES = int(os.environ.get("REPLAY_EXAMPLES", 60))
NAN = math.nan


def grade(y_true, y_pred):
    """A metric of the learner's own: mode="auto" can't tell whether more of it is better."""
    return y_pred


class Scripted(keras.Model):
    """A real Keras model in a real fit, whose losses and metrics are prescribed, epoch by epoch.

    Its one weight is the number of the epoch that trained it, so that the weights tell what was restored.
    """

    def __init__(self, metrics):
        super().__init__()
        self.number = self.add_weight(name="number", shape=(), initializer="zeros")
        self.compile(keras.optimizers.SGD(), loss="mse", metrics=metrics)

        self.built = True
        self.compute_metrics(None, np.ones((1, 1)), np.ones((1, 1)))  # builds them, as the first batch does

    def call(self, x):
        return x * self.number

    def prescribe(self, rows, rate):
        self.rows, self.epoch, self.rates, self.restored = rows, min(rows) - 1, [], None
        self.optimizer.learning_rate = rate

    def make_train_function(self, force=False):
        def train_function(iterator):
            next(iterator)
            self.epoch += 1
            self.number.assign(self.epoch)
            self.rates.append(float(self.optimizer.learning_rate))
            return {name: value for name, value in self.rows[self.epoch].items() if "val_" not in name}

        self.train_function = train_function

    def make_test_function(self, force=False):
        def test_function(iterator):
            next(iterator)
            row = self.rows[self.epoch].items()
            return {name.removeprefix("val_"): value for name, value in row if "val_" in name}

        self.test_function = test_function

    def get_metrics_result(self):
        return {}  # the logs are what the two functions returned

    def set_weights(self, weights):
        super().set_weights(weights)
        self.restored = int(self.number)


@functools.cache
def scripted():
    model = Scripted(["accuracy", "mae", keras.metrics.AUC(name="auc"), grade])
    return model, tf.data.Dataset.from_tensors((np.ones((1, 1)), np.ones((1, 1))))


def fitted(callbacks, rows, rate, folder):
    """What a real fit does with the callbacks, in the words of Replay; or the error it ends in."""
    model, data = scripted()
    model.prescribe(rows, rate)
    try:
        history = model.fit(
            data,
            initial_epoch=min(rows),
            epochs=max(rows) + 1,
            validation_data=data,
            validation_freq=[epoch + 1 for epoch, row in rows.items() if "val_loss" in row],
            callbacks=callbacks,
            verbose=0,
        )
    except Exception as error:
        return type(error), str(error)
    saved = {place: written(folder / str(place)) for place in range(len(callbacks))}
    best = [saved[place] for place, one in enumerate(callbacks) if getattr(one, "save_best_only", False)]
    last_best = max((epoch for epochs in best for epoch in epochs), default=None)
    return {
        "epochs": len(history.epoch),
        "stopped_epoch": history.epoch[-1] if model.stop_training else None,
        "best_epoch": last_best if model.restored is None else model.restored,
        "learning_rates": history.history.get("learning_rate", model.rates),
        "saved_epochs": sorted({epoch for epochs in saved.values() for epoch in epochs}),
    }


def written(folder):
    """The epochs, counted from 0, in the names of the weights files; each file holds that epoch's weights."""
    epochs = {int(file.name.partition(".")[0]) - 1: file for file in folder.rglob("*.weights.h5")}
    for epoch, file in epochs.items():
        with h5py.File(file) as weights:
            assert weights["vars/0"][()] == epoch
    return list(epochs)


def replayed(callbacks, rows, rate):
    names = dict.fromkeys(name for row in rows.values() for name in row)
    # None is no value, NaN is one
    table = {name: pd.Series([row.get(name) for row in rows.values()], dtype=object) for name in names}
    try:
        return vars(replay(callbacks, pd.DataFrame({"epoch": list(rows)} | table), rate))
    except Exception as error:
        return type(error), str(error)


class Own(keras.callbacks.Callback):
    """A learner's callback: it sees the logs, adds to them, sets the rate, and stops."""

    def __init__(self, faster_at=None, stop_at=None):
        super().__init__()
        self.faster_at, self.stop_at, self.seen = faster_at, stop_at, []

    def on_train_begin(self, logs=None):
        self.seen.append(("train begins", logs))

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append((epoch, logs, float(self.model.optimizer.learning_rate)))

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append((epoch, dict(logs), float(self.model.optimizer.learning_rate)))
        logs["own"] = len(self.seen)
        if epoch == self.faster_at:
            self.model.optimizer.learning_rate = 0.7
        if epoch == self.stop_at:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.seen.append(("train ends", logs))


# ---- any callback over any log -------------------------------------------------------------------

# few different numbers, so that ties and plateaus are common; steps about as large as the min_delta below
VALUES = st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.3001, 0.5, 0.5, 0.9, NAN, math.inf]) | st.floats(
    -2, 2, width=32
)
TRAINED = ("loss", "accuracy", "mae", "auc", "grade")
VALIDATED = tuple(f"val_{name}" for name in TRAINED)


@st.composite
def some_rows(draw, values=VALUES):
    """{epoch: logs} of a fit that is validated in every epoch, in every second or third one, or never."""
    count, every = draw(st.integers(1, 14)), draw(st.sampled_from([1, 1, 1, 2, 3, 99]))
    few = st.sampled_from(draw(st.lists(values, min_size=1, max_size=4)))  # a plateau, or nearly one
    rows = []
    for epoch in range(count):
        watched = draw(few | values)
        rows.append(dict.fromkeys(TRAINED, watched) | {"accuracy": draw(values)})
        if (epoch + 1) % every == 0:
            rows[-1] |= dict.fromkeys(VALIDATED, watched) | {"val_accuracy": draw(values)}
    return dict(enumerate(rows, draw(st.sampled_from([0, 0, 0, 5]))))


ROWS = some_rows()
WATCHED = {
    # "val_lost" is in no log, "own" is there when a callback has put it there
    "monitor": st.sampled_from([*TRAINED, *VALIDATED, "val_loss", "val_loss", "val_lost", "own"]),
    "mode": st.sampled_from(["auto", "auto", "min", "max"]),
}
DELTA = st.sampled_from([0, 0, 1e-4, 0.05, 0.2])
EARLY = st.builds(
    functools.partial,
    st.just(EarlyStopping),
    min_delta=DELTA,
    patience=st.integers(0, 5),
    baseline=st.none() | st.sampled_from([0.2, 0.4]),
    restore_best_weights=st.booleans(),
    start_from_epoch=st.integers(0, 4),
    **WATCHED,
)
PLATEAU = st.builds(
    functools.partial,
    st.just(ReduceLROnPlateau),
    factor=st.sampled_from([0.1, 0.5, 0.9]),
    patience=st.integers(0, 4),
    min_delta=DELTA,
    cooldown=st.integers(0, 3),
    min_lr=st.sampled_from([0.0, 1e-3, 0.02]),
    **WATCHED,
)
CHECKPOINT = st.builds(
    functools.partial,
    st.just(ModelCheckpoint),
    filepath=st.sampled_from(
        ["{epoch}.weights.h5"] * 6 + ["new/{val_loss}/{epoch}.weights.h5", "{lost}/{epoch}.weights.h5"]
    ),
    save_weights_only=st.just(True),
    save_best_only=st.sampled_from([True, True, False]),
    initial_value_threshold=st.none() | st.sampled_from([0.2, 0.4]),
    **WATCHED,
)
SCHEDULE = st.just(functools.partial(LearningRateScheduler, lambda epoch, lr: lr * 0.9))
OWN = st.builds(
    functools.partial,
    st.just(Own),
    faster_at=st.none() | st.integers(0, 5),
    stop_at=st.none() | st.integers(0, 9),
)
RATES = st.sampled_from([1e-3, 0.1, 1.0])


def state(callback):
    """What the callback remembers afterwards."""
    left_out = {"_model", "params", "best_weights", "schedule", "filepath"}
    return repr({name: value for name, value in sorted(vars(callback).items()) if name not in left_out})


def make_all(recipes, folder):
    callbacks = [recipe() for recipe in recipes]
    for place, callback in enumerate(callbacks):
        if isinstance(callback, ModelCheckpoint):
            callback.filepath = f"{folder}/{place}/{callback.filepath}"
    return callbacks


def agree(recipes, rows, rate=1e-3):
    """The same callbacks, once in a fit and once in a replay: the same outcome, and the same memory of it."""
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "conditioned on metric `val_lost` which is not available"
        folder = Path(name)
        ours, theirs = make_all(recipes, folder), make_all(recipes, folder)
        outcome = replayed(ours, rows, rate)
        assert list(folder.iterdir()) == []
        assert outcome == fitted(theirs, rows, rate, folder)
        assert [state(callback) for callback in ours] == [state(callback) for callback in theirs]


@settings(max_examples=EXAMPLES, deadline=None)
@given(early=EARLY, rows=ROWS)
def test_early_stopping_does_in_replay_what_it_does_in_fit(early, rows):
    agree([early], rows)


@settings(max_examples=EXAMPLES, deadline=None)
@given(drop=PLATEAU, rows=ROWS, rate=RATES)
def test_reduce_lr_on_plateau_does_in_replay_what_it_does_in_fit(drop, rows, rate):
    agree([drop], rows, rate)


@settings(max_examples=EXAMPLES, deadline=None)
@given(keep=CHECKPOINT, rows=ROWS)
def test_model_checkpoint_does_in_replay_what_it_does_in_fit(keep, rows):
    agree([keep], rows)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    recipes=st.lists(EARLY | PLATEAU | CHECKPOINT | SCHEDULE | OWN, min_size=2, max_size=5),
    rows=ROWS,
    rate=RATES,
)
def test_several_together_do_in_replay_what_they_do_in_fit(recipes, rows, rate):
    agree(recipes, rows, rate)


FINITE = st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.5]) | st.floats(-2, 2, width=32)


@settings(max_examples=EXAMPLES, deadline=None)
@given(recipe=EARLY | PLATEAU | CHECKPOINT, rows=some_rows(FINITE).filter(lambda rows: 0 in rows))
def test_a_file_that_the_fit_wrote_gives_what_the_fit_did(recipe, rows):
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "conditioned on metric `val_lost` which is not available"
        folder = Path(name)
        fitted([CSVLogger(folder / "log.csv")], rows, 1e-3, folder)
        try:
            outcome = vars(replay(make_all([recipe], folder), read_log(folder / "log.csv")))
        except Exception as error:
            outcome = type(error), str(error)
        assert outcome == fitted(make_all([recipe], folder), rows, 1e-3, folder)


# ---- what the course tells about them ------------------------------------------------------------


def over(values, *callbacks, rate=0.4):
    return replay(list(callbacks), pd.DataFrame({"epoch": range(len(values)), "val_loss": values}), rate)


STUCK = [1.0] * 12


@pytest.mark.parametrize(("stop", "drop", "drops"), [(5, 2, 2), (5, 5, 0), (5, 10, 0)])
def test_which_patience_makes_which_useless(stop, drop, drops):
    outcome = over(STUCK, EarlyStopping(patience=stop), ReduceLROnPlateau(patience=drop, factor=0.5))
    assert outcome.stopped_epoch == 5
    # a drop on the stopping epoch is in no log
    assert len(set(outcome.learning_rates)) - 1 == drops


@pytest.mark.parametrize(("patience", "cooldown", "gap"), [(2, 0, 2), (2, 1, 2), (2, 3, 4), (3, 4, 6)])
def test_the_gap_between_two_drops(patience, cooldown, gap):
    values = [1.0] * 30
    rates = over(values, ReduceLROnPlateau(patience=patience, cooldown=cooldown, factor=0.5)).learning_rates
    drops = np.flatnonzero(np.diff(rates))
    assert set(np.diff(drops)) == {gap}


def ready_metrics():
    """One of each of the metrics that Keras has, under the name it has in a log."""
    arguments = {"num_classes": 2, "target_class_ids": [0], "fn": grade}
    arguments |= dict.fromkeys(("precision", "recall", "sensitivity", "specificity"), 0.5)
    for kind in vars(keras.metrics).values():
        if isinstance(kind, type) and issubclass(kind, keras.metrics.Metric):
            given = inspect.signature(kind).parameters
            needed = [name for name in given if given[name].default is inspect.Parameter.empty]
            yield kind(**{name: arguments[name] for name in needed if name in arguments})


def test_auto_takes_the_way_that_keras_gives_each_of_its_metrics():
    best_of_rising = {"up": 2, "down": 0}
    for metric in ready_metrics():
        log = pd.DataFrame({metric.name: [1.0, 2.0, 3.0], f"val_{metric.name}": [1.0, 2.0, 3.0]})
        early = EarlyStopping(monitor=f"val_{metric.name}", patience=9, restore_best_weights=True)
        if direction := getattr(metric, "_direction", None):
            assert replay(early, log).best_epoch == best_of_rising[direction], metric.name
        else:
            with pytest.raises(ValueError, match="automatically determine"):
                replay(early, log)


@pytest.mark.parametrize("name", ["gizmo", "function", "Dense", "weird name", "auc_pr"])
def test_a_metric_that_keras_does_not_know_is_no_obstacle(name):
    log = pd.DataFrame({name: [1.0, 2.0], "loss": [2.0, 1.0]})
    assert replay(EarlyStopping(monitor="loss", restore_best_weights=True), log).best_epoch == 1
    with pytest.raises(ValueError, match="automatically determine"):
        replay(EarlyStopping(monitor=name), log)


def test_the_names_that_keras_counts_stay_free_for_the_learner():
    before = keras.metrics.AUC().name
    replay(EarlyStopping(), pd.DataFrame({"auc": [1.0], "precision": [1.0], "val_loss": [1.0]}))
    number = int(before.partition("_")[2] or 0)
    assert keras.metrics.AUC().name == f"auc_{number + 1}"


def test_a_first_value_of_nan_stays_the_best():
    outcome = over([NAN, 0.5, 0.4, 0.3, 0.2], EarlyStopping(patience=3, restore_best_weights=True))
    assert (outcome.stopped_epoch, outcome.best_epoch) == (3, 0)


def test_as_good_as_the_best_is_no_improvement():
    values = [1.0, 1.0, 0.9, 0.9, 0.9]
    assert over(values, ModelCheckpoint("best.keras", save_best_only=True)).saved_epochs == [0, 2]
    assert over(values, EarlyStopping(patience=2, restore_best_weights=True)).best_epoch == 2


def test_the_rate_is_the_one_that_was_logged_even_if_it_changed_after_the_epoch():
    first, second = over([1.0, 1.0], Own(faster_at=0), ReduceLROnPlateau()).learning_rates
    assert first == second == np.float32(0.7)
    # nothing logs it here, so it is the rate that the epoch ran with
    first, second = over([1.0, 1.0], Own(faster_at=0)).learning_rates
    assert (first, second) == (np.float32(0.4), np.float32(0.7))


def test_the_recorded_learning_rate_is_not_the_one_that_the_callbacks_see():
    log = read_log(ROOT / "data" / "runs" / "dog_cat_3000.csv")
    assert set(replay([EarlyStopping(patience=99)], log, 0.25).learning_rates) == {0.25}


def test_a_schedule_and_a_callback_of_ones_own_are_called_as_in_fit():
    seen = []

    class Spy(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append("begin")

        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, logs["val_loss"], round(float(self.model.optimizer.learning_rate), 3)))

        def on_train_end(self, logs=None):
            seen.append("end")

    outcome = over([3.0, 2.0], LearningRateScheduler(lambda epoch, lr: lr / 2), Spy())
    assert seen == ["begin", (0, 3.0, 0.2), (1, 2.0, 0.1), "end"]
    assert np.allclose(outcome.learning_rates, [0.2, 0.1])


def test_nothing_is_written_and_the_callback_keeps_its_path(tmp_path, capsys):
    path = str(tmp_path / "new" / "{epoch:02d}-{val_loss:.1f}.keras")
    ckpt = ModelCheckpoint(path)
    assert over([3.0, 2.0], ckpt).saved_epochs == [0, 1]
    assert list(tmp_path.iterdir()) == [] and ckpt.filepath == path
    assert capsys.readouterr() == ("", "")


def test_after_a_replay_the_callback_stands_as_after_a_fit():
    early = EarlyStopping(patience=2)
    over([3.0, 2.0, 2.5, 2.6, 0.1], early)
    assert (early.best_epoch, early.wait, early.stopped_epoch) == (1, 2, 3)


@pytest.mark.parametrize(
    ("callback", "why"),
    [
        (keras.callbacks.CSVLogger("a.csv"), "ফাইলে লেখে"),
        (keras.callbacks.TerminateOnNaN(), "প্রতি batch-এ"),
        (ModelCheckpoint("a.keras", save_freq=3), "batch গুনে"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_log_cannot_tell_is_refused_with_the_reason(callback, why):
    with pytest.raises(ValueError, match=why):
        over([1.0], callback)


@pytest.mark.parametrize("callback", [EarlyStopping, 5, "early"], ids=["class", "number", "text"])
def test_what_is_no_callback_is_named(callback):
    with pytest.raises(TypeError, match="callback নয়"):
        over([1.0], callback)


def test_a_log_that_is_not_one_run_is_answered_in_bengali(tmp_path):
    two_runs = pd.DataFrame({"epoch": [0, 1, 0, 1], "val_loss": [1.0] * 4})
    for log, why in (
        (two_runs, "২টি রান"),
        (pd.DataFrame(), "একটি epoch-ও নেই"),
        (tmp_path / "no.csv", "নেই"),
    ):
        with pytest.raises(LogError, match=why):
            replay([EarlyStopping()], log)


@pytest.mark.parametrize(
    ("rate", "error", "why"),
    [
        (0, ValueError, "শূন্যের বেশি একটি সংখ্যা"),
        (-1, ValueError, "০ থেকে"),
        (NAN, ValueError, "০ থেকে"),
        ("0.1", TypeError, "এখানে চাই একটি সংখ্যা"),
        (None, TypeError, "এখানে চাই একটি সংখ্যা"),
    ],
)
def test_an_impossible_learning_rate_is_refused(rate, error, why):
    with pytest.raises(error, match=why):
        over([1.0], EarlyStopping(), rate=rate)
