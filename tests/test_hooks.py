"""HookRecorder writes down what Keras really calls; its picture and its lab show just that."""

import contextlib
import functools
import itertools
import warnings

from helpers import HookRecorder, hooks_lab, plot_hooks, setup
from helpers.bengali import digits
from helpers.hooks import HOOKS
from helpers.labs.base import Lab

import keras
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle
from matplotlib.text import Text

setup()


class Spy(keras.callbacks.Callback):
    """The calls, written down by other means: every lookup of a hook is noticed."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        own = super().__getattribute__(name)
        if name not in HOOKS:
            return own

        def noted(*args, **kwargs):
            *index, logs = (*args, *kwargs.values())
            self.calls.append((name, index[0] if index else None, dict(logs)))
            return own(*args, **kwargs)

        return noted


class Break(keras.callbacks.Callback):
    """Stops or interrupts the fit at the end of batch 1 in its second epoch."""

    def __init__(self, interrupt=False):
        super().__init__()
        self.interrupt, self.epoch = interrupt, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == batch == 1:
            self.model.stop_training = True
            if self.interrupt:
                raise KeyboardInterrupt


def frozen(**options):
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile(keras.optimizers.SGD(0.0), "mae", **options)
    return made


def record(*callbacks, batches=4, epochs=2, validation=2, **options):
    """The recorder of a fit, also of one that was interrupted."""
    recorder, zeros = HookRecorder(), np.zeros((2 * batches, 1))
    settings = {"batch_size": 2, "verbose": 0, "callbacks": [recorder, *callbacks]}
    if validation:
        tested = zeros[: 2 * validation]
        settings |= {"validation_data": (tested, tested), "validation_batch_size": 2}
    with contextlib.suppress(KeyboardInterrupt):
        frozen(**options).fit(zeros, zeros, epochs=epochs, **settings)
    return recorder


ZEROS = np.zeros((4, 1))


def evaluate(recorder, *callbacks):
    frozen().evaluate(ZEROS, ZEROS, batch_size=2, verbose=0, callbacks=[recorder, *callbacks])
    return recorder


def predict(recorder, *callbacks):
    frozen().predict(ZEROS, batch_size=2, verbose=0, callbacks=[recorder, *callbacks])
    return recorder


WATCHED = {
    "fit": lambda spy: record(spy),
    "steps_per_execution": lambda spy: record(spy, validation=0, steps_per_execution=3),
    "stopped": lambda spy: record(spy, Break(), epochs=3),
    "torn": lambda spy: record(spy, Break(interrupt=True)),
    "evaluate": lambda spy: evaluate(HookRecorder(), spy),
    "predict": lambda spy: predict(HookRecorder(), spy),
}


@pytest.mark.parametrize("watched", WATCHED.values(), ids=WATCHED)
def test_each_call_is_recorded_with_its_index_and_logs(watched):
    spy = Spy()
    recorder = watched(spy)
    for _name, _index, logs in spy.calls:
        if "outputs" in logs:  # a prediction can be large: only its shape is kept
            logs["outputs"] = "array(2, 1)"
    assert [(event.name, event.index, event.logs) for event in recorder.events] == spy.calls
    seconds = [event.seconds for event in recorder.events]
    assert seconds == sorted(seconds)


def test_every_hook_of_keras_is_recorded_and_knows_how_deep_it_lies():
    recorder = predict(evaluate(record(Break(interrupt=True))))
    assert {name for name in dir(keras.callbacks.Callback) if name.startswith("on_")} == set(HOOKS)
    called = {event.name for event in record().events + recorder.events}
    assert called == {name for name in vars(HookRecorder) if name.startswith("on_")} == set(HOOKS)
    depth = {event.name: event.depth for event in record().events}
    assert depth["on_train_begin"] == 0 and depth["on_epoch_begin"] == depth["on_epoch_end"] == 1
    assert depth["on_train_batch_begin"] == depth["on_test_begin"] == 2
    assert depth["on_test_batch_end"] == depth["on_batch_end"] == 3
    alone = [event.depth for event in recorder.events if event.name == "on_test_end"]
    assert alone == [2, 0], "after a torn fit a test alone is no validation"


def test_logs_are_copied_all_the_way_down_and_none_stays_none():
    given, empty, recorder = {"loss": 1.0, "list": [1, 2]}, {}, HookRecorder()
    recorder.on_epoch_end(epoch=0, logs=given)
    recorder.on_train_begin(empty)
    recorder.on_train_begin(None)
    given["list"].append(3)
    given["new"] = empty["new"] = 0
    assert [event.logs for event in recorder.events] == [{"loss": 1.0, "list": [1, 2]}, {}, None]


@pytest.mark.parametrize("show", [plot_hooks, hooks_lab])
def test_where_nothing_began_the_callback_before_the_recorder_is_named_as_a_cause(show):
    told = r"আগের একটি callback error.*রেকর্ডারটি list-এর প্রথমে রাখো"
    with pytest.raises(ValueError, match=told):
        show(HookRecorder().events)


# name: (what is recorded, how many boxes its picture has, how many of them are torn)
RECORDINGS = {
    "fit": (record, 1 + 2 * (1 + 4 + 1 + 2), 0),
    "stopped": (lambda: record(Break(), epochs=3), 1 + (1 + 4 + 1 + 2) + (1 + 2 + 1 + 2), 0),
    "several": (lambda: predict(evaluate(record(Break(interrupt=True)))), 9 + 3 + 3 + 3, 2),
    "many": (lambda: record(batches=20, epochs=8, validation=10), None, 0),
    "steps": (lambda: record(batches=5, steps_per_execution=2), 1 + 2 * (1 + 3 + 1 + 1), 0),
}
# what is left out, torn or counted by Keras in one go is said
SAID = {"several": ["ছেঁড়া ধার মানে চলেনি: on_epoch_end, on_train_end"], "steps": ["0–1", "4–5"]}


@functools.cache
def recorded(name):
    return RECORDINGS[name][0]()


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_picture_has_a_box_for_each_block_and_room_for_every_word(name):
    figure, (_, boxes, torn) = plot_hooks(recorded(name).events), RECORDINGS[name]
    canvas, edge = FigureCanvasAgg(figure), figure.bbox.padded(1)
    with warnings.catch_warnings(action="error"):  # a letter that no font has
        canvas.draw()
    shown = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    words = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in shown]
    for (one, box), (two, other) in itertools.combinations(words, 2):
        assert not box.overlaps(other), (one, two)
    assert [word for word, box in words if box.x0 < edge.x0 or box.x1 > edge.x1] == []
    said = "\n".join(word for word, _ in words)
    begun = {event.name for event in recorded(name).events if event.begins}
    assert [word for word in [*begun, *SAID.get(name, [])] if word not in said] == []
    assert figure.get_suptitle() in figure.get_label() and figure.get_figwidth() < 13
    drawn = figure.axes[0].patches
    assert boxes in (None, len(drawn))
    assert sum(len(box.get_xy()) > 5 for box in drawn) == torn
    labels = [text.get_text() for text in figure.axes[0].texts]
    left_out = 8 - sum(label.startswith("epoch ") for label in labels)
    assert name != "many" or {"epoch 0", "epoch 7", f"আরও\n{digits(left_out)}টি"} <= set(labels)


def test_a_box_lies_inside_the_box_around_it():
    axes = plot_hooks(recorded("fit").events).axes[0]
    places = zip([text.get_text() for text in axes.texts], axes.patches, strict=True)
    extents = {label: box.get_extents() for label, box in places}
    for one, other in itertools.pairwise(["fit", "epoch 1", "validation", "1"]):
        around, inside = extents[one], extents[other]
        assert around.x0 < inside.x0 and inside.x1 < around.x1 and around.y0 < inside.y0


def test_a_move_of_the_lab_changes_name_logs_and_lit_line_together(monkeypatch):
    figures, plain = [], Lab.show

    def show(lab, figure, *arguments):
        figures.append(figure)
        plain(lab, figure, *arguments)

    monkeypatch.setattr(Lab, "show", show)
    events = recorded("several").events
    lab = hooks_lab(events)
    for one in (lab.play, lab.slider):
        assert (one.min, one.max, one.value) == (1, len(events), 1)
    pictures = set()
    for place, event in enumerate(events, start=1):
        lab.slider.value = place
        figure = figures[-1]
        words = [text.get_text() for text in figure.findobj(Text) if text.get_animated()]
        bars = [one for one in figure.findobj(Rectangle) if one.get_animated()]
        bar = next(one for one in bars if one.get_width() > 0.3)  # the lit line of the loop
        code = [text for text in figure.texts if not text.get_animated()]
        code = [text for text in code if text.get_position()[0] < 0.1]
        middle = bar.get_y() + bar.get_height() / 2
        lit = min(code, key=lambda text: abs(text.get_position()[1] - middle))
        assert lit.get_text().strip(" ↳").startswith(f"{event.name}(")
        assert event.name in words and f"def {event.name}(self" in lab.code.value
        assert [key for key in event.logs if f"{key} = " not in "\n".join(words)] == []
        assert (event.index is None) == ("কোনো নম্বর পায় না" in words)
        pictures.add(bytes(lab.picture.value))
    assert len(pictures) == len(events)
    assert any(text.get_text().startswith("model.predict(") for text in figures[-1].texts)
