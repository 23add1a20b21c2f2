"""নোটবুক ০৯-এর কোড-অনুশীলনের বিচার।"""

import math

from helpers.bengali import digits
from helpers.checks import BATCHES, fit, judge, not_a_callback_class, not_a_function, tiny_model
from helpers.recorded import replay
from helpers.start import keras

import pandas as pd

_EPOCHS = 40
_TABLE = [0.1, 0.2, 0.3, *[0.4] * 7, *(max(0.01, 0.4 * 0.5 ** (drop // 5 + 1)) for drop in range(30))]


@judge("09_learning_rate_scheduler/plan")
def _plan(answer: object) -> str | None:
    if isinstance(answer, keras.callbacks.LearningRateScheduler):
        return "এখানে চাই ফাংশনটিই, callback নয়: `check(..., plan)`।"
    if problem := not_a_function(answer, "একটি ফাংশন"):
        return problem
    try:
        rates = _rates(answer, 0.4)
    except ValueError as error:
        if "should be a float" not in str(error):
            raise
        given = str(error).rpartition("Got: ")[2]
        return f"`LearningRateScheduler` চায় float; কোনো এক epoch-এ `plan` দিয়েছে `{given}`। ফাঁদ ৩ দেখো।"
    return _off_the_table(rates) or _depends_on_the_optimizer(answer, rates)


def _rates(schedule: object, start: float) -> list[float]:
    """The learning rates that a real LearningRateScheduler would set, epoch after epoch."""
    log = pd.DataFrame({"epoch": range(_EPOCHS), "loss": [1.0] * _EPOCHS})
    scheduler = keras.callbacks.LearningRateScheduler(schedule)
    return replay([scheduler], log, learning_rate=start).learning_rates


def _off_the_table(rates: list[float]) -> str | None:
    same = [math.isclose(is_, wanted, rel_tol=1e-4) for is_, wanted in zip(rates, _TABLE, strict=True)]
    if all(same):
        return None
    epoch = same.index(False)
    said = f"epoch `{epoch}`-এ তোমার ছক দিচ্ছে `{rates[epoch]:.4g}`"
    if rates[epoch] == 0:
        return f"{said}: ওই epoch-এ মডেল কিছুই শিখবে না। গোনা `0` থেকে শুরু, সে কথা মনে রেখো।"
    if epoch < 10:
        part = "তখনো ওঠার কথা, সমান ধাপে" if epoch < 4 else "তখন সমান চলার কথা"
        return f"{said}; {part}। টেবিলের ওপরের দুই সারি মেলাও।"
    if epoch == 10:
        return f"{said}। প্রথমবার অর্ধেক হয় এই epoch-টিতেই, আর ঠিক অর্ধেক। সীমানা আর ঘাত মেলাও।"
    if rates[epoch] < min(_TABLE):
        return f"{said}: মেঝের নিচে নেমে গেছে। টেবিলের নিচের বাক্যটি পড়ো।"
    if _TABLE[epoch] == min(_TABLE):
        return f"{said}। মেঝে ঠিক আছে, কিন্তু ওই epoch-এ পৌঁছানোর কথা মেঝেতেই।"
    return f"{said}; তার আগের epoch-গুলো ঠিক ছিল। কত epoch পরপর অর্ধেক হওয়ার কথা?"


def _depends_on_the_optimizer(schedule: object, rates: list[float]) -> str | None:
    again = _rates(schedule, 0.025)
    if all(math.isclose(one, two, rel_tol=1e-4) for one, two in zip(rates, again, strict=True)):
        return None
    return (
        "প্রথম `fit`-এ টেবিল মিলেছে, কিন্তু optimizer-এর learning rate `0.025`-এ থাকলে ছকটা বদলে যায়। "
        "কোথাও এখনকার `lr` থেকে হিসাব করছ কি?"
    )


@judge("09_learning_rate_scheduler/batch_warm_up")
def _batch_warm_up(answer: object) -> str | None:
    return not_a_callback_class(answer) or _warms_up_wrongly(answer)


_BASE, _BATCHES, _LOWERED = 0.04, 6, 0.005


def _warms_up_wrongly(kind: type[keras.callbacks.Callback]) -> str | None:
    wanted = [_BASE * batch / _BATCHES for batch in range(1, _BATCHES + 1)]
    wanted += [_BASE] * (2 * BATCHES - _BATCHES) + [_LOWERED] * (2 * BATCHES)
    callback = kind(_BASE, _BATCHES)
    default, seen = _rates_of_batches(callback)
    same = [math.isclose(is_, want, rel_tol=1e-4) for is_, want in zip(seen, wanted, strict=True)]
    if not all(same):
        place = same.index(False)
        return _reason(place, seen[place], default, [round(rate, 4) for rate in seen])
    _, again = _rates_of_batches(callback)
    if all(math.isclose(one, two, rel_tol=1e-4) for one, two in zip(seen, again, strict=True)):
        return None
    return (
        "প্রথম `fit`-এ সব ঠিক। একই callback নতুন একটি মডেলে দিয়ে আবার `fit` চালালাম, এবার আর গোড়া থেকে উঠল না। "
        "তোমার গোনা কখন শূন্য হয়?"
    )


def _rates_of_batches(callback: keras.callbacks.Callback) -> tuple[float, list[float]]:
    """The learning rate of a new model, and those it has at the batches of a fit with this callback."""
    model, seen = tiny_model(), []
    default = float(model.optimizer.learning_rate)

    def lower(epoch: int, logs: dict) -> None:
        if epoch == 2:
            model.optimizer.learning_rate = _LOWERED

    def look(batch: int, logs: dict) -> None:
        seen.append(float(model.optimizer.learning_rate))

    lowering = keras.callbacks.LambdaCallback(on_epoch_begin=lower)
    watch = keras.callbacks.LambdaCallback(on_train_batch_begin=look)
    fit(model, 4, [lowering, callback, watch])
    return default, seen


def _reason(place: int, rate: float, default: float, seen: list[float]) -> str:
    example = f"`BatchWarmUp({_BASE}, {_BATCHES})` চালালাম, epoch-এ {digits(BATCHES)} batch"
    if place == 0 and math.isclose(rate, default, rel_tol=1e-4):
        said = f"প্রথম batch চলল optimizer-এর নিজের `{rate:.2g}`-এ"
        return f"{example}: {said}। batch শেষ হওয়ার পরে বসালে দেরি হয়ে যায়।"
    if place == 0 and rate == 0:
        return f"{example}: প্রথম batch-এ learning rate `0`, তাতে কিছুই শেখা হয় না।"
    if place == 0:
        return f"{example}: প্রথম batch-এ learning rate `{rate:.4g}`; হওয়ার কথা `base / batches`।"
    if place == BATCHES and seen[place] == seen[0]:
        return f"{example}: দ্বিতীয় epoch-এ গোনা আবার গোড়া থেকে শুরু হলো। `batch` নম্বরটি কোথা থেকে গোনা?"
    if place < _BATCHES:
        return f"{example}: প্রথম কয়টি batch-এ learning rate হলো `{seen[:_BATCHES]}`; ধাপগুলো সমান হওয়ার কথা।"
    if place < 2 * BATCHES:
        return (
            f"{example}: {digits(_BATCHES)}টি batch পেরিয়েও learning rate বদলাচ্ছে, এখন `{rate:.4g}`। কখন থামবে?"
        )
    return (
        f"{example}: warm-up শেষ হওয়ার পরে আরেকজন কমিয়ে `{_LOWERED}` করল, তোমার callback আবার বসাল "
        f"`{rate:.4g}`। কাজ শেষ হলে হাত সরিয়ে নাও।"
    )
