"""A training watched and stopped while it runs, and a browser's click. Notebook 15."""

import itertools
import threading
import weakref
from collections import deque
from collections.abc import Callable

from helpers import guards
from helpers.bengali import digits, explain
from helpers.labs.base import Lab
from helpers.start import keras

from ipykernel.connect import get_connection_file
from ipywidgets import Button, HBox
from jupyter_client import BlockingKernelClient
from matplotlib.figure import Figure

Train = Callable[[Callable[[Figure], None], Callable[[], bool]], keras.callbacks.History]
_PREVIEW = 99  # how often the first, short training may ask whether it is to stop
# a cell that is run again makes a new lab: the training of the old one must not go on unseen
_labs: weakref.WeakSet["LiveLab"] = weakref.WeakSet()


class LiveLab(Lab):
    """“শুরু” চাপলে ট্রেনিং চলে আলাদা thread-এ, ছবি বদলাতে থাকে; “থামাও” চাপলে থামে।

    train: তোমার ফাংশন, `train(show, wanted)`। ছবি দেখাতে ফাংশনটি `show(figure)` ডাকে; `wanted()` True
        হলে ট্রেনিং থামায়। ফেরত দেয় `fit`-এর History। lab খোলার সময়ও একবার অল্পক্ষণ চলে, যাতে শুরু থেকেই
        একটি ছবি থাকে; তখন error হলে সেটিই বেরিয়ে আসে, পরে হলে তার কথা বোতামের নিচে লেখা থাকে।
    `start` আর `stop` দুই বোতাম, `history` শেষ ট্রেনিংয়ের History। একবারে একটিই ট্রেনিং চলে; নতুন lab খুললে
    আগেরটির ট্রেনিং থেমে যায়।
    train দুটি মান নেয় এমন ফাংশন না হলে, History না ফেরালে, কিংবা একবারও `wanted()` না ডাকলে TypeError।
    """

    def __init__(self, train: Train) -> None:
        guards.function("train", train, "show", "wanted")
        for earlier in _labs:
            earlier.stop.click()
        self.start = Button(description="শুরু")
        self.stop = Button(description="থামাও", disabled=True)
        super().__init__(HBox([self.start, self.stop]))
        self.train = train
        self.thread: threading.Thread | None = None
        self.history: keras.callbacks.History | None = None
        self._wanted = threading.Event()
        self.start.on_click(self._start)
        self.stop.on_click(lambda _button: self._wanted.set())
        _labs.add(self)
        asked = itertools.count()
        self._run(lambda: next(asked) >= _PREVIEW, "lab নিজেই ট্রেনিং থামিয়েছে")

    def _start(self, _button: Button) -> None:
        if not self.start.disabled:  # a click may have been on its way when the button was disabled
            self.start.disabled, self.stop.disabled = True, False
            self._wanted.clear()
            self.say("ট্রেনিং চলছে…")
            # in this thread the kernel could not hear the other button
            self.thread = threading.Thread(target=self._work, daemon=True)
            self.thread.start()

    def _work(self) -> None:
        try:
            self._run(self._wanted.is_set, "তুমি ট্রেনিং থামিয়েছ")
        except Exception as error:  # nobody sees what a thread raises
            now = "train ফাংশনটি ঠিক করে এই সেল আবার চালাও।"
            self.say(explain("ট্রেনিং শেষ হলো না", f"{type(error).__name__}: {error}", now))
        finally:
            self.start.disabled, self.stop.disabled = False, True

    def _run(self, wanted: Callable[[], bool], who: str) -> None:
        answers = deque(maxlen=1)  # the last one tells why the training ended

        def ask() -> bool:
            answers.append(wanted())
            return answers[-1]

        history = self.train(lambda figure: self.show(figure, "ট্রেনিং চলছে…", quick=True), ask)
        if not isinstance(history, keras.callbacks.History):
            why = f"train ফেরত দিয়েছে {type(history).__name__}, History নয়"
            now = "train-এর শেষে লেখো: return model.fit(...)।"
            raise TypeError(explain("ট্রেনিংয়ের ফল দেখানো গেল না", why, now))
        if not answers:
            now = "callbacks-এর list-এ এমন একটি callback দাও, যেটি প্রতি batch-এ wanted() ডাকে।"
            raise TypeError(explain("“থামাও” কাজ করবে না", "train একবারও wanted() ডাকেনি", now))
        self.history = history
        how = "ট্রেনিং শেষ পর্যন্ত চলেছে"
        if answers[-1] and history.epoch:
            how = f"epoch `{history.epoch[-1]}`-এ {who}"
        said = f"{how}। History-তে আছে {digits(len(history.epoch))}টি epoch।"
        if self.figure is None:
            self.say(said)
        else:
            self.show(self.figure, said)


live_lab = LiveLab


def press(button: Button) -> None:
    """ব্রাউজারে বোতামটিতে ক্লিক করলে kernel-এর কাছে যে বার্তা যায়, হুবহু সেটি পাঠায়; জবাবের জন্য দাঁড়ায় না।

    button: ipywidgets-এর বোতাম; অন্য কিছু হলে TypeError। নোটবুকের বাইরে kernel নেই, তাই RuntimeError।
    """
    guards.need(Button, "button", button, "একটি বোতাম", "যেমন press(lab.start) লেখো।")
    try:
        file = get_connection_file()
    except RuntimeError as error:
        now = "JupyterLab-এ নোটবুকটি খুলে সেখানে চালাও।"
        raise RuntimeError(explain("ক্লিক পাঠানো গেল না", "এখানে কোনো kernel নেই", now)) from error
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    socket = client.connect_shell()
    click = {"method": "custom", "content": {"event": "click"}}
    client.session.send(socket, "comm_msg", {"comm_id": button.model_id, "data": click})
    socket.close(linger=1000)  # a closed channel of the client would drop what isn't sent yet
