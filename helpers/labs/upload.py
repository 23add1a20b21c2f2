"""The model's verdict on the learner's own photo. Notebook 14."""

import html
import io
from collections.abc import Callable
from pathlib import Path

from helpers import guards
from helpers.bengali import explain
from helpers.labs.base import Lab
from helpers.photo_files import fault, is_sideways

import ipywidgets
import tensorflow as tf
from matplotlib.figure import Figure
from PIL import Image, ImageOps


def upload_lab(judge: Callable[[bytes], str], sample: Path | str) -> Lab:
    """নিজের ছবি বেছে দেওয়ার বোতাম; ছবিটির নিচে `judge`-এর রায় দেখা যায়।

    judge: ছবির ফাইলের byte পেয়ে রায়ের লেখাটি ফেরত দেয়। ফোনে তোলা ছবি EXIF দেখে সোজা করে দেওয়া হয়।
    sample: কেউ ছবি না দেওয়া পর্যন্ত যে ছবিটি দেখা যাবে, তার path।
    ছবি পড়া না গেলে, বা পরে দেওয়া ছবিতে `judge` থেমে গেলে, error ওঠে না; বোতামের নিচে বাংলায় কারণ লেখা থাকে।
    judge একটি মান নেয় এমন ফাংশন না হলে, বা লেখা ফেরত না দিলে TypeError; sample না থাকলে FileNotFoundError।
    """
    guards.function("judge", judge, "content")
    sample = guards.path("sample", sample)
    if why := guards.no_file(sample):
        now = "ফাইলের নামটি মিলিয়ে দেখো।"
        raise FileNotFoundError(explain(f"{guards.short(sample)} ছবিটি দেখানো গেল না", why, now))
    button = ipywidgets.FileUpload(accept="image/*", description="ছবি দাও")
    message = ipywidgets.HTML()
    lab = Lab(button, message)

    def show(name: str, content: bytes) -> None:
        message.value = ""
        if why := fault(content):
            now = "ছবিটি JPEG বা PNG করে, ছোট মাপে সেভ করে আবার দাও।"
            message.value = explain(f"{html.escape(name)} ছবিটি নেওয়া গেল না", why, now)
            return
        content = _upright(content)
        verdict, now = judge(content), 'judge-এর শেষে লেখো: return "বিড়াল"।'
        guards.need(str, "রায়", verdict, "judge-এর ফেরত দেওয়া লেখা", now)
        figure = Figure(figsize=(4.5, 4.5), layout="constrained")
        axes = figure.subplots()
        axes.imshow(tf.io.decode_image(content, channels=3, expand_animations=False))
        axes.set_title(verdict)
        axes.axis("off")
        lab.show(figure, verdict)

    def on_upload(change) -> None:
        for name, content in _files(change["new"]):
            try:
                show(name, content)
            except Exception as error:  # what a widget's callback raises, nobody sees
                why = html.escape(f"{type(error).__name__}: {error}")
                now = "judge ফাংশনটি ঠিক করে সেলটি আবার চালাও।"
                message.value = explain("ছবিটির রায় পাওয়া গেল না", why, now)

    button.observe(on_upload, "value")
    show(sample.name, sample.read_bytes())
    return lab


def _upright(content: bytes) -> bytes:
    if not is_sideways(io.BytesIO(content)):
        return content
    turned = io.BytesIO()
    with Image.open(io.BytesIO(content)) as photo:
        ImageOps.exif_transpose(photo).convert("RGB").save(turned, "JPEG", quality=95)
    return turned.getvalue()


def _files(uploaded: dict | tuple) -> list[tuple[str, bytes]]:
    if isinstance(uploaded, dict):  # from ipywidgets 7, which is Colab's
        return [(name, file["content"]) for name, file in uploaded.items()]
    return [(file["name"], bytes(file["content"])) for file in uploaded]
