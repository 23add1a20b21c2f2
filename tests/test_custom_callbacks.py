"""The callbacks of notebook 18 that a training can't show, and the lab that runs them."""

import threading
import time
from types import SimpleNamespace

from helpers import live_lab, setup, toy_data
from notebooks import ROOT, read_notebook

import keras
import pytest
import tensorflow as tf
from keras.callbacks import LambdaCallback
from matplotlib.figure import Figure

setup()
NOTEBOOK = ROOT / "notebooks" / "18_at_work.ipynb"
LIMIT = 60  # seconds; a thread that hangs fails and doesn't hang the tests
CELLS = ("model", "live", "stop-when")  # what else it builds, nbval compares


@pytest.fixture(scope="module")
def lesson():
    """What the cells define."""
    names = {"keras": keras, "tf": tf, "time": time, "Figure": Figure, "toy_data": toy_data}
    for cell in read_notebook(NOTEBOOK).code:
        if cell.id in CELLS:
            exec(compile(cell.source, cell.id, "exec"), names)
    return SimpleNamespace(**names)


@pytest.mark.parametrize(("epoch", "pictures"), [(0.05, 100), (20.0, 5)])
def test_the_plot_is_drawn_once_a_second_and_misses_no_epoch(lesson, monkeypatch, epoch, pictures):
    now, shown, epochs = 0.0, [], round(100 / epoch)
    clock = SimpleNamespace(perf_counter=lambda: now)
    monkeypatch.setitem(lesson.LivePlot.draw.__globals__, "time", clock)
    plot = lesson.LivePlot(shown.append)
    plot.on_train_begin()
    for number in range(epochs):
        now += epoch
        plot.on_epoch_end(number, {"loss": 1.0, "val_loss": 1.0})
    plot.on_train_end()
    assert len(shown) == plot.drawn == pytest.approx(pictures + 1, abs=5)  # one more at the end
    assert len(plot.lines["loss"].get_xdata()) == epochs


def test_stop_ends_a_training_in_the_thread_and_the_history_is_whole(lesson):
    def train(show, wanted):  # would take longer than anybody waits
        mark = LambdaCallback(on_epoch_end=lambda epoch, logs: epoch == 3 and running.set())
        callbacks = [lesson.LivePlot(show), lesson.StopWhen(wanted), mark]
        return lesson.train(callbacks, epochs=100_000)

    running = threading.Event()
    lab = live_lab(train)
    running.clear()
    assert lab._repr_mimebundle_()[0]["image/png"]
    before = lab.picture.value
    lab.start.click()
    assert running.wait(LIMIT)
    assert lab.start.disabled and not lab.stop.disabled
    lab.start.click()  # a second one must not begin beside it
    lab.stop.click()
    lab.thread.join(LIMIT)
    epochs = lab.history.epoch
    assert 4 <= len(epochs) < 100_000 and epochs == list(range(len(epochs)))
    assert {len(values) for values in lab.history.history.values()} == {len(epochs)}
    assert f"epoch <code>{epochs[-1]}</code>-এ" in lab.readout.value
    assert lab.picture.value != before
    assert not lab.start.disabled and lab.stop.disabled
