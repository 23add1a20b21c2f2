"""What every lab shares: controls made from data, the sentence, the picture, the code to copy."""

import asyncio
import base64
import html
import io
import itertools
import json
import re
import threading
from collections.abc import Iterable, Iterator

from helpers import guards
from helpers.figures import describe

import ipywidgets
import numpy as np
from ipywidgets import HTML, Dropdown, FloatSlider, GridBox, HBox, IntSlider, Layout
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

_DPI = 80  # of a picture in the notebook; where more is asked for, a whole lab grows with it
_SHARP = 2  # pixels drawn for each pixel of the page, once the hand rests
_REST = 0.15  # seconds without a move after which it does
# Room for the longest words beside a control, and for two controls side by side in JupyterLab
# on a screen of 1280 pixels.
_WORDS, _FIELD, _SLIDER = 224, 70, 90
# One click selects a whole <pre>.
# The thrice named .lab outweighs the rule of ipywidgets that takes the outline from a field.
_STYLE = """<style>
.lab .widget-label, .lab select, .lab input {{ font-size: {words}px; }}
.lab .widget-html, .lab .widget-grid > * {{ margin: 0; }}
.lab .widget-html-content {{ font-size: {words}px; line-height: 1.45; overflow-wrap: anywhere; }}
.lab .lab-small .widget-html-content {{ font-size: {small}px; }}
.lab .lab-said {{ min-height: 2.9em; }}
.lab pre {{ font-size: {small}px; white-space: pre-wrap; word-break: normal; }}
.lab pre {{ user-select: all; margin: 4px 0; }}
.lab.lab.lab :focus-visible {{ outline: 3px solid #0072b2 !important; outline-offset: 1px; }}
</style>"""


class Lab(ipywidgets.VBox):
    """ওপরে স্লাইডার আর বোতাম, নিচে `show(...)` যা দেখায়।

    rows: স্লাইডারগুলোর নিচে আর যা থাকবে, যেমন একটি বোতাম।
    controls: `{"patience": (নাম, শুরুর মান, সবচেয়ে কম, সবচেয়ে বেশি), …}`; দশমিকে আরও একটি মান, কত করে
        বাড়ে; তালিকা থেকে বাছতে হলে `(নাম, শুরুর মান, তালিকা)`। প্রতিটি হয় এই নামের attribute, যেমন
        `lab.patience`। কোনোটির মান বদলালে lab-এর `update()` চলে; এখনকার সব মান `settings`-এ।
    about: স্লাইডারের নিচে ছোট হরফে এক লাইন। notes: `read_log` যা সন্দেহজনক পেয়েছে, তার নিচে।

    kernel না চললে (GitHub-এ, কাগজে) widget থাকে না; তখন সেখানে শেষ ছবিটি দেখা যায়, ওপরে লেখা থাকে কী করলে
    স্লাইডার আসবে।
    """

    def __init__(
        self,
        *rows: ipywidgets.Widget,
        controls: dict[str, tuple] | None = None,
        about: str = "",
        notes: Iterable[str] = (),
    ) -> None:
        made = {name: _control(*given) for name, given in (controls or {}).items()}
        self.controls = {name: control for name, (control, _row) in made.items()}
        self.words = {name: given[0] for name, given in (controls or {}).items()}
        self.readout, self.code, self._alt = HTML(), HTML(), ""
        # as wide as it is drawn, where the other parts are as wide as the page
        place = Layout(max_width="100%", height="auto", align_self="flex-start", margin="0")
        self.picture = ipywidgets.Image(format="png", layout=place)
        self.figure: Figure | None = None  # the one that is shown
        self._kept: dict[int, object] = {}  # by scale, the pixels of what stays in it
        self._moving: list[Artist] = []
        self._sharpening: asyncio.TimerHandle | None = None
        self._setting = False  # whether several controls are being set, to be shown once
        self.drawing = threading.RLock()  # a slider may be moved at the moment a training ends
        small = [HTML(html.escape(line)) for line in (about, *notes) if line]
        for line in small:
            line.add_class("lab-small")
        top = [_panel([row for _control, row in made.values()])] if made else []
        style = HTML(_STYLE.format(words=14 * _zoom(), small=13 * _zoom()))
        style.layout.display = "none"
        super().__init__([*top, *rows, *small, self.readout, self.picture, self.code, style])
        self.add_class("lab")
        for name, control in self.controls.items():
            setattr(self, name, control)
            control.observe(self._moved, "value")

    @property
    def settings(self) -> dict:
        """প্রতিটি control-এর এখনকার মান, তার নামে।"""
        values = {name: control.value for name, control in self.controls.items()}
        return {name: round(v, 6) if isinstance(v, float) else v for name, v in values.items()}

    def _moved(self, _change: dict) -> None:
        if not self._setting:
            self.update()

    def settle(self) -> None:
        """এখনকার মানগুলোর ছবি এখনই দেখায়।"""
        self.update()

    def grid(self, choices: dict[str, list]) -> Iterator[dict]:
        """মানগুলোর প্রতিটি সমন্বয়ের মান, ছবি (PNG), বাক্য আর কোড: যে পাতায় kernel নেই, তার জন্য।

        choices: `{"patience": [0, 1, 2], …}`, control-এর নাম আর কোন কোন মান; শেষ নামটি আগে বদলায়।
        """
        for values in itertools.product(*choices.values()):
            self._setting = True
            for name, value in zip(choices, values, strict=True):
                self.controls[name].value = value
            self._setting = False
            self.settle()
            shown = {"picture": self.picture.value, "said": self.readout.value}
            yield {"values": list(values), "code": self.code.value, **shown}

    def show(self, figure: Figure, readout: str = "", code: str = "", quick: bool = False) -> None:
        """ছবি, বাক্য আর কোড একসঙ্গে বদলায়।

        figure: যে ছবি দেখাবে; অন্য কিছু হলে TypeError। কী কোথায় বসবে, ঠিক হয় প্রথমবারেই। `animated=True`
            artist থাকলে একই figure-এ পরের বার শুধু সেগুলোই আঁকা হয়, ছবি আসে কয়েক গুণ তাড়াতাড়ি।
        readout: কী ঘটল, এক বাক্যে; screen reader এটি পড়ে শোনায়। `…`-এর ভেতরটা কোড-হরফে।
        code: এখনকার মানগুলো দিয়ে Keras-এর কোড। quick: True হলে ছবির পিক্সেল অর্ধেক, সময়ও অর্ধেক।
        """
        guards.need(Figure, "figure", figure, "একটি Figure", "plt.subplots() থেকে পাওয়া figure দাও।")
        with self.drawing:
            # the first picture is sharp, those of a moving slider once it rests
            quick = quick or (figure is self.figure and self._sharpens_later())
            self._draw(figure, 1 if quick else _SHARP)
            self.say(readout)
            self.code.value = code and f'<pre tabindex="0">{html.escape(code, quote=False)}</pre>'
            self._alt = readout.replace("`", "") or describe(figure)

    def say(self, readout: str) -> None:
        """শুধু বাক্যটি বদলায়।"""
        # a screen reader reads a live region out at the moment it appears only if its role is alert
        words = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(readout, quote=False))
        said = f'<div class="lab-said" role="alert" aria-live="polite">{words}</div>'
        self.readout.value = readout and said

    def _sharpens_later(self) -> bool:
        """Whether the kernel's loop will draw the sharp picture; a script or thread has no loop."""
        if self._sharpening:
            self._sharpening.cancel()
        try:
            self._sharpening = asyncio.get_running_loop().call_later(_REST, self._sharpen)
        except RuntimeError:
            self._sharpening = None
        return self._sharpening is not None

    def _sharpen(self) -> None:
        with self.drawing:
            self._draw(self.figure, _SHARP)

    def _draw(self, figure: Figure, scale: int) -> None:
        # Most of the time of a redraw goes into words that stay: their pixels are kept.
        if self.figure is not figure:
            if not isinstance(figure.canvas, FigureCanvasAgg):
                FigureCanvasAgg(figure)
            figure.set_dpi(rcParams["figure.dpi"])
            figure.canvas.draw()
            figure.set_layout_engine("none")
            moving = figure.findobj(lambda artist: artist.get_animated())
            self._moving = sorted(moving, key=lambda artist: artist.zorder)
            self._kept, self.figure = {}, figure
            self.picture.layout.width = f"{figure.bbox.width:.0f}px"
        if figure.stale:  # something that stays has changed
            self._kept.clear()
        figure.set_dpi(rcParams["figure.dpi"] * scale)
        if scale not in self._kept or not self._moving:
            figure.canvas.draw()
            self._kept[scale] = figure.canvas.copy_from_bbox(figure.bbox)
        if self._moving:
            figure.canvas.restore_region(self._kept[scale])
            for artist in self._moving:
                figure.draw_artist(artist)
        figure.stale = False
        # level 1 is a third of the time of the default, for a file that never leaves the machine
        self.picture.value = _png(_pixels(figure), compress_level=1)

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict, dict]:
        data = super()._repr_mimebundle_(**kwargs)
        if self.figure is None:
            return data, {}
        words = f"সেলটি চালালে এখানে {'স্লাইডার' if self.controls else 'বোতাম'} আসবে।"
        alt = f"{words} {self._alt}"
        picture = np.asarray(Image.open(io.BytesIO(self.picture.value)))
        width = self.figure.get_figwidth()
        strip = Figure(figsize=(width, 0.4), dpi=picture.shape[1] / width, facecolor="#fff3cd")
        strip.text(0.01, 0.5, f"▶ {words}", va="center")
        FigureCanvasAgg(strip).draw()
        still = _png(np.vstack([_pixels(strip)[:, : picture.shape[1]], picture]), optimize=True)
        data |= {"image/png": base64.b64encode(still).decode(), "text/plain": alt}
        return data, {"image/png": {"alt": alt, "width": int(self.picture.layout.width[:-2])}}


def keras_code(name: str, callback: type, settings: dict) -> str:
    """কপি করে চালানোর মতো এক লাইন: `keras_code("early", EarlyStopping, {"patience": 5})`।"""
    values = {
        key: json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
        for key, value in settings.items()
    }
    arguments = ", ".join(f"{key}={value}" for key, value in values.items())
    return f"{name} = keras.callbacks.{callback.__name__}({arguments})"


def _zoom() -> float:
    return rcParams["figure.dpi"] / _DPI


def _pixels(figure: Figure) -> np.ndarray:
    return np.asarray(figure.canvas.buffer_rgba())[..., :3]


def _png(pixels: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "png", **options)
    return buffer.getvalue()


def _control(
    words: str, start: object, *bounds: object
) -> tuple[ipywidgets.DOMWidget, ipywidgets.DOMWidget]:
    """The control and the row it stands in: beside a slider a field, into which one may type.

    ipywidgets tells a screen reader the name of a field, but not that of a slider.
    """
    named = {"description": words, "style": {"description_width": f"{_WORDS * _zoom():.0f}px"}}
    if len(bounds) == 1:
        choice = Dropdown(options=bounds[0], value=start, layout=Layout(width="auto"), **named)
        return choice, choice
    values = dict(zip(("min", "max", "step"), bounds, strict=False), value=start)
    of_slider = Layout(width="auto", flex=f"1 1 {_SLIDER}px")
    of_field = Layout(width=f"{(_WORDS + _FIELD) * _zoom():.0f}px", flex="none")
    if "step" in values:
        slider = FloatSlider(**values, readout=False, layout=of_slider)
        field = ipywidgets.BoundedFloatText(**values, **named, layout=of_field)
    else:
        slider = IntSlider(**values, readout=False, layout=of_slider)
        field = ipywidgets.BoundedIntText(**values, **named, layout=of_field)
    # a slider of tenths passes through 0.30000000000000004
    exact = [lambda value: round(value, 6)] * 2
    ipywidgets.link((slider, "value"), (field, "value"), transform=exact)
    return slider, HBox([field, slider])


def _panel(rows: list[ipywidgets.DOMWidget]) -> GridBox:
    """The controls in two columns, in one where the screen is narrow; no name is cut."""
    column = (_WORDS + _FIELD + _SLIDER) * _zoom()
    columns = f"repeat(auto-fit, minmax(min({column:.0f}px, 100%), 1fr))"
    layout = Layout(grid_template_columns=columns, grid_gap="2px 20px")
    return GridBox(rows, layout=layout)
