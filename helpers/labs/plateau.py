"""ReduceLROnPlateau with a small model that is trained anew when the slider rests. Notebook 05."""

from helpers.bengali import digits
from helpers.labs.base import keras_code
from helpers.labs.training import Attempts, Curves, IsStopped, TrainingLab, train_anew, verdict
from helpers.start import keras

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

ReduceLROnPlateau = keras.callbacks.ReduceLROnPlateau
EPOCHS = 60
RATE = 0.3
_REST = 0.3  # seconds
# the bottom of the picture; a rate below it changes nothing that could be seen
_LOWEST = RATE * 1e-7
_FLOORS = (0.0, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1)
_CONTROLS = {
    "factor": ("কত দিয়ে গুণ (factor)", 0.5, 0.1, 0.9, 0.1),
    "patience": ("কত epoch অপেক্ষা (patience)", 2, 1, 15),
    "cooldown": ("কমানোর পরে বিরতি (cooldown)", 0, 0, 10),
    "min_lr": ("এর নিচে কমে না (min_lr)", 1e-6, {f"{floor:g}": floor for floor in _FLOORS}),
}


class PlateauLab(TrainingLab):
    """স্লাইডার ছাড়লে নতুন ট্রেনিং: learning rate কখন কতটা কমালে `val_loss` কত নিচে নামে।

    learning rate বদলালে পুরো ট্রেনিংটাই বদলে যায়, তাই রেকর্ড করা রান এখানে চলে না। প্রতিবার একই weights থেকে,
    (নোটবুকের seed না বদলালে) একই ক্রমের ডেটায়, `SGD(0.3)` দিয়ে ৬০ epoch; দুই core-এ লাগে এক সেকেন্ডের মতো।
    আগের চেষ্টার রেখা ধূসর। নতুন মান দিলে আগের ট্রেনিং বাদ যায়, শেষেরটিই থাকে; “থামাও” বোতামে মাঝপথে থামে।
    ফেরত: Lab; তাতে `factor`, `patience`, `cooldown`, `min_lr`, আর `stop` বোতাম।
    """

    def __init__(self) -> None:
        words = "স্লাইডার ছাড়লে নতুন ট্রেনিং শুরু হয়:"
        super().__init__(_CONTROLS, train, EPOCHS, words, rest=_REST)
        self._picture = Attempts(4.6, [2, 1], EPOCHS, rate_first=False, lowest=_LOWEST)
        self._picture.rate.set(yscale="log", ylim=(_LOWEST / 3, RATE * 3))
        self._picture.rate.yaxis.set_minor_formatter(NullFormatter())
        self._picture.rate.yaxis.set_major_locator(LogLocator(numticks=6))
        self.settle()  # where no kernel runs, this picture is what is left

    @property
    def settings(self) -> dict:
        return {"monitor": "val_loss", **super().settings}

    def update(self) -> None:
        self.ask(self.settings)

    def finish(self, settings: dict, curves: Curves, before: Curves | None, took: str) -> None:
        title = verdict(curves, before, EPOCHS)
        self._picture.update(curves["learning_rate"], curves, before, title)
        said = f"{title}। {_outcome(settings, curves)} {took}"
        self.show(self._picture.figure, said, keras_code("rlrop", ReduceLROnPlateau, settings))


plateau_lab = PlateauLab


def train(settings: dict, is_stopped_after: IsStopped) -> Curves:
    """`train_anew`, এই মানগুলোর ReduceLROnPlateau দিয়ে।"""
    callback = ReduceLROnPlateau(**settings)
    return train_anew(2, keras.optimizers.SGD(RATE), callback, EPOCHS, is_stopped_after)


def _outcome(settings: dict, curves: Curves) -> str:
    rates = np.array(curves["learning_rate"])
    drops = np.count_nonzero(np.diff(rates) < 0)
    best = int(np.nanargmin(curves["val_loss"]))
    kept = f"সবচেয়ে কম `val_loss` `{curves['val_loss'][best]:.3f}`, epoch `{best}`-এ।"
    if not drops:
        return f"learning rate একবারও কমেনি। {kept}"
    floor = ", `min_lr`-এ গিয়ে থেমেছে" if rates[-1] <= settings["min_lr"] * 1.001 else ""
    fell = f"`{rates[0]:g}` থেকে `{rates[-1]:.2g}`"
    return f"learning rate কমেছে {digits(drops)} বার, {fell}{floor}। {kept}"
