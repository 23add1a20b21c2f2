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
    """It answers 0 and learns nothing, so that what it should have answered is its loss."""
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    made.compile(keras.optimizers.SGD(0.0), "mae", metrics=["mse"], **options)
    return made


def rows(batches):
    return np.zeros((2 * batches, 1)), np.repeat(10.0 * np.arange(1, batches + 1), 2)


def record(*callbacks, batches=4, epochs=2, validation=2, **options):
    """The recorder of a fit, also of one that was interrupted."""
    recorder = HookRecorder()
    settings = {"batch_size": 2, "shuffle": False, "verbose": 0, "callbacks": [recorder, *callbacks]}
    if validation:
        settings |= {"validation_data": rows(validation), "validation_batch_size": 2}
    with contextlib.suppress(KeyboardInterrupt):
        frozen(**options).fit(*rows(batches), epochs=epochs, **settings)
    return recorder


def evaluate(recorder, *callbacks):
    frozen().evaluate(*rows(2), batch_size=2, verbose=0, callbacks=[recorder, *callbacks])
    return recorder


def predict(recorder, *callbacks):
    frozen().predict(rows(2)[0], batch_size=2, verbose=0, callbacks=[recorder, *callbacks])
    return recorder


def names(recorder):
    return [event.name for event in recorder.events]


@pytest.mark.parametrize(
    "watched",
    [
        lambda spy: record(spy),
        lambda spy: record(spy, validation=0, steps_per_execution=3),
        lambda spy: record(spy, Break(), epochs=3),
        lambda spy: record(spy, Break(interrupt=True)),
        lambda spy: evaluate(HookRecorder(), spy),
    ],
    ids=["fit", "steps_per_execution", "stopped", "torn", "evaluate"],
)
def test_each_call_is_recorded_with_its_index_and_logs(watched):
    spy = Spy()
    recorder = watched(spy)
    assert [(event.name, event.index, event.logs) for event in recorder.events] == spy.calls
    seconds = [event.seconds for event in recorder.events]
    assert seconds == sorted(seconds) and seconds[0] == 0


def test_each_call_of_predict_is_recorded_but_no_prediction_is_held():
    spy = Spy()
    recorder = predict(HookRecorder(), spy)
    assert names(recorder) == [name for name, *_ in spy.calls]
    held = [event.logs for event in recorder.events if event.name == "on_predict_batch_end"]
    assert held == [{"outputs": "array(2, 1)"}] * 2


def test_a_recorder_overrides_every_hook_of_keras_and_no_other():
    own = {name for name in vars(HookRecorder) if name.startswith("on_")}
    assert own == set(HOOKS) == {name for name in dir(keras.callbacks.Callback) if name.startswith("on_")}
    assert own == set(names(predict(evaluate(record()))))


def test_who_is_inside_whom():
    depth = {event.name: event.depth for event in record(epochs=1).events}
    assert depth["on_train_begin"] == 0 and depth["on_epoch_begin"] == depth["on_epoch_end"] == 1
    assert depth["on_train_batch_begin"] == depth["on_test_begin"] == 2
    assert depth["on_test_batch_end"] == depth["on_batch_end"] == 3
    torn = record(Break(interrupt=True))
    assert evaluate(torn).events[-1].depth == 0, "a test alone is no validation"


def test_logs_are_copied_all_the_way_down_and_none_stays_none():
    given, empty, recorder = {"loss": 1.0, "list": [1, 2]}, {}, HookRecorder()
    recorder.on_epoch_end(0, given)
    recorder.on_train_begin(empty)
    recorder.on_train_begin(None)
    given["list"].append(3)
    given["new"] = empty["new"] = 0
    assert [event.logs for event in recorder.events] == [{"loss": 1.0, "list": [1, 2]}, {}, None]


def test_where_nothing_began_the_callback_before_the_recorder_is_named_as_a_cause():
    class Raises(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            raise ValueError("mine")

    recorder = HookRecorder()
    with pytest.raises(ValueError, match="mine"):
        frozen().fit(*rows(2), verbose=0, callbacks=[Raises(), recorder])
    for show in (plot_hooks, hooks_lab):
        with pytest.raises(ValueError, match=r"আগের একটি callback error.*রেকর্ডারটি list-এর প্রথমে রাখো"):
            show(recorder.events)


# ---- the picture ---------------------------------------------------------------------------------


# name: (what is recorded, how many boxes its picture has, how many of them are torn)
RECORDINGS = {
    "fit": (record, 1 + 2 * (1 + 4 + 1 + 2), 0),
    "stopped": (lambda: record(Break(), epochs=3), 1 + (1 + 4 + 1 + 2) + (1 + 2 + 1 + 2), 0),
    "several": (
        lambda: predict(evaluate(record(Break(interrupt=True)))),
        1 + (1 + 4 + 1 + 2) + (1 + 2) + (1 + 2) + (1 + 2),
        2,
    ),
    "many": (lambda: record(batches=20, epochs=8, validation=10), None, 0),
    "steps": (lambda: record(batches=5, steps_per_execution=2), 1 + 2 * (1 + 3 + 1 + 1), 0),
}


@functools.cache
def recorded(name):
    return RECORDINGS[name][0]()


def written(figure):
    """Every text of the figure with its place, after drawing, where a missing letter is an error."""
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas.draw()
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in texts]


def overlapping(words):
    return [(one[0], two[0]) for one, two in itertools.combinations(words, 2) if one[1].overlaps(two[1])]


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_picture_has_a_box_for_each_block_and_room_for_every_word(name):
    figure, (_, boxes, torn) = plot_hooks(recorded(name).events), RECORDINGS[name]
    words, edge = written(figure), figure.bbox.padded(1)
    assert overlapping(words) == []
    assert [word for word, box in words if not (edge.contains(*box.min) and edge.contains(*box.max))] == []
    text = "\n".join(word for word, _ in words)
    assert [hook for hook in set(names(recorded(name))) if hook not in text] == []
    assert figure.get_suptitle() in figure.get_label()
    assert figure.get_figwidth() < 13
    drawn = figure.axes[0].patches
    assert boxes in (None, len(drawn))
    assert sum(len(box.get_xy()) > 5 for box in drawn) == torn
    for label, box in places(figure):
        word, frame = label.get_window_extent(), box.get_window_extent()
        assert frame.x0 <= word.x0 and word.x1 <= frame.x1, label.get_text()


def places(figure):
    """Each label with the box it belongs to."""
    labels = [text for text in figure.axes[0].texts if "আরও" not in text.get_text()]
    return zip(labels, figure.axes[0].patches, strict=True)


def test_a_box_lies_inside_the_box_of_the_block_around_it_and_beside_the_run_before_it():
    inside = {
        label.get_text(): box.get_extents() for label, box in places(plot_hooks(recorded("fit").events))
    }
    for inner, outer in itertools.pairwise(["1", "validation", "epoch 1", "fit"]):
        small, large = inside[inner], inside[outer]
        assert large.x0 < small.x0 and small.x1 < large.x1 and large.y0 < small.y0
    several = plot_hooks(recorded("several").events)
    beside = {label.get_text(): box.get_extents() for label, box in places(several)}
    for left, right in itertools.pairwise(["fit", "evaluate", "predict"]):
        assert beside[left].x1 < beside[right].x0


def test_what_is_left_out_torn_or_counted_is_said():
    words = [word for word, _ in written(plot_hooks(recorded("many").events))]
    left = 8 - sum(word.startswith("epoch ") for word in words)
    assert {"epoch 0", "epoch 7", f"আরও\n{digits(left)}টি"} <= set(words)
    assert any("মাঝের ঘরগুলো আঁকা হয়নি" in word for word in words)
    text = " ".join(word for word, _ in written(plot_hooks(recorded("several").events)))
    assert "ছেঁড়া ধার মানে ডাকা হয়নি: on_epoch_end, on_train_end" in text
    steps = [word for word, _ in written(plot_hooks(recorded("steps").events))]
    assert {"0–1", "2–3", "4–5"} <= set(steps)


# ---- the lab -------------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    """The figures that a lab shows, in order."""
    figures, plain = [], Lab.show

    def show(lab, figure, *arguments, **options):
        figures.append(figure)
        plain(lab, figure, *arguments, **options)

    monkeypatch.setattr(Lab, "show", show)
    return figures


def lit_line(figure):
    """The line of the loop that lies in the lit bar."""
    bar = next(bar for bar in figure.findobj(Rectangle) if bar.get_animated() and bar.get_width() > 0.3)
    middle = bar.get_y() + bar.get_height() / 2
    still = (text for text in figure.texts if not text.get_animated() and text.get_position()[0] < 0.1)
    return min(still, key=lambda text: abs(text.get_position()[1] - middle)).get_text().strip(" ↳")


def test_a_move_changes_name_logs_and_lit_line_together(shown):
    recorder = recorded("several")
    events = list(recorder.events)
    lab = hooks_lab(recorder.events)
    assert [(one.min, one.max, one.value) for one in (lab.play, lab.slider)] == [(1, len(events), 1)] * 2
    pictures = set()
    for place, event in enumerate(events, start=1):
        lab.slider.value = place
        words = [text.get_text() for text in shown[-1].findobj(Text) if text.get_animated()]
        assert event.name in words
        assert lit_line(shown[-1]).startswith(f"{event.name}(")
        logs = next(word for word in words if " = " in word or word.startswith("{}"))
        assert [key for key in event.logs if f"{key} = " not in logs] == []
        assert (event.index is None) == ("কোনো নম্বর পায় না" in words)
        assert f"def {event.name}(self" in lab.code.value
        pictures.add(bytes(lab.picture.value))
    assert len(pictures) == len(events)
    assert any(text.get_text().startswith("model.predict(") for text in shown[-1].texts)
