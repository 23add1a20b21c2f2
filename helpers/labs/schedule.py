"""Schedules of the learning rate: drawn at once, trained at the press of a button. Notebook 09."""

import functools
import math

from helpers.labs.training import Attempts, Curves, IsStopped, TrainingLab, train_anew, verdict
from helpers.start import keras

from ipywidgets import Button

LONGEST, HIGHEST = 40, 0.5
_KINDS = {
    "cosine: মসৃণভাবে": "cosine",
    "step: হঠাৎ অর্ধেক": "step",
    "সোজা রেখায়": "line",
    "কমে না": "constant",
}
_CONTROLS = {
    "kind": ("learning rate কীভাবে কমে", "cosine", _KINDS),
    "base": ("সর্বোচ্চ মান (base)", 0.3, 0.01, HIGHEST, 0.01),
    "warm": ("কত epoch বাড়ে (warm-up)", 0, 0, 20),
    "total": ("মোট কত epoch (total)", 30, 5, LONGEST),
    "every": ("কত epoch পরপর (every)", 5, 1, 20),
}
# What the learner copies is what is drawn and trained: no second version of the formulas that
# could differ.
_FORMULAS = {
    "cosine": "{base} * (1 + math.cos(math.pi * {since} / {rest})) / 2",
    "step": "{base} * 0.5 ** ({since} // {every})",
    "line": "{base} * (1 - {since} / {rest})",
    "constant": "{base}",
}


class ScheduleLab(TrainingLab):
    """স্লাইডারে learning rate-এর schedule বদলাও; “ট্রেনিং করাও” চাপলে তা দিয়ে ছোট একটি মডেলের ট্রেনিং হয়।

    মডেলটি নোটবুক ০৯-এর warm-up-এর: তিনটি লুকোনো layer, `Adam`, প্রতিবার একই weights থেকে, আর নোটবুকের
    seed না বদলালে একই ক্রমের ডেটায়। দুই core-এ লাগে এক-দুই সেকেন্ড। আগের চেষ্টার রেখা ধূসর; schedule
    বদলালে এই চেষ্টার রেখাও ধূসর হয়। নিচের কোডটি কপি করলে হুবহু সেই schedule-ই পাওয়া যায়।
    ফেরত: Lab; তাতে `kind`, `base`, `warm`, `every`, `total`; বোতাম `start`, `stop`।
    """

    def __init__(self) -> None:
        self.start = Button(description="ট্রেনিং করাও", button_style="primary")
        self.start.on_click(lambda _button: self.ask(self.settings))
        super().__init__(_CONTROLS, train, LONGEST, start=(self.start,))
        self._every_row = self.children[0].children[-1]
        self._picture = Attempts(4.3, [1, 1.4], LONGEST, rate_first=True, lowest=0)
        self._picture.rate.set_ylim(-0.02, HIGHEST * 1.06)
        self.settle()  # where no kernel runs, this picture is what is left

    def run(self, settings: dict) -> None:
        self.progress.max = settings["total"]
        super().run(settings)

    def update(self) -> None:
        with self.drawing:
            said = "এখনো ট্রেনিং হয়নি: “ট্রেনিং করাও” চাপো।"
            self._plan(None, self.trained, "এই schedule-এ ট্রেনিং এখনো বাকি", said)

    def finish(self, settings: dict, curves: Curves, before: Curves | None, took: str) -> None:
        if settings != self.settings:  # a control was moved while the training ran
            self.update()
            return
        title = verdict(curves, before, settings["total"])
        said = f"{title}; শেষে `val_loss` `{curves['val_loss'][-1]:.3f}`। {took}"
        self._plan(curves, before, title, said)

    def _plan(self, curves: Curves | None, before: Curves | None, title: str, more: str) -> None:
        settings = self.settings
        self._every_row.layout.display = None if settings["kind"] == "step" else "none"
        rates = planned(settings)
        self._picture.update(rates, curves, before, title)
        top = max(rates)
        words = f"সর্বোচ্চ `{top:.3g}`, epoch `{rates.index(top)}`-এ; শেষ epoch-এ `{rates[-1]:.2g}`।"
        self.show(self._picture.figure, f"learning rate {words} {more}", code(settings))


schedule_lab = ScheduleLab


def code(settings: dict) -> str:
    """কপি করে চালানোর মতো Keras-এর কোড: `schedule` ফাংশনটি আর `scheduler`।"""
    base, warm, total = settings["base"], settings["warm"], settings["total"]
    since, rest = (f"(epoch - {warm})", max(1, total - warm)) if warm else ("epoch", total)
    numbers = {"base": base, "since": since, "rest": rest, "every": settings["every"]}
    formula = _FORMULAS[settings["kind"]].format(**numbers)
    lines = ["import math", "", ""] if "math" in formula else []
    lines.append("def schedule(epoch):")
    if warm:
        lines += [f"    if epoch < {warm}:", f"        return {base} * (epoch + 1) / {warm}"]
    lines += [f"    return {formula}", "", ""]
    made = "scheduler = keras.callbacks.LearningRateScheduler(schedule)"
    return "\n".join([*lines, f"{made}  # epochs={total}"])


def planned(settings: dict) -> list[float]:
    """schedule প্রতি epoch-এ যে learning rate দেয়।"""
    schedule = _made(code(settings))["schedule"]
    return [schedule(epoch) for epoch in range(settings["total"])]


@functools.lru_cache(maxsize=8)
def _made(source: str) -> dict:
    names = {"keras": keras, "math": math}
    exec(source, names)  # noqa: S102  (written by `code` out of numbers)
    return names


def train(settings: dict, is_stopped_after: IsStopped) -> Curves:
    """`train_anew`, এই মানগুলোর schedule দিয়ে।"""
    scheduler = _made(code(settings))["scheduler"]
    return train_anew(3, keras.optimizers.Adam(), scheduler, settings["total"], is_stopped_after)
