"""What is seen of the code exercises of notebook 15."""

import math
from collections.abc import Iterator

from exercises.judges import trial
from exercises.judges.trial import BATCHES, Callback, Lambda, fit_scripted, tiny_model
from helpers.start import keras

BAD = {"NaN": math.nan, "অসীম": math.inf, "ঋণাত্মক অসীম": -math.inf}


def stop_on_nan(answer: object) -> Iterator[tuple]:
    yield from trial.callback_class(answer)
    yield "from_keras", issubclass(answer, keras.callbacks.TerminateOnNaN)
    for name in vars(answer):
        yield "known_hook", not name.startswith("on_") or hasattr(Callback, name), {"name": name}
    yield "healthy", _batches_run(answer(), 0.5)
    yield "huge", _batches_run(answer(), 1e9)
    for name, loss in BAD.items():
        callback = answer()
        count = _batches_run(callback, loss)
        yield "stopped_itself", count == 8 and getattr(callback, "stop_training", False)
        yield "batches", count, {"loss": name}
    model, spoil = tiny_model(), Lambda(on_train_batch_end=lambda batch, logs: logs.pop("loss"))
    try:
        trial.fit(model, 1, [spoil, answer()])
    except (KeyError, TypeError) as error:
        yield "error_without_loss", type(error).__name__
    yield "stopped_without_loss", model.stop_training


def _batches_run(callback: Callback, loss: float) -> int:
    """How many of the 8 batches run, when the second has this loss."""
    run = []

    def spoil(batch: int, logs: dict) -> None:
        run.append(batch)
        if len(run) == 2:
            logs["loss"] = loss

    # a NaN stays in the running mean, and so in the log of the epoch
    spoiled = [Lambda(on_train_batch_end=spoil), callback]
    fit_scripted(spoiled, batches=BATCHES, loss=[loss] * 2)
    return len(run)
