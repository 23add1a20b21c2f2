"""Is this machine ready for the course? `check_machine()` of notebook 00 says so, line by line."""

import contextlib
import os
import shutil
import tempfile
import warnings
from pathlib import Path

from helpers.bengali import digits, explain, use_font
from helpers.guards import COPY_COURSE
from helpers.install import COURSE, changes, remedy

import keras
import psutil
import tensorflow as tf
from jupyter_core.paths import jupyter_path
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Colab and VS Code draw widgets by themselves; all of these may keep TensorBoard's page closed
_OWN_WIDGETS = {"COLAB_RELEASE_TAG", "VSCODE_PID"}
_ELSEWHERE = {"BINDER_LAUNCH_HOST", "JUPYTERHUB_SERVICE_PREFIX", "SSH_CONNECTION"} | _OWN_WIDGETS


def check_machine() -> None:
    """মেশিনটি কোর্সের জন্য তৈরি কি না, এক লাইনে একটি করে লেখে; কিছু বদলায় না।

    ✓ মানে ঠিক আছে; ✗ মানে ঠিক করতে হবে, কীভাবে তা ওই লাইনেই লেখা; ○ মানে শুধু জেনে রাখো।
    """
    others = ", ".join("{} {} (তালিকায় {})".format(*change) for change in changes())
    why = "কোর্স যে সংস্করণে বানানো, এগুলো তা নয়; আউটপুট একটু আলাদা হতে পারে"
    good = "প্যাকেজ: কোর্সের তালিকার সঙ্গে মেলে"
    _tell(not others, good, f"প্যাকেজ মেলে না: {others}", why, remedy())

    backend = keras.backend.backend()
    now = "মেনু থেকে Kernel → Restart Kernel, তারপর সবার আগে `helpers`-এর সেলটি চালাও।"
    problem = f"Keras-এর হিসাব করছে {backend}", "Keras import হয়েছে helpers-এর আগে", now
    _tell(backend == "tensorflow", "Keras: হিসাব করছে TensorFlow", *problem)

    free = psutil.virtual_memory().available / 1e9
    now = "অন্য নোটবুকের kernel বন্ধ করো (Kernel → Shut Down All Kernels), তারপর সেলটি আবার চালাও।"
    problem = f"মেমোরি খালি মাত্র {digits(f'{free:.1f}')} GB", "বড় নোটবুকগুলো আরও ১ GB নেয়", now
    _tell(free >= 1, "মেমোরি: যথেষ্ট খালি", *problem)

    free = shutil.disk_usage(COURSE).free / 1e9
    now = "কোর্সের `runs` ফোল্ডারটি মুছতে পারো, বা ডিস্কে অন্য জায়গা খালি করো।"
    problem = f"ডিস্কে খালি মাত্র {digits(f'{free:.1f}')} GB", "ট্রেনিং তার ফাইল এখানেই রাখে", now
    _tell(free >= 1, "ডিস্ক: যথেষ্ট খালি", *problem)

    problem = "কোর্সের ফোল্ডারে লেখা গেল না", "সেখানে তোমার লেখার অনুমতি নেই", COPY_COURSE
    _tell(_may_write(), "লেখার অনুমতি: কোর্সের ফোল্ডারে ফাইল রাখা যায়", *problem)

    why = "বাংলা ফন্ট বা matplotlib-এর libraqm পাওয়া গেল না"
    good = "বাংলা হরফ: গ্রাফে যুক্তাক্ষর জোড়া লাগে"
    _tell(_joins_letters(), good, "গ্রাফের বাংলা লেখা ভেঙে যাবে", why, remedy())

    folders = [Path(folder, "@jupyter-widgets") for folder in jupyter_path("labextensions")]
    drawn = _OWN_WIDGETS & os.environ.keys() or any(folder.exists() for folder in folders)
    why = "JupyterLab-এর যে অংশটি ওগুলো আঁকে, সেটি ইনস্টল হয়নি"
    good = "বোতাম আর স্লাইডার: নোটবুকে দেখা যাবে"
    _tell(drawn, good, "বোতাম আর স্লাইডার নোটবুকে দেখা যাবে না", why, remedy())

    why = "নোটবুকটি চলছে Colab, Binder, VS Code বা দূরের কোনো মেশিনে"
    now = "তাতে ক্ষতি নেই: নোটবুক ০৮ একই ফাইল পড়ে নিজেই আঁকে।"
    problem = "TensorBoard-এর পাতা নোটবুকের ভেতরে না-ও খুলতে পারে", why, now
    here = not _ELSEWHERE & os.environ.keys()
    _tell(here, "TensorBoard-এর পাতা: নোটবুকের ভেতরেই খুলবে", *problem, mark="○")

    gpu = "আছে, ট্রেনিং তাতেই চলবে; কোর্সের কোথাও লাগে না"
    print("✓ GPU:", gpu if tf.config.list_physical_devices("GPU") else "নেই, লাগেও না")


def _tell(well: object, fine: str, what: str, why: str, now: str, mark: str = "✗") -> None:
    print(f"✓ {fine}" if well else f"{mark} {explain(what, why, now)}")


def _may_write() -> bool:
    with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=COURSE):
        return True
    return False


def _joins_letters() -> bool:
    use_font()
    page = Figure()
    pen = FigureCanvasAgg(page).get_renderer()
    with warnings.catch_warnings(action="ignore"):  # of letters that the font lacks
        texts = [page.text(0, 0, text, fontsize=40) for text in ("ক্ষ", "কষ")]
        conjunct, apart = (text.get_window_extent(pen).width for text in texts)
    return conjunct < 0.9 * apart  # it is one letter
