"""হাতে নিয়ে খেলার widget: বোতাম বা স্লাইডার নাড়াও, ছবি বদলায়।"""

import base64
import html
from collections.abc import Callable
from pathlib import Path

from helpers.bengali import explain
from helpers.figures import describe

import ipywidgets
import tensorflow as tf
from IPython.core.pylabtools import print_figure
from matplotlib.figure import Figure


class Lab(ipywidgets.VBox):
    """সব lab-এর গোড়া: ওপরে নাড়াচাড়ার জিনিস, নিচে ছবি।

    kernel না চললে (GitHub-এ, কাগজে) widget বাঁচে না; তখন তার জায়গায় শেষ ছবিটি দেখা যায়।
    """

    def __init__(self, *controls: ipywidgets.Widget):
        self._image = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%"))
        self._alt = ""
        super().__init__([*controls, self._image])

    def draw(self, figure: Figure) -> None:
        """নিচের ছবিটি বদলে `figure` দেখায়।"""
        self._image.value = print_figure(figure, "png", bbox_inches="tight")
        self._alt = describe(figure)

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        data["image/png"] = base64.b64encode(self._image.value).decode()
        data["text/plain"] = self._alt
        return data, {"image/png": {"alt": self._alt}}


def upload_lab(judge: Callable[[bytes], str], sample: Path | str) -> Lab:
    """নিজের ছবি বেছে দেওয়ার বোতাম; ছবিটির নিচে `judge`-এর রায় দেখা যায়।

    judge: ছবির ফাইলের byte পেয়ে রায়ের লেখাটি ফেরত দেয়।
    sample: কেউ ছবি না দেওয়া পর্যন্ত যে ছবিটি দেখা যাবে, তার path।
    ছবি পড়া না গেলে error ওঠে না; বোতামের নিচে বাংলায় কারণ লেখা থাকে।
    """
    button = ipywidgets.FileUpload(accept="image/*", description="ছবি দাও")
    message = ipywidgets.HTML()
    lab = Lab(button, message)

    def show(name: str, content: bytes) -> None:
        try:
            photo = tf.io.decode_image(content, channels=3, expand_animations=False).numpy()
            verdict = judge(content)
        except tf.errors.InvalidArgumentError:
            message.value = explain(
                f"{html.escape(name)} ছবিটি পড়া গেল না",
                "ফাইলটি ভাঙা, বা JPEG, PNG, GIF, BMP-র কোনোটি নয়",
                "ছবিটি JPEG বা PNG করে সেভ করে আবার দাও।",
            )
            return
        message.value = ""
        figure = Figure(figsize=(4.5, 4.5))
        axes = figure.subplots()
        axes.imshow(photo)
        axes.set_title(verdict)
        axes.axis("off")
        lab.draw(figure)

    def on_upload(change) -> None:
        for file in change["new"]:
            show(file["name"], bytes(file["content"]))

    button.observe(on_upload, "value")
    show(Path(sample).name, Path(sample).read_bytes())
    return lab
