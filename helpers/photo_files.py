"""ছবির ফাইল যাচাই: কোনটি ট্রেনিংয়ে চলবে, কোনটি বাদ যাবে আর কেন।"""

import contextlib
import functools
import io
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import TypeVar

from helpers import guards
from helpers.bengali import digits, explain
from helpers.start import quiet

import tensorflow as tf
from PIL import Image
from tqdm import tqdm

Photo = TypeVar("Photo")

MAX_BYTES = 64 * 1024**2
_MAX_PIXELS = 50_000_000
_MIN_SIDE = 16
# Keras picks files by these endings; TensorFlow then decodes these kinds, whatever the ending says.
_ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_KINDS = ("BMP", "GIF", "JPEG", "PNG", "WEBP")
_TOO_LARGE = "ছবিটি খুব বড়"


class PhotoError(ValueError):
    """ছবি পাওয়া যায়নি, কিংবা তা দিয়ে ট্রেনিং চলবে না: কী হলো, কেন, এখন কী করবে (`bengali.explain`)।"""

    def __init__(self, what: str, why: str, now: str) -> None:
        super().__init__(explain(what, why, now))


def unreadable(photo: Path) -> str | None:
    """ছবিটি ট্রেনিংয়ে চললে None; না চললে কারণ, যেমন "ফাইলটি খালি"।

    photo: ছবির ফাইল। বাদ পড়ে: যা TensorFlow-এর decoder পুরো পড়তে পারে না, যার এক পাশ ১৬ পিক্সেলের কম,
    ৫ কোটি পিক্সেলের বেশি ছবি, আর ৬৪ MB-র বড় ফাইল। CMYK, সাদাকালো আর ১৬-বিটের ছবি TensorFlow নিজেই
    RGB করে নেয়। ফাইল না বদলালে দ্বিতীয়বার খোলা হয় না।
    """
    try:
        os.fspath(photo).encode()  # TensorFlow takes no name that isn't UTF-8
        stat = photo.stat()
        return _TOO_LARGE if stat.st_size > MAX_BYTES else _read(photo, stat.st_size, stat.st_mtime_ns)
    except (OSError, UnicodeEncodeError):
        return "ফাইলটি খোলা যায়নি"


@functools.cache
def _read(photo: Path, size: int, changed: int) -> str | None:
    return fault(photo.read_bytes())


def fault(data: bytes) -> str | None:
    """ফাইলের ভেতরের byte দেখে `unreadable`-এর মতোই উত্তর দেয়।"""
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


def bar(steps: Iterable | None = None, **options: object) -> tqdm:
    """progress bar, যা কাজ শেষে মুছে যায়; options `tqdm`-এরই।"""
    # shown only when there is really something to wait for
    return tqdm(steps, file=sys.stdout, leave=False, delay=1, **options)


def first_good(
    photos: list[Photo], count: int | None, check: Callable[[Photo], str | None], desc: str
) -> tuple[list[Photo], dict[Photo, str]]:
    """প্রথম count-টি (None হলে সব) ভালো ছবি, আর পথে যেগুলো বাদ পড়ল তাদের কারণ।

    check: ছবি ভালো হলে None, নইলে কারণ দেয়; কয়েকটি thread থেকে একসঙ্গে ডাকা হয়। desc: progress bar-এর লেখা।
    """
    count = len(photos) if count is None else count
    good, bad = [], {}
    # For a bad photo TensorFlow writes to stderr and Pillow warns; the reason given here says it in Bengali.
    with quiet(), warnings.catch_warnings(action="ignore"), ThreadPool() as pool:
        while len(good) < count and (rest := photos[len(good) + len(bad) :]):
            batch = rest[: count - len(good)]
            answers = bar(pool.imap(check, batch), desc=desc, total=len(batch))
            for photo, why in zip(batch, answers, strict=True):
                if why is None:
                    good.append(photo)
                else:
                    bad[photo] = why
    return good, bad


def photos_by_class(folder: Path) -> dict[str, list[Path]]:
    """শ্রেণির নাম → তার ছবি, নামের ক্রমে; `image_dataset_from_directory` ঠিক যেগুলো নেবে।

    ফোল্ডারটি না থাকলে, কিংবা তাতে ঠিক দুটি ফোল্ডার না থাকলে PhotoError।
    """
    if why := guards.no_folder(folder):
        raise PhotoError(
            f"{guards.short(folder)} থেকে ছবি নেওয়া গেল না",
            why,
            'বানান আর পথ মিলিয়ে দেখো। আঁকা ছবি চাইলে dog_cat("drawn"), আসল ছবি চাইলে dog_cat("photos")।',
        )
    classes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if len(classes) != 2:
        raise PhotoError(
            f"{folder} ফোল্ডারে শ্রেণি পাওয়া গেল {digits(len(classes))}টি: {[path.name for path in classes]}",
            "ভেতরের প্রতিটি ফোল্ডার একটি শ্রেণি, আর এখানে শ্রেণি লাগে ঠিক ২টি",
            "যে ফোল্ডারের ঠিক ভেতরে বিড়ালের একটি আর কুকুরের একটি ফোল্ডার আছে, তার পথ দাও।",
        )
    return {path.name: sorted(_photos_under(path), key=natural) for path in classes}


def _photos_under(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.name.lower().endswith(_ENDINGS) and not path.is_dir())


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


def write_whole(file: Path, data: bytes) -> None:
    """ফাইলটি লেখে এমনভাবে যে মাঝপথে থামলেও কাটা ফাইল পড়ে থাকে না: আগে পাশে অস্থায়ী নামে, তারপর নাম বদল।"""
    temporary = file.with_name(f".{file.name}.part")
    temporary.write_bytes(data)
    temporary.replace(file)


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """ডিস্ক ভরে গেলে বা লেখার অনুমতি না থাকলে PhotoError দেয়; অন্য সব error যেমন ছিল তেমনই যায়।"""
    try:
        yield
    except OSError as error:
        if not (said := guards.unwritten(error)):
            raise
        raise PhotoError(f"{folder} ফোল্ডারে লেখা গেল না", *said) from error
