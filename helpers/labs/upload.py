"""নিজের ছবি মডেলকে দেখানোর widget: নোটবুক ১৪-র শেষে।"""

import html
from collections.abc import Callable
from pathlib import Path

from helpers.bengali import explain
from helpers.labs.base import Lab
from helpers.photo_files import fault

import ipywidgets
import tensorflow as tf
from matplotlib.figure import Figure


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
        if why := fault(content):
            what, now = (
                f"{html.escape(name)} ছবিটি নেওয়া গেল না",
                "ছবিটি JPEG বা PNG করে, ছোট মাপে সেভ করে আবার দাও।",
            )
            message.value = explain(what, why, now)
            return
        message.value = ""
        figure = Figure(figsize=(4.5, 4.5), layout="constrained")
        axes = figure.subplots()
        axes.imshow(tf.io.decode_image(content, channels=3, expand_animations=False))
        axes.set_title(verdict := judge(content))
        axes.axis("off")
        lab.show(figure, verdict)

    def on_upload(change) -> None:
        for file in change["new"]:
            show(file["name"], bytes(file["content"]))

    button.observe(on_upload, "value")
    show(Path(sample).name, Path(sample).read_bytes())
    return lab
