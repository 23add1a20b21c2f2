"""schedule_lab: the curve moves at once, a button trains, the code to copy is the schedule that is shown."""

import base64
import re
import threading
import warnings

from helpers import schedule_lab, setup
from helpers.labs import schedule

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from lab_tools import LIMIT, names_made_by, shown, wait_for

setup()

BEFORE = {"loss": [1.0, 0.5], "val_loss": [1.0, 0.6], "learning_rate": [0.3, 0.2]}
SETTINGS = {"kind": "cosine", "base": 0.3, "warm": 0, "every": 5, "total": 30}
kinds = st.sampled_from(sorted(schedule._FORMULAS))
some_settings = st.fixed_dictionaries(
    {
        "kind": kinds,
        "base": st.sampled_from([0.01, 0.3, 0.5]),
        "warm": st.integers(0, 20),
        "every": st.integers(1, 20),
        "total": st.integers(5, 40),
    }
)


@pytest.fixture(scope="module")
def real_lab():
    return schedule_lab()


@pytest.fixture
def lab(monkeypatch):
    """A lab whose trainings take no time."""
    monkeypatch.setattr(schedule, "train", lambda _settings, _is_stopped_after: dict(BEFORE))
    return schedule_lab()


@pytest.mark.parametrize(
    ("control", "value"), [("base", 0.1), ("warm", 7), ("total", 40), ("kind", "line"), ("kind", "step")]
)
def test_a_control_changes_picture_words_and_code_without_a_training(lab, control, value):
    picture, said, lines = shown(lab)
    getattr(lab, control).value = value
    assert lab.training.thread is None
    assert all(now != then for now, then in zip(shown(lab), (picture, said, lines), strict=True))
    assert "এখনো ট্রেনিং হয়নি" in lab.readout.value


def test_the_period_stands_there_only_where_it_is_used(lab):
    assert lab._every_row.layout.display == "none"
    lab.kind.value = "step"
    assert lab._every_row.layout.display is None
    lines = lab.code.value
    lab.every.value = 9
    assert lab.code.value != lines and "// 9" in lab.code.value


@with_settings(max_examples=60, deadline=None)
@given(settings=some_settings)
def test_every_schedule_is_floats_between_nothing_and_its_base(settings):
    rates = schedule.planned(settings)
    assert len(rates) == settings["total"]
    assert all(type(rate) is float for rate in rates)
    assert min(rates) >= 0 and max(rates) <= settings["base"] * (1 + 1e-9)
    warm = min(settings["warm"], settings["total"])
    assert np.all(np.diff(rates[:warm]) > 0) and np.all(np.diff(rates[warm:]) <= 1e-12)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("constant", [0.15, 0.3, 0.3, 0.3, 0.3, 0.3]),
        ("step", [0.15, 0.3, 0.3, 0.3, 0.15, 0.15]),
        ("line", [0.15, 0.3, 0.3, 0.225, 0.15, 0.075]),
        ("cosine", [0.15, 0.3, 0.3, 0.2561, 0.15, 0.0439]),
    ],
)
def test_each_kind_after_two_epochs_of_warm_up(kind, expected):
    settings = {"kind": kind, "base": 0.3, "warm": 2, "every": 2, "total": 6}
    assert schedule.planned(settings) == pytest.approx(expected, abs=1e-4)


def test_the_copied_code_makes_the_schedule_that_trains(lab):
    lab.kind.value, lab.warm.value, lab.total.value = "step", 3, 12
    names = names_made_by(lab.code.value)
    assert isinstance(names["scheduler"], keras.callbacks.LearningRateScheduler)
    rates = [names["schedule"](epoch) for epoch in range(12)]
    trained = REAL_TRAIN(lab._settings(), lambda _epoch: False)
    assert trained["learning_rate"] == pytest.approx(rates, rel=1e-5)


REAL_TRAIN = schedule.train


@pytest.fixture
def asked(lab, monkeypatch):
    """What was asked of the lab's trainings, each of which ends at once, with a val_loss of 0.1."""
    settings = []

    def train(wanted, _is_stopped_after):
        settings.append(wanted)
        return {
            name: [value] * 30 for name, value in {"loss": 0.2, "val_loss": 0.1, "learning_rate": 0.2}.items()
        }

    monkeypatch.setattr(lab.training, "train", train)
    return settings


def test_the_button_trains_what_the_controls_say_and_greys_what_was_before(lab, asked):
    lab.base.value = 0.2
    lab.start.click()
    wait_for(lab)
    assert [one["base"] for one in asked] == [0.2]
    assert "আগের চেষ্টার চেয়ে ভালো" in lab.readout.value and "<code>0.100</code>" in lab.readout.value
    picture = lab._picture
    assert list(picture.before.get_ydata()) == BEFORE["val_loss"]
    assert list(picture.validation.get_ydata()) == [0.1] * 30
    lab.base.value = 0.1  # this attempt is the one before now
    assert list(picture.before.get_ydata()) == [0.1] * 30 and len(picture.validation.get_ydata()) == 0


def test_a_training_that_was_stopped_is_not_told_as_a_finished_one(lab, asked):
    lab.total.value = 35
    lab.start.click()
    wait_for(lab)
    assert "epoch 29-এ তুমি থামিয়েছ" in lab.readout.value and "আগের" not in lab.readout.value


def test_a_control_moved_during_a_training_is_not_given_that_trainings_curve(lab, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    def train(_settings, _is_stopped_after):
        started.set()
        assert go_on.wait(LIMIT)
        return {"loss": [0.2], "val_loss": [0.1], "learning_rate": [0.3]}

    monkeypatch.setattr(lab.training, "train", train)
    lab.start.click()
    assert started.wait(LIMIT)
    lab.warm.value = 9
    go_on.set()
    wait_for(lab)
    assert "এখনো ট্রেনিং হয়নি" in lab.readout.value and "&lt; 9" in lab.code.value
    assert list(lab._picture.before.get_ydata()) == [0.1]
    assert len(lab._picture.validation.get_ydata()) == 0


@pytest.mark.parametrize(
    ("end", "before", "said"),
    [
        (float("nan"), None, "মডেল নষ্ট"),
        (0.3, None, "আটকে গেছে"),
        (0.02, None, "নেমে এসেছে"),
        (0.3, float("nan"), "ভালো"),
        (0.3, 0.4, "ভালো"),
        (0.3, 0.2, "খারাপ"),
        (0.3, 0.301, "মতোই"),
    ],
)
def test_the_verdict_tells_the_end_of_one_training_from_another(end, before, said):
    assert said in schedule._verdict({"val_loss": [end]}, before and {"val_loss": [before]})


def test_the_same_schedule_trains_to_the_same_curve_and_leaves_the_seed_alone():
    keras.utils.set_random_seed(3)
    untouched = np.random.rand(), keras.random.uniform(()).numpy()
    keras.utils.set_random_seed(3)
    first, second = (REAL_TRAIN(SETTINGS, lambda shown: shown >= 19) for _ in range(2))
    assert first == second and len(first["loss"]) == 15  # the bar is 40 long, the training 30
    assert (np.random.rand(), keras.random.uniform(()).numpy()) == untouched


def test_without_a_kernel_picture_and_words_remain(real_lab):
    data, metadata = real_lab._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == bytes(real_lab.picture.value)
    assert re.search("[\u0980-\u09ff]", metadata["image/png"]["alt"])


def test_no_letter_is_missing_from_the_fonts(monkeypatch):
    monkeypatch.setattr(schedule, "train", lambda _settings, _is_stopped_after: dict(BEFORE))
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        schedule_lab()
