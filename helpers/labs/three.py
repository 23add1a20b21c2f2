"""ModelCheckpoint, EarlyStopping, ReduceLROnPlateau একসঙ্গে, রেকর্ড করা ট্রেনিংয়ে। নোটবুক ০৬-এ।"""

from pathlib import Path

from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.labs.base import Lab, by_epoch, keras_code, panel
from helpers.logs import LogError, table_of
from helpers.recorded import Replay, replay
from helpers.start import keras

import numpy as np
import pandas as pd
from ipywidgets import HTML, FloatSlider, IntSlider
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

EarlyStopping, History = keras.callbacks.EarlyStopping, keras.callbacks.History
ModelCheckpoint = keras.callbacks.ModelCheckpoint
ReduceLROnPlateau = keras.callbacks.ReduceLROnPlateau
RATE = 1e-3
_LOWEST = RATE * 1e-4  # the bottom of the picture; the words below it give the rate itself
_MOST_WAIT, _SMALLEST_FACTOR = 15, 0.1


def three_lab(log: pd.DataFrame | History | str | Path) -> "ThreeLab":
    """তিন callback একসঙ্গে: কার সবুর আগে ফুরোয়, কে কাকে বেকার করে দেয়, কোন epoch ফাইলে যায়।

    আবার ট্রেনিং হয় না: তিনটি আসল callback রেকর্ড করা `val_loss`-এর ওপর চলে (`replay`)। learning rate কমলে আসল
    ট্রেনিংয়ের রেখা বদলে যেত, এখানে রেখা যেমন ছিল তেমনই থাকে; বদলানো রেখা দেখায় `plateau_lab`।

    log: একটি রানের log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `fit`-এর History। পড়া না গেলে, বা তাতে
        `val_loss` না থাকলে LogError।
    """
    return ThreeLab(table_of(log))


class _Waits(keras.callbacks.Callback):
    """Stands last in the list and notes how long each has waited, and the learning rate it leaves."""

    def __init__(self, early: EarlyStopping, rlrop: ReduceLROnPlateau) -> None:
        super().__init__()
        self.watched, self.epochs, self.waits, self.rates = (early, rlrop), [], [], []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epochs.append(epoch)
        self.waits.append([one.wait for one in self.watched])
        self.rates.append(float(self.model.optimizer.learning_rate))


class ThreeLab(Lab):
    """`three_lab` যা ফেরত দেয়: `stop_patience`, `drop_patience`, `factor`, `cooldown`।"""

    def __init__(self, log: pd.DataFrame) -> None:
        if "val_loss" not in log.select_dtypes("number") or log["val_loss"].isna().all():
            now = "validation-সহ একটি রানের log দাও, যেমন data/runs/dog_cat_3000.csv।"
            raise LogError(explain("three_lab চালু হলো না", "log-এ val_loss নেই", now))
        self.recorded = by_epoch(log)
        self.stop_patience = IntSlider(5, 1, _MOST_WAIT, description="থামার সবুর (patience)")
        self.drop_patience = IntSlider(2, 1, _MOST_WAIT, description="কমানোর সবুর (patience)")
        self.factor = FloatSlider(
            0.5,
            min=_SMALLEST_FACTOR,
            max=0.9,
            step=0.1,
            readout_format=".1f",
            description="কত দিয়ে গুণ (factor)",
        )
        self.cooldown = IntSlider(0, 0, 10, description="কমিয়ে চুপ (cooldown)")
        words = HTML(
            "এখানে ট্রেনিং হয় না: রেকর্ড করা রানের ওপর আসল callback-রা চলে। learning rate কমলে আসল "
            "ট্রেনিংয়ের রেখা বদলাত; এখানে বদলায় না, কে কখন কাজ করে কেবল সেটাই দেখো।"
        )
        controls = (self.stop_patience, self.drop_patience, self.factor, self.cooldown)
        super().__init__(panel(*controls), words)
        self._picture = _Picture(self.recorded["val_loss"])
        for control in controls:
            control.observe(self._update, "value")
        self._update()

    def _update(self, _change: dict | None = None) -> None:
        watched = {"monitor": "val_loss", "mode": "min"}
        kept = {"filepath": "best.keras", **watched, "save_best_only": True}
        stops = {**watched, "patience": self.stop_patience.value, "restore_best_weights": True}
        drops = {
            **watched,
            "factor": round(self.factor.value, 1),
            "patience": self.drop_patience.value,
            "cooldown": self.cooldown.value,
        }
        early, rlrop = EarlyStopping(**stops), ReduceLROnPlateau(**drops)
        notes = _Waits(early, rlrop)
        outcome = replay([ModelCheckpoint(**kept), early, rlrop, notes], self.recorded, RATE)
        dropped = [
            epoch
            for epoch, ran, left in zip(notes.epochs, outcome.learning_rates, notes.rates, strict=True)
            if left < ran
        ]
        self._picture.update(outcome, notes, dropped)
        code = "\n".join(
            [
                keras_code("ckpt", ModelCheckpoint, kept),
                keras_code("early", EarlyStopping, stops),
                keras_code("rlrop", ReduceLROnPlateau, drops),
            ]
        )
        self.show(self._picture.figure, _readout(outcome, dropped, notes.rates[-1]), code)


def _readout(outcome: Replay, dropped: list[int], left: float) -> str:
    stopped = outcome.stopped_epoch
    saves = f"`ckpt` সেভ করেছে {digits(len(outcome.saved_epochs))} বার, শেষবার epoch `{outcome.best_epoch}`-এ।"
    end = "`early` থামায়নি।" if stopped is None else f"`early` থামিয়েছে epoch `{stopped}`-এ।"
    if not dropped:
        lowered = "`rlrop` একবারও কমায়নি।"
        if stopped is not None:
            lowered = "`rlrop` একবারও কমায়নি: তার সবুর ফুরোনোর আগেই `early` থামিয়ে দিয়েছে।"
        return f"{saves} {lowered} {end}"
    where = ", ".join(f"`{epoch}`" for epoch in dropped)
    lowered = f"`rlrop` কমিয়েছে epoch {where}-এর শেষে, `{RATE:g}` থেকে `{left:.2g}`-এ।"
    if dropped[-1] == stopped:
        wasted = "শেষ কমানোটি পড়েছে থামার epoch-এই: কমল, কিন্তু কাজে লাগানোর আর epoch রইল না।"
        return f"{saves} {lowered} {end} {wasted}"
    return f"{saves} {lowered} {end}"


class _Picture:
    """val_loss on top, how long each has waited in the middle, the learning rate below."""

    def __init__(self, values: pd.Series) -> None:
        self.values = values.astype(float)
        self.figure = Figure(figsize=(9, 6.4), layout="constrained")
        curve, waits, rate = self.axes = self.figure.subplots(3, sharex=True, height_ratios=[2.4, 1.5, 1.2])
        curve.plot(self.values, color=COLOURS["vermillion"], label="val_loss")
        curve.set(ylabel="val_loss", xlim=(values.index[0] - 0.5, values.index[-1] + 0.5))
        self.title = curve.set_title("epoch", animated=True)  # room for the words to come
        curve.margins(y=0.15)
        curve.set_ylim(curve.get_ylim())
        waits.set(ylabel="সবুর", ylim=(-2, _MOST_WAIT + 0.6))
        rate.set(ylabel="learning rate", xlabel="epoch", yscale="log", ylim=(_LOWEST / 2, RATE * 3))
        rate.yaxis.set_minor_formatter(NullFormatter())
        rate.xaxis.set_major_locator(MaxNLocator(12, integer=True))

        black, green, blue = COLOURS["black"], COLOURS["green"], COLOURS["blue"]
        moving = {"animated": True}
        self.saves = curve.plot([], [], "o", color=black, markersize=8, label="সেভ", **moving)[0]
        self.stop_wait = waits.plot([], [], "-", color=black, label="থামার গোনা (early)", **moving)[0]
        self.drop_wait = waits.plot([], [], "--", color=blue, label="কমানোর গোনা (rlrop)", **moving)[0]
        self.rate = rate.plot([], [], color=green, drawstyle="steps-mid", **moving)[0]
        self.drops = waits.plot([], [], "v", color=green, markersize=12, label="learning rate কমল", **moving)[
            0
        ]
        self.not_run = [one.axvspan(0, 1, color="0.6", alpha=0.35, **moving) for one in self.axes]
        self.stops = [one.axvline(0, color="black", linewidth=1.5, **moving) for one in self.axes]
        curve.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
        waits.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0, columnspacing=1.2)

    def update(self, outcome: Replay, notes: _Waits, dropped: list[int]) -> None:
        stopped = outcome.stopped_epoch
        self.title.set_text(
            f"{'শেষ পর্যন্ত চলল' if stopped is None else f'epoch {stopped}-এ থামল'} · "
            f"সেরা epoch {outcome.best_epoch} · learning rate কমল {digits(len(dropped))} বার"
        )
        ran = notes.epochs
        saved = outcome.saved_epochs
        self.saves.set_data(saved, self.values.loc[saved])
        stop_wait, drop_wait = np.transpose(notes.waits)
        self.stop_wait.set_data(ran, stop_wait)
        self.drop_wait.set_data(ran, drop_wait)
        self.drops.set_data(dropped, np.zeros(len(dropped)))
        self.rate.set_data(ran, np.maximum(outcome.learning_rates, _LOWEST))
        for span, line in zip(self.not_run, self.stops, strict=True):
            span.set_visible(stopped is not None)
            line.set_visible(stopped is not None)
            if stopped is not None:
                span.set(x=stopped + 0.5, width=self.values.index[-1] - stopped)
                line.set_xdata([stopped, stopped])
