"""The labs: every move changes picture, words and code together, and they say what the real callback does."""

import base64
import re
import threading
import warnings

from helpers import LogError, patience_lab, plateau_lab, read_log, setup, three_lab
from helpers.labs import plateau
from helpers.recorded import replay
from notebooks import ROOT

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import LIMIT, names_made_by, shown, wait_for

setup()
RECORDED = ROOT / "data" / "runs" / "dog_cat_no_callbacks.csv"
LABS = {
    "patience": lambda: patience_lab(RECORDED),
    "three": lambda: three_lab(RECORDED),
    "plateau": plateau_lab,
}
SLIDERS = [
    *(("patience", name) for name in ("patience", "min_delta", "start_from_epoch")),
    *(("three", name) for name in ("stop_patience", "drop_patience", "factor", "cooldown")),
    *(("plateau", name) for name in ("factor", "patience", "cooldown")),
]


@pytest.fixture(scope="module")
def labs():
    return {name: make() for name, make in LABS.items()}


@pytest.mark.parametrize(("name", "slider"), SLIDERS)
def test_a_slider_changes_picture_and_code_which_holds_its_value(name, slider):
    lab = LABS[name]()
    control = getattr(lab, slider)
    picture, _, code = shown(lab)
    control.value = control.max if control.value < control.max else control.min
    wait_for(lab)
    assert lab.code.value != code
    assert bytes(lab.picture.value).startswith(b"\x89PNG")
    assert lab.picture.value != picture or slider in ("min_delta", "start_from_epoch")  # or nothing differs
    assert str(round(control.value, 3)) in lab.code.value


def test_the_patience_lab_says_and_codes_what_replay_does():
    log, lab = read_log(RECORDED), patience_lab(RECORDED, minutes=40)
    for patience in (1, 4, 9):
        lab.patience.value = patience
        early = names_made_by(lab.code.value)["early"]
        assert (early.patience, early.restore_best_weights) == (patience, True)
        outcome = replay([early], log)
        said = lab.readout.value
        assert f"epoch <code>{outcome.stopped_epoch}</code>-এ থামল" in said
        assert f"epoch <code>{outcome.best_epoch}</code>-এর weights" in said
        minutes = f"{40 * (len(log) - outcome.epochs) / len(log):.1f}"
        assert minutes.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")) + " মিনিট" in said


def test_the_patience_lab_says_what_was_missed_by_not_waiting():
    values = [0.9, 0.5, 0.6, 0.6, 0.3, 0.4, 0.4, 0.4]
    lab = patience_lab(pd.DataFrame({"epoch": range(8), "val_loss": values}))
    lab.patience.value = 2
    assert "epoch <code>4</code>-এ <code>0.300</code> পাওয়া যেত" in lab.readout.value
    lab.patience.value = 3
    assert "ভালো কিছু আসত না" in lab.readout.value


def test_whatever_comes_after_a_first_epoch_of_nan_is_missed():
    values = [np.nan, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    lab = patience_lab(pd.DataFrame({"epoch": range(7), "val_loss": values}))
    lab.patience.value = 3
    assert "epoch <code>6</code>-এ <code>0.100</code> পাওয়া যেত" in lab.readout.value


def test_a_wrong_mode_is_explained_and_a_right_one_is_not():
    lab = patience_lab(RECORDED)
    lab.mode.value = "max"
    assert "mode ভুল" in lab.readout.value and "epoch <code>0</code>-কে সে সেরা ভেবেছে" in lab.readout.value
    lab.mode.value = "min"
    assert "mode ভুল" not in lab.readout.value


def test_a_metric_whose_direction_keras_does_not_know_asks_for_a_mode():
    lab = patience_lab(pd.DataFrame({"epoch": range(4), "val_grade": [1.0, 2.0, 1.5, 1.0]}))
    assert lab.code.value == "" and lab.figure.axes[0].get_title("left") == "mode বেছে নাও"
    assert "mode-এ min বা max বেছে নাও" in lab.readout.value
    lab.mode.value = "max"
    assert "epoch <code>1</code>-এর weights" in lab.readout.value


def test_the_three_lab_says_which_drop_came_too_late():
    lab = three_lab(RECORDED)
    lab.stop_patience.value = lab.drop_patience.value = 5
    assert "শেষ কমানোটি পড়েছে থামার epoch-এই" in lab.readout.value
    lab.drop_patience.value = 10
    assert "একবারও কমায়নি" in lab.readout.value
    lab.drop_patience.value = 2
    said, made = lab.readout.value, names_made_by(lab.code.value)
    outcome = replay([made["ckpt"], made["early"], made["rlrop"]], read_log(RECORDED))
    assert f"থামিয়েছে epoch <code>{outcome.stopped_epoch}</code>-এ" in said
    assert f"শেষবার epoch <code>{outcome.best_epoch}</code>-এ" in said


@pytest.fixture(scope="module")
def moved(labs):
    return labs["patience"], labs["three"]


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_no_position_of_the_controls_raises(moved, data):
    for lab in moved:
        for control in _controls(lab):
            if hasattr(control, "options"):
                control.value = data.draw(st.sampled_from(control.options))
            else:
                share = data.draw(st.floats(0, 1))
                low, high, step = control.min, control.max, control.step
                control.value = type(control.value)(low + round(share * (high - low) / step) * step)
            assert lab.readout.value and lab.picture.value


def _controls(lab):
    names = {"patience": SLIDERS[:3], "three": SLIDERS[3:7]}
    kind = "patience" if hasattr(lab, "monitor") else "three"
    found = [getattr(lab, name) for _, name in names[kind]]
    return [*found, lab.monitor, lab.mode] if kind == "patience" else found


NAN = float("nan")
ODD_LOGS = {
    "one epoch": {"val_loss": [0.5]},
    "NaN first": {"val_loss": [NAN, 0.5, 0.4, 0.6]},
    "all NaN but one": {"val_loss": [0.5, NAN, NAN, NAN]},
    "flat": {"val_loss": [0.5] * 5},
    "huge": {"val_loss": [1e30, 1e-30, 1.0]},
}


@pytest.mark.parametrize("columns", ODD_LOGS.values(), ids=ODD_LOGS)
@pytest.mark.parametrize("make", [patience_lab, three_lab])
def test_odd_logs_are_shown_all_the_same(make, columns):
    log = pd.DataFrame({"epoch": range(len(columns["val_loss"])), **columns})
    lab = make(log)
    for control in _controls(lab)[:3]:
        control.value = control.max
    assert lab.readout.value and lab.picture.value


def test_a_log_without_what_a_lab_needs_is_answered_in_bengali():
    with pytest.raises(LogError, match="val_loss নেই"):
        three_lab(pd.DataFrame({"epoch": [0, 1], "loss": [1.0, 0.5]}))
    with pytest.raises(LogError, match="একটিও epoch বা metric নেই"):
        patience_lab(pd.DataFrame({"epoch": []}))


@pytest.mark.parametrize("name", LABS)
def test_without_a_kernel_picture_and_words_remain(labs, name):
    data, metadata = labs[name]._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == labs[name].picture.value
    assert re.search("[\u0980-\u09ff]", metadata["image/png"]["alt"])


@pytest.mark.parametrize("name", LABS)
def test_no_letter_is_missing_from_the_fonts(labs, name):
    figure = labs[name].figure
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        figure.draw_without_rendering()
    assert [str(warning.message) for warning in warned] == []


RESUMED = pd.DataFrame({"epoch": range(10, 16), "val_loss": [0.9, 0.5, 0.6, 0.7, 0.3, 0.4]})


def test_the_patience_lab_counts_the_epochs_of_a_resumed_run_as_its_log_does():
    lab = patience_lab(RESUMED)
    lab.patience.value = 2
    assert "epoch <code>13</code>-এ থামল" in lab.readout.value
    assert "epoch <code>11</code>-এর weights" in lab.readout.value
    assert "epoch <code>14</code>-এ <code>0.300</code> পাওয়া যেত" in lab.readout.value
    axes = lab.figure.axes[0]
    assert axes.get_xlim() == (9.5, 15.5)
    assert list(axes.lines[0].get_xdata()) == list(range(10, 16))


def test_the_three_lab_counts_the_epochs_of_a_resumed_run_as_its_log_does():
    lab = three_lab(RESUMED)
    lab.stop_patience.value, lab.drop_patience.value = 3, 1
    assert "শেষবার epoch <code>14</code>-এ" in lab.readout.value
    assert "কমিয়েছে epoch <code>12</code>, <code>13</code>, <code>15</code>-এর শেষে" in lab.readout.value
    assert list(lab.figure.axes[0].lines[0].get_xdata()) == list(range(10, 16))


def test_the_second_run_of_a_log_is_drawn_in_the_frame():
    log = pd.concat([RESUMED.assign(run=0), RESUMED.assign(run=1, epoch=range(6))], ignore_index=True)
    axes = patience_lab(log[log["run"] == 1]).figure.axes[0]
    assert list(axes.lines[0].get_xdata()) == list(range(6)) and axes.get_xlim() == (-0.5, 5.5)


def test_the_staircase_of_the_three_lab_stays_in_its_frame_even_at_the_ends_of_the_sliders():
    lab = three_lab(pd.DataFrame({"epoch": range(30), "val_loss": np.linspace(0.1, 1, 30)}))
    lab.stop_patience.value, lab.drop_patience.value, lab.factor.value = 15, 1, 0.1
    _assert_is_in_its_frame(lab.figure.axes[2])


def test_the_staircase_of_the_plateau_lab_stays_in_its_frame_however_low_it_goes(monkeypatch):
    rates = [0.3 * 0.1**n for n in range(60)]
    curves = {"loss": [1.0] * 60, "val_loss": [1.0] * 60, "learning_rate": rates}
    monkeypatch.setattr(plateau, "train", lambda settings, is_stopped_after: curves)
    _assert_is_in_its_frame(plateau_lab().figure.axes[1])


def _assert_is_in_its_frame(stairs):
    low, high = stairs.get_ylim()
    drawn = [
        value for line in stairs.lines if line.get_drawstyle() == "steps-mid" for value in line.get_ydata()
    ]
    assert len(drawn) > 10 and low < min(drawn) and max(drawn) < high


# ---- training in a thread ------------------------------------------------------------------------


@pytest.fixture
def slow_training(monkeypatch):
    """plateau_lab, whose trainings wait inside the first epoch until they are told to go on."""
    started, go_on, finished = threading.Semaphore(0), threading.Semaphore(0), []
    curves = {"loss": [1.0, 0.5], "val_loss": [1.0, 0.6], "learning_rate": [0.3, 0.3]}
    monkeypatch.setattr(plateau, "train", lambda settings, is_stopped_after: curves)  # the lab's first one
    lab = plateau_lab()

    def train(settings, is_stopped_after):
        started.release()
        assert go_on.acquire(timeout=LIMIT)
        if not is_stopped_after(0):
            finished.append(settings["patience"])
        return curves

    lab.training.train = train
    return lab, started, go_on, finished


def test_the_last_request_wins_and_those_before_it_are_given_up(slow_training):
    lab, started, go_on, finished = slow_training
    lab.patience.value = 3
    assert started.acquire(timeout=LIMIT)
    lab.patience.value = 4
    lab.patience.value = 5
    go_on.release(2)
    wait_for(lab)
    assert finished == [5]
    assert "patience=5" in lab.code.value


def test_the_stop_button_ends_a_training_and_the_words_say_so(slow_training):
    lab, started, go_on, finished = slow_training
    stop = lab.training.stop
    assert stop.disabled
    lab.patience.value = 7
    assert started.acquire(timeout=LIMIT)
    assert not stop.disabled
    stop.click()
    go_on.release()
    wait_for(lab)
    assert finished == [] and stop.disabled and lab.training.thread is None
    assert "epoch 1-এ তুমি থামিয়েছ" in lab.readout.value and "আগের চেয়ে" not in lab.readout.value


def test_a_request_that_is_stopped_before_it_began_is_not_told_as_done(slow_training):
    lab, started, go_on, finished = slow_training
    lab.patience.value = 7
    assert started.acquire(timeout=LIMIT)
    lab.patience.value = 8
    lab.training.stop.click()
    go_on.release()
    assert "ছবিটি আগের মানের" in lab.readout.value
    wait_for(lab)
    assert finished == []


def _fail(settings, is_stopped_after):
    raise MemoryError("ভরে গেছে")


def test_an_error_in_the_thread_reaches_the_learner(slow_training):
    lab, *_ = slow_training
    lab.training.train = _fail
    lab.patience.value = 9
    wait_for(lab)
    assert "MemoryError: ভরে গেছে" in lab.readout.value and "আরেকবার বদলাও" in lab.readout.value


def test_an_error_in_the_first_training_is_raised_as_nobody_would_read_it_there(monkeypatch):
    monkeypatch.setattr(plateau, "train", _fail)
    with pytest.raises(MemoryError):
        plateau_lab()


def test_the_same_settings_train_to_the_same_curve_and_leave_the_seed_alone():
    settings = {"monitor": "val_loss", "factor": 0.5, "patience": 4, "cooldown": 0, "min_lr": 0.0}
    keras.utils.set_random_seed(3)
    untouched = np.random.rand(), keras.random.uniform(()).numpy()
    keras.utils.set_random_seed(3)
    first, second = (plateau.train(settings, lambda epoch: epoch == 5) for _ in range(2))
    assert first == second and len(first["loss"]) == 6
    assert (np.random.rand(), keras.random.uniform(()).numpy()) == untouched
