"""CheckUp says what will go wrong, and is silent where nothing will."""

import inspect
import shutil
import subprocess
import sys
from types import SimpleNamespace

from helpers import checkup
from helpers.checkup import CheckUp, check_up

import keras
import numpy as np
import pytest
from keras import callbacks as kc

VAL = {"monitor": "val_loss"}


class Loud(kc.Callback):
    def on_epoch_ends(self, epoch, logs=None):
        """Keras calls no hook of this name."""


class Says(kc.Callback):
    """Writes its values into the logs of each epoch."""

    def __init__(self, **values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        for name, values in self.values.items():
            logs[name] = values[epoch]


def model(optimizer=None):
    keras.utils.set_random_seed(1)
    built = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    optimizer = optimizer or keras.optimizers.SGD(0.1)
    built.compile(optimizer, loss="binary_crossentropy", metrics=["accuracy"])
    return built


def said(callbacks, built=None, epochs=3, **settings):
    x = np.linspace(-1, 1, 16).reshape(-1, 1)
    y = (x > 0).astype("float32")
    settings = {"validation_data": (x, y), "epochs": epochs, "verbose": 0} | settings
    look = CheckUp(callbacks)
    (built or model()).fit(x, y, callbacks=[*callbacks, look], **settings)
    return look.said


def scheduled():
    return model(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)))


def stale():
    built = model()
    built.optimizer.lr = 0.5
    return built


LISTS = {
    "mode": [kc.EarlyStopping("val_accuracy", mode="min", patience=9, restore_best_weights=True)],
    "hook": [Loud()],
    "order": [kc.SwapEMAWeights(), kc.CSVLogger("x.csv"), kc.ReduceLROnPlateau(patience=2)],
    "owners": [kc.LearningRateScheduler(lambda epoch: 0.1), kc.ReduceLROnPlateau(patience=2)],
    "impatient": [kc.EarlyStopping(restore_best_weights=True)],
    "patience": [kc.EarlyStopping(patience=4), kc.ReduceLROnPlateau(patience=4)],
    "save_freq": [kc.ModelCheckpoint("x.keras", save_best_only=True, save_freq=5)],
    "graceful": [kc.TerminateOnNaN(), kc.BackupAndRestore("backup")],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_faulty_list_is_seen_before_training(name):
    assert check_up(LISTS[name]) == [name]


def test_a_model_is_looked_at_with_the_list():
    assert check_up([], stale()) == ["lr"]
    assert check_up([kc.ReduceLROnPlateau()], scheduled()) == ["schedule"]
    assert check_up([kc.ReduceLROnPlateau(min_lr=0.2)], model()) == ["min_lr"]


def test_a_name_that_reduce_lr_swallows_is_read_from_the_code():
    assert check_up([kc.ReduceLROnPlateau(patiance=2)]) == ["swallowed"]


def test_parts_that_share_pictures_are_told():
    train = SimpleNamespace(file_paths=["cat/1", "cat/2", "dog/3"])
    val = SimpleNamespace(file_paths=["cat/2", "dog/4"])
    assert check_up([], data=(train, val)) == ["leak"]
    assert check_up([], data=(train, SimpleNamespace(file_paths=["cat/8"]))) == []


def test_what_an_earlier_run_left_is_told(tmp_path):
    best, backup, log = tmp_path / "best.keras", tmp_path / "backup", tmp_path / "log.csv"

    def saves():
        return [kc.ModelCheckpoint(best, save_best_only=True)]

    def keeps():
        return [kc.BackupAndRestore(backup, delete_checkpoint=False)]

    def boards():
        return [kc.TensorBoard(tmp_path / "board")]

    for callbacks, name in ((saves, "best"), (keeps, "backup"), (boards, "log_dir")):
        assert said(callbacks()) == []
        assert said(callbacks()) == [name]
    log.write_text("epoch,accuracy,loss\n0,0.5,0.7\n", encoding="utf-8")
    assert said([kc.CSVLogger(log, append=True)]) == ["header"]


MONITOR = {"mode": "min", "patience": 5, "restore_best_weights": True}
RUNS = {
    "monitor": [kc.EarlyStopping("val_los", **MONITOR)],
    "min_delta": [kc.EarlyStopping(min_delta=0.5, patience=5, restore_best_weights=True)],
    "nan": [Says(val_loss=[0.5, float("nan"), 0.4])],
    "chance": [Says(loss=[0.6931, 0.6933, 0.6932])],
    "last": [Says(val_loss=[0.1, 0.2, 0.3]), kc.EarlyStopping(patience=5)],
}


@pytest.mark.filterwarnings("ignore:Early stopping conditioned")
@pytest.mark.parametrize("name", RUNS)
def test_the_first_epochs_are_looked_at(name):
    assert said(RUNS[name]) == [name]


@pytest.mark.filterwarnings("ignore:.*conditioned on", "ignore:Can save best", "ignore:.*ran out")
def test_validation_that_is_missing_always_or_at_times(tmp_path):
    early = kc.EarlyStopping(patience=9, restore_best_weights=True)
    assert said([early], validation_data=None) == ["no_val"]
    assert said([early], validation_freq=2) == ["no_val", "freq"]


@pytest.mark.filterwarnings("ignore:.*ran out of data")
def test_data_that_runs_out_is_told():
    import tensorflow as tf  # here: the copied file must do without

    rows = [([float(i)], [float(i > 4)]) for i in range(8)]
    shapes = (tf.TensorSpec((1,)), tf.TensorSpec((1,)))
    data = tf.data.Dataset.from_generator(lambda: iter(rows), output_signature=shapes)
    look = CheckUp([])
    model().fit(data.batch(4), epochs=2, steps_per_epoch=2, verbose=0, callbacks=[look])
    assert look.said == ["dry"]


def test_slow_callbacks_are_told():
    assert [name for name, is_so, _ in checkup._time(0.0, 10.0, 12.0) if is_so] == ["slow"]
    assert not any(is_so for _, is_so, _ in checkup._time(0.0, 0.1, 0.2))


def test_every_sentence_is_tested_here():
    source = inspect.getsource(sys.modules[__name__])
    assert [name for name in checkup._SAID if f'"{name}"' not in source] == []


def test_an_odd_list_or_model_stops_nothing():
    assert check_up([None, kc.EarlyStopping, 7], model=object()) == check_up(None) == []
    assert check_up(kc.EarlyStopping()) == ["impatient"]


def test_the_copied_file_needs_keras_alone(tmp_path):
    shutil.copy(checkup.__file__, tmp_path / "checkup.py")
    code = "import keras, checkup; print(checkup.check_up([keras.callbacks.EarlyStopping()]))"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "['impatient']" in ran.stdout
