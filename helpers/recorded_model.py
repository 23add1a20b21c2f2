"""What callbacks can ask of a fit of which only the log is left: its model and its params.

log থেকে যা জানা যায় না, তা চাইলে বাংলায় error হয়; সেটি ValueError, আবার AttributeError-ও।
"""

from typing import NoReturn

from helpers.bengali import explain
from helpers.start import keras

import numpy as np


class _Unknown(AttributeError, ValueError):
    """What a log does not tell; an AttributeError too, which is what hasattr asks for."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(explain(what, why, "এই callback-টি আসল model.fit(...)-এ চালাও।"))


class Params(dict):
    """The params of a fit, but for the number of its steps."""

    def __missing__(self, name: str) -> NoReturn:
        if name == "steps":
            raise _Unknown('params["steps"] পাওয়া গেল না', "কয়টি batch-এ এক epoch, তা log-এ নেই")
        raise KeyError(name)

    def get(self, name: str, default: object = None) -> object:
        return self[name] if name == "steps" else super().get(name, default)


class _Recorded:
    """A part of a fit, of which callbacks can ask what a log tells, and nothing else."""

    def __getattr__(self, name: str) -> NoReturn:
        what = f"{type(self).__name__.strip('_').lower()}.{name} পাওয়া গেল না"
        raise _Unknown(what, "replay-তে আসল মডেল নেই, আছে তার log")


class Model(_Recorded):
    def __init__(self, learning_rate: float) -> None:
        self.optimizer, self.stop_training = _Optimizer(learning_rate), False
        self.epoch, self.restored, self.weights_now = None, None, _Weights(None)
        self.rates, self.saves = [], []

    def train(self, epoch: int) -> None:
        self.epoch, self.restored, self.weights_now = epoch, None, _Weights(epoch)
        self.rates.append(float(self.optimizer.learning_rate))

    def get_weights(self) -> list["_Weights"]:
        return [self.weights_now]

    def set_weights(self, weights: list["_Weights"]) -> None:
        epochs = [getattr(one, "epoch", None) for one in weights]
        if len(epochs) != 1 or None in epochs:
            why = "এগুলো কোনো epoch-এর শেষের weights নয়, আর অন্য weights-এর ফল log-এ নেই"
            raise _Unknown("মডেলে এই weights বসানো গেল না", why)
        (self.weights_now,), (self.restored,) = weights, epochs

    def save(self, filepath: str, *_: object, **__: object) -> None:
        self.saves.append((self.epoch, filepath))

    save_weights = save


class _Weights(_Recorded, np.lib.mixins.NDArrayOperatorsMixin):
    """The weights that an epoch left: to be kept, copied and set again, not to be reckoned with."""

    def __init__(self, epoch: int | None) -> None:
        self.epoch = epoch

    def copy(self) -> "_Weights":
        return self

    def _unread(self, *_: object, **__: object) -> NoReturn:
        raise _Unknown("weights-এর মান পাওয়া গেল না", "log-এ weights লেখা নেই")

    # NumPy's operators and functions all come here
    __array__ = __array_ufunc__ = __array_function__ = __getitem__ = __iter__ = __float__ = _unread


class _Rate(keras.Variable):
    """A real optimizer's variable; its number is also kept aside, where it is read faster."""

    def __init__(self, value: float) -> None:
        super().__init__(value, dtype="float32", trainable=False)
        self.assign(value)

    def assign(self, value: object) -> object:
        made = super().assign(value)
        self.number = made.numpy()
        return made

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.number, dtype)

    def __float__(self) -> float:
        return float(self.number)


class _Optimizer(_Recorded):
    def __init__(self, learning_rate: float) -> None:
        self.rate = _Rate(learning_rate)

    learning_rate = property(lambda self: self.rate)

    @learning_rate.setter
    def learning_rate(self, value: object) -> None:
        if callable(value):
            why = "schedule batch গোনে, আর log-এ আছে epoch-এর হিসাব"
            raise _Unknown("optimizer-এ schedule বসানো গেল না", why)
        self.rate.assign(value)
