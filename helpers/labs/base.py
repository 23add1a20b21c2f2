"""সব lab-এর গোড়া: ওপরে নাড়াচাড়ার জিনিস, নিচে ফল এক বাক্যে, ছবি, আর কপি করার মতো Keras-এর কোড।"""

import base64
import html
import io

from helpers.figures import describe

import ipywidgets
from ipywidgets import HTML, Layout
from matplotlib.figure import Figure

_DPI = 80


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
        super().__init__([*controls, self.readout, self.picture, self.code])

    def show(self, figure: Figure, readout: str = "", code: str = "") -> None:
        """ছবি, তার নিচের বাক্য আর কোড একসঙ্গে বদলায়।

        figure: যে ছবি দেখাবে; `figure.set_label(...)` বা শিরোনাম থেকে তার বিবরণ (alt text) হয়।
        readout: কী ঘটল, এক বাক্যে; screen reader এটি পড়ে শোনায়। code: এখনকার মানগুলো দিয়ে Keras-এর কোড।
        """
        buffer = io.BytesIO()
        # level 1 is a third of the time of the default, for a file that never leaves the machine
        figure.savefig(buffer, format="png", dpi=_DPI, pil_kwargs={"compress_level": 1})
        self.picture.value = buffer.getvalue()
        self.readout.value = readout and f'<div role="status" aria-live="polite">{html.escape(readout)}</div>'
        self.code.value = code and f"<pre>{html.escape(code)}</pre>"
        self._alt = readout or describe(figure)

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict, dict]:
        data = super()._repr_mimebundle_(**kwargs)
        data["image/png"] = base64.b64encode(self.picture.value).decode()
        data["text/plain"] = self._alt
        return data, {"image/png": {"alt": self._alt}}
