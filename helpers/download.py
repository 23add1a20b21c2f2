"""The archive of real dog-cat photos: fetched once, resumed where it stopped, checked."""

import hashlib
import time
from pathlib import Path

from helpers.photo_files import PhotoError, bar

import requests

URL = "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/"
URL += "kagglecatsanddogs_5340.zip"
SIZE = 824_887_076
SHA256 = "b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9"
_WAITS_S = (0, 1, 3, 5)  # before each try


def archive(folder: Path) -> Path:
    """`folder`-এ আসল ছবির zip-টি দেয়; না থাকলে নামায়, আর আগে মাঝপথে থেমে থাকলে সেখান থেকে এগোয়।

    নামানো না গেলে, বা SHA-256 না মিললে PhotoError; zip-টি কখনো মোছা হয় না।
    """
    whole = folder / URL.rpartition("/")[2]
    if not whole.exists():
        part = whole.with_name(f"{whole.name}.part")
        part.touch()
        if part.stat().st_size < SIZE:
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
            return _append(part)
        except requests.RequestException as error:
            trouble = error
    raise PhotoError(
        f"{part.stem} পুরো নামেনি, এসেছে {part.stat().st_size / 1e6:.0f} MB, মোট {SIZE / 1e6:.0f} MB",
        f"ইন্টারনেট নেই, সংযোগ কেটে গেছে, বা সার্ভার ঠিক উত্তর দেয়নি ({type(trouble).__name__})",
        "ইন্টারনেট এলে একই সেল আবার চালাও, যেখানে থেমেছে সেখান থেকেই নামবে। ইন্টারনেট ছাড়া চাইলে "
        f'dog_cat("drawn") নাও, কিংবা {part.stem} পেনড্রাইভে এনে {part.parent} ফোল্ডারে রাখো।',
    ) from trouble


def _append(part: Path) -> None:
    have = part.stat().st_size
    headers = {"Accept-Encoding": "identity", "Range": f"bytes={have}-"}
    with requests.get(URL, headers=headers, stream=True, timeout=20) as response:
        if response.headers.get("Content-Range") != f"bytes {have}-{SIZE - 1}/{SIZE}":
            raise requests.exceptions.InvalidHeader("another file lies at this address")
        progress = bar(desc="নামছে", initial=have, total=SIZE, unit="B", unit_scale=True)
        with part.open("ab") as file, progress:
            for chunk in response.iter_content(2**14):  # raises if the server breaks off
                progress.update(file.write(chunk))
