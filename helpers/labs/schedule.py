"""Learning rate-এর ছক নিয়ে খেলা: স্লাইডারে ছক আঁকা হয় সঙ্গে সঙ্গে, বোতামে ট্রেনিং হয়। নোটবুক ০৯-এ।"""

import functools
import math
import threading
from collections.abc import Callable

from helpers.bengali import digits
from helpers.figures import COLOURS
from helpers.labs.base import Lab, panel
from helpers.labs.training import Curves, Training, train_anew
from helpers.start import keras

from ipywidgets import Button, Dropdown, FloatSlider, HBox, IntSlider, Layout
from matplotlib.figure import Figure

LearningRateScheduler = keras.callbacks.LearningRateScheduler
LONGEST, HIGHEST = 40, 0.5
_KINDS = {
    "cosine: ঢাল বেয়ে নামে": "cosine",
    "step: ধাপে ধাপে নামে": "step",
    "সোজা রেখায় নামে": "line",
    "নামে না, সমান চলে": "constant",
}
# What the learner copies is what is drawn and trained: no second version of the formulas that could differ.
_FORMULAS = {
    "cosine": "{base} * (1 + math.cos(math.pi * {since} / {rest})) / 2",
    "step": "{base} * 0.5 ** ({since} // {every})",
    "line": "{base} * (1 - {since} / {rest})",
    "constant": "{base}",
}


def schedule_lab() -> "ScheduleLab":
    """স্লাইডার নাড়ালে learning rate-এর ছক বদলায়; “ট্রেনিং করাও” চাপলে সেই ছকে একটি ছোট মডেল শেখে।

    মডেলটি নোটবুক ০৯-এর warm-up-এর: তিন স্তর, `Adam`, প্রতিবার একই জায়গা থেকে, আর নোটবুকের seed না বদলালে
    একই ক্রমের ডেটায়। দুই core-এ লাগে এক-দুই সেকেন্ড। আগের চেষ্টা ছাইরঙা থাকে; ছক বদলালে এই চেষ্টাটিও ছাইরঙা
    হয়ে যায়। নিচের কোডটি কপি করলে হুবহু সেই ছকই পাওয়া যায়।
    """
    return ScheduleLab()


class ScheduleLab(Lab):
    """`schedule_lab` যা ফেরত দেয়: `kind`, `base`, `warm`, `every`, `total`, `start`, আর `training`।"""

    def __init__(self) -> None:
        self.kind = Dropdown(options=_KINDS, description="কেমন ছক", tooltip="warm-up-এর পরে ছকের চেহারা")
        self.base = FloatSlider(
            value=0.3,
            min=0.01,
            max=HIGHEST,
            step=0.01,
            description="সবচেয়ে উঁচু (base)",
            tooltip="learning rate সবচেয়ে বেশি কত উঠবে",
        )
        self.warm = IntSlider(
            value=0, min=0, max=20, description="warm-up কত epoch", tooltip="কত epoch ধরে উঠবে; ০ মানে ওঠা নেই"
        )
        self.every = IntSlider(
            value=5, min=1, max=20, description="কত epoch পরপর (every)", tooltip="কত epoch পরপর অর্ধেক হবে"
        )
        self.total = IntSlider(
            value=30, min=5, max=LONGEST, description="মোট epoch (total)", tooltip="ট্রেনিং কত epoch চলবে"
        )
        self.start = Button(description="ট্রেনিং করাও", button_style="primary", tooltip="এই ছকে ট্রেনিং শুরু করো")
        words = "বোতাম চাপলে নতুন মডেলের ট্রেনিং হয়:"
        self.training = Training(words, LONGEST, train, self._finish, self.say)
        controls = (self.kind, self.base, self.warm, self.total, self.every)
        rows = panel(*controls)
        self._every_row = rows.children[-1]
        super().__init__(rows, HBox([self.start, self.training], layout=Layout(flex_flow="row wrap")))

        self._trained: Curves | None = None
        self._drawing = threading.Lock()  # a control may be moved at the moment a training ends
        self._picture = _Picture()
        self.training.run(self._settings())  # where no kernel runs, this picture is what is left
        for control in controls:
            control.observe(self._redraw, "value")
        self.start.on_click(lambda _button: self.training.ask(self._settings()))

    def _settings(self) -> dict:
        return {
            "kind": self.kind.value,
            "base": round(self.base.value, 2),
            "warm": self.warm.value,
            "every": self.every.value,
            "total": self.total.value,
        }

    def _redraw(self, _change: dict | None = None) -> None:
        with self._drawing:
            self._show_untrained(self._settings())

    def _show_untrained(self, settings: dict) -> None:
        self._picture.update(settings, None, self._trained, "নতুন ছক, ট্রেনিং এখনো বাকি")
        self._tell(settings, "এই ছকে এখনো ট্রেনিং হয়নি: “ট্রেনিং করাও” চাপো।")

    def _finish(self, settings: dict, curves: Curves, seconds: float) -> None:
        with self._drawing:
            before, self._trained = self._trained, curves
            now = self._settings()
            if settings != now:  # a control was moved while the training ran
                self._show_untrained(now)
                return
            ran = len(curves["loss"])
            stopped = f"epoch {ran - 1}-এ তুমি থামিয়েছ"
            title = _verdict(curves, before) if ran == settings["total"] else stopped
            self._picture.update(settings, curves, before, title)
            took = f"এই ট্রেনিংয়ে লেগেছে {digits(f'{seconds:.1f}')} সেকেন্ড।"
            self._tell(settings, f"{title}; শেষে `val_loss` `{curves['val_loss'][-1]:.3f}`। {took}")

    def _tell(self, settings: dict, more: str) -> None:
        self._every_row.layout.display = None if settings["kind"] == "step" else "none"
        rates = planned(settings)
        top = max(rates)
        words = f"সবচেয়ে উঁচু `{top:.3g}`, epoch `{rates.index(top)}`-এ; শেষ epoch-এ `{rates[-1]:.2g}`।"
        self.show(self._picture.figure, f"learning rate {words} {more}", code(settings))


def code(settings: dict) -> str:
    """কপি করে চালানোর মতো Keras-এর কোড: `schedule` ফাংশনটি আর `scheduler`।"""
    base, warm, total = settings["base"], settings["warm"], settings["total"]
    since, rest = (f"(epoch - {warm})", max(1, total - warm)) if warm else ("epoch", total)
    formula = _FORMULAS[settings["kind"]].format(base=base, since=since, rest=rest, every=settings["every"])
    lines = ["import math", "", ""] if "math" in formula else []
    lines.append("def schedule(epoch):")
    if warm:
        lines += [f"    if epoch < {warm}:", f"        return {base} * (epoch + 1) / {warm}"]
    lines += [f"    return {formula}", "", ""]
    made = "scheduler = keras.callbacks.LearningRateScheduler(schedule)"
    return "\n".join([*lines, f"{made}  # epochs={total}"])


def planned(settings: dict) -> list[float]:
    """ছকটি প্রতি epoch-এ যে learning rate চায়।"""
    return [_made(code(settings))["schedule"](epoch) for epoch in range(settings["total"])]


@functools.lru_cache(maxsize=8)
def _made(source: str) -> dict:
    names = {"keras": keras, "math": math}
    exec(source, names)  # noqa: S102  (written by `code` out of numbers)
    return names


def train(settings: dict, is_stopped_after: Callable[[int], bool]) -> Curves:
    """একটি নতুন মডেলকে ট্রেনিং করায়, প্রতি epoch-এর `loss`, `val_loss`, `learning_rate` ফেরত দেয়।

    settings: `kind`, `base`, `warm`, `every`, `total`।
    is_stopped_after: প্রতি epoch-এর শেষে তার নম্বর দিয়ে ডাকা হয়; True ফেরত দিলে সেখানেই শেষ।
    """

    def is_stopped(epoch: int) -> bool:
        # the progress bar is made for the longest training
        return is_stopped_after(round((epoch + 1) * LONGEST / settings["total"]) - 1)

    scheduler = _made(code(settings))["scheduler"]
    return train_anew(3, keras.optimizers.Adam(), scheduler, settings["total"], is_stopped)


def _verdict(curves: Curves, before: Curves | None) -> str:
    end = curves["val_loss"][-1]
    if not math.isfinite(end):
        return "loss আর সংখ্যা নেই, মডেল নষ্ট"
    if before is None:
        return "val_loss ওপরেই আটকে গেছে" if end > 0.1 else "val_loss নেমে এসেছে"
    was = before["val_loss"][-1]
    if not math.isfinite(was) or end < 0.95 * was:
        return "আগের চেষ্টার চেয়ে ভালো"
    return "আগের চেষ্টার চেয়ে খারাপ" if end > 1.05 * was else "আগের চেষ্টার মতোই"


class _Picture:
    """The schedule above, what a training made of it below; the attempt before it in grey."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(9, 5.4), layout="constrained")
        self.rate, self.loss = self.figure.subplots(2, sharex=True, height_ratios=[1, 1.4])
        grey = {"color": "0.55", "linewidth": 2, "linestyle": ":", "animated": True}
        blue, orange, green = COLOURS["blue"], COLOURS["vermillion"], COLOURS["green"]
        self.rate_before = self.rate.plot([], [], drawstyle="steps-mid", **grey)[0]
        self.rate_now = self.rate.plot([], [], color=green, drawstyle="steps-mid", animated=True)[0]
        self.before = self.loss.plot([], [], **grey, label="আগের চেষ্টা")[0]
        self.training = self.loss.plot(
            [], [], "--", color=blue, linewidth=1.5, label="ট্রেনিং", animated=True
        )[0]
        self.validation = self.loss.plot([], [], "-", color=orange, label="validation", animated=True)[0]
        self.rate.set(ylabel="learning rate", ylim=(-0.02, HIGHEST * 1.06), xlim=(-0.5, LONGEST - 0.5))
        self.loss.set(ylabel="loss", xlabel="epoch", yscale="log", ylim=(0.008, 2))
        self.loss.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, borderaxespad=0)
        self.title = self.rate.set_title("ছক", animated=True)  # room for the words to come

    def update(self, settings: dict, curves: Curves | None, before: Curves | None, title: str) -> None:
        _plot(self.rate_now, planned(settings))
        _plot(self.rate_before, before and before["learning_rate"])
        _plot(self.before, before and before["val_loss"])
        _plot(self.training, curves and curves["loss"])
        _plot(self.validation, curves and curves["val_loss"])
        self.title.set_text(title)


def _plot(line: object, values: list[float] | None) -> None:
    line.set_data(range(len(values or [])), values or [])
