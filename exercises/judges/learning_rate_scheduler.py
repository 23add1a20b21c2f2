"""What is seen of the code exercises of notebook 09."""

from collections.abc import Iterator

from exercises.judges import trial
from exercises.judges.trial import BATCHES, Lambda, fit
from helpers.start import keras

EPOCHS, LEAST = 40, 0.01
HALVED = [max(LEAST, 0.4 * 0.5 ** (drop // 5 + 1)) for drop in range(30)]
TABLE = [0.1, 0.2, 0.3, *[0.4] * 7, *HALVED]


def plan(answer: object) -> Iterator[tuple]:
    yield "scheduler", isinstance(answer, keras.callbacks.LearningRateScheduler)
    yield from trial.function(answer)
    try:
        rates = _rates(answer, 0.4)
    except ValueError as error:
        if "should be a float" not in str(error):
            raise
        yield "no_float", str(error).rpartition("Got: ")[2]
    for epoch, (rate, wanted) in enumerate(zip(rates, TABLE, strict=True)):
        yield _part(epoch, rate), rate, {"wanted": wanted, "epoch": epoch}
    yield "second_fit", _rates(answer, 0.025), {"wanted": rates}


def _rates(schedule: object, start: float) -> list[float]:
    """The learning rates that a real LearningRateScheduler would set, epoch after epoch."""
    scheduler = keras.callbacks.LearningRateScheduler(schedule)
    return trial.replayed([scheduler], learning_rate=start, loss=[1.0] * EPOCHS).learning_rates


def _part(epoch: int, rate: float) -> str:
    """The row of the table that an epoch belongs to; a rate that no row has is its own part."""
    if rate == 0:
        return "zero"
    if epoch <= 10:
        return "rising" if epoch < 4 else "level" if epoch < 10 else "first_half"
    if rate < LEAST * 0.999:
        return "too_low"
    return "lowest" if TABLE[epoch] == LEAST else "halving"


BASE, WARM, LOWERED = 0.04, 6, 0.005
STEPS = [BASE * batch / WARM for batch in range(1, WARM + 1)]


def batch_warm_up(answer: object) -> Iterator[tuple]:
    yield from trial.callback_class(answer)
    callback = answer(BASE, WARM)
    default, rates = _rates_of_batches(callback)
    words = {"base": BASE, "warm": WARM}
    name = "first_batch_by_default" if abs(rates[0] - default) < 1e-6 else "first_batch"
    yield name, rates[0], words | {"wanted": STEPS[0]}
    yield "counts_anew", rates[BATCHES] == rates[0] != BASE, words
    shown = {"rates": [round(rate, 4) for rate in rates[:WARM]], "wanted": STEPS}
    yield "steps", rates[:WARM], words | shown
    for rate in rates[WARM : 2 * BATCHES]:
        yield "warm", rate, words | {"wanted": BASE}
    for rate in rates[2 * BATCHES :]:
        yield "lowered_by_another", rate, words | {"wanted": LOWERED}
    yield "second_fit", _rates_of_batches(callback)[1], {"wanted": rates}


def _rates_of_batches(callback: keras.callbacks.Callback) -> tuple[float, list[float]]:
    """The learning rate of a new model, and those of the batches of a fit with this callback."""
    model, seen = trial.tiny_model(), []
    default = float(model.optimizer.learning_rate)

    def lower(epoch: int, logs: dict) -> None:
        if epoch == 2:
            model.optimizer.learning_rate = LOWERED

    def look(batch: int, logs: dict) -> None:
        seen.append(float(model.optimizer.learning_rate))

    watch = Lambda(on_train_batch_begin=look)
    fit(model, 4, [Lambda(on_epoch_begin=lower), callback, watch])
    return default, seen
