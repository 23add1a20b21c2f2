"""যে lab নতুন করে ট্রেনিং করায় তার ইঞ্জিন: কতদূর এগোল তার রেখা, “থামাও” বোতাম, আর আলাদা একটি thread।"""

import threading
import time
from collections.abc import Callable

from helpers.bengali import explain
from helpers.start import keras
from helpers.toy import toy_data

from ipywidgets import HTML, Button, HBox, IntProgress, Layout

Curves = dict[str, list[float]]  # one value an epoch
Train = Callable[[dict, Callable[[int], bool]], Curves]


class Training(HBox):
    """একবারে একটিই ট্রেনিং চলে: নতুন ফরমাশ এলে চলতিটি বাদ যায়, আর শেষেরটিই টেকে।

    words: রেখাটির বাঁয়ে যে কথা থাকে।
    epochs: রেখাটি কয় epoch-এ ভরে।
    train: `train(settings, is_stopped_after)`; প্রতি epoch-এর শেষে `is_stopped_after(epoch)` ডাকে, আর True পেলে
        সেখানেই শেষ করে। ফেরত দেয় প্রতি epoch-এর মান।
    show: ট্রেনিং শেষে `show(settings, curves, seconds)`; “থামাও” চেপে থামালে curves ছোট হয়।
    say: thread-এর ভেতরে error হলে তার বাংলা বিবরণ পায়; thread-এর error নোটবুকে আর কোথাও দেখা যায় না।
    """

    def __init__(
        self,
        words: str,
        epochs: int,
        train: Train,
        show: Callable[[dict, Curves, float], None],
        say: Callable[[str], None],
    ) -> None:
        self.progress = IntProgress(max=epochs, layout=Layout(width="220px"))
        self.stop = Button(description="থামাও", tooltip="চলতি ট্রেনিং থামাও", disabled=True)
        super().__init__([HTML(words), self.progress, self.stop])
        self.train, self.show, self.say = train, show, say
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

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._waiting is None:
                    self.thread = None
                    return
                settings, self._waiting = self._waiting, None
                self._stopping.clear()
                self.stop.disabled = False
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
    """`toy_data("plateau")`-তে একটি নতুন মডেলকে ট্রেনিং করায়; প্রতিবার একই weights থেকে, নোটবুকের seed না ছুঁয়ে।

    depth: কয়টি লুকোনো layer, প্রতিটিতে ৩২। is_stopped_after: প্রতি epoch-এর শেষে তার নম্বর পায়; True ফেরত দিলে
    সেখানেই শেষ। ফেরত: প্রতি epoch-এর `loss`, `val_loss`, `learning_rate`।
    """
    # seeds of their own leave the notebook's alone
    start = [keras.initializers.GlorotUniform(seed) for seed in range(depth + 1)]
    hidden = [keras.layers.Dense(32, activation="relu", kernel_initializer=one) for one in start[:-1]]
    output = keras.layers.Dense(1, kernel_initializer=start[-1])
    model = keras.Sequential([keras.Input((1,)), *hidden, output])
    training, validation = toy_data("plateau")  # made anew, so that the batches come in the same order again
    model.compile(optimizer, loss="mse", steps_per_execution=len(training))

    def look(epoch: int, _logs: dict) -> None:
        model.stop_training = is_stopped_after(epoch)

    callbacks = [callback, keras.callbacks.LambdaCallback(on_epoch_end=look)]
    history = model.fit(
        training, validation_data=validation, epochs=epochs, callbacks=callbacks, shuffle=False, verbose=0
    ).history
    return {name: [float(value) for value in history[name]] for name in ("loss", "val_loss", "learning_rate")}
