"""toy_data promises three happenings; each must really happen."""

from helpers import setup, toy_data

import keras
import numpy as np
import pytest
from keras import layers


@pytest.fixture(autouse=True)
def _seeded():
    setup()


def train(kind, hidden, optimizer, loss, epochs, callbacks=()):
    data, validation = toy_data(kind)
    model = keras.Sequential([layers.Dense(n, activation="relu") for n in hidden] + [layers.Dense(1)])
    model.compile(optimizer=optimizer, loss=loss)
    history = model.fit(data, validation_data=validation, epochs=epochs, verbose=0, callbacks=list(callbacks))
    return history.history


def test_overfit_val_loss_turns_up_while_loss_keeps_falling():
    log = train("overfit", [64, 64], keras.optimizers.Adam(1e-3), _bce(), epochs=50)
    best = int(np.argmin(log["val_loss"]))
    assert 3 <= best <= 35
    assert log["val_loss"][-1] > 1.2 * log["val_loss"][best]
    assert log["loss"][-1] < 0.5 * log["loss"][best]


def test_plateau_a_smaller_learning_rate_calms_the_jumping_val_loss():
    fast = train("plateau", [32, 32], keras.optimizers.SGD(0.3), "mse", epochs=40)["val_loss"]
    setup()
    reduce = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=5)
    calmed = train("plateau", [32, 32], keras.optimizers.SGD(0.3), "mse", epochs=40, callbacks=[reduce])
    assert calmed["learning_rate"][-1] < 0.3
    assert np.std(calmed["val_loss"][-8:]) < 0.3 * np.std(fast[-8:])


def test_explode_reaches_nan_within_the_first_epochs():
    log = train("explode", [], keras.optimizers.SGD(0.01), "mse", epochs=3)
    assert np.isnan(log["loss"][-1])


def test_same_seed_same_points_and_other_seed_other_points():
    def first_validation_x(seed):
        return next(iter(toy_data("overfit", seed=seed)[1]))[0].numpy()

    assert np.array_equal(first_validation_x(1), first_validation_x(1))
    assert not np.array_equal(first_validation_x(1), first_validation_x(2))


def test_training_order_differs_from_epoch_to_epoch():
    data, _ = toy_data("overfit")
    first, second = (np.concatenate([x for x, _ in data.as_numpy_iterator()]) for _ in range(2))
    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first, axis=0), np.sort(second, axis=0))


def test_no_epoch_waits_at_its_end_for_the_thread_that_tunes_the_data():
    assert [data.options().autotune.enabled for data in toy_data()] == [False, False]


def test_an_unknown_kind_is_answered_in_bengali_with_the_known_ones():
    with pytest.raises(ValueError, match="overfit, plateau, explode"):
        toy_data("overfitt")


def _bce():
    return keras.losses.BinaryCrossentropy(from_logits=True)
