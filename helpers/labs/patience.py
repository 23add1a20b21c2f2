"""EarlyStopping নিয়ে খেলা, রেকর্ড করা ট্রেনিংয়ে: কখন থামত, কী বাঁচত, কী হারাত। নোটবুক ০৪-এ।"""

import math
import operator
from pathlib import Path

from helpers import guards
from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.labs.base import Lab, by_epoch, keras_code, panel
from helpers.logs import RATE_COLUMN, LogError, better, table_of
from helpers.recorded import Replay, replay
from helpers.start import keras

import pandas as pd
from ipywidgets import HTML, Dropdown, FloatSlider, IntSlider
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

EarlyStopping, History = keras.callbacks.EarlyStopping, keras.callbacks.History


def patience_lab(log: pd.DataFrame | History | str | Path, minutes: float | None = None) -> "PatienceLab":
    """স্লাইডার নাড়ো, আর দেখো `EarlyStopping` এই রেকর্ড করা ট্রেনিংটি কোথায় থামাত।

    আবার ট্রেনিং হয় না: আসল `EarlyStopping` রেকর্ড করা মানগুলোর ওপর চলে (`replay`), তাই উত্তর আসে সঙ্গে সঙ্গে।

    log: একটি রানের log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `fit`-এর History। callback ছাড়া লম্বা
        একটি রান সবচেয়ে ভালো।
    minutes: রানটিতে মোট কত মিনিট লেগেছিল; দিলে কত মিনিট বাঁচল, তা-ও বলে।
    log পড়া না গেলে, বা তাতে একটিও metric না থাকলে LogError; minutes সংখ্যা না হলে TypeError, শূন্যের কম বা
    NaN হলে ValueError।
    """
    if minutes is not None:
        guards.amount("minutes", minutes)
    return PatienceLab(table_of(log), minutes)


class PatienceLab(Lab):
    """`patience_lab` যা ফেরত দেয়: `patience`, `min_delta`, `start_from_epoch`, `monitor`, `mode`।"""

    def __init__(self, log: pd.DataFrame, minutes: float | None) -> None:
        numbers = log.select_dtypes("number").columns
        others = ("run", "epoch", RATE_COLUMN, f"val_{RATE_COLUMN}")
        metrics = [name for name in numbers if name not in others]
        if log.empty or not metrics:
            now = "আগে model.fit(...) চালাও, তারপর আবার এই সেল।"
            raise LogError(explain("patience_lab চালু হলো না", "log-এ একটিও epoch বা metric নেই", now))
        self.recorded, self.minutes = by_epoch(log), minutes
        self.patience = IntSlider(5, 0, 20, description="কত epoch সবুর (patience)")
        self.min_delta = FloatSlider(
            0.0, min=0.0, max=0.1, step=0.005, readout_format=".3f", description="কতটা হলে উন্নতি (min_delta)"
        )
        last = max(1, self.recorded.index[-1])
        self.start_from_epoch = IntSlider(0, 0, last, description="গোনা শুরু (start_from_epoch)")
        self.monitor = Dropdown(
            options=metrics,
            value="val_loss" if "val_loss" in metrics else metrics[0],
            description="কোন মাপ (monitor)",
        )
        self.mode = Dropdown(options=["auto", "min", "max"], description="কোন দিকে ভালো (mode)")
        words = HTML("এখানে ট্রেনিং হয় না: রেকর্ড করা রানের ওপর আসল <code>EarlyStopping</code> চলে।")
        controls = (self.patience, self.min_delta, self.start_from_epoch, self.monitor, self.mode)
        super().__init__(panel(*controls), words)
        self._pictures: dict[str, _Picture] = {}
        for control in controls:
            control.observe(self._update, "value")
        self._update()

    def _update(self, _change: dict | None = None) -> None:
        settings = {
            "monitor": self.monitor.value,
            "mode": self.mode.value,
            "patience": self.patience.value,
            "min_delta": round(self.min_delta.value, 3),
            "start_from_epoch": self.start_from_epoch.value,
            "restore_best_weights": True,
        }
        name = settings["monitor"]
        if name not in self._pictures:
            self._pictures[name] = _Picture(self.recorded, name)
        picture = self._pictures[name]
        try:
            outcome = replay([EarlyStopping(**settings)], self.recorded)
        except LogError:
            raise
        except ValueError:  # mode="auto" and a metric that Keras does not know
            picture.clear("mode বেছে নাও")
            now = "mode-এ min বা max বেছে নাও।"
            why = "কোন দিকে গেলে ভালো, Keras তা জানে না"
            self.show(picture.figure, explain(f"{name}-এ mode=auto চলে না", why, now))
            return
        picture.update(outcome, self._missed(outcome, name))
        readout = " ".join([*self._outcome(outcome, name), *self._warning(outcome, name)])
        self.show(picture.figure, readout, keras_code("early", EarlyStopping, settings))

    def _outcome(self, outcome: Replay, name: str) -> list[str]:
        best = outcome.best_epoch
        if best is None:
            return ["`start_from_epoch`-এর আগেই রান শেষ: কোনো epoch গোনায় আসেনি, weights-ও ফেরেনি।"]
        weights = f"মডেলে ফিরবে epoch `{best}`-এর weights (`{name}` = `{self.recorded[name].loc[best]:.3f}`)।"
        if outcome.stopped_epoch is None:
            return ["শেষ পর্যন্ত চলল, থামার কারণ পায়নি।", weights]
        saved = len(self.recorded) - outcome.epochs
        spared = f"{digits(saved)} epoch"
        if self.minutes is not None:
            spared += f", প্রায় {digits(f'{self.minutes * saved / len(self.recorded):.1f}')} মিনিট"
        missed = self._missed(outcome, name)
        later = (
            "আরও অপেক্ষা করলেও এর চেয়ে ভালো কিছু আসত না।"
            if missed is None
            else f"আরও অপেক্ষা করলে epoch `{missed}`-এ `{self.recorded[name].loc[missed]:.3f}` পাওয়া যেত।"
        )
        return [f"epoch `{outcome.stopped_epoch}`-এ থামল, বাঁচল {spared}।", weights, later]

    def _missed(self, outcome: Replay, name: str) -> int | None:
        """The best of the epochs that would not have run, if it beats what was kept."""
        values = self.recorded[name].astype(float)
        later = values.iloc[outcome.epochs :].dropna()
        if outcome.stopped_epoch is None or later.empty:
            return None
        beats, best = (operator.gt, later.idxmax()) if self._upwards(name) else (operator.lt, later.idxmin())
        kept = values[outcome.best_epoch]
        return int(best) if math.isnan(kept) or beats(values[best], kept) else None

    def _upwards(self, name: str) -> bool:
        return (better(name) or self.mode.value) == "max"

    def _warning(self, outcome: Replay, name: str) -> list[str]:
        if self.mode.value == "auto" or better(name) in (None, self.mode.value):
            return []
        more = "বেশি" if self.mode.value == "max" else "কম"
        return [
            f'এখানে mode ভুল: `mode="{self.mode.value}"` মানে `{name}` যত {more} তত ভালো, অথচ হওয়ার কথা উল্টো। '
            f"তাই খারাপের দিকের epoch `{outcome.best_epoch}`-কে সে সেরা ভেবেছে, কোনো error ছাড়াই।"
        ]


class _Picture:
    """The curves of one metric, which stay, and what EarlyStopping would make of them, which moves."""

    def __init__(self, log: pd.DataFrame, name: str) -> None:
        self.values = log[name].astype(float)
        self.figure = Figure(figsize=(9, 4), layout="constrained")
        axes = self.figure.subplots()
        kind = name.removeprefix("val_")
        looks = [(kind, "ট্রেনিং", "blue", "--"), (f"val_{kind}", "validation", "vermillion", "-")]
        for column, label, colour, line in looks:
            if column in log:
                width = 2.5 if column == name else 1.2
                axes.plot(log[column], line, color=COLOURS[colour], linewidth=width, label=label)
        axes.set(xlabel="epoch", ylabel=kind, xlim=(log.index[0] - 0.5, log.index[-1] + 0.5))
        axes.margins(y=0.15)
        axes.set_ylim(axes.get_ylim())
        axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0)
        self.title = axes.set_title("epoch", animated=True)  # room for the words to come
        top = axes.get_xaxis_transform()
        self.not_run = axes.axvspan(0, 1, color="0.6", alpha=0.35, animated=True)
        self.stop = axes.axvline(0, color="black", animated=True)
        self.word = axes.text(0, 0.96, "", transform=top, va="top", zorder=5, animated=True)
        (self.best,) = axes.plot([], [], "k*", markersize=18, markeredgecolor="white", animated=True)
        (self.missed,) = axes.plot([], [], "D", color=COLOURS["purple"], markersize=11, animated=True)

    def clear(self, title: str) -> None:
        self.title.set_text(title)
        for artist in (self.not_run, self.stop, self.word):
            artist.set_visible(False)
        for marker in (self.best, self.missed):
            marker.set_data([], [])

    def update(self, outcome: Replay, missed: int | None) -> None:
        stopped, best = outcome.stopped_epoch, outcome.best_epoch
        for artist in (self.not_run, self.stop, self.word):
            artist.set_visible(stopped is not None)
        if stopped is None:
            self.title.set_text(f"শেষ পর্যন্ত চলল, সেরা epoch {'নেই' if best is None else best}")
        else:
            self.title.set_text(f"epoch {stopped}-এ থামল, সেরা epoch {best}")
            self.not_run.set(x=stopped + 0.5, width=self.values.index[-1] - stopped)
            self.stop.set_xdata([stopped, stopped])
            first, last = self.values.index[[0, -1]]
            left = stopped - first > 0.7 * (last - first)
            self.word.set(x=stopped, ha="right" if left else "left")
            self.word.set_text("থামল  " if left else "  থামল · এই ছাই অংশ আর চলত না")
        for marker, epoch in ((self.best, best), (self.missed, missed)):
            at = [] if epoch is None else [epoch]
            marker.set_data(at, self.values.loc[at])
