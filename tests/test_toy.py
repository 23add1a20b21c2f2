"""toy_data promises three happenings; each must really happen."""

from helpers import setup, toy_data

import keras
import numpy as np
from keras import layers


def train(kind, hidden, optimizer, loss, epochs, *callbacks):
    setup()
    data, validation = toy_data(kind)
    dense = [layers.Dense(n, activation="relu") for n in hidden]
    model = keras.Sequential([*dense, layers.Dense(1)])
    model.compile(optimizer=optimizer, loss=loss)
    settings = {"validation_data": validation, "epochs": epochs, "verbose": 0}
    return model.fit(data, callbacks=[*callbacks], **settings).history


def test_overfit_val_loss_turns_up_while_loss_keeps_falling():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    log = train("overfit", [64, 64], keras.optimizers.Adam(1e-3), loss, 50)
    best = int(np.argmin(log["val_loss"]))
    assert 3 <= best <= 35
    assert log["val_loss"][-1] > 1.2 * log["val_loss"][best]
    assert log["loss"][-1] < 0.5 * log["loss"][best]


def test_plateau_a_smaller_learning_rate_calms_the_jumping_val_loss():
    fast = train("plateau", [32, 32], keras.optimizers.SGD(0.3), "mse", 40)
    reduce = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=5)
    calmed = train("plateau", [32, 32], keras.optimizers.SGD(0.3), "mse", 40, reduce)
    assert calmed["learning_rate"][-1] < 0.3
    assert np.std(calmed["val_loss"][-8:]) < 0.3 * np.std(fast["val_loss"][-8:])


def test_explode_reaches_nan_within_the_first_epochs():
    assert np.isnan(train("explode", [], keras.optimizers.SGD(0.01), "mse", 3)["loss"][-1])


def test_the_points_are_always_the_same_in_an_order_that_differs_from_epoch_to_epoch():
    data, again = toy_data("overfit")[0], toy_data("overfit")[0]
    epochs = [one.as_numpy_iterator() for one in (data, data, again)]
    first, second, third = (np.concatenate([x for x, _ in epoch]) for epoch in epochs)
    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first, axis=0), np.sort(second, axis=0))
    assert np.array_equal(first, third)
    # nor does an epoch wait at its end for the thread that tunes the data
    assert not data.options().autotune.enabled
