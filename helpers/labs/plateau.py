"""ReduceLROnPlateau নিয়ে খেলা: স্লাইডার ছাড়লেই একটি ছোট মডেল শূন্য থেকে ট্রেনিং হয়। নোটবুক ০৫-এ।"""

from collections.abc import Callable

from helpers.bengali import digits
from helpers.figures import COLOURS
from helpers.labs.base import Lab, keras_code, panel
from helpers.labs.training import Curves, Training, train_anew
from helpers.start import keras

import numpy as np
from ipywidgets import Dropdown, FloatSlider, IntSlider
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

ReduceLROnPlateau = keras.callbacks.ReduceLROnPlateau
EPOCHS = 60
RATE = 0.3
_FLOORS = [0.0, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1]
_LOWEST = RATE * 1e-7  # the bottom of the picture; a rate below it changes nothing that could be seen


def plateau_lab() -> "PlateauLab":
    """স্লাইডার ছাড়লেই নতুন ট্রেনিং: learning rate কখন কতটা কমালে `val_loss` কোথায় গিয়ে থামে।

    learning rate বদলালে গোটা ট্রেনিংটাই বদলে যায়, তাই রেকর্ড করা রান এখানে চলে না। প্রতিবার একই জায়গা থেকে,
    (নোটবুকের seed না বদলালে) একই ক্রমের ডেটায়, `SGD(0.3)` দিয়ে ৬০ epoch; দুই core-এ লাগে এক সেকেন্ডের মতো।
    আগের চেষ্টা ছাইরঙা থাকে। নতুন মান দিলে চলতি ট্রেনিং বাদ যায়, শেষেরটিই টেকে; “থামাও” বোতামে মাঝপথে থামে।
    """
    return PlateauLab()


class PlateauLab(Lab):
    """`plateau_lab` যা ফেরত দেয়: `factor`, `patience`, `cooldown`, `min_lr`, আর `training`।"""

    def __init__(self) -> None:
        late = {"continuous_update": False}
        self.factor = FloatSlider(
            value=0.5,
            min=0.1,
            max=0.9,
            step=0.1,
            description="কত দিয়ে গুণ (factor)",
            tooltip="কমানোর সময় learning rate-কে যত দিয়ে গুণ করা হয়",
            **late,
        )
        self.patience = IntSlider(
            value=2,
            min=1,
            max=15,
            description="কত epoch সবুর (patience)",
            tooltip="টানা কত epoch উন্নতি না হলে learning rate কমবে",
            **late,
        )
        self.cooldown = IntSlider(
            value=0,
            min=0,
            max=10,
            description="কমিয়ে চুপ (cooldown)",
            tooltip="একবার কমানোর পর কত epoch গোনা বন্ধ থাকবে",
            **late,
        )
        self.min_lr = Dropdown(
            options=[(f"{floor:g}", floor) for floor in _FLOORS],
            value=1e-6,
            description="এর নিচে নয় (min_lr)",
            tooltip="learning rate এর চেয়ে ছোট হবে না",
        )
        words = "এখানে প্রতিবার নতুন করে ট্রেনিং হয়: স্লাইডার ছাড়লেই শুরু।"
        self.training = Training(words, EPOCHS, train, self._show, self.say)
        controls = (self.factor, self.patience, self.cooldown, self.min_lr)
        super().__init__(panel(*controls), self.training)

        self._shown: Curves | None = None
        self._picture = _Picture()
        self.training.run(self._settings())  # where no kernel runs, this picture is what is left
        for control in controls:
            control.observe(lambda _change: self.training.ask(self._settings()), "value")

    def _settings(self) -> dict:
        return {
            "monitor": "val_loss",
            "factor": round(self.factor.value, 2),
            "patience": self.patience.value,
            "cooldown": self.cooldown.value,
            "min_lr": self.min_lr.value,
        }

    def _show(self, settings: dict, curves: Curves, seconds: float) -> None:
        before, self._shown = self._shown, curves
        title = self._picture.update(curves, before)
        readout = (
            f"{title}। {_verdict(settings, curves)} এই ট্রেনিংয়ে লেগেছে {digits(f'{seconds:.1f}')} সেকেন্ড।"
        )
        self.show(self._picture.figure, readout, keras_code("rlrop", ReduceLROnPlateau, settings))


def train(settings: dict, is_stopped_after: Callable[[int], bool]) -> Curves:
    """একটি নতুন মডেলকে ট্রেনিং করায়, প্রতি epoch-এর `loss`, `val_loss`, `learning_rate` ফেরত দেয়।

    settings: ReduceLROnPlateau-র parameter।
    is_stopped_after: প্রতি epoch-এর শেষে তার নম্বর দিয়ে ডাকা হয়; True ফেরত দিলে সেখানেই শেষ।
    """
    callback = ReduceLROnPlateau(**settings)
    return train_anew(2, keras.optimizers.SGD(RATE), callback, EPOCHS, is_stopped_after)


def _verdict(settings: dict, curves: Curves) -> str:
    rates = np.array(curves["learning_rate"])
    drops = np.flatnonzero(np.diff(rates) < 0) + 1  # the log shows a drop one epoch after it was made
    best = int(np.nanargmin(curves["val_loss"]))
    kept = f"সবচেয়ে কম `val_loss` `{curves['val_loss'][best]:.3f}`, epoch `{best}`-এ।"
    if not len(drops):
        return f"learning rate একবারও কমেনি। {kept}"
    floor = " শেষে `min_lr`-এ এসে ঠেকেছে।" if rates[-1] <= settings["min_lr"] * 1.001 else ""
    return (
        f"learning rate কমেছে {digits(len(drops))} বার, `{rates[0]:g}` থেকে `{rates[-1]:.2g}`।{floor} {kept}"
    )


class _Picture:
    """The loss of this attempt and of the one before it in grey; the staircase of learning rates below."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(9, 5), layout="constrained")
        self.loss, self.rate = self.figure.subplots(2, sharex=True, height_ratios=[2, 1])
        grey = {"color": "0.55", "linewidth": 2, "linestyle": ":"}
        blue, orange, green = COLOURS["blue"], COLOURS["vermillion"], COLOURS["green"]
        self.before = self.loss.plot([], [], **grey, label="আগের চেষ্টা")[0]
        self.training = self.loss.plot([], [], "--", color=blue, linewidth=1.5, label="ট্রেনিং")[0]
        self.validation = self.loss.plot([], [], "-", color=orange, label="validation")[0]
        self.rate_before = self.rate.plot([], [], drawstyle="steps-mid", **grey)[0]
        self.rate_now = self.rate.plot([], [], color=green, drawstyle="steps-mid")[0]
        # wide enough for every setting of the sliders, so that two attempts can be compared by eye
        self.loss.set(ylabel="loss", yscale="log", ylim=(0.008, 1.2), xlim=(-0.5, EPOCHS - 0.5))
        self.rate.set(ylabel="learning rate", xlabel="epoch", yscale="log", ylim=(_LOWEST / 3, RATE * 3))
        for axes in (self.loss, self.rate):
            axes.yaxis.set_minor_formatter(NullFormatter())
        self.rate.yaxis.set_major_locator(LogLocator(numticks=6))
        self.loss.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0)

    def update(self, curves: Curves, before: Curves | None) -> str:
        best = int(np.nanargmin(curves["val_loss"]))
        ran = range(len(curves["loss"]))
        title = f"সেরা epoch {best}"
        if len(ran) < EPOCHS:
            title = f"epoch {ran[-1]}-এ তুমি থামিয়েছ: {title}"
        elif before is not None:
            change = min(before["val_loss"]) - min(curves["val_loss"])
            verdict = "আগের চেয়ে ভালো" if change > 0 else "আগের চেয়ে খারাপ" if change < 0 else "আগের মতোই"
            title = f"{verdict}: {title}"
        if before is not None:
            self.before.set_data(range(len(before["val_loss"])), before["val_loss"])
            self.rate_before.set_data(range(len(before["learning_rate"])), _within(before["learning_rate"]))
        self.training.set_data(ran, curves["loss"])
        self.validation.set_data(ran, curves["val_loss"])
        self.rate_now.set_data(ran, _within(curves["learning_rate"]))
        self.loss.set_title(title)
        return title


def _within(rates: list[float]) -> np.ndarray:
    return np.maximum(rates, _LOWEST)
