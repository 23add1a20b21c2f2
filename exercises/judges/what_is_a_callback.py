"""নোটবুক ০১-এর কোড-অনুশীলনের বিচার।"""

from helpers.checks import BATCHES, fit, judge, not_a_callback_class, tiny_model
from helpers.start import keras


@judge("01_what_is_a_callback/counter")
def _counter(answer: object) -> str | None:
    return not_a_callback_class(answer) or _miscount(answer())


def _miscount(counter: keras.callbacks.Callback) -> str | None:
    model, seen = tiny_model(), []

    def look(_logs: dict) -> None:
        seen.append(getattr(counter, "count", None))

    probe = keras.callbacks.LambdaCallback(on_train_begin=look, on_train_end=look)
    for epochs in (2, 3):
        fit(model, epochs, [counter, probe])
        before, after = seen[-2:]
        if None in (before, after):
            return "ট্রেনিংয়ের সময় callback-টিতে `self.count` পাওয়া গেল না।"
        if after == epochs * BATCHES:
            return "`self.count` প্রতি batch-এ বাড়ছে; বাড়ার কথা প্রতি epoch-এ।"
        if before != 0:
            return f"`fit` শুরু হলো `self.count = {before}` নিয়ে; প্রতি `fit`-এর শুরুতে তা `0` হওয়ার কথা।"
        if after != epochs:
            return f"`fit(epochs={epochs})`-এর শেষে `self.count = {after}`; হওয়ার কথা `{epochs}`।"
    return None
