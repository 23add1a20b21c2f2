"""replay says exactly what a real model.fit with the recorded values does: stop, weights, rates and saves."""

import math
import os
import warnings

from helpers import LogError, read_log, replay
from notebooks import ROOT

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.callbacks import EarlyStopping, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau

# REPLAY_EXAMPLES=500 uv run pytest tests/test_recorded.py
EXAMPLES = int(os.environ.get("REPLAY_EXAMPLES", 60))
NAN = math.nan


class Scripted(keras.Model):
    """A real Keras model in a real fit, whose losses and metrics are prescribed, epoch by epoch.

    Its one weight is the number of the epoch that trained it, so that the weights tell what was restored.
    """

    def __init__(self):
        super().__init__()
        self.epoch_weight = self.add_weight(name="epoch", initializer="zeros")
        self.compile(keras.optimizers.SGD(), loss="mse", metrics=["accuracy"])
        self._compile_metrics.build(np.zeros((1, 1)), np.zeros((1, 1)))
        self.built = True

    def prescribe(self, rows, rate):
        self.rows, self.epoch, self.saves, self.restored = rows, -1, [], None
        self.optimizer.learning_rate = rate

    def make_train_function(self, force=False):
        def train_function(iterator):
            next(iterator)
            self.epoch += 1
            self.epoch_weight.assign(self.epoch)
            return {name: value for name, value in self.rows[self.epoch].items() if "val_" not in name}

        self.train_function = train_function

    def get_metrics_result(self):
        return {}  # the logs are what the train function returned

    def evaluate(self, *args, **kwargs):
        row = self.rows[self.epoch].items()
        return {name.removeprefix("val_"): value for name, value in row if name.startswith("val_")}

    def set_weights(self, weights):
        self.restored = int(weights[0])

    def save(self, filepath, **kwargs):
        self.saves.append(self.epoch)

    save_weights = save


MODEL = Scripted()


def fitted(callbacks, rows, rate):
    """What a real fit does with the callbacks, in the words of Replay; or the error it ends in."""
    model = MODEL
    model.prescribe(rows, rate)
    data = np.zeros((1, 1))
    try:
        history = model.fit(
            data, data, epochs=len(rows), validation_data=(data, data), callbacks=callbacks, verbose=0
        )
    except ValueError as error:
        return str(error)
    ran = len(history.epoch)
    keeps = any(isinstance(one, ModelCheckpoint) and one.save_best_only for one in callbacks)
    return {
        "epochs": ran,
        "stopped_epoch": ran - 1 if model.stop_training else None,
        "best_epoch": max(model.saves, default=None) if keeps and model.restored is None else model.restored,
        "learning_rates": [float(np.float32(r)) for r in history.history.get("learning_rate", [rate] * ran)],
        "saved_epochs": model.saves,
    }


def replayed(callbacks, rows, rate):
    try:
        outcome = vars(replay(callbacks, pd.DataFrame(rows), rate))
    except ValueError as error:
        return str(error)
    return outcome | {"learning_rates": [float(np.float32(r)) for r in outcome["learning_rates"]]}


# ---- any callback over any log -------------------------------------------------------------------

# few different numbers, so that ties and plateaus are common; steps about as large as the min_delta below
VALUES = st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.3001, 0.5, 0.5, 0.9, NAN]) | st.floats(-2, 2, width=32)
COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy")
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, VALUES)), min_size=1, max_size=14)
WATCHED = {
    # "val_grade" is in no log
    "monitor": st.sampled_from([*COLUMNS, "val_loss", "val_grade"]),
    "mode": st.sampled_from(["auto", "min", "max"]),
}
DELTA = st.sampled_from([0, 0, 1e-4, 0.05, 0.2])
EARLY = st.fixed_dictionaries(
    WATCHED
    | {
        "min_delta": DELTA,
        "patience": st.integers(0, 5),
        "baseline": st.none() | st.sampled_from([0.2, 0.4]),
        "restore_best_weights": st.booleans(),
        "start_from_epoch": st.integers(0, 4),
    }
)
PLATEAU = st.fixed_dictionaries(
    WATCHED
    | {
        "factor": st.sampled_from([0.1, 0.5, 0.9]),
        "patience": st.integers(0, 4),
        "min_delta": DELTA,
        "cooldown": st.integers(0, 3),
        "min_lr": st.sampled_from([0.0, 1e-3, 0.02]),
    }
)
CHECKPOINT = st.fixed_dictionaries(
    WATCHED
    | {
        "save_best_only": st.booleans(),
        "initial_value_threshold": st.none() | st.sampled_from([0.2, 0.4]),
    }
)
RATES = st.sampled_from([1e-3, 0.1, 1.0])


def early_stopping(options):
    return EarlyStopping(**options)


def plateau(options):
    return ReduceLROnPlateau(**options)


def checkpoint(options):
    return ModelCheckpoint("best.keras", **options)


def agree(make, rows, rate):
    """The same callbacks, made twice, once in a fit and once in a replay."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "conditioned on metric `val_grade` which is not available"
        assert replayed(make(), rows, rate) == fitted(make(), rows, rate)


@settings(max_examples=EXAMPLES, deadline=None)
@given(options=EARLY, rows=ROWS)
def test_early_stopping_does_in_replay_what_it_does_in_fit(options, rows):
    agree(lambda: [early_stopping(options)], rows, 1e-3)


@settings(max_examples=EXAMPLES, deadline=None)
@given(options=PLATEAU, rows=ROWS, rate=RATES)
def test_reduce_lr_on_plateau_does_in_replay_what_it_does_in_fit(options, rows, rate):
    agree(lambda: [plateau(options)], rows, rate)


@settings(max_examples=EXAMPLES, deadline=None)
@given(options=CHECKPOINT, rows=ROWS)
def test_model_checkpoint_does_in_replay_what_it_does_in_fit(options, rows):
    agree(lambda: [checkpoint(options)], rows, 1e-3)


@settings(max_examples=EXAMPLES, deadline=None)
@given(early=EARLY, drop=PLATEAU, keep=CHECKPOINT, rows=ROWS, order=st.permutations([0, 1, 2]))
def test_the_three_together_do_in_replay_what_they_do_in_fit(early, drop, keep, rows, order):
    def make():
        three = [early_stopping(early), plateau(drop), checkpoint(keep)]
        return [three[place] for place in order]

    agree(make, rows, 1e-3)


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


def test_a_first_value_of_nan_stays_the_best():
    outcome = over([NAN, 0.5, 0.4, 0.3, 0.2], EarlyStopping(patience=3, restore_best_weights=True))
    assert (outcome.stopped_epoch, outcome.best_epoch) == (3, 0)


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


@pytest.mark.parametrize("rate", [0, -1, NAN, "0.1", None])
def test_an_impossible_learning_rate_is_refused(rate):
    with pytest.raises(ValueError, match="শূন্যের বেশি একটি সংখ্যা"):
        over([1.0], EarlyStopping(), rate=rate)
