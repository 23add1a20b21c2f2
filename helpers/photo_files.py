"""Which photo files train to the end, and folders that are made whole or not at all.

ছবির ফাইল যাচাই: কোনটি ট্রেনিংয়ে চলবে, কোনটি বাদ যাবে আর কেন।
"""

import contextlib
import io
import os
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from helpers import guards
from helpers.bengali import digits, explain
from helpers.start import quiet

import tensorflow as tf
from PIL import Image
from PIL.ExifTags import Base
from tqdm import tqdm

MAX_BYTES = 64 * 1024**2
_MAX_PIXELS = 50_000_000
_MIN_SIDE = 16
_KINDS = ("BMP", "GIF", "JPEG", "PNG", "WEBP")  # what TensorFlow decodes, whatever the ending says
_TOO_LARGE = "ছবিটি খুব বড়"


class PhotoError(ValueError):
    """ছবি পাওয়া যায়নি, কিংবা তা দিয়ে ট্রেনিং চলবে না: কী হলো, কেন, এখন কী করবে।"""

    def __init__(self, what: str, why: str, now: str) -> None:
        super().__init__(explain(what, why, now))


def unreadable(photo: Path) -> str | None:
    """ছবির ফাইলটি ট্রেনিংয়ে চললে None; না চললে কারণ, যেমন "ফাইলটি খালি"।"""
    try:
        os.fspath(photo).encode()  # TensorFlow takes no name that isn't UTF-8
        return fault(photo.read_bytes()) if photo.stat().st_size <= MAX_BYTES else _TOO_LARGE
    except (OSError, UnicodeEncodeError):
        return "ফাইলটি খোলা যায়নি"


def fault(data: bytes) -> str | None:
    """ফাইলের byte দেখে `unreadable`-এর মতোই উত্তর দেয়।

    বাদ পড়ে: যা TensorFlow-এর decoder পুরো পড়তে পারে না, যার এক পাশ ১৬ পিক্সেলের কম, আর যা ৫ কোটি
    পিক্সেলের বেশি। CMYK, সাদাকালো আর ১৬-বিটের ছবিকে TensorFlow নিজেই RGB করে নেয়।
    """
    if not data:
        return "ফাইলটি খালি"
    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as header:
            width, height = header.size
    except Image.DecompressionBombError:
        return _TOO_LARGE
    except Exception:  # a damaged header makes Pillow raise nearly anything
        return "TensorFlow চেনে এমন ছবি নয়"
    if width * height > _MAX_PIXELS:
        return _TOO_LARGE
    if min(width, height) < _MIN_SIDE:
        return "ছবিটি খুব ছোট"
    try:
        tf.io.decode_image(data, channels=3, expand_animations=False)  # just as Keras reads it
    except tf.errors.OpError:
        return "ছবিটি কাটা বা নষ্ট"
    return None


def is_sideways(photo: Path | io.BytesIO) -> bool:
    """ছবিটি ঘুরিয়ে দেখাতে EXIF-এ বলা আছে কি না; TensorFlow তা মানে না।"""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(photo) as header:
            return header.getexif().get(Base.Orientation, 1) in range(2, 9)
    except Exception:  # damaged EXIF in a photo that is fine otherwise
        return False


def first_good(
    photos: list, count: int | None, check: Callable[..., str | None], desc: str
) -> tuple[list, dict]:
    """প্রথম count-টি (None হলে সব) ভালো ছবি, আর পথে যেগুলো বাদ পড়ল তাদের কারণ।

    check: একটি ছবি নেয়; ছবিটি ভালো হলে None, নইলে কারণ দেয়। desc: progress bar-এর লেখা।
    """
    good, bad = [], {}
    # of a bad photo TensorFlow writes to stderr and Pillow warns; here its reason is in Bengali
    with quiet(), warnings.catch_warnings(action="ignore"), bar(photos, desc=desc) as steps:
        for photo in steps:
            if len(good) == count:
                break
            if why := check(photo):
                bad[photo] = why
            else:
                good.append(photo)
    return good, bad


def bar(steps: Iterable | None = None, **options: object) -> tqdm:
    """progress bar, যা কাজ শেষে মুছে যায়; options `tqdm`-এরই।"""
    # shown only when there is really something to wait for
    return tqdm(steps, file=sys.stdout, leave=False, delay=1, **options)


def natural(path: str | Path) -> list[str | int]:
    """`sorted(..., key=natural)`: 2.jpg আসে 10.jpg-এর আগে।"""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", str(path))]


def print_left_out(left_out: dict[str, str]) -> None:
    """বাদ পড়া ছবির নাম আর কারণ প্রিন্ট করে, প্রথম ১০টি; কিছু বাদ না পড়লে কিছুই করে না।"""
    if left_out:
        print(f"{digits(len(left_out))}টি ছবি বাদ রইল (কোনো ফাইল মোছা হয়নি):")
    for name, why in list(left_out.items())[:10]:
        print(f"  {name.encode(errors='replace').decode()}: {why}")
    if len(left_out) > 10:
        print(f"  আরও {digits(len(left_out) - 10)}টি")


@contextlib.contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """পাশের একটি অস্থায়ী ফোল্ডার দেয়; ভেতরের কাজ শেষ হলে তবেই সেটির নাম হয় `folder`।

    মাঝপথে থামলে `folder` তৈরিই হয় না। ডিস্ক ভরে গেলে বা লেখার অনুমতি না থাকলে PhotoError।
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            made = Path(scratch) / folder.name
            made.mkdir()
            yield made
            _rename(made, folder)
    except OSError as error:
        if not (said := guards.unwritten(error)):
            raise
        raise PhotoError(f"{folder.parent} ফোল্ডারে লেখা গেল না", *said) from error


def _rename(made: Path, folder: Path) -> None:
    for wait in (0.5, 1, 2, 4, None):
        try:
            made.rename(folder)
            return
        except OSError as error:
            if folder.is_dir():  # another notebook made the same one in the meantime
                return
            # Windows renames no folder while a virus scanner reads a file in it
            if wait is None or not isinstance(error, PermissionError):
                raise
            time.sleep(wait)
