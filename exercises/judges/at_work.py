"""What is seen of the code exercises of notebook 18."""

from collections.abc import Iterator

from exercises.judges import trial
from exercises.judges.trial import Callback, Lambda, fit_scripted, tiny_model

BETTER = [1 - 0.001 * epoch for epoch in range(8)]
# the last record is at the end of epoch 1; an equal value is none, nor one below the epoch before
STUCK = [1.0, 0.9, *[0.95, 0.9] * 9]
PATIENCE = 12


class _Clock:
    """Stands still until it is told to go on."""

    seconds, asked = 1000.0, False

    def __call__(self) -> float:
        self.asked = True
        return self.seconds


def minutes_patience(answer: object) -> Iterator[tuple]:
    yield from trial.callback_class(answer)
    clock = _Clock()
    try:
        callback = answer(PATIENCE, clock)
    except TypeError as error:
        yield "not_made", str(error)
    yield "better", _epochs(callback, clock, 5, BETTER)
    yield "asked", clock.asked
    callback = answer(PATIENCE, clock)
    for name, minutes in (("epochs", 5), ("epochs_again", 5), ("short_epochs", 1)):
        count = _epochs(callback, clock, minutes, STUCK)
        yield name, count, {"last": count - 1}


def _epochs(callback: Callback, clock: _Clock, minutes: float, losses: list[float]) -> int:
    """How many epochs run, each so many minutes long, with this val_loss."""

    def go_on(epoch: int, logs: dict) -> None:
        clock.seconds += 60 * minutes

    return len(fit_scripted([Lambda(on_epoch_end=go_on), callback], val_loss=losses).epoch)


LOSSES = [0.9, 0.5, 0.7, 0.6, 0.8, 0.4]
NAMES = [f"epoch_{epoch:02d}.weights.h5" for epoch in range(len(LOSSES))]
FOREIGN = {"notes.txt", "epoch_07.weights.h5"}


def best_three(answer: object) -> Iterator[tuple]:
    yield from trial.callback_class(answer)
    model, seen = tiny_model(), []
    with trial.scratch_folder() as folder:
        for file in FOREIGN:
            (folder / file).touch()

        def look(epoch: int, logs: dict) -> None:
            seen.append({path.name for path in folder.iterdir()} - FOREIGN)

        fit_scripted([answer(folder), Lambda(on_epoch_end=look)], model, val_loss=LOSSES)
        for file in sorted(FOREIGN):
            yield "foreign_there", (folder / file).exists(), {"file": file}
        yield from _kept(seen)
        for epoch in (1, 3, 5):
            try:
                model.load_weights(folder / NAMES[epoch])
            except (OSError, ValueError):
                yield "no_weights", NAMES[epoch]
            yield "weights", trial.stamp(model), {"wanted": epoch, "file": NAMES[epoch]}


def _kept(seen: list[set[str]]) -> Iterator[tuple]:
    yield "any_file", any(seen)
    for name in sorted(set().union(*seen)):
        yield "known_name", name in NAMES, {"name": name}
    kept = [sorted(map(NAMES.index, names)) for names in seen]
    words = {"losses": ", ".join(map(str, LOSSES)), "epochs": ", ".join(map(str, kept[-1]))}
    yield "more_at_the_end", len(kept[-1]) > 3, words
    yield "at_the_end", kept[-1], words
    for epoch, epochs in enumerate(kept):
        best = sorted(sorted(range(epoch + 1), key=LOSSES.__getitem__)[:3])
        now = {"epochs": ", ".join(map(str, epochs)), "epoch": epoch, "wanted": best}
        yield "kept", epochs, words | now
