"""EarlyStopping over a recorded training: where it stops, what is missed. Notebook 04."""

from helpers import guards
from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.labs.base import Lab, keras_code
from helpers.labs.picture import RecordedPicture, by_epoch, how_it_ended, moving
from helpers.logs import RATE_COLUMN, Log, LogError, better, table_of
from helpers.recorded import Replay, replay

import pandas as pd
from keras.callbacks import EarlyStopping

_NO_METRICS = ("run", "epoch", RATE_COLUMN, f"val_{RATE_COLUMN}")


class PatienceLab(Lab):
    """স্লাইডার নাড়ো, আর দেখো `EarlyStopping` এই রেকর্ড করা ট্রেনিংটি কোথায় থামাত।

    আবার ট্রেনিং হয় না: আসল `EarlyStopping` রেকর্ড করা মানগুলোর ওপর চলে (`replay`), তাই উত্তর আসে সঙ্গে সঙ্গে।

    log: একটি রানের log: CSVLogger-এর ফাইল, `read_log`-এর টেবিল, বা `fit`-এর History। callback ছাড়া লম্বা
        একটি রান সবচেয়ে ভালো।
    minutes: রানটিতে মোট কত মিনিট লেগেছিল; দিলে কত মিনিট বাঁচল, তা-ও বলে।
    ফেরত: Lab; তাতে `patience`, `min_delta`, `start_from_epoch`, `monitor`, `mode`। log পড়া না গেলে বা
    তাতে metric না থাকলে LogError; minutes সংখ্যা না হলে TypeError, শূন্যের কম বা NaN হলে ValueError।
    """

    def __init__(self, log: Log, minutes: float | None = None) -> None:
        if minutes is not None:
            guards.amount("minutes", minutes)
        log = table_of(log)
        measured = log.dropna(axis="columns", how="all")
        metrics = [name for name in measured if name not in _NO_METRICS]
        if not metrics:
            now = "আগে model.fit(...) চালাও, তারপর আবার এই সেল।"
            raise LogError(explain("patience_lab চালু হলো না", "log-এ একটিও epoch বা metric নেই", now))
        self.recorded, self.minutes = by_epoch(log), minutes
        self._pictures: dict[str, _Picture] = {}
        last = max(1, self.recorded.index[-1])
        watched = "val_loss" if "val_loss" in metrics else metrics[0]
        controls = {
            "patience": ("কত epoch অপেক্ষা (patience)", 5, 0, 20),
            "min_delta": ("কতটা হলে উন্নতি (min_delta)", 0.0, 0.0, 0.1, 0.005),
            "start_from_epoch": ("গোনা শুরু (start_from_epoch)", 0, 0, last),
            "monitor": ("কোন metric (monitor)", watched, metrics),
            "mode": ("কোন দিকে ভালো (mode)", "auto", ["auto", "min", "max"]),
        }
        about = "এখানে ট্রেনিং হয় না: রেকর্ড করা রানের মানগুলোর ওপর আসল EarlyStopping চলে।"
        super().__init__(controls=controls, about=about, notes=log.attrs.get("notes", ()))
        self.update()

    def update(self) -> None:
        settings = {**self.settings, "restore_best_weights": True}
        name = settings["monitor"]
        picture = self._pictures.get(name) or _Picture(self.recorded, name)
        self._pictures[name] = picture
        try:
            outcome = replay([EarlyStopping(**settings)], self.recorded)
        except LogError:
            raise
        except ValueError:  # mode="auto" and a metric that Keras does not know
            picture.update("mode বেছে নাও", None, None, None)
            why = "কোন দিকে গেলে ভালো, Keras তা জানে না"
            said = explain(f"{name}-এ mode=auto চলে না", why, "mode-এ min বা max বেছে নাও।")
            self.show(picture.figure, said)
            return
        missed = self._missed(outcome, name)
        picture.update(how_it_ended(outcome), outcome.stopped_epoch, outcome.best_epoch, missed)
        said = " ".join(self._said(outcome, missed, name))
        self.show(picture.figure, said, keras_code("early", EarlyStopping, settings))

    def _said(self, outcome: Replay, missed: int | None, name: str) -> list[str]:
        best, stopped, mode = outcome.best_epoch, outcome.stopped_epoch, self.mode.value
        if best is None:
            return ["রান শেষ হয়েছে `start_from_epoch`-এর আগেই: কোনো epoch গোনায় আসেনি।"]
        said = [f"ট্রেনিং থামল epoch `{stopped}`-এর শেষে, বাঁচল {self._spared(outcome)}।"]
        if stopped is None:
            said = ["ট্রেনিং শেষ পর্যন্ত চলল, `EarlyStopping` থামানোর কারণ পায়নি।"]
        if mode != "auto" and better(name) not in (None, mode):
            more, less = ("বেশি", "কম") if mode == "max" else ("কম", "বেশি")
            return [
                *said,
                f'mode ভুল: `mode="{mode}"` বলে `{name}` যত {more} তত ভালো, আসলে যত {less} তত ভালো।',
                f"তাই সেরা ধরা হয়েছে epoch `{best}`-কে, কোনো error ছাড়াই।",
            ]
        values = self.recorded[name]
        said.append(f"মডেল ফিরে পেল epoch `{best}`-এর weights (`{name}` = `{values[best]:.3f}`)।")
        if missed is not None:
            said.append(f"আরও অপেক্ষা করলে epoch `{missed}`-এ `{values[missed]:.3f}` পাওয়া যেত।")
        elif stopped is not None:
            said.append("আরও অপেক্ষা করলেও এর চেয়ে ভালো কিছু আসত না।")
        return said

    def _spared(self, outcome: Replay) -> str:
        saved = len(self.recorded) - outcome.epochs
        if self.minutes is None:
            return f"{digits(saved)} epoch"
        minutes = digits(f"{self.minutes * saved / len(self.recorded):.1f}")
        return f"{digits(saved)} epoch, প্রায় {minutes} মিনিট"

    def _missed(self, outcome: Replay, name: str) -> int | None:
        """The best of the epochs that would not have run, if it beats what was kept."""
        upwards = (better(name) or self.mode.value) == "max"
        costs = self.recorded[name].astype(float) * (-1 if upwards else 1)
        later = costs.iloc[outcome.epochs :].dropna()
        if later.empty:
            return None
        best = later.idxmin()
        # where what was kept is NaN, any number beats it
        return None if costs[outcome.best_epoch] <= costs[best] else int(best)


patience_lab = PatienceLab


class _Picture(RecordedPicture):
    """The curves of one metric, which stay, and what EarlyStopping makes of them, which moves."""

    def __init__(self, log: pd.DataFrame, name: str) -> None:
        super().__init__(log[name], 4)
        (axes,), kind, curves = self.axes, name.removeprefix("val_"), []
        looks = [(kind, "ট্রেনিং", "blue", "--"), (f"val_{kind}", "validation", "vermillion", "-")]
        for column, label, colour, line in looks:
            if column in log and log[column].notna().any():
                look = {"color": COLOURS[colour], "linewidth": 2.5 if column == name else 1.2}
                curves += axes.plot(log[column], line, label=label, **look)
        axes.set_ylabel(kind)
        self.name(axes, *curves)
        self.add_stop(2.5)
        place = {"transform": axes.get_xaxis_transform(), "va": "top", "zorder": 5}
        self.word = axes.text(0, 0.96, "", animated=True, **place)
        self.best = moving(axes, "k*", markersize=18, markeredgecolor="white")
        self.missed = moving(axes, "D", color=COLOURS["purple"], markersize=11)

    def update(self, title: str, stopped: int | None, best: int | None, missed: int | None) -> None:
        super().update(title, stopped)
        self.word.set_text("")
        if stopped is not None:
            left = stopped - self.first > 0.6 * (self.last - self.first)
            self.word.set(x=stopped, ha="right" if left else "left")
            self.word.set_text("ট্রেনিং থামল  " if left else "  ট্রেনিং থামল, ধূসর অংশ আর চলত না")
        for marker, epoch in ((self.best, best), (self.missed, missed)):
            at = [] if epoch is None else [epoch]
            marker.set_data(at, self.values.loc[at])
