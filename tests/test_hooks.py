"""HookRecorder writes down what Keras really calls; its picture and its lab show just that."""

import base64
import contextlib
import itertools
import re
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


class At(keras.callbacks.Callback):
    """Does something when the named hook is called for one epoch or batch in the second epoch of a fit."""

    def __init__(self, name, index, action):
        super().__init__()
        self.epoch, plain = None, getattr(self, name)

        def hook(now, logs=None):
            plain(now, logs)
            if (self.epoch, now) == (1, index):
                action(self.model)

        setattr(self, name, hook)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch


def interrupt(_model):
    raise KeyboardInterrupt


def stop(model):
    model.stop_training = True


def frozen(**options):
    """It answers 0 and learns nothing, so that what it should have answered is its loss."""
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    made.compile(keras.optimizers.SGD(0.0), "mae", metrics=["mse"], **options)
    return made


def rows(batches):
    return np.zeros((2 * batches, 1)), np.repeat(10.0 * np.arange(1, batches + 1), 2)


def record(*callbacks, batches=4, epochs=2, validation=2, recorder=None, **options):
    """The recorder of a fit, also of one that was interrupted."""
    recorder = recorder or HookRecorder()
    settings = {"batch_size": 2, "shuffle": False, "verbose": 0, "callbacks": [recorder, *callbacks]}
    if validation:
        settings |= {"validation_data": rows(validation), "validation_batch_size": 2}
    with contextlib.suppress(KeyboardInterrupt):
        frozen(**options).fit(*rows(batches), epochs=epochs, **settings)
    return recorder


def evaluate(recorder, *callbacks, batches=2):
    frozen().evaluate(*rows(batches), batch_size=2, verbose=0, callbacks=[recorder, *callbacks])
    return recorder


def predict(recorder, *callbacks, batches=2):
    frozen().predict(rows(batches)[0], batch_size=2, verbose=0, callbacks=[recorder, *callbacks])
    return recorder


def names(recorder):
    return [event.name for event in recorder.events]


def calls(recorder):
    return [(event.name, event.index, event.logs) for event in recorder.events]


WATCHED = {
    "validation": lambda spy: record(spy),
    "no validation": lambda spy: record(spy, validation=0),
    "one batch": lambda spy: record(spy, epochs=1, batches=1),
    "steps_per_execution": lambda spy: record(spy, steps_per_execution=3),
    "evaluate": lambda spy: evaluate(HookRecorder(), spy),
}


@pytest.mark.parametrize("watched", WATCHED.values(), ids=WATCHED)
def test_each_call_is_recorded_with_its_index_and_logs(watched):
    spy = Spy()
    recorder = watched(spy)
    assert calls(recorder) == spy.calls
    seconds = [event.seconds for event in recorder.events]
    assert seconds == sorted(seconds) and seconds[0] == 0


def test_each_call_of_predict_is_recorded_but_no_prediction_is_held():
    spy = Spy()
    recorder = predict(HookRecorder(), spy)
    assert [call[:2] for call in calls(recorder)] == [call[:2] for call in spy.calls]
    held = [event.logs for event in recorder.events if event.name == "on_predict_batch_end"]
    assert held == [{"outputs": "array(2, 1)"}] * 2


@pytest.mark.parametrize("action", [stop, interrupt])
@pytest.mark.parametrize("hook", ["on_train_batch_begin", "on_train_batch_end", "on_epoch_end"])
def test_a_fit_that_does_not_run_to_its_end_is_recorded_as_keras_calls_it(hook, action):
    spy = Spy()
    recorder = record(spy, At(hook, 1, action), epochs=3)
    assert calls(recorder) == spy.calls
    assert ("on_train_end" in names(recorder)) == (action is stop)


def test_who_is_inside_whom():
    depth = {event.name: event.depth for event in record(epochs=1).events}
    assert depth["on_train_begin"] == 0 and depth["on_epoch_begin"] == depth["on_epoch_end"] == 1
    assert depth["on_train_batch_begin"] == depth["on_test_begin"] == 2
    assert depth["on_test_batch_end"] == depth["on_batch_end"] == 3
    assert evaluate(HookRecorder()).events[0].depth == 0


def test_after_an_interrupted_fit_a_test_alone_is_no_validation():
    recorder = record(At("on_train_batch_end", 1, interrupt))
    torn = len(recorder.events)
    evaluate(recorder)
    assert "on_train_end" not in names(recorder)
    assert names(recorder)[torn] == "on_test_begin" and recorder.events[torn].depth == 0


def test_a_recorder_overrides_every_hook_of_keras_and_no_other():
    own = {name for name in vars(HookRecorder) if name.startswith("on_")}
    assert own == set(HOOKS) == {name for name in dir(keras.callbacks.Callback) if name.startswith("on_")}
    assert own == set(names(predict(evaluate(record()))))


def test_logs_are_copied_all_the_way_down_and_none_stays_none():
    given, empty, recorder = {"loss": 1.0, "list": [1, 2]}, {}, HookRecorder()
    recorder.on_epoch_end(0, given)
    recorder.on_train_begin(empty)
    recorder.on_train_begin(None)
    given["list"].append(3)
    given["new"] = empty["new"] = 0
    assert [event.logs for event in recorder.events] == [{"loss": 1.0, "list": [1, 2]}, {}, None]


def test_where_the_recorder_stands_in_the_list_decides_what_it_sees():
    class Adder(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["mine"] = 1.0

    first, last = HookRecorder(), HookRecorder()
    record(Adder(), last, recorder=first)
    seen = ["mine" in one.events[names(one).index("on_epoch_end")].logs for one in (first, last)]
    assert seen == [False, True]


def test_batch_logs_are_running_means():
    events = record(epochs=1).events
    losses = [event.logs["loss"] for event in events if event.name == "on_train_batch_end"]
    assert losses == [10, 15, 20, 25] and {type(loss) for loss in losses} == {float}


# ---- the picture ---------------------------------------------------------------------------------


def crowded():
    """Indices of many digits, in runs that stand side by side."""
    recorder = HookRecorder()
    for _ in range(2):
        recorder.set_params({})
        recorder.on_train_begin({})
        for epoch in range(100_000, 100_003):
            recorder.on_epoch_begin(epoch, {})
            for batch in range(100_000, 100_009):
                recorder.on_train_batch_begin(batch, {})
                recorder.on_train_batch_end(batch + 7, {})
            recorder.on_epoch_end(epoch, {})
        recorder.on_train_end({})
    return recorder


RECORDINGS = {
    "fit": lambda: record(),
    "fit without validation": lambda: record(validation=0, epochs=3),
    "evaluate": lambda: evaluate(HookRecorder(), batches=4),
    "predict": lambda: predict(HookRecorder(), batches=4),
    "stopped": lambda: record(At("on_train_batch_end", 1, stop), epochs=3),
    "interrupted": lambda: record(At("on_train_batch_begin", 2, interrupt)),
    "several": lambda: predict(evaluate(record(At("on_train_batch_end", 1, interrupt)))),
    "many": lambda: record(batches=40, epochs=8, validation=20),
    "crowded": crowded,
    "steps_per_execution": lambda: record(batches=5, steps_per_execution=2),
}
each_recording = pytest.mark.parametrize("name", RECORDINGS)


@pytest.fixture(scope="module")
def recordings():
    return {name: make() for name, make in RECORDINGS.items()}


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


@each_recording
def test_no_words_of_the_picture_overlap_or_leave_it(name, recordings):
    figure = plot_hooks(recordings[name].events)
    words, edge = written(figure), figure.bbox.padded(1)
    assert overlapping(words) == []
    assert [word for word, box in words if not (edge.contains(*box.min) and edge.contains(*box.max))] == []


@each_recording
def test_every_label_stands_inside_its_box(name, recordings):
    figure = plot_hooks(recordings[name].events)
    written(figure)
    labels = [text for text in figure.axes[0].texts if "আরও" not in text.get_text()]
    for label, patch in zip(labels, figure.axes[0].patches, strict=True):
        word, box = label.get_window_extent(), patch.get_window_extent()
        assert box.x0 <= word.x0 and word.x1 <= box.x1, label.get_text()


@each_recording
def test_every_hook_that_was_called_is_named(name, recordings):
    figure = plot_hooks(recordings[name].events)
    text = "\n".join(word for word, _ in written(figure))
    assert [hook for hook in set(names(recordings[name])) if hook not in text] == []
    assert figure.get_suptitle() in figure.get_label()


@pytest.mark.parametrize(
    ("name", "count", "torn"),
    [
        ("fit", 1 + 2 * (1 + 4 + 1 + 2), 0),
        ("fit without validation", 1 + 3 * (1 + 4), 0),
        ("evaluate", 1 + 4, 0),
        ("predict", 1 + 4, 0),
        ("stopped", 1 + (1 + 4 + 1 + 2) + (1 + 2 + 1 + 2), 0),
        ("interrupted", 1 + (1 + 4 + 1 + 2) + (1 + 3), 3),
        ("several", 1 + (1 + 4 + 1 + 2) + (1 + 2) + (1 + 2) + (1 + 2), 2),
        ("steps_per_execution", 1 + 2 * (1 + 3 + 1 + 1), 0),
    ],
)
def test_every_block_is_drawn_once_and_torn_where_its_end_was_not_called(name, count, torn, recordings):
    boxes = plot_hooks(recordings[name].events).axes[0].patches
    assert len(boxes) == count
    assert sum(len(box.get_xy()) > 5 for box in boxes) == torn


def test_a_box_lies_inside_the_box_of_the_block_around_it(recordings):
    axes = plot_hooks(recordings["fit"].events).axes[0]
    labels = [text.get_text() for text in axes.texts]
    extents = dict(zip(labels, [patch.get_extents() for patch in axes.patches], strict=True))
    for inner, outer in itertools.pairwise(["1", "validation", "epoch 1", "fit"]):
        small, large = extents[inner], extents[outer]
        assert large.x0 < small.x0 and small.x1 < large.x1 and large.y0 < small.y0


def test_what_runs_after_an_interrupted_fit_stands_beside_it(recordings):
    axes = plot_hooks(recordings["several"].events).axes[0]
    labels = [text.get_text() for text in axes.texts]
    extents = dict(zip(labels, [patch.get_extents() for patch in axes.patches], strict=True))
    for left, right in itertools.pairwise(["fit", "evaluate", "predict"]):
        assert extents[left].x1 < extents[right].x0


def test_what_the_picture_leaves_out_is_said(recordings):
    figure = plot_hooks(recordings["many"].events)
    words = [word for word, _ in written(figure)]
    left = 8 - sum(word.startswith("epoch ") for word in words)
    assert {"epoch 0", "epoch 7", f"আরও\n{digits(left)}টি"} <= set(words)
    assert any("মাঝের ঘরগুলো আঁকা হয়নি" in word for word in words)
    assert figure.get_figwidth() < 13


def test_the_ends_that_were_not_called_are_named_from_the_inside_out(recordings):
    text = " ".join(word for word, _ in written(plot_hooks(recordings["interrupted"].events)))
    assert "ছেঁড়া ধার মানে ডাকা হয়নি: on_train_batch_end, on_epoch_end, on_train_end" in text


def test_the_indices_of_steps_per_execution_are_shown_as_they_came(recordings):
    words = [word for word, _ in written(plot_hooks(recordings["steps_per_execution"].events))]
    assert {"0–1", "2–3", "4–5"} <= set(words)


def test_dozens_of_runs_in_one_recorder_still_make_a_picture():
    recorder = HookRecorder()
    for _ in range(30):
        recorder.set_params({})
        recorder.on_test_begin({})
        recorder.on_test_end({})
    figure = plot_hooks(recorder.events)
    assert figure.get_figwidth() < 13
    assert "৩০টি রান" in figure.get_suptitle()


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


def moving_words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_animated()]


def lit_line(figure):
    """The line of the loop that lies in the lit bar."""
    bar = next(bar for bar in figure.findobj(Rectangle) if bar.get_animated() and bar.get_width() > 0.3)
    middle = bar.get_y() + bar.get_height() / 2
    still = (text for text in figure.texts if not text.get_animated() and text.get_position()[0] < 0.1)
    return min(still, key=lambda text: abs(text.get_position()[1] - middle)).get_text().strip(" ↳")


@each_recording
def test_a_move_changes_name_logs_and_lit_line_together(name, recordings, shown):
    events = recordings[name].events
    lab = hooks_lab(events)
    places = range(1, len(events) + 1) if len(events) < 100 else (1, 3, 63, 64, len(events))
    pictures = set()
    for place in places:
        event = events[place - 1]
        lab.slider.value = place
        words = moving_words(shown[-1])
        assert event.name in words
        assert lit_line(shown[-1]).startswith(f"{event.name}(")
        logs = next(word for word in words if " = " in word or word.startswith("{}"))
        assert [key for key in event.logs if f"{key} = " not in logs] == []
        assert (event.index is None) == ("কোনো নম্বর পায় না" in words)
        assert f"{event.name}(" in re.sub("<[^>]*>", "", lab.readout.value)
        assert f"def {event.name}(self" in lab.code.value
        pictures.add(bytes(lab.picture.value))
    assert len(pictures) == len(places)


def test_the_loop_is_that_of_the_method_that_called(recordings, shown):
    lab = hooks_lab(recordings["several"].events)
    headings = {}
    for place, event in enumerate(recordings["several"].events, start=1):
        lab.slider.value = place
        heading = next(text.get_text() for text in shown[-1].texts if text.get_text().startswith("model."))
        headings.setdefault(heading.partition("(")[0], []).append(event.name)
    assert list(headings) == ["model.fit", "model.evaluate", "model.predict"]
    assert all(name.startswith("on_test") for name in headings["model.evaluate"])
    assert all(name.startswith("on_predict") for name in headings["model.predict"])


@pytest.mark.parametrize("name", ["fit", "several"])
def test_no_words_of_the_lab_overlap_or_lack_a_letter(name, recordings, shown):
    calls = names(recordings[name])
    lab = hooks_lab(recordings[name].events)
    for hook in dict.fromkeys(calls):
        lab.slider.value = calls.index(hook) + 1
        words = written(shown[-1])
        # the lit line is written over that line of the loop
        lit = next(word for word in moving_words(shown[-1]) if f"{hook}(" in word)
        words.remove(next(one for one in words if one[0] == lit))
        assert overlapping(words) == []


def test_many_logs_stay_inside_the_picture(shown):
    recorder = HookRecorder()
    recorder.on_epoch_end(0, {f"val_a_metric_with_a_long_name_{n}": n / 7 for n in range(30)})
    hooks_lab(recorder.events)
    words = dict(written(shown[-1]))
    text, logs = next((word, box) for word, box in words.items() if "metric" in word)
    below = next(box for word, box in words.items() if "পুরো রেকর্ড" in word)
    assert "আরও ২২টি" in text
    assert logs.x1 <= shown[-1].bbox.x1 and logs.y0 >= below.y1


def test_the_lab_keeps_what_was_recorded_when_it_was_made():
    recorder = evaluate(HookRecorder())
    lab = hooks_lab(recorder.events)
    recorder.events.clear()
    lab.slider.value = 3
    assert "on_test_batch_end" in lab.readout.value


def test_play_and_slider_run_over_all_events(recordings):
    lab = hooks_lab(recordings["fit"].events)
    ends = [(one.min, one.max, one.value) for one in (lab.play, lab.slider)]
    assert ends == [(1, len(recordings["fit"].events), 1)] * 2


def test_without_a_kernel_the_picture_and_its_words_remain(recordings):
    bundle, metadata = hooks_lab(recordings["fit"].events)._repr_mimebundle_()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert "on_train_begin" in bundle["text/plain"]
    assert metadata["image/png"]["alt"] == bundle["text/plain"]
