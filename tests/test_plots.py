"""plot_log draws what the log holds, says what happened in one run, and shows what was doubtful."""

import warnings
from pathlib import Path

from helpers import plot_log, setup
from helpers.figures import COLOURS, describe

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from test_logs import TRAINED, VALIDATED, epochs, log_run

CASES = Path(__file__).with_name("logs")


@pytest.fixture(autouse=True)
def _course_style():
    setup()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning
        yield


def table_of(count=20, rates=None):
    epoch = np.arange(count)
    trained = {"accuracy": 0.5 + epoch / 100, "loss": 1 / (epoch + 1)}
    best_at_12, best_at_7 = 0.6 - (epoch - 12) ** 2 / 1000, 0.3 + (epoch - 7) ** 2 / 1000
    validated = {"val_accuracy": best_at_12, "val_loss": best_at_7}
    rates = {} if rates is None else {"learning_rate": rates}
    return pd.DataFrame({"run": 0, "epoch": epoch} | trained | validated | rates)


def labelled(axes, label):
    return [line for line in axes.get_lines() if line.get_label() == label]


def words(axes):
    return [text.get_text().strip() for text in axes.texts]


def test_each_pair_has_its_axes_loss_first_with_its_own_data():
    table = table_of()
    figure = plot_log(table)
    figure.canvas.draw()
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    for axes, name in zip(figure.axes, ["loss", "accuracy"], strict=True):
        (train,), (validation,) = labelled(axes, "ট্রেনিং"), labelled(axes, "validation")
        np.testing.assert_array_equal(train.get_ydata(), table[name])
        np.testing.assert_array_equal(validation.get_ydata(), table[f"val_{name}"])
        np.testing.assert_array_equal(train.get_xdata(), table["epoch"])
        assert (train.get_linestyle(), validation.get_linestyle()) == ("--", "-")
        assert train.get_color() == COLOURS["blue"]
        assert validation.get_color() == COLOURS["vermillion"]
        legend = [text.get_text() for text in axes.get_legend().get_texts()]
        assert legend == ["ট্রেনিং", "validation"]
    assert figure.axes[-1].get_xlabel() == "epoch"


def test_the_best_validation_epoch_is_marked_and_named():
    loss, accuracy = plot_log(table_of()).axes
    for axes, best in ((loss, 7), (accuracy, 12)):
        (star,) = [line for line in axes.get_lines() if line.get_marker() == "*"]
        assert star.get_xdata() == [best]
        assert words(axes) == [f"সেরা: epoch {best}"]
        assert f"epoch {best}" in axes.get_title("left")
    assert "সবচেয়ে কম" in loss.get_title("left") and "সবচেয়ে বেশি" in accuracy.get_title("left")


def test_the_learning_rate_stands_below_and_its_drops_in_one_run_are_named():
    last = plot_log(CASES / "four_runs_other_rates.csv").axes[-1]
    assert "কমেছে" not in last.get_title("left")
    figure = plot_log(table_of(rates=[0.01] * 6 + [0.001] * 14))
    axes = figure.axes[-1]
    assert axes.get_yscale() == "log"
    assert "১ বার কমেছে: epoch 5-এর শেষে" in axes.get_title("left")
    (drop,) = [line for line in axes.get_lines() if line.get_marker() == "v"]
    assert (drop.get_xdata().tolist(), drop.get_ydata().tolist()) == ([5], [0.01])
    assert axes.get_lines()[0].get_drawstyle().startswith("steps")


def test_runs_stand_one_after_the_other(path):
    log_run(path, epochs(8, TRAINED))
    log_run(path, epochs(5, VALIDATED))
    figure = plot_log(path)
    figure.canvas.draw()
    loss = figure.axes[0]
    first, second = labelled(loss, "ট্রেনিং")
    assert (first.get_xdata()[-1], second.get_xdata()[0]) == (7, 8)
    ticks = [tick.get_text() for tick in figure.axes[-1].get_xticklabels()]
    assert "0\nরান ১" in ticks and "0\nরান ২" in ticks
    assert "রান ২-এর epoch 0" in loss.get_title("left")
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["ট্রেনিং", "validation"]


@pytest.mark.parametrize("count", [1, 2, 60, 1000])
def test_epoch_ticks_are_whole_numbers_of_the_log(count):
    figure = plot_log(table_of(count))
    figure.canvas.draw()
    axis = figure.axes[-1]
    shown = {int(tick.get_text()) for tick in axis.get_xticklabels()}
    assert shown <= set(range(count)) and 1 <= len(shown) <= 13
    assert axis.get_xticks().tolist() == sorted(shown)


def test_a_notebook_shows_the_figure_once_with_words_for_it():
    figure = plot_log(table_of())
    assert figure.number not in plt.get_fignums()
    assert "val_loss সবচেয়ে কম epoch 7-এ" in describe(figure)


@pytest.mark.parametrize(("asked", "marked"), [(10, True), (3, False)])
def test_a_history_that_stopped_early_says_where(asked, marked):
    history = keras.callbacks.History()
    history.epoch, history.params = [0, 1, 2], {"epochs": asked}
    history.history = {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.0, 2.5]}
    texts = [text.get_text().strip() for text in plot_log(history).axes[0].texts]
    assert ("থামল: epoch 2" in texts) == marked


def test_what_was_doubtful_stands_under_the_picture():
    assert "learning_rate" in plot_log(CASES / "val_f1_then_learning_rate.csv").get_supxlabel()
    assert "my_table" in plot_log(CASES / "title_line_semicolon.csv").get_supxlabel()
    assert plot_log(CASES / "lr_column.csv").get_supxlabel() == ""
