"""What the labs share that train a small model anew: a thread, a stop button, the picture."""

import math
import threading
import time
from collections.abc import Callable

from helpers.bengali import digits, explain
from helpers.figures import COLOURS
from helpers.labs.base import Lab
from helpers.labs.picture import Picture, moving
from helpers.start import keras
from helpers.toy import toy_data

import numpy as np
from ipywidgets import HTML, Button, HBox, IntProgress, Layout
from matplotlib.ticker import NullFormatter

Curves = dict[str, list[float]]  # one value an epoch
IsStopped = Callable[[int], bool]  # asked after every epoch, with its number


class TrainingLab(Lab):
    """যে lab নতুন করে ট্রেনিং করায়। একবারে একটিই ট্রেনিং চলে: নতুন মান এলে আগের ট্রেনিং বাদ যায়।

    train: `train(settings, is_stopped_after)`; প্রতি epoch-এর শেষে `is_stopped_after(epoch)` ডাকে,
        আর True পেলে সেখানেই শেষ করে।
    words, epochs: অগ্রগতির রেখার বামের কথা, আর সেটি কয় epoch-এ ভরে। start: তারও বামে যে বোতাম।
    rest: এত সেকেন্ড নতুন মান না এলে তবে ট্রেনিং শুরু হয়, যাতে স্লাইডার টানার সময় না চলে।
    শেষ হলে চলে `finish(settings, curves, before, took)`: before আগের চেষ্টা, took কত সময় লেগেছে।
    """

    def __init__(
        self,
        controls: dict[str, tuple],
        train: Callable[[dict, IsStopped], Curves],
        epochs: int,
        words: str = "",
        start: tuple[Button, ...] = (),
        rest: float = 0,
    ) -> None:
        self.progress = IntProgress(max=epochs, layout=Layout(width="160px"))
        self.stop = Button(description="থামাও", disabled=True, layout=Layout(width="auto"))
        self.stop.on_click(self._stop)
        row = [*start, HTML(words), self.progress, self.stop]
        place = Layout(align_items="center", flex_flow="row wrap")
        super().__init__(HBox(row, layout=place), controls=controls)
        self.train, self.rest = train, rest
        self.trained: Curves | None = None
        self.thread: threading.Thread | None = None
        self._one_at_a_time = threading.Lock()
        self._newest = self._running = None  # settings: asked for last, and in training
        self._stopped = False

    def settle(self) -> None:
        self.trained = None  # on a page without a kernel nobody has made an attempt before
        self._newest = settings = self.settings
        self.run(settings)

    def run(self, settings: dict) -> None:
        """ট্রেনিংটি এখানেই শেষ করে তবে ফেরে; error হলে সেটিই বেরিয়ে আসে।"""

        def is_stopped_after(epoch: int) -> bool:
            self.progress.value = epoch + 1
            return self._stopped or settings is not self._newest

        self.progress.value, self._running = 0, settings
        start = time.perf_counter()
        curves = self.train(settings, is_stopped_after)
        took = f"এই ট্রেনিংয়ে লেগেছে {digits(f'{time.perf_counter() - start:.1f}')} সেকেন্ড।"
        if settings is self._newest:
            with self.drawing:
                before, self.trained = self.trained, curves
                self.finish(settings, curves, before, took)

    def ask(self, settings: dict) -> None:
        """ট্রেনিংটি thread-এ শুরু করিয়েই ফেরে: kernel ব্যস্ত থাকলে স্লাইডার আর বোতাম সাড়া দিত না।"""
        self._newest, self._stopped = settings, False
        self.thread = threading.Thread(target=self._work, args=(settings,), daemon=True)
        self.thread.start()

    def _stop(self, _button: Button) -> None:
        self._stopped = True
        if self._running is not self._newest:
            self.say("এই মানে ট্রেনিং আর হলো না; ছবিটি আগের মানের।")

    def _work(self, settings: dict) -> None:
        time.sleep(self.rest)
        with self._one_at_a_time:  # the one before ends after its epoch
            if self._stopped or settings is not self._newest:
                return
            self.stop.disabled = False
            try:
                self.run(settings)
            except Exception as error:
                now = "মানটি আরেকবার বদলাও; তাতেও না হলে নোটবুকের kernel নতুন করে চালু করো।"
                self.say(explain("ট্রেনিং শেষ হলো না", f"{type(error).__name__}: {error}", now))
            finally:
                self.stop.disabled = True


def train_anew(
    depth: int,
    optimizer: keras.optimizers.Optimizer,
    callback: keras.callbacks.Callback,
    epochs: int,
    is_stopped_after: IsStopped,
) -> Curves:
    """`toy_data("plateau")`-তে নতুন মডেলের ট্রেনিং; নোটবুকের seed না বদলালে প্রতিবার একই weights থেকে।

    depth: কয়টি লুকোনো layer, প্রতিটিতে ৩২। ফেরত: প্রতি epoch-এর `loss`, `val_loss`, `learning_rate`।
    """
    # seeds of their own leave the notebook's alone
    *inner, last = [keras.initializers.GlorotUniform(seed) for seed in range(depth + 1)]
    hidden = [keras.layers.Dense(32, "relu", kernel_initializer=one) for one in inner]
    output = keras.layers.Dense(1, kernel_initializer=last)
    model = keras.Sequential([keras.Input((1,)), *hidden, output])
    # made anew, so that the batches come in the same order again
    training, validation = toy_data("plateau")
    model.compile(optimizer, loss="mse", steps_per_execution=len(training))

    def look(epoch: int, _logs: dict) -> None:
        model.stop_training = is_stopped_after(epoch)

    callbacks = [callback, keras.callbacks.LambdaCallback(on_epoch_end=look)]
    options = {"callbacks": callbacks, "shuffle": False, "verbose": 0}
    history = model.fit(training, validation_data=validation, epochs=epochs, **options).history
    names = ("loss", "val_loss", "learning_rate")
    return {name: [float(value) for value in history[name]] for name in names}


def verdict(curves: Curves, before: Curves | None, epochs: int) -> str:
    """ছবির শিরোনাম: আগের চেষ্টার তুলনায় এই ট্রেনিং কেমন। epochs: যত epoch চলার কথা ছিল।"""
    ran, end = len(curves["loss"]), curves["val_loss"][-1]
    if ran < epochs:
        return f"epoch {ran - 1}-এর শেষে তুমি ট্রেনিং থামিয়েছ"
    if not math.isfinite(end):
        return "loss আর সংখ্যা নেই, মডেল নষ্ট হয়েছে"
    lowest = np.nanmin(curves["val_loss"])
    if before is None:
        return "val_loss ওপরেই আটকে গেছে" if lowest > 0.1 else "val_loss নিচে নেমেছে"
    was = np.nanmin(before["val_loss"]) if math.isfinite(before["val_loss"][-1]) else math.inf
    if lowest < 0.95 * was:
        return "val_loss আগের চেষ্টার চেয়ে নিচে নেমেছে"
    near = lowest <= 1.05 * was
    return "val_loss নেমেছে আগের চেষ্টার মতোই" if near else "val_loss আগের চেষ্টার চেয়ে ওপরে থেমেছে"


class Attempts(Picture):
    """learning rate আর loss-এর ছবি: এই চেষ্টার রেখা রঙিন, আগের চেষ্টার রেখা ধূসর।

    epochs: ছবি কয় epoch চওড়া। rate_first: learning rate ওপরে থাকবে কি না। lowest: এর চেয়ে ছোট learning
    rate এই মানেই আঁকা হয়।
    """

    def __init__(
        self, inches: float, heights: list, epochs: int, rate_first: bool, lowest: float
    ) -> None:
        super().__init__(inches, heights)
        self.lowest, (self.rate, self.loss) = lowest, self.axes if rate_first else self.axes[::-1]
        # wide enough for every setting of the controls, so that two attempts can be compared by eye
        self.loss.set(ylabel="loss", yscale="log", ylim=(0.008, 2), xlim=(-0.5, epochs - 0.5))
        self.loss.yaxis.set_minor_formatter(NullFormatter())
        self.rate.set_ylabel("learning\nrate")
        grey, steps = {"color": "0.55", "linewidth": 2}, {"drawstyle": "steps-mid"}
        blue, orange, green = COLOURS["blue"], COLOURS["vermillion"], COLOURS["green"]
        self.rate_before = moving(self.rate, ":", **grey, **steps)
        self.rate_now = moving(self.rate, color=green, **steps)
        self.before = moving(self.loss, ":", label="আগের চেষ্টা", **grey)
        self.training = moving(self.loss, "--", color=blue, linewidth=1.5, label="ট্রেনিং")
        self.validation = moving(self.loss, color=orange, label="validation")
        self.name(self.loss, self.before, self.training, self.validation, gap=1.2)

    def update(
        self, rates: list[float], curves: Curves | None, before: Curves | None, title: str
    ) -> None:
        none = {"loss": [], "val_loss": [], "learning_rate": []}
        now, then = curves or none, before or none
        for line, values in (
            (self.rate_now, np.maximum(rates, self.lowest)),
            (self.rate_before, np.maximum(then["learning_rate"], self.lowest)),
            (self.before, then["val_loss"]),
            (self.training, now["loss"]),
            (self.validation, now["val_loss"]),
        ):
            line.set_data(range(len(values)), values)
        super().update(title)
