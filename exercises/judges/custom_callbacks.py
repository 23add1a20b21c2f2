"""What is seen of the code exercises of notebook 15."""

import math
from collections.abc import Iterator

from exercises.judges.trial import (
    Callback,
    Scripted,
    callback_class,
    fit,
    scratch_folder,
    stamp,
    tiny_model,
)
from helpers.start import keras

Lambda = keras.callbacks.LambdaCallback

# --- stop_on_nan ---

BAD = {"NaN": math.nan, "অসীম": math.inf, "ঋণাত্মক অসীম": -math.inf}


def stop_on_nan(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    yield "from_keras", issubclass(answer, keras.callbacks.TerminateOnNaN)
    for name in vars(answer):
        yield "known_hook", not name.startswith("on_") or hasattr(Callback, name), {"name": name}
    yield "healthy", _batches_run(answer(), None)
    yield "huge", _batches_run(answer(), 1e9)
    for name, loss in BAD.items():
        callback = answer()
        count = _batches_run(callback, loss)
        yield "stopped_itself", count == 8 and getattr(callback, "stop_training", False)
        yield "batches", count, {"loss": name}
    model = tiny_model()
    try:
        fit(model, 1, [Lambda(on_train_batch_end=lambda batch, logs: logs.pop("loss")), answer()])
    except (KeyError, TypeError) as error:
        yield "error_without_loss", type(error).__name__
    yield "stopped_without_loss", model.stop_training


def _batches_run(callback: Callback, loss: float | None) -> int:
    """How many of the 8 batches run, when the second has this loss; None: its own."""
    count = 0

    def spoil(batch: int, logs: dict) -> None:
        nonlocal count
        count += 1
        if count == 2 and loss is not None:
            logs["loss"] = loss

    def keep(epoch: int, logs: dict) -> None:
        # a NaN stays in the running mean, and so in the log of the epoch
        if epoch == 0 and loss is not None:
            logs["loss"] = loss

    fit(tiny_model(), 2, [Lambda(on_train_batch_end=spoil, on_epoch_end=keep), callback])
    return count


# --- minutes_patience ---


class _Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds, self.asked = 1000.0, 0

    def __call__(self) -> float:
        self.asked += 1
        return self.seconds


BETTER = [1 - 0.001 * epoch for epoch in range(20)]
# the last record is at the end of epoch 1; an equal value is none, nor one below the epoch before
STUCK = [1.0, 0.9, *[0.95, 0.9] * 19]
PATIENCE = 12


def minutes_patience(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    clock = _Clock()
    try:
        callback = answer(PATIENCE, clock)
    except TypeError as error:
        yield "not_made", str(error)
    yield "better", _epochs(callback, clock, 5, BETTER)
    clock = _Clock()
    callback = answer(PATIENCE, clock)
    count = _epochs(callback, clock, 5, STUCK)
    yield "asked", clock.asked > 0
    yield "epochs", count, {"last": count - 1}
    for name, minutes in (("epochs_again", 5), ("short_epochs", 1)):
        count = _epochs(callback, clock, minutes, STUCK)
        yield name, count, {"last": count - 1}


def _epochs(callback: Callback, clock: _Clock, minutes: float, losses: list[float]) -> int:
    """How many epochs run, each so many minutes long, with this val_loss."""

    def go_on(epoch: int, logs: dict) -> None:
        clock.seconds += 60 * minutes
        logs["val_loss"] = losses[epoch]

    return len(fit(tiny_model(), len(losses), [Lambda(on_epoch_end=go_on), callback]).epoch)


# --- best_three ---

LOSSES = [0.9, 0.5, 0.7, 0.6, 0.8, 0.4]
NAME = "epoch_{:02d}.weights.h5"
FOREIGN = {"notes.txt": "আমার খাতা", "epoch_07.weights.h5": "অন্য কারও"}


def best_three(answer: object) -> Iterator[tuple]:
    yield from callback_class(answer)
    model, seen = tiny_model(), []
    with scratch_folder() as folder:
        for file, text in FOREIGN.items():
            (folder / file).write_text(text, encoding="utf-8")

        def look(epoch: int, logs: dict) -> None:
            seen.append({path.name for path in folder.iterdir()} - set(FOREIGN))

        watch = Lambda(on_epoch_end=look)
        fit(model, len(LOSSES), [Scripted(val_loss=LOSSES), answer(folder), watch])
        for file, text in FOREIGN.items():
            path = folder / file
            yield "foreign_there", path.exists(), {"file": file}
            yield "foreign_same", path.read_bytes() == text.encode(), {"file": file}
        yield from _kept(seen)
        for epoch in (1, 3, 5):
            file = folder / NAME.format(epoch)
            try:
                model.load_weights(file)
            except (OSError, ValueError):
                yield "no_weights", file.name
            yield "weights", stamp(model), {"wanted": epoch, "file": file.name}


def _kept(seen: list[set[str]]) -> Iterator[tuple]:
    yield "any_file", any(seen)
    known = {NAME.format(epoch): epoch for epoch in range(len(LOSSES))}
    for name in sorted(set().union(*seen)):
        yield "known_name", name in known, {"name": name}
    kept = [sorted(known[name] for name in names) for names in seen]
    words = {"losses": ", ".join(map(str, LOSSES)), "epochs": ", ".join(map(str, kept[-1]))}
    yield "more_at_the_end", len(kept[-1]) > 3, words
    yield "most", max(map(len, kept)) > 3, {"most": max(map(len, kept))}
    yield "at_the_end", kept[-1], words
    yield "second", kept[1]
    for epoch, epochs in enumerate(kept):
        best = sorted(sorted(range(epoch + 1), key=LOSSES.__getitem__)[:3])
        now = {"epochs": ", ".join(map(str, epochs)), "epoch": epoch, "wanted": best}
        yield "kept", epochs, words | now
