"""মেশিনটি কোর্সের জন্য তৈরি কি না, এক নজরে: নোটবুক ০০-র `check_machine()`।"""

import os
import shutil
import tempfile
import warnings
from pathlib import Path

from helpers import guards
from helpers.bengali import digits, explain, use_font
from helpers.install import COURSE, changes, remedy

import keras
import psutil
import tensorflow as tf
from jupyter_core.paths import jupyter_path
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_PLACES = (
    ("COLAB_RELEASE_TAG", "Colab-এ", "পথ নোটবুক ০৮-এ লেখা। সেশন শেষে সব ফাইল মুছে যায়: যা রাখতে চাও, নামিয়ে নাও।"),
    ("BINDER_LAUNCH_HOST", "Binder-এ", "১০ মিনিট বসে থাকলে সব ফাইল মুছে যায়: যা রাখতে চাও, নামিয়ে নাও।"),
    ("JUPYTERHUB_SERVICE_PREFIX", "JupyterHub-এ", "তাতে ক্ষতি নেই: নোটবুক ০৮ একই ফাইল পড়ে নিজেই আঁকে।"),
    ("SSH_CONNECTION", "দূরের মেশিনে", "তাতে ক্ষতি নেই: নোটবুক ০৮ একই ফাইল পড়ে নিজেই আঁকে।"),
    ("VSCODE_PID", "VS Code-এ", "তখন পাতার ওপরের “আলাদা ট্যাবে খোলো” চাপো।"),
)


def check_machine() -> None:
    """মেশিনটি কোর্সের জন্য তৈরি কি না, এক লাইনে একটি করে লেখে; কিছু বদলায় না।

    ✓ মানে ঠিক আছে; ✗ মানে সারাতে হবে, কীভাবে তা ওই লাইনেই লেখা; ○ মানে কেবল জেনে রাখো।
    """
    for well, problem in {
        "প্যাকেজ: কোর্সের তালিকার সঙ্গে মেলে": _other_versions(),
        "Keras: হিসাব করছে TensorFlow": _other_backend(),
        "মেমোরি: যথেষ্ট খালি": _little_memory(),
        "ডিস্ক: যথেষ্ট খালি": _little_disk(),
        "লেখার অনুমতি: কোর্সের ফোল্ডারে ফাইল রাখা যায়": _read_only(),
        "বাংলা হরফ: গ্রাফে যুক্তাক্ষর জোড়া লাগে": _broken_letters(),
        "বোতাম আর স্লাইডার: নোটবুকে দেখা যাবে": _no_widgets(),
    }.items():
        print(f"✗ {problem}" if problem else f"✓ {well}")
    print(_place())
    print(_gpu())


def _other_versions() -> str:
    if not (found := changes()):
        return ""
    what = ", ".join(f"{name} {installed} (তালিকায় {wanted})" for name, installed, wanted in found)
    why = "কোর্স যে সংস্করণে বানানো, এগুলো তা নয়; আউটপুট একটু আলাদা হতে পারে"
    return explain(f"প্যাকেজ মেলে না: {what}", why, remedy())


def _other_backend() -> str:
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return ""
    now = "মেনু থেকে Kernel → Restart Kernel, তারপর সবার আগে `helpers`-এর সেলটি চালাও।"
    return explain(f"Keras-এর হিসাব করছে {backend}", "Keras import হয়েছে helpers-এর আগে", now)


def _little_memory() -> str:
    free = psutil.virtual_memory().available / 1e9
    if free >= 1:
        return ""
    now = (
        "ব্রাউজারের বাড়তি ট্যাব আর অন্য নোটবুকের kernel বন্ধ করো (Kernel → Shut Down All Kernels), "
        "তারপর এই সেল আবার চালাও।"
    )
    return explain(f"মেমোরি খালি মাত্র {digits(f'{free:.1f}')} GB", "বড় নোটবুকগুলো আরও ১ GB নেয়", now)


def _little_disk() -> str:
    free = shutil.disk_usage(COURSE).free / 1e9
    if free >= 1:
        return ""
    now = "কোর্সের `runs` ফোল্ডারটি মুছতে পারো, বা ডিস্কে অন্য জায়গা খালি করো।"
    return explain(f"ডিস্কে খালি মাত্র {digits(f'{free:.1f}')} GB", "ট্রেনিং তার ফাইল এখানেই রাখে", now)


def _read_only() -> str:
    try:
        for folder in (COURSE, COURSE / "notebooks"):
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError:
        why = "সেখানে তোমার লেখার অনুমতি নেই"
        return explain(f"{folder} ফোল্ডারে লেখা গেল না", why, guards.COPY_COURSE)
    return ""


def _broken_letters() -> str:
    use_font()
    page = Figure()
    pen = FigureCanvasAgg(page).get_renderer()

    def width(text: str) -> float:
        return page.text(0, 0, text, fontsize=40).get_window_extent(pen).width

    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        joined = width("ক্ষ") < 0.9 * width("কষ")  # the conjunct is one letter
    if joined and not complaints:
        return ""
    return explain("গ্রাফের বাংলা লেখা ভেঙে যাবে", "বাংলা ফন্ট বা matplotlib-এর libraqm পাওয়া গেল না", remedy())


def _no_widgets() -> str:
    if {"COLAB_RELEASE_TAG", "VSCODE_PID"} & os.environ.keys():  # they bring their own
        return ""
    if any(
        Path(folder, "@jupyter-widgets", "jupyterlab-manager").exists()
        for folder in jupyter_path("labextensions")
    ):
        return ""
    why = "JupyterLab-এর যে অংশটি ওগুলো আঁকে, সেটি ইনস্টল হয়নি"
    return explain("বোতাম আর স্লাইডার নোটবুকে দেখা যাবে না", why, remedy())


def _place() -> str:
    for sign, place, now in _PLACES:
        if sign in os.environ:
            why = "TensorBoard-এর পাতা এখানে নোটবুকের ভেতরে না-ও খুলতে পারে"
            return "○ " + explain(f"নোটবুকটি চলছে {place}", why, now)
    return "✓ TensorBoard-এর পাতা: নোটবুকের ভেতরেই খুলবে"


def _gpu() -> str:
    if tf.config.list_physical_devices("GPU"):
        return "✓ GPU: আছে, ট্রেনিং তাতেই চলবে; কোর্সের কোথাও লাগে না"
    return "✓ GPU: নেই, লাগেও না"
