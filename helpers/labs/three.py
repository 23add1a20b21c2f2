"""Three callbacks together over a recorded training: who waits how long. Notebook 06."""

from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.labs.base import Lab, keras_code
from helpers.labs.picture import RecordedPicture, by_epoch, how_it_ended, moving
from helpers.logs import Log, LogError, table_of
from helpers.recorded import Replay, replay
from helpers.start import keras

import numpy as np
import pandas as pd
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from matplotlib.ticker import NullFormatter

RATE = 1e-3
_LOWEST = RATE * 1e-4  # the bottom of the picture; the words give the rate itself
_MOST_WAIT = 15
_MOST_NAMED = 4  # epochs in the sentence, which has two lines; the picture shows them all
_CONTROLS = {
    "stop_patience": ("থামার আগে অপেক্ষা (patience)", 5, 1, _MOST_WAIT),
    "drop_patience": ("কমানোর আগে অপেক্ষা (patience)", 2, 1, _MOST_WAIT),
    "factor": ("কত দিয়ে গুণ (factor)", 0.5, 0.1, 0.9, 0.1),
    "cooldown": ("কমানোর পরে বিরতি (cooldown)", 0, 0, 10),
}


class ThreeLab(Lab):
    """তিনটি callback একসঙ্গে: কোনটির অপেক্ষা আগে ফুরোয়, আর কোন epoch ফাইলে সেভ হয়।

    আবার ট্রেনিং হয় না: তিনটি আসল callback রেকর্ড করা `val_loss`-এর ওপর চলে (`replay`)। learning rate
    কমলে আসল ট্রেনিংয়ের রেখা বদলে যেত, এখানে রেখা একই থাকে; বদলানো রেখা দেখায় `plateau_lab`।

    log: একটি রানের log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `fit`-এর History। পড়া না গেলে, বা তাতে
        `val_loss` না থাকলে LogError।
    ফেরত: Lab; তাতে `stop_patience`, `drop_patience`, `factor`, `cooldown`।
    """

    def __init__(self, log: Log) -> None:
        log = table_of(log)
        if "val_loss" not in log or log["val_loss"].isna().all():
            now = "validation-সহ একটি রানের log দাও, যেমন data/runs/dog_cat_3000.csv।"
            raise LogError(explain("three_lab চালু হলো না", "log-এ val_loss নেই", now))
        self.recorded = by_epoch(log)
        self._picture = _Picture(self.recorded["val_loss"])
        about = "এখানে ট্রেনিং হয় না: রেকর্ড করা val_loss-এর ওপর আসল callback চলে; "
        about += "learning rate কমলেও রেখাটি একই থাকে।"
        super().__init__(controls=_CONTROLS, about=about, notes=log.attrs.get("notes", ()))
        self.update()

    def update(self) -> None:
        now, watched = self.settings, {"monitor": "val_loss", "mode": "min"}
        saves = {"filepath": "best.keras", **watched, "save_best_only": True}
        stops = {**watched, "patience": now["stop_patience"], "restore_best_weights": True}
        drops = {**watched, "factor": now["factor"], "patience": now["drop_patience"]}
        made = {
            "ckpt": (ModelCheckpoint, saves),
            "early": (EarlyStopping, stops),
            "rlrop": (ReduceLROnPlateau, {**drops, "cooldown": now["cooldown"]}),
        }
        ckpt, early, rlrop = (kind(**given) for kind, given in made.values())
        notes = _Waits(early, rlrop)
        outcome = replay([ckpt, early, rlrop, notes], self.recorded, RATE)
        rates = zip(notes.epochs, outcome.learning_rates, notes.rates, strict=True)
        dropped = [epoch for epoch, ran, left in rates if left < ran]
        self._picture.update(outcome, notes, dropped)
        code = "\n".join(keras_code(name, *one) for name, one in made.items())
        self.show(self._picture.figure, _readout(outcome, dropped, notes.rates[-1]), code)


three_lab = ThreeLab


class _Waits(keras.callbacks.Callback):
    """Last in the list; notes how long each has waited, and the learning rate that is left."""

    def __init__(self, early: EarlyStopping, rlrop: ReduceLROnPlateau) -> None:
        super().__init__()
        self.watched, self.epochs, self.waits, self.rates = (early, rlrop), [], [], []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epochs.append(epoch)
        self.waits.append([one.wait for one in self.watched])
        self.rates.append(float(self.model.optimizer.learning_rate))


def _readout(outcome: Replay, dropped: list[int], left: float) -> str:
    stopped, saves = outcome.stopped_epoch, digits(len(outcome.saved_epochs))
    named = [f"`{epoch}`" for epoch in dropped]
    if len(named) > _MOST_NAMED:
        named = [*named[: _MOST_NAMED - 1], "…", named[-1]]
    rates = f"`{RATE:g}` থেকে `{left:.2g}`"
    fell = f"কমিয়েছে epoch {', '.join(named)}-এর শেষে, {rates}" if named else "একবারও কমায়নি"
    ended = "থামায়নি" if stopped is None else f"থামিয়েছে epoch `{stopped}`-এর শেষে"
    said = [
        f"`ckpt` ফাইল সেভ করেছে {saves} বার, শেষবার epoch `{outcome.best_epoch}`-এ।",
        f"`rlrop` learning rate {fell}। `early` ট্রেনিং {ended}।",
    ]
    if dropped and dropped[-1] == stopped:
        said.append("শেষ কমানোটি কাজে লাগেনি: তারপরে আর epoch নেই।")
    return " ".join(said)


class _Picture(RecordedPicture):
    """val_loss on top, how long each has waited in the middle, the learning rate below."""

    def __init__(self, values: pd.Series) -> None:
        super().__init__(values, 5, [2, 1.6, 1])
        curve, waits, rate = self.axes
        seen = curve.plot(self.values, color=COLOURS["vermillion"], label="val_loss")
        curve.set_ylabel("val_loss")
        waits.set(ylabel="wait", ylim=(-2.5, _MOST_WAIT + 0.6), yticks=(0, 5, 10, 15))
        rate.set(ylabel="learning\nrate", yscale="log", ylim=(_LOWEST / 2, RATE * 3))
        rate.yaxis.set_minor_formatter(NullFormatter())

        black, green, blue = COLOURS["black"], COLOURS["green"], COLOURS["blue"]
        self.saves = moving(curve, "o", color=black, markersize=8, label="সেভ")
        self.stop_wait = moving(waits, "-", color=black, label="early.wait")
        self.drop_wait = moving(waits, "--", color=blue, label="rlrop.wait")
        self.rate = moving(rate, color=green, drawstyle="steps-mid")
        self.drops = moving(waits, "v", color=green, markersize=10)
        self.drops.set_label("epoch-এর শেষে learning rate কমল")
        self.add_stop(1.5)
        self.name(curve, *seen, self.saves)
        self.name(waits, self.drops, self.stop_wait, self.drop_wait, gap=1.2)

    def update(self, outcome: Replay, notes: _Waits, dropped: list[int]) -> None:
        epochs, (stop_waits, drop_waits) = notes.epochs, np.transpose(notes.waits)
        self.saves.set_data(outcome.saved_epochs, self.values.loc[outcome.saved_epochs])
        self.stop_wait.set_data(epochs, stop_waits)
        self.drop_wait.set_data(epochs, drop_waits)
        self.drops.set_data(dropped, np.full(len(dropped), -1.2))
        self.rate.set_data(epochs, np.maximum(outcome.learning_rates, _LOWEST))
        super().update(how_it_ended(outcome), outcome.stopped_epoch)
