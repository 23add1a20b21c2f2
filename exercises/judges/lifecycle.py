"""What is seen of the code exercises of notebook 02."""

from collections.abc import Iterator
from itertools import accumulate, pairwise

from exercises.judges.trial import Lambda, callback_class, fit, tiny_model, which
from helpers.hooks import HookRecorder
from helpers.start import keras

import numpy as np

LOSSES = [10.0, 40.0, 20.0, 50.0]  # of the four batches, each one's own
MEANS = [total / count for count, total in enumerate(accumulate(LOSSES), start=1)]
STEPS = [later - earlier for earlier, later in pairwise(MEANS)]
EPOCHS = 3


def own_loss(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    callback, seen = answer(), []

    def look(_epoch: int, _logs: dict) -> None:
        seen.append(list(getattr(callback, "losses", [])))

    # It answers 0 and learns nothing: a batch's own loss is the number it should have answered.
    model = tiny_model(optimizer=keras.optimizers.SGD(0.0), loss="mae")
    x, y = np.zeros((len(LOSSES), 1)), np.array(LOSSES)
    fit(model, 2, [callback, Lambda(on_epoch_end=look)], x, y)
    first, second = seen
    yield "any_loss", bool(first)
    yield "kept", which(second, both=[*first, *first]) == "both", {"count": len(second)}
    yield "count", len(first)
    yield "first_epoch", which(first, own=LOSSES, means=MEANS)
    yield "differences", which(first[1:], steps=STEPS) == "steps"
    yield "first_batch", first[0]
    shown = {"losses": [round(float(loss), 2) for loss in first]}
    yield "losses", first, {"wanted": LOSSES} | shown
    yield "second_epoch", second, {"wanted": LOSSES}


def epoch_seconds(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    recorder = HookRecorder()
    history = fit(tiny_model(), EPOCHS, [answer(), recorder])
    told = history.history.get("seconds", [])
    if not told:
        hooks = sorted({event.name for event in recorder.events if "seconds" in event.logs})
        at_the_end = "on_train_end" in hooks
        yield "written_in", "on_train_end" if at_the_end else hooks[0] if hooks else None
    yield "count", len(told)
    yield "negative", min(told) < 0
    begins, ends = (
        [event.seconds for event in recorder.events if event.name == name]
        for name in ("on_epoch_begin", "on_epoch_end")
    )
    last, since_start = ends[-1] - begins[-1], ends[-1] - begins[0]
    yield "since_the_start", told[-1] > (last + since_start) / 2
    # of the first epoch, the longest: some clocks don't see the few milliseconds of the others
    yield "too_short", told[0] < (ends[0] - begins[0]) / 2
