"""What runs before all else: are this Python, CPU, path and packages fit for the course?"""

# With any Python, and any package missing, this has to run: it imports the standard library only,
# and uses nothing that Python 3.8 can't read.
from __future__ import annotations

import contextlib
import ctypes
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
# what the course teaches differs between these packages' versions
VERSIONS_MATTER = ("keras", "tensorflow", "pandas", "matplotlib", "ipywidgets")
_OTHERS = "tensorboard numpy fontpkg-hind-siliguri pillow requests tqdm psutil jinja2"
PACKAGES = (*VERSIONS_MATTER, *_OTHERS.split())


class SetupError(RuntimeError):
    """কোর্স চালু হতে যা লাগে তার কিছু নেই: কী হলো, কেন, এখন কী করবে।"""

    def __init__(self, what: str, why: str, now: str) -> None:
        # the form of helpers.bengali.explain, which needs packages that may be the missing ones
        super().__init__(f"{what} — {why}। {now}")


def require_course() -> None:
    """কোর্স চলার মতো Python, CPU, পথ আর প্যাকেজ না থাকলে SetupError; প্যাকেজগুলো import করে না।"""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        what = "এই kernel-এর Python {}.{}, কোর্স তাতে চলে না".format(*version)
        raise SetupError(what, "এর প্যাকেজগুলো Python 3.11, 3.12 আর 3.13-এর", remedy())
    # Python reads names of files as the locale says; TensorFlow always takes them for UTF-8
    if str(COURSE).encode(errors="replace") != os.fsencode(COURSE):
        why = f"পথে বাংলা অক্ষর আছে, Python তা পড়ছে {sys.getfilesystemencoding()} দিয়ে"
        now = "টার্মিনালে `PYTHONUTF8=1 uv run jupyter lab` চালাও, কিংবা ফোল্ডারটি ইংরেজি পথে সরাও।"
        raise SetupError("TensorFlow কোর্সের ফোল্ডারের পথ পড়তে পারবে না", why, now)
    if not _has_avx():
        now = "README-র Colab বা Binder-এর বোতাম চেপে কোর্সটি ব্রাউজারে চালাও।"
        raise SetupError("এই মেশিনে TensorFlow চলবে না", "CPU-তে AVX নেই, TensorFlow-এর তা লাগে", now)
    where = "" if _own_environment() else f"kernel-টি কোর্সের নয়, চলছে {sys.prefix} থেকে"
    if missing := [name for name in PACKAGES if not _version(name)]:
        what = f"প্যাকেজ পাওয়া গেল না: {', '.join(missing[:3])}{' …' * (len(missing) > 3)}"
        raise SetupError(what, where or "ইনস্টল শেষ হয়নি", remedy())
    for change in changes():
        found, wanted = (re.findall(r"\d+", version)[:2] for version in change[1:])
        if [*map(int, found)] < [*map(int, wanted)]:
            what = "{} {} পুরোনো, কোর্স চায় {}".format(*change)
            raise SetupError(what, where or "কোর্স নতুন হয়েছে, ইনস্টলটি আগের", remedy())


@contextlib.contextmanager
def whole_packages() -> Iterator[None]:
    """ভেতরের import কোনো প্যাকেজে গিয়ে ভাঙলে লাইব্রেরির traceback-এর বদলে SetupError।"""
    # ■ waits: NumPy and TensorFlow imported halfway can't be imported again in the same kernel
    pressed = []
    main = threading.current_thread() is threading.main_thread()  # no other may wait for it
    before = main and signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        yield
    except Exception as error:  # a file that is cut off or gone shows itself as any kind of error
        # TensorFlow puts a whole traceback and advice into its message
        said = re.findall(r"^\w+: .*", f"{type(error).__name__}: {error}", re.MULTILINE)[-1]
        why = f"ইনস্টল শেষ হয়নি, কিংবা কোনো ফাইল নষ্ট ({said})"
        raise SetupError("কোর্সের একটি প্যাকেজ খোলা গেল না", why, remedy()) from None
    finally:
        if main:
            signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def remedy() -> str:
    """এখন কী করবে: যে পরিবেশে চলছে, সেটি ঠিক করার কমান্ড, বা কোর্সের নিজের পরিবেশে আসার।"""
    if "COLAB_RELEASE_TAG" in os.environ:
        return "নোটবুক ০০-র শুরুতে Colab-এর যে সেল আছে সেটি চালাও, শেষে Runtime → Restart session।"
    commands = {
        "uv": "`uv run --reinstall jupyter lab`",
        "conda": "`pip install --force-reinstall -e .`, শেষে `jupyter lab`",
        "": "`uv run jupyter lab` (uv না থাকলে আগে `pip install uv`)",
    }[_own_environment()]
    return f'JupyterLab বন্ধ করো; টার্মিনালে চালাও `cd "{COURSE}"`, তারপর {commands}।'


def changes() -> list[tuple[str, str, str]]:
    """কোন কোন প্যাকেজ তালিকার সঙ্গে মেলে না: (নাম, বসানো সংস্করণ, তালিকার সংস্করণ)।"""
    colab = "-colab" if "COLAB_RELEASE_TAG" in os.environ else ""
    text = (COURSE / f"requirements{colab}.txt").read_text(encoding="utf-8")
    wanted = dict(re.findall(r"^([\w-]+)==([^\s;]+)", text, re.MULTILINE))
    names = [name for name in VERSIONS_MATTER if name in wanted]  # Colab keeps its own ipywidgets
    found = [(name, _version(name), wanted[name]) for name in names]
    return [change for change in found if change[1] != change[2]]


def _own_environment() -> str:
    """The tool that made the environment this kernel runs in; "" where it isn't the course's."""
    here = Path(sys.prefix)
    if here.resolve() == (COURSE / ".venv").resolve():
        return "uv"
    return "conda" if here.name == "keras-callbacks-bangla" else ""  # named in environment.yml


def _has_avx() -> bool:
    # Without it TensorFlow ends the process: the learner sees a kernel that dies without a word.
    if sys.platform == "win32":
        return bool(ctypes.windll.kernel32.GetEnabledXStateFeatures() & 4)
    if sys.platform != "linux":  # macOS: every machine that TensorFlow is made for will do
        return True
    told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    flags = re.search(r"^flags\s*:.*$", told, re.MULTILINE)  # none on ARM
    return flags is None or "avx" in flags[0].split()


def _version(name: str) -> str | None:
    for candidate in (name, f"{name}-cpu"):  # TensorFlow has two names, after what it can use
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(candidate) or "?"  # "?": the file that tells it was cut off
    return None
