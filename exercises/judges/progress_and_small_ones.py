"""What is seen of the code exercises of notebook 12."""

from collections.abc import Callable, Iterator
from itertools import accumulate, zip_longest

from exercises.judges.trial import BATCHES, Lambda, an, fit, function, tiny_model, which
from helpers.hooks import HOOKS, HookRecorder
from helpers.start import keras

import numpy as np


def every(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    for count, epochs in ((3, 7), (2, 4)):
        yield from _calls(answer, count, epochs)


def _calls(every: Callable, count: int, epochs: int) -> Iterator[tuple]:
    calls = []
    callback = every(count, lambda *given: calls.append(given))
    yield "called_at_once", bool(calls)
    yield "returned", callback is not None
    yield from an(Lambda, callback)
    for name in vars(callback):
        # LambdaCallback keeps what it was given under any name
        yield "known_hook", not name.startswith("on_") or name in HOOKS, {"name": name}
    fit(tiny_model(), epochs, [callback])
    words = {"count": count, "epochs": epochs}
    yield "called", bool(calls), words
    yield "two_arguments", all(len(given) == 2 for given in calls)
    yield "with_loss", all(isinstance(logs, dict) and "loss" in logs for _, logs in calls)
    told = [epoch for epoch, _ in calls]
    wanted = list(range(count - 1, epochs, count))
    words |= {"told": ", ".join(map(str, told)), "calls": len(told)}
    yield "more_than_epochs", len(told) > epochs, words
    yield "every_epoch", told == list(range(epochs)), words
    yield "at_the_first", told[0] == 0, words
    yield "one_more", told == [epoch + 1 for epoch in wanted], words
    yield "told", told, words | {"wanted": wanted}


def my_fit(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    recorder, model = HookRecorder(), tiny_model()
    before = model.get_weights()
    used_fit = []
    model.fit = lambda *_given, **_options: used_fit.append(True)
    try:
        history = answer(model, _batches(), 2, [recorder])
    except AttributeError:
        yield "used_fit", bool(used_fit)
        called = [event.name for event in recorder.events]
        if "on_train_begin" in called or not called:
            raise
        yield "not_begun", True
    yield "used_fit", bool(used_fit)
    yield from _hooks(recorder)
    same = map(np.array_equal, before, model.get_weights())
    yield "learned", not all(same)
    yield from _losses(recorder)
    yield "returned", history is not None
    kind = keras.callbacks.History
    yield "history", isinstance(history, kind), {"type": type(history).__name__}
    yield from _stopped(answer)


def _hooks(recorder: HookRecorder) -> Iterator[tuple]:
    keras_does = HookRecorder()
    fit(tiny_model(), 2, [keras_does])
    mine, theirs = recorder.events, keras_does.events
    yield "any_hook", bool(mine)
    called = {event.name for event in mine}
    for event in theirs:
        yield "called", event.name in called, {"name": event.name}
    counts = {"count": len(mine), "keras": len(theirs)}
    for place, (own, right) in enumerate(zip_longest(mine, theirs), start=1):
        yield "as_many", own is not None and right is not None, counts
        yield "hook", own.name, {"wanted": right.name, "place": place}
        yield "index", own.index, {"wanted": right.index, "name": own.name}


def _losses(recorder: HookRecorder) -> Iterator[tuple]:
    ends = [event.logs or {} for event in recorder.events if event.name == "on_epoch_end"]
    yield "told_loss", all("loss" in logs for logs in ends)
    model = tiny_model()
    own, later = (
        [model.train_on_batch(x, y, return_dict=True)["loss"] for x, y in _batches()]
        for _ in range(2)
    )
    running = [total / count for count, total in enumerate(accumulate(own), start=1)]
    mistakes = {"last": own[-1], "sum": sum(own), "mean_of_means": np.mean(running)}
    yield "first_loss", which(ends[0]["loss"], mean=np.mean(own), **mistakes)
    means = {"mean": np.mean(later), "of_both": np.mean([*own, *later])}
    yield "second_loss", which(ends[1]["loss"], **means)


def _stopped(my_fit: Callable) -> Iterator[tuple]:
    def stop(epoch: int, logs: dict) -> None:
        model.stop_training = epoch == 1

    recorder, model = HookRecorder(), tiny_model()
    history = my_fit(model, _batches(), 5, [recorder, Lambda(on_epoch_end=stop)])
    yield "returned_when_stopped", history is not None
    yield "stopped_late", len(history.epoch) > 2, {"epochs": len(history.epoch)}
    yield "stopped_early", len(history.epoch) < 2
    yield "last_hook", recorder.events[-1].name
    yield "epochs_again", len(my_fit(model, _batches(), 3, []).epoch)


def _batches() -> list[tuple[np.ndarray, np.ndarray]]:
    values = np.arange(BATCHES, dtype="float32")[:, None]
    return [(value[None], value[None]) for value in values]
