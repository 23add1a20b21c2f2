"""The engine and the picture of the labs that train anew: progress, a stop button, a thread of its
own.
"""

import math
import threading
import time
from collections.abc import Callable

from helpers.bengali import explain
from helpers.figures import COLOURS
from helpers.labs.base import legend, name_what_is_seen
from helpers.start import keras
from helpers.toy import toy_data

import numpy as np
from ipywidgets import HTML, Button, HBox, IntProgress, Layout
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

Curves = dict[str, list[float]]  # one value an epoch
Train = Callable[[dict, Callable[[int], bool]], Curves]


class Training(HBox):
    """একবারে একটিই ট্রেনিং চলে: নতুন মান এলে আগের ট্রেনিং বাদ যায়, শেষেরটিই থাকে।

    train: `train(settings, is_stopped_after)`; প্রতি epoch-এর শেষে `is_stopped_after(epoch)` ডাকে,
    আর True পেলে
        সেখানেই শেষ করে। শেষে চলে `show(settings, curves, seconds)`; thread-এর error যায় `say`-তে।
    words, epochs: অগ্রগতির রেখার বামের কথা, আর সেটি কয় epoch-এ ভরে।
    rest: এত সেকেন্ড নতুন মান না এলে তবে ট্রেনিং শুরু হয়, যাতে স্লাইডার টানার সময় না চলে।
    """

    def __init__(
        self,
        words: str,
        epochs: int,
        train: Train,
        show: Callable[[dict, Curves, float], None],
        say: Callable[[str], None],
        rest: float = 0,
    ) -> None:
        self.progress = IntProgress(max=epochs, layout=Layout(width="160px"))
        self.stop = Button(description="থামাও", disabled=True, layout=Layout(width="auto"))
        row = [HTML(words), self.progress, self.stop]
        super().__init__(row, layout=Layout(align_items="center"))
        self.train, self.show, self.say, self.rest = train, show, say, rest
        self.thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._waiting: dict | None = None
        self._stopping = threading.Event()
        self.stop.on_click(self._stop)

    def run(self, settings: dict) -> None:
        """ট্রেনিংটি এখানেই শেষ করে তবে ফেরে; error হলে সেটিই বেরিয়ে আসে।"""
        self.progress.value = 0
        start = time.perf_counter()
        curves = self.train(settings, self._is_stopped_after)
        if self._waiting is None:
            self.show(settings, curves, time.perf_counter() - start)

    def ask(self, settings: dict) -> None:
        """ট্রেনিংটি thread-এ শুরু করিয়ে সঙ্গে সঙ্গে ফেরে: kernel ব্যস্ত থাকলে স্লাইডার আর বোতাম সাড়া দিত না।"""
        with self._lock:
            self._waiting = settings
            self._stopping.set()
            if self.thread is None:
                self.thread = threading.Thread(target=self._work, daemon=True)
                self.thread.start()

    def _stop(self, _button: Button) -> None:
        with self._lock:
            if self._waiting is not None:
                self.say("এই মানে ট্রেনিং আর হলো না; ছবিটি আগের মানের।")
            self._waiting = None
            self._stopping.set()

    def _next(self) -> dict | None:
        """The settings to train with, once no others have come for a while; None if there are
        none.
        """
        while True:
            with self._lock:
                self._stopping.clear()
                if self._waiting is None:
                    self.thread = None
                    return None
            if self._stopping.wait(self.rest):
                continue
            with self._lock:
                if not self._stopping.is_set():
                    settings, self._waiting = self._waiting, None
                    self.stop.disabled = False
                    return settings

    def _work(self) -> None:
        while (settings := self._next()) is not None:
            try:
                self.run(settings)
            except Exception as error:
                now = "মানটি আরেকবার বদলাও; তাতেও না হলে নোটবুকের kernel নতুন করে চালু করো।"
                self.say(explain("ট্রেনিং শেষ হলো না", f"{type(error).__name__}: {error}", now))
            finally:
                self.stop.disabled = True

    def _is_stopped_after(self, epoch: int) -> bool:
        self.progress.value = epoch + 1
        return self._stopping.is_set()


def train_anew(
    depth: int,
    optimizer: keras.optimizers.Optimizer,
    callback: keras.callbacks.Callback,
    epochs: int,
    is_stopped_after: Callable[[int], bool],
) -> Curves:
    """`toy_data("plateau")`-তে একটি নতুন মডেলকে ট্রেনিং করায়; প্রতিবার একই weights থেকে, নোটবুকের seed
    না বদলে।

    depth: কয়টি লুকোনো layer, প্রতিটিতে ৩২। is_stopped_after: প্রতি epoch-এর শেষে তার নম্বর পায়; True
    ফেরত দিলে
    সেখানেই শেষ। ফেরত: প্রতি epoch-এর `loss`, `val_loss`, `learning_rate`।
    """
    # seeds of their own leave the notebook's alone
    start = [keras.initializers.GlorotUniform(seed) for seed in range(depth + 1)]
    hidden = [
        keras.layers.Dense(32, activation="relu", kernel_initializer=one) for one in start[:-1]
    ]
    output = keras.layers.Dense(1, kernel_initializer=start[-1])
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


class Attempts:
    """learning rate আর loss-এর ছবি: এই চেষ্টার রেখা রঙিন, আগের চেষ্টার রেখা ধূসর।

    inches: ছবির উচ্চতা; heights: দুই অংশের অনুপাত; rate_first: learning rate ওপরে থাকবে কি না।
    epochs: ছবি কয় epoch চওড়া। lowest: এর চেয়ে ছোট learning rate এই মানেই আঁকা হয়।
    """

    def __init__(
        self, inches: float, heights: list, epochs: int, rate_first: bool, lowest: float
    ) -> None:
        self.figure, self.lowest = Figure(figsize=(9, inches), layout="constrained"), lowest
        both = top, bottom = self.figure.subplots(2, sharex=True, height_ratios=heights)
        self.rate, self.loss = both if rate_first else both[::-1]
        grey = {"color": "0.55", "linewidth": 2, "linestyle": ":", "animated": True}
        steps, moving = {"drawstyle": "steps-mid"}, {"animated": True}
        blue, orange, green = COLOURS["blue"], COLOURS["vermillion"], COLOURS["green"]
        (self.rate_before,) = self.rate.plot([], [], **grey, **steps)
        (self.rate_now,) = self.rate.plot([], [], color=green, **steps, **moving)
        (self.before,) = self.loss.plot([], [], **grey, label="আগের চেষ্টা")
        (self.training,) = self.loss.plot(
            [], [], "--", color=blue, lw=1.5, label="ট্রেনিং", **moving
        )
        (self.validation,) = self.loss.plot([], [], "-", color=orange, label="validation", **moving)
        # wide enough for every setting of the controls, so that two attempts can be compared by eye
        self.loss.set(ylabel="loss", yscale="log", ylim=(0.008, 2), xlim=(-0.5, epochs - 0.5))
        self.loss.yaxis.set_minor_formatter(NullFormatter())
        self.rate.set_ylabel("learning\nrate")
        bottom.set_xlabel("epoch")
        self.title = top.set_title("ট্রেনিং", animated=True)  # room for the words to come
        self.named = (self.before, self.training, self.validation)
        self.legend = legend(self.loss, *self.named)

    def update(
        self, rates: list[float], curves: Curves | None, before: Curves | None, title: str
    ) -> None:
        for line, values in (
            (self.rate_now, np.maximum(rates, self.lowest)),
            (self.rate_before, np.maximum(before["learning_rate"], self.lowest) if before else []),
            (self.before, before["val_loss"] if before else []),
            (self.training, curves["loss"] if curves else []),
            (self.validation, curves["val_loss"] if curves else []),
        ):
            line.set_data(range(len(values)), values)
        name_what_is_seen(self.legend, *self.named)
        self.title.set_text(title)
