"""The labs: every move changes picture, words and code, which say what the callback does."""

import base64
import html
import io
import re
import threading

from helpers import patience_lab, plateau_lab, read_log, schedule_lab, setup, three_lab
from helpers.labs import plateau, schedule
from helpers.recorded import replay
from notebooks import ROOT

import keras
import numpy as np
import pandas as pd
import pytest
from PIL import Image

setup()
LIMIT = 60  # seconds; a thread that hangs fails and doesn't hang the tests
NAN = float("nan")
RECORDED = ROOT / "data" / "runs" / "dog_cat_no_callbacks.csv"
TRAIN = {module: module.train for module in (plateau, schedule)}
LABS = {
    "patience": lambda: patience_lab(RECORDED, minutes=40),
    "three": lambda: three_lab(RECORDED),
    "plateau": plateau_lab,
    "schedule": schedule_lab,
}
CONTROLS = {
    "patience": ("patience", "min_delta", "start_from_epoch", "monitor", "mode"),
    "three": ("stop_patience", "drop_patience", "factor", "cooldown"),
    "plateau": ("factor", "patience", "cooldown", "min_lr"),
    "schedule": ("base", "warm", "total", "kind"),
}


def curves(epochs=60, val_loss=0.6):
    flat = {"loss": 0.5, "val_loss": val_loss, "learning_rate": 0.3}
    return {name: [value] * epochs for name, value in flat.items()}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Trainings that take no time; `TRAIN` has the real ones."""
    monkeypatch.setattr(plateau, "train", lambda settings, _stop: curves())
    monkeypatch.setattr(schedule, "train", lambda settings, _stop: curves(settings["total"]))


def wait_for(lab):
    if thread := lab.thread:
        thread.join(LIMIT)
        assert not thread.is_alive()


def shown(lab):
    return bytes(lab.picture.value), lab.readout.value, lab.code.value


def names_made_by(lab):
    """What a learner has after running the code of a lab."""
    names = {"keras": keras}
    exec(html.unescape(re.sub("<[^>]*>", "", lab.code.value)), names)
    return names


def size(picture):
    return Image.open(io.BytesIO(picture)).size


def log_of(values):
    return pd.DataFrame({"epoch": range(len(values)), "val_loss": values})


# ---- every lab -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "control"), [(n, one) for n in LABS for one in CONTROLS[n]])
def test_a_control_changes_picture_words_and_code_which_holds_its_value(name, control):
    lab = LABS[name]()
    before, moved = shown(lab), getattr(lab, control)
    if hasattr(moved, "max"):
        moved.value = moved.max if moved.value < moved.max else moved.min
    else:
        moved.index = (moved.index + 1) % len(moved.options)
    if name == "schedule":
        assert lab.thread is None and "এখনো ট্রেনিং হয়নি" in lab.readout.value
    elif hasattr(lab, "thread"):
        wait_for(lab)
    changed = [now != then for now, then in zip(shown(lab), before, strict=True)]
    assert changed[2] and (changed[0] or control in ("min_delta", "mode") or name == "plateau")
    if control != "kind":
        assert str(lab.settings[control]) in lab.code.value


@pytest.mark.parametrize("name", LABS)
def test_without_a_kernel_picture_and_words_remain_and_say_that_a_slider_would_come(name):
    lab = LABS[name]()
    data, metadata = lab._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert "সেলটি চালালে এখানে স্লাইডার আসবে" in data["text/plain"]
    wide, high = size(base64.b64decode(data["image/png"]))
    assert wide == 2 * metadata["image/png"]["width"] == size(lab.picture.value)[0]
    assert high > size(lab.picture.value)[1]


ODD = [[0.5], [NAN, 0.5, 0.4, 0.6], [0.5, NAN, NAN, NAN], [0.5] * 5, [1e30, 1e-30, 1.0]]


@pytest.mark.parametrize("values", ODD, ids=str)
@pytest.mark.parametrize("lab_of", [patience_lab, three_lab])
def test_no_end_of_a_control_raises_even_on_odd_logs(lab_of, values):
    lab = lab_of(log_of(values))
    for control in lab.controls.values():
        is_slider = hasattr(control, "max")
        for value in (control.min, control.max) if is_slider else control.options:
            control.value = value
            assert lab.readout.value and lab.picture.value


# ---- EarlyStopping -------------------------------------------------------------------------------


def test_for_a_projector_pictures_and_labs_are_half_as_large_again():
    def width():
        lab = patience_lab(log_of([0.9, 0.5, 0.7]))
        return int(lab.picture.layout.width.removesuffix("px"))

    usual = width()
    try:
        setup(projector=True)
        assert width() == pytest.approx(1.5 * usual, abs=1)
    finally:
        setup()


@pytest.mark.parametrize("patience", [1, 4, 9])
def test_the_patience_lab_says_and_codes_what_replay_does(patience):
    log, lab = read_log(RECORDED), LABS["patience"]()
    lab.patience.value = patience
    early = names_made_by(lab)["early"]
    assert (early.patience, early.restore_best_weights) == (patience, True)
    outcome, said = replay([early], log), lab.readout.value
    assert f"থামল epoch <code>{outcome.stopped_epoch}</code>-এর শেষে" in said
    assert f"epoch <code>{outcome.best_epoch}</code>-এর weights" in said
    minutes = f"{40 * (len(log) - outcome.epochs) / len(log):.1f}"
    assert minutes.translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")) + " মিনিট" in said


# ---- three together ------------------------------------------------------------------------------


@pytest.mark.parametrize(("drop", "said"), [(5, "শেষ কমানোটি কাজে লাগেনি"), (10, "একবারও কমায়নি")])
def test_the_three_lab_says_which_drop_came_too_late(drop, said):
    lab = three_lab(RECORDED)
    lab.drop_patience.value = drop
    assert said in lab.readout.value
    made = names_made_by(lab)
    outcome = replay([made["ckpt"], made["early"], made["rlrop"]], read_log(RECORDED))
    assert f"থামিয়েছে epoch <code>{outcome.stopped_epoch}</code>-এর শেষে" in lab.readout.value
    assert f"শেষবার epoch <code>{outcome.best_epoch}</code>-এ" in lab.readout.value


# ---- labs that train -----------------------------------------------------------------------------


@pytest.fixture
def slow():
    """plateau_lab, whose trainings wait inside the first epoch until they are told to go on."""
    started, go_on, finished = threading.Semaphore(0), threading.Semaphore(0), []
    lab = plateau_lab()

    def train(settings, is_stopped_after):
        started.release()
        assert go_on.acquire(timeout=LIMIT)
        if not is_stopped_after(0):
            finished.append(settings["patience"])
        return curves(epochs=2)

    lab.train = train
    return lab, started, go_on, finished


def test_the_last_request_wins_and_those_of_a_moving_slider_do_not_train(slow):
    lab, started, go_on, finished = slow
    for patience in (9, 8, 3):
        lab.patience.value = patience
        assert not started.acquire(timeout=0.05)  # the slider still moves
    assert started.acquire(timeout=LIMIT)
    lab.patience.value = 4
    lab.patience.value = 5
    go_on.release(2)
    wait_for(lab)
    assert finished == [5] and started.acquire(timeout=0) and not started.acquire(timeout=0)
    assert "patience=5" in lab.code.value


@pytest.mark.parametrize("waiting", [False, True])
def test_the_stop_button_ends_a_training_and_forgets_the_one_that_waits(slow, waiting):
    lab, started, go_on, finished = slow
    lab.patience.value = 7
    assert started.acquire(timeout=LIMIT) and not lab.stop.disabled
    lab.patience.value += waiting
    lab.stop.click()
    assert ("ছবিটি আগের মানের" in lab.readout.value) == waiting
    go_on.release()
    wait_for(lab)
    assert finished == [] and lab.stop.disabled
    assert waiting or "epoch 1-এর শেষে তুমি ট্রেনিং থামিয়েছ" in lab.readout.value


def test_an_error_in_the_thread_reaches_the_learner_and_at_first_is_raised(monkeypatch):
    def fail(settings, is_stopped_after):
        raise MemoryError("ভরে গেছে")

    lab = plateau_lab()
    lab.train = fail
    lab.patience.value = 9
    wait_for(lab)
    assert "MemoryError: ভরে গেছে" in lab.readout.value and "আরেকবার বদলাও" in lab.readout.value
    monkeypatch.setattr(plateau, "train", fail)
    with pytest.raises(MemoryError):
        plateau_lab()


@pytest.mark.parametrize("module", TRAIN)
def test_the_same_settings_train_to_the_same_curve_and_leave_the_seed_alone(module):
    settings = {plateau: plateau_lab, schedule: schedule_lab}[module]().settings
    keras.utils.set_random_seed(3)
    untouched = np.random.rand(), keras.random.uniform(()).numpy()
    keras.utils.set_random_seed(3)
    first, second = (TRAIN[module](settings, lambda shown: shown >= 7) for _ in range(2))
    assert first == second and len(first["loss"]) == 8
    assert (np.random.rand(), keras.random.uniform(()).numpy()) == untouched


# ---- schedules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("constant", [0.15, 0.3, 0.3, 0.3, 0.3, 0.3]),
        ("step", [0.15, 0.3, 0.3, 0.3, 0.15, 0.15]),
        ("line", [0.15, 0.3, 0.3, 0.225, 0.15, 0.075]),
        ("cosine", [0.15, 0.3, 0.3, 0.2561, 0.15, 0.0439]),
    ],
)
def test_the_copied_code_makes_the_schedule_that_is_drawn_and_trains(kind, expected):
    lab = schedule_lab()
    lab.kind.value, lab.warm.value, lab.every.value, lab.total.value = kind, 2, 2, 6
    made = names_made_by(lab)["schedule"]
    assert [made(epoch) for epoch in range(6)] == pytest.approx(expected, abs=1e-4)
    if kind == "cosine":
        trained = TRAIN[schedule](lab.settings, lambda _epoch: False)
        assert trained["learning_rate"] == pytest.approx(expected, abs=1e-4)


def test_the_button_trains_what_the_controls_say_and_says_how_it_ended():
    lab, asked = schedule_lab(), []
    lab.train = lambda settings, _stop: asked.append(settings) or curves(30, 0.1)
    lab.base.value = 0.2
    lab.start.click()
    wait_for(lab)
    assert [one["base"] for one in asked] == [0.2]
    assert "চেয়ে নিচে নেমেছে" in lab.readout.value and "<code>0.100</code>" in lab.readout.value
