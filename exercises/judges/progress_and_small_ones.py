"""What is seen of the code exercises of notebook 12."""

import functools
from collections.abc import Callable, Iterator
from itertools import accumulate, zip_longest

from exercises.judges.trial import BATCHES, an, fit, function, tiny_model, which
from helpers.hooks import HOOKS, HookRecorder
from helpers.start import keras

import numpy as np

Lambda = keras.callbacks.LambdaCallback


# --- every ---


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


# --- my_fit ---


class _UsedFitError(Exception):
    pass


def _refuse(*_args: object, **_options: object) -> None:
    raise _UsedFitError


class _StopAtOne(keras.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if epoch == 1:
            self.model.stop_training = True


def my_fit(answer: object) -> Iterator[tuple]:
    yield from function(answer)
    recorder, model = HookRecorder(), tiny_model()
    before = model.get_weights()
    model.fit = _refuse
    try:
        history = answer(model, _batches(), 2, [recorder])
    except _UsedFitError:
        yield "used_fit", True
    except AttributeError:
        called = [event.name for event in recorder.events]
        if "on_train_begin" in called or not called:
            raise
        yield "not_begun", True
    yield from _hooks(recorder, _what_keras_does())
    same = map(np.array_equal, before, model.get_weights())
    yield "learned", not all(same)
    yield from _losses(recorder)
    yield "returned", history is not None
    kind = keras.callbacks.History
    yield "history", isinstance(history, kind), {"type": type(history).__name__}
    yield from _stopped(answer)


def _hooks(mine: HookRecorder, theirs: HookRecorder) -> Iterator[tuple]:
    called = {event.name for event in mine.events}
    yield "any_hook", bool(called)
    for event in theirs.events:
        yield "called", event.name in called, {"name": event.name}
    counts = {"count": len(mine.events), "keras": len(theirs.events)}
    pairs = zip_longest(mine.events, theirs.events)
    for place, (own, right) in enumerate(pairs, start=1):
        yield "as_many", own is not None and right is not None, counts
        yield "hook", own.name, {"wanted": right.name, "place": place}
        yield "index", own.index, {"wanted": right.index, "name": own.name}


def _losses(recorder: HookRecorder) -> Iterator[tuple]:
    ends = [event.logs or {} for event in recorder.events if event.name == "on_epoch_end"]
    yield "told_loss", all("loss" in logs for logs in ends)
    (loss, later_loss), (own, later) = (logs["loss"] for logs in ends), _losses_of_two_epochs()
    running = [total / count for count, total in enumerate(accumulate(own), start=1)]
    mistakes = {"last": own[-1], "sum": sum(own), "mean_of_means": np.mean(running)}
    yield "first_loss", which(loss, mean=np.mean(own), **mistakes)
    yield "second_loss", which(later_loss, mean=np.mean(later), of_both=np.mean([*own, *later]))


def _stopped(my_fit: Callable) -> Iterator[tuple]:
    recorder, model = HookRecorder(), tiny_model()
    history = my_fit(model, _batches(), 5, [recorder, _StopAtOne()])
    yield "returned_when_stopped", history is not None
    yield "stopped_late", len(history.epoch) > 2, {"epochs": len(history.epoch)}
    yield "stopped_early", len(history.epoch) < 2
    yield "last_hook", recorder.events[-1].name
    yield "epochs_again", len(my_fit(model, _batches(), 3, []).epoch)


def _batches() -> list[tuple[np.ndarray, np.ndarray]]:
    values = np.arange(BATCHES, dtype="float32")[:, None]
    return [(value[None], value[None]) for value in values]


@functools.cache
def _what_keras_does() -> HookRecorder:
    recorder = HookRecorder()
    fit(tiny_model(), 2, [recorder])
    return recorder


@functools.cache
def _losses_of_two_epochs() -> list[list[float]]:
    model = tiny_model()
    train = functools.partial(model.train_on_batch, return_dict=True)
    return [[train(x, y)["loss"] for x, y in _batches()] for _ in range(2)]
