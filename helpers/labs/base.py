"""সব lab-এর গোড়া: ওপরে নাড়াচাড়ার জিনিস, নিচে ফল এক বাক্যে, ছবি, আর কপি করার মতো Keras-এর কোড।"""

import base64
import html
import io
import json
import re

from helpers import guards
from helpers.figures import describe

import ipywidgets
import numpy as np
import pandas as pd
from ipywidgets import HTML, BoundedFloatText, BoundedIntText, GridBox, HBox, IntSlider, Layout, link
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

_DPI = 80
# Room for the longest words beside a control, and for two controls side by side in JupyterLab on 1366 pixels.
_WORDS, _COLUMN = "218px", "440px"
# One click selects a whole <pre>.
# The thrice named .lab outweighs the rule of ipywidgets that takes the outline from a field with the focus.
_STYLE = """<style>
.lab .widget-label, .lab select, .lab input { font-size: 15px; }
.lab .widget-html-content { font-size: 15px; line-height: 1.5; overflow-wrap: anywhere; }
.lab pre { font-size: 13px; white-space: pre-wrap; word-break: normal; user-select: all; margin: 4px 0; }
.lab.lab.lab :focus-visible { outline: 3px solid #0072b2 !important; outline-offset: 1px; }
</style>"""


class Lab(ipywidgets.VBox):
    """ওপরে `controls`, নিচে `show(...)` যা দেখায়।

    ছবি যায় `ipywidgets.Image`-এ: ছবি আঁকার সবচেয়ে দ্রুত পথ, আর JupyterLab, VS Code, Colab সবখানে চলে।
    kernel না চললে (GitHub-এ, কাগজে) widget বাঁচে না; তখন তার জায়গায় শেষ ছবিটি দেখা যায়।
    """

    def __init__(self, *controls: ipywidgets.Widget) -> None:
        self.readout = HTML()
        self.picture = ipywidgets.Image(format="png", layout=Layout(max_width="100%", object_fit="contain"))
        self.code = HTML()
        self._alt = ""
        self._drawn: tuple = (None, None, [])  # the figure, the pixels of what stays, the artists that move
        super().__init__([*controls, self.readout, self.picture, self.code, HTML(_STYLE)])
        self.add_class("lab")

    def show(self, figure: Figure, readout: str = "", code: str = "") -> None:
        """ছবি, তার নিচের বাক্য আর কোড একসঙ্গে বদলায়।

        figure: যে ছবি দেখাবে; `figure.set_label(...)` বা শিরোনাম থেকে তার বিবরণ (alt text) হয়। কী কোথায় বসবে,
            ঠিক হয় প্রথমবারেই। যে artist নড়বে তাকে `set_animated(True)` দিলে একই figure-এ পরের বার কেবল
            সেটুকুই আঁকা হয়, ছবি আসে কয়েক গুণ তাড়াতাড়ি; কাউকে না দিলে প্রতিবার পুরোটা।
        readout: কী ঘটল, এক বাক্যে; screen reader এটি পড়ে শোনায়। `…`-এর ভেতরটা কোড-হরফে।
        code: এখনকার মানগুলো দিয়ে Keras-এর কোড।
        figure ছবি না হলে TypeError।
        """
        guards.need(Figure, "figure", figure, "একটি Figure", "plt.subplots() থেকে পাওয়া figure দাও।")
        self.picture.value = self._png(figure)
        self.say(readout)
        self.code.value = code and f'<pre tabindex="0">{html.escape(code, quote=False)}</pre>'
        self._alt = readout.replace("`", "") or describe(figure)

    @property
    def figure(self) -> Figure | None:
        """যে figure এখন দেখা যাচ্ছে; কিছু দেখানোর আগে None।"""
        return self._drawn[0]

    def say(self, readout: str) -> None:
        """কেবল বাক্যটি বদলায়।"""
        # a screen reader reads a live region out at the moment it appears only if its role is alert
        words = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(readout, quote=False))
        self.readout.value = readout and f'<div role="alert" aria-live="polite">{words}</div>'

    def _png(self, figure: Figure) -> bytes:
        # Most of the time of a redraw goes into words that stay: their pixels are kept, the rest is drawn on.
        known, pixels, moving = self._drawn
        if known is not figure or not moving:
            if not isinstance(figure.canvas, FigureCanvasAgg):
                FigureCanvasAgg(figure)
            figure.set_dpi(_DPI)
            figure.canvas.draw()
            figure.set_layout_engine("none")
            moving = sorted(figure.findobj(lambda artist: artist.get_animated()), key=lambda a: a.zorder)
            pixels = figure.canvas.copy_from_bbox(figure.bbox)
            self._drawn = (figure, pixels, moving)
        if moving:
            figure.canvas.restore_region(pixels)
            for artist in moving:
                figure.draw_artist(artist)
        picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
        buffer = io.BytesIO()
        # level 1 is a third of the time of the default, for a file that never leaves the machine
        picture.save(buffer, "png", compress_level=1)
        return buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict, dict]:
        data = super()._repr_mimebundle_(**kwargs)
        data["image/png"] = base64.b64encode(self.picture.value).decode()
        data["text/plain"] = self._alt
        return data, {"image/png": {"alt": self._alt}}


def panel(*controls: ipywidgets.DOMWidget) -> GridBox:
    """নাড়াচাড়ার জিনিসগুলো দুই কলামে সাজায়, পর্দা সরু হলে এক কলামে; কোনো নাম কাটা পড়ে না।

    স্লাইডারের পাশে একটি ঘরও বসে, তাতে মানটি হাতে লেখা যায়। ipywidgets স্লাইডারের নাম screen reader-কে
    বলে না, ঘরটির নাম বলে।
    """
    columns = f"repeat(auto-fit, minmax(min({_COLUMN}, 100%), 1fr))"
    rows = [_row(control) for control in controls]
    return GridBox(rows, layout=Layout(grid_template_columns=columns, grid_gap="2px 24px"))


def _row(control: ipywidgets.DOMWidget) -> ipywidgets.DOMWidget:
    control.style.description_width = _WORDS
    control.layout.width = "auto"
    if not hasattr(control, "readout_format"):
        return control
    kind = BoundedIntText if isinstance(control, IntSlider) else BoundedFloatText
    shared = {name: getattr(control, name) for name in ("min", "max", "step", "value")}
    tooltip = getattr(control, "tooltip", None)  # Colab's ipywidgets 7 has none
    field = kind(**shared, description=control.description, tooltip=tooltip)
    for name in ("max", "step"):
        link((control, name), (field, name))
    # a slider of tenths passes through 0.30000000000000004
    link((control, "value"), (field, "value"), transform=[lambda value: round(value, 6)] * 2)
    field.style.description_width = _WORDS
    field.layout = Layout(width="310px", flex="none")
    control.description, control.readout, control.layout.flex = "", False, "1 1 100px"
    return HBox([field, control])


def by_epoch(log: pd.DataFrame) -> pd.DataFrame:
    """log-এর সারিগুলো, epoch-এর নম্বর ধরে: থেমে আবার শুরু হওয়া রানের epoch 0 থেকে শুরু না-ও হতে পারে।"""
    return log.set_axis(log["epoch"].astype(int) if "epoch" in log else range(len(log)))


def keras_code(name: str, callback: type, settings: dict) -> str:
    """কপি করে চালানোর মতো এক লাইন: `keras_code("early", EarlyStopping, {"patience": 5})`।"""
    arguments = ", ".join(f"{key}={_literal(value)}" for key, value in settings.items())
    return f"{name} = keras.callbacks.{callback.__name__}({arguments})"


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
