"""HookRecorder writes down what Keras really calls; its picture and its lab show just that."""

import re
import warnings

from helpers import HookRecorder, hooks_lab, plot_hooks, setup
from helpers.hooks import HOOKS

import keras
import numpy as np
import pytest

setup()
X = np.arange(8, dtype="float32")[:, None]


def model(**options):
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    made.compile("sgd", "mse", **options)
    return made


def fit(*callbacks, epochs=2, **options):
    made = model(**options)
    data = {"x": X, "y": X, "validation_data": (X[:4], X[:4])}
    made.fit(**data, batch_size=4, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks))
    return made


class Spy(keras.callbacks.Callback):
    """The calls, written down by other means: every lookup of a hook is noticed."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        if name in HOOKS:
            own = super().__getattribute__(name)

            def noted(*args, **kwargs):
                self.calls.append(name)
                return own(*args, **kwargs)

            return noted
        return super().__getattribute__(name)


@pytest.mark.parametrize("steps", [1, 2])
def test_fit_evaluate_and_predict_are_recorded_as_keras_calls_them(steps):
    recorder, spy = HookRecorder(), Spy()
    made = fit(recorder, spy, steps_per_execution=steps)
    made.evaluate(X, X, verbose=0, callbacks=[recorder, spy])
    made.predict(X, verbose=0, callbacks=[recorder, spy])
    assert [event.name for event in recorder.events] == spy.calls
    assert set(HOOKS) == set(spy.calls)


def test_who_is_inside_whom():
    recorder = HookRecorder()
    made = fit(recorder, epochs=1)
    depth = {event.name: event.depth for event in recorder.events}
    assert depth["on_train_begin"] == 0 and depth["on_epoch_begin"] == depth["on_epoch_end"] == 1
    assert depth["on_train_batch_begin"] == depth["on_test_begin"] == 2
    assert depth["on_test_batch_end"] == depth["on_batch_end"] == 3
    alone = HookRecorder()
    made.evaluate(X, X, verbose=0, callbacks=[alone])
    assert {event.name: event.depth for event in alone.events}["on_test_begin"] == 0


def test_logs_are_copies_and_the_numbers_are_those_that_keras_gives():
    class Spoil(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["loss"] = "spoiled"

    recorder = HookRecorder()
    fit(recorder, Spoil())
    ends = [event for event in recorder.events if event.name == "on_epoch_end"]
    assert [event.index for event in ends] == [0, 1]
    assert all(isinstance(event.logs["loss"], float) for event in ends)
    assert recorder.events[0].index is None and recorder.events[0].logs == {}
    seconds = [event.seconds for event in recorder.events]
    assert seconds == sorted(seconds) and seconds[0] == 0


def test_predictions_are_not_held():
    recorder = HookRecorder()
    model().predict(X, verbose=0, callbacks=[recorder])
    logs = next(event.logs for event in recorder.events if event.name == "on_predict_batch_end")
    assert logs == {"outputs": "array(8, 1)"}


class Interrupt(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            raise KeyboardInterrupt


def test_after_an_interrupted_fit_a_test_alone_is_no_validation():
    recorder = HookRecorder()
    with pytest.raises(KeyboardInterrupt):
        fit(recorder, Interrupt())
    torn = len(recorder.events)
    model().evaluate(X, X, verbose=0, callbacks=[recorder])
    assert "on_train_end" not in {event.name for event in recorder.events}
    assert recorder.events[torn].name == "on_test_begin" and recorder.events[torn].depth == 0


def titles(figure):
    return " ".join([figure.get_suptitle(), *(axes.get_title("left") for axes in figure.axes)])


def test_the_picture_names_every_block_and_says_when_one_is_torn():
    whole, torn = HookRecorder(), HookRecorder()
    fit(whole)
    with pytest.raises(KeyboardInterrupt):
        fit(torn, Interrupt())
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        pictures = [plot_hooks(events) for events in (whole.events, torn.events)]
        for picture in pictures:
            picture.canvas.draw()
    words = {text.get_text() for text in pictures[0].findobj(lambda artist: hasattr(artist, "get_text"))}
    for name in ("on_train_begin", "on_epoch_end", "on_test_end", "on_train_batch_begin"):
        assert any(name in word for word in words), name
    assert "on_train_end" in titles(pictures[1]) and "ছিঁড়ে" in titles(pictures[1])


def test_each_step_of_the_lab_shows_the_hook_its_logs_and_its_line_together():
    recorder = HookRecorder()
    fit(recorder, epochs=1)
    lab = hooks_lab(recorder.events)
    seen = set()
    for place, event in enumerate(recorder.events, start=1):
        lab.slider.value = place
        said = re.sub("<[^>]*>", "", lab.readout.value)
        assert f"{event.name}(" in said
        assert all(key in said for key in event.logs)
        assert f"def {event.name}(self" in lab.code.value
        seen.add(bytes(lab.picture.value))
    assert len(seen) == len(recorder.events)
