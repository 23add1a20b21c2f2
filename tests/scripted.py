"""A real fit of a real model whose losses and metrics are prescribed, epoch by epoch."""

import functools

import h5py
import keras
import numpy as np
import tensorflow as tf


def grade(y_true, y_pred):
    """A metric of the learner's own: mode="auto" can't tell whether more of it is better."""
    return y_pred


class Scripted(keras.Model):
    """Its one weight is the number of the epoch that trained it: it tells what was restored."""

    def __init__(self, metrics):
        super().__init__()
        self.number = self.add_weight(name="number", shape=(), initializer="zeros")
        self.compile(keras.optimizers.SGD(), loss="mse", metrics=metrics)
        self.built = True
        self.compute_metrics(None, np.ones((1, 1)), np.ones((1, 1)))

    def call(self, x):
        return x * self.number

    def prescribe(self, rows, rate):
        self.rows, self.epoch, self.rates, self.restored = rows, min(rows) - 1, [], None
        self.optimizer.learning_rate = rate

    def make_train_function(self, force=False):
        def train_function(iterator):
            next(iterator)
            self.epoch, self.restored = self.epoch + 1, None
            self.number.assign(self.epoch)
            self.rates.append(float(self.optimizer.learning_rate))
            row = self.rows[self.epoch].items()
            return {name: value for name, value in row if "val_" not in name}

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
    """What a real fit does with the callbacks, in the words of Replay."""
    model, data = scripted()
    model.prescribe(rows, rate)
    validated = [epoch + 1 for epoch, row in rows.items() if "val_loss" in row]
    settings = {"validation_data": data, "validation_freq": validated, "verbose": 0}
    settings |= {"initial_epoch": min(rows), "epochs": max(rows) + 1, "callbacks": callbacks}
    model.fit(data, **settings)
    logged = model.history.history
    saved, best = [], []
    for place, one in enumerate(callbacks):
        saved += (epochs := written(folder / str(place)))
        best += epochs if getattr(one, "save_best_only", False) and one.monitor in logged else []
    return {
        "epochs": len(model.history.epoch),
        "stopped_epoch": model.epoch if model.stop_training else None,
        "best_epoch": max(best, default=None) if model.restored is None else model.restored,
        "learning_rates": logged.get("learning_rate", model.rates),
        "saved_epochs": sorted({*saved}),
        "notes": [],
    }


def written(folder):
    """The epochs, from 0, in the names of the weights files; each file holds its epoch's weight."""
    epochs = {int(file.name.partition(".")[0]) - 1: file for file in folder.rglob("*.weights.h5")}
    for epoch, file in epochs.items():
        with h5py.File(file) as weights:
            assert weights["vars/0"][()] == epoch
    return list(epochs)
