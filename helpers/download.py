"""The archive of real dog-cat photos: fetched once, resumed where it stopped, checked.

আসল ছবির zip নামানো আর মিলিয়ে দেখা।
"""

import hashlib
import shutil
import time
from pathlib import Path

from helpers.photo_files import PhotoError, bar

import requests

URL = (
    "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/"
    "kagglecatsanddogs_5340.zip"
)
SIZE = 824_887_076
SHA256 = "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9"
_WAITS_S = (0, 1, 3, 5)  # before each try


def archive(folder: Path) -> Path:
    """`folder`-এ আসল ছবির zip-টি দেয়; না থাকলে নামায়, আর আগে মাঝপথে থেমে থাকলে সেখান থেকে এগোয়।

    নামানো না গেলে, বা SHA-256 না মিললে PhotoError; zip-টি কখনো মোছা হয় না।
    """
    whole = folder / URL.rpartition("/")[2]
    part = whole.with_name(f"{whole.name}.part")
    missing = 0 if whole.exists() else SIZE - _size(part)
    needed = missing + SIZE  # photos hardly shrink in a zip
    free = shutil.disk_usage(folder).free
    print(f"নামাতে হবে {_mb(missing)}, ডিস্কে লাগবে {_mb(needed)}, খালি আছে {_mb(free)}।")
    if not whole.exists():
        _download(part)
        part.rename(whole)
    with whole.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != SHA256:
            raise PhotoError(
                f"{whole} খোলা হয়নি",
                "SHA-256 মেলেনি, অর্থাৎ ফাইলটি কাটা, কিংবা তার ভেতরের কিছু বদলে গেছে",
                "ফাইলটি মুছে একই সেল আবার চালাও। আবারও এমন হলে অন্য নেটওয়ার্কে চেষ্টা করো।",
            )
    return whole


def _download(part: Path) -> None:
    for wait in _WAITS_S:
        time.sleep(wait)
        try:
            if _size(part) < SIZE:
                _append(part, _size(part))
            return
        except requests.RequestException as error:
            trouble = error
    raise PhotoError(
        f"{part.stem} পুরো নামেনি, এসেছে {_mb(_size(part))}, মোট {_mb(SIZE)}",
        f"ইন্টারনেট নেই, সংযোগ কেটে গেছে, বা সার্ভার ঠিক উত্তর দেয়নি ({type(trouble).__name__})",
        "ইন্টারনেট এলে একই সেল আবার চালাও, যেখানে থেমেছে সেখান থেকেই নামবে। ইন্টারনেট ছাড়া চাইলে "
        f'dog_cat("drawn") নাও, কিংবা {part.stem} পেনড্রাইভে এনে {part.parent} ফোল্ডারে রাখো।',
    ) from trouble


def _append(part: Path, have: int) -> None:
    headers = {"Accept-Encoding": "identity", "Range": f"bytes={have}-"}
    with requests.get(URL, headers=headers, stream=True, timeout=20) as response:
        if response.headers.get("Content-Range") == f"bytes {have}-{SIZE - 1}/{SIZE}":
            mode = "ab"
        elif response.headers.get("Content-Length") == str(SIZE):
            mode, have = "wb", 0  # a server that can't resume sends everything again
        else:
            raise requests.exceptions.InvalidHeader("another file lies at this address")
        progress = bar(desc="নামছে", initial=have, total=SIZE, unit="B", unit_scale=True)
        with part.open(mode) as file, progress:
            for chunk in response.iter_content(2**14):
                progress.update(file.write(chunk))
    if _size(part) < SIZE:
        raise requests.ConnectionError("the server stopped early")


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
