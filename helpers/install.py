"""কোর্স চালু হওয়ার আগে: Python, CPU আর প্যাকেজ ঠিক আছে কি না; না থাকলে কী করবে।"""

# This module runs first, on whatever Python the learner has and with any package missing or broken: up here
# it imports the standard library only, and uses nothing that Python 3.8 can't read.
from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 11), (3, 13)
# the name one imports: the name one installs
PACKAGES = {
    "keras": "keras",
    "tensorflow": "tensorflow",
    "tensorboard": "tensorboard",
    "numpy": "numpy",
    "pandas": "pandas",
    "matplotlib": "matplotlib",
    "fontpkg_hind_siliguri": "fontpkg-hind-siliguri",
    "ipywidgets": "ipywidgets",
    "PIL": "pillow",
    "requests": "requests",
    "tqdm": "tqdm",
    "psutil": "psutil",
    "jinja2": "jinja2",
    "lazy_loader": "lazy-loader",
}
# what the course teaches differs between these packages' versions
VERSIONS_MATTER = ("keras", "tensorflow", "pandas", "matplotlib", "ipywidgets")


class SetupError(RuntimeError):
    """কোর্স চালু হতে যা লাগে তার কিছু নেই: কী হলো, কেন, এখন কী করবে।"""

    def __init__(self, what: str, why: str, now: str) -> None:
        # the form of helpers.bengali.explain, which needs packages that may be the missing ones
        super().__init__(f"{what} — {why}। {now}")


def require_course() -> None:
    """কোর্স চলার মতো Python, CPU আর প্যাকেজ না থাকলে SetupError; কিছু import করে না, তাই তাড়াতাড়ি।"""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        what = "এই kernel-এর Python {}.{}, কোর্স তাতে চলে না".format(*version)
        raise SetupError(what, "এর প্যাকেজগুলো Python 3.11, 3.12 আর 3.13-এর", remedy())
    if not _has_avx():
        now = "README-র Colab বা Binder-এর বোতাম চেপে কোর্সটি ব্রাউজারে চালাও।"
        raise SetupError("এই মেশিনে TensorFlow চলবে না", "CPU-তে AVX নেই, TensorFlow-এর তা লাগে", now)
    if missing := [name for module, name in PACKAGES.items() if not _is_whole(module, name)]:
        what = f"প্যাকেজ পাওয়া গেল না: {', '.join(missing[:3])}{' …' * (len(missing) > 3)}"
        raise SetupError(what, _where_from() or "ইনস্টল শেষ হয়নি", remedy())
    if old := [change for change in changes() if _series(change[1]) < _series(change[2])]:
        what = "{} {} পুরোনো, কোর্স চায় {}".format(*old[0])
        raise SetupError(what, _where_from() or "কোর্স নতুন হয়েছে, ইনস্টলটি আগের", remedy())


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    # NumPy or TensorFlow imported halfway can't be imported again in the same kernel: ■ waits for the end.
    if threading.current_thread() is not threading.main_thread():  # only the main thread is interrupted
        yield
        return
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


@contextlib.contextmanager
def whole_packages() -> Iterator[None]:
    """ভেতরের import কোনো প্যাকেজে গিয়ে ভাঙলে লাইব্রেরির traceback-এর বদলে SetupError।"""
    try:
        with _uninterrupted():
            yield
    except Exception as error:  # a file that is cut off or gone shows itself as any kind of error
        now = remedy()
        if "DLL load failed" in str(error):
            now += " তাতেও না হলে আগে https://aka.ms/vs/17/release/vc_redist.x64.exe ইনস্টল করো।"
        why = f"ইনস্টল আধখানা, কিংবা কোনো ফাইল নষ্ট ({_last_words(error)})"
        raise SetupError("কোর্সের একটি প্যাকেজ খোলা গেল না", why, now) from None


def _where_from() -> str:
    return "" if _in_own_environment() else f"kernel-টি কোর্সের নয়, চলছে {sys.prefix} থেকে"


def _in_own_environment() -> bool:
    return Path(sys.prefix).resolve() == (COURSE / ".venv").resolve() or _in_conda_environment()


def _in_conda_environment() -> bool:
    return Path(sys.prefix).name == "keras-callbacks-bangla" and Path(sys.prefix, "conda-meta").is_dir()


def remedy() -> str:
    """এখন কী করবে: যে পরিবেশে চলছে, সেটি সারানোর কমান্ড, বা কোর্সের নিজের পরিবেশে আসার।"""
    if _in_colab():
        return "নোটবুক ০০-র শুরুতে Colab-এর যে সেল আছে সেটি চালাও, তারপর মেনু থেকে Runtime → Restart session।"
    if _in_conda_environment():
        commands = "`pip install --force-reinstall -e .`, শেষে `jupyter lab`"
    elif _in_own_environment():
        commands = "`uv run --reinstall jupyter lab`"
    else:
        commands = "`uv run jupyter lab` (uv না থাকলে আগে `pip install uv`)"
    now = f'JupyterLab বন্ধ করো; টার্মিনালে চালাও `cd "{COURSE}"`, তারপর {commands}।'
    if "VSCODE_PID" in os.environ:
        now += " VS Code-এ শেষে Select Kernel থেকে `.venv` বেছে নাও।"
    return now


def _in_colab() -> bool:
    return "COLAB_RELEASE_TAG" in os.environ


def _has_avx() -> bool:
    # Without it TensorFlow ends the process, and the learner sees a kernel that dies without a word.
    if sys.platform == "win32":
        import ctypes

        enabled = ctypes.windll.kernel32.GetEnabledXStateFeatures
        enabled.restype = ctypes.c_uint64
        return bool(enabled() & 4)
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:  # macOS, where every machine that TensorFlow is made for will do
        return True
    flags = re.search(r"^flags\s*:.*$", told, re.MULTILINE)
    return flags is None or "avx" in flags[0].split()


def _is_whole(module: str, name: str) -> bool:
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None and _installed(name) is not None


def _installed(name: str) -> metadata.Distribution | None:
    for candidate in (name, f"{name}-cpu"):  # TensorFlow has two names, after what it can use
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.distribution(candidate)
    return None


def changes() -> list[tuple[str, str, str]]:
    """কোন কোন প্যাকেজ তালিকার সঙ্গে মেলে না: (নাম, বসানো সংস্করণ, তালিকার সংস্করণ)।"""
    text = (COURSE / f"requirements{'-colab' * _in_colab()}.txt").read_text(encoding="utf-8")
    wanted = dict(re.findall(r"^([\w-]+)==([^\s;]+)", text, re.MULTILINE))
    names = [name for name in VERSIONS_MATTER if name in wanted]  # Colab keeps its own ipywidgets
    # no version where the file that tells it was cut off
    found = [(name, _installed(name).version or "?", wanted[name]) for name in names]
    return [change for change in found if change[1] != change[2]]


def _series(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _last_words(error: Exception) -> str:
    # TensorFlow puts a whole traceback and advice into its message
    said = f"{type(error).__name__}: {error}"
    return re.findall(r"\A.*|^\w*(?:Error|Exception): .*", said, re.MULTILINE)[-1]
