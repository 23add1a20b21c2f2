"""Which photo files train to the end, and whether a folder of them is fit for training."""

import io
import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from helpers import guards
from helpers.bengali import digits, explain
from helpers.start import quiet

import tensorflow as tf
from PIL import Image
from PIL.ExifTags import Base
from tqdm import tqdm

_MAX_PIXELS = 50_000_000
_KINDS = ("BMP", "GIF", "JPEG", "PNG", "WEBP")  # what TensorFlow decodes, whatever the ending says
_TAKEN = (".bmp", ".gif", ".jpeg", ".jpg", ".png")  # Keras chooses files by their endings alone
_JPEG = (".jfif", ".jpe")
_PHOTOS = (*_TAKEN, *_JPEG, ".avif", ".heic", ".heif", ".tif", ".tiff", ".webp")


class PhotoError(ValueError):
    """ছবি পাওয়া যায়নি, কিংবা তা দিয়ে ট্রেনিং চলবে না: কী হলো, কেন, এখন কী করবে।"""

    def __init__(self, what: str, why: str, now: str) -> None:
        super().__init__(explain(what, why, now))


class Found(NamedTuple):
    """একটি ফোল্ডারে, যত গভীরেই হোক, যে ছবি Keras নেবে, যে ছবি নেবে না, আর কোন কোন ফোল্ডারে সেগুলো আছে।"""

    photos: list[Path]
    passed_by: list[Path]
    places: set[Path]


def look(folder: Path) -> dict[str, Found]:
    """শ্রেণির নাম → `image_dataset_from_directory` তার ভেতরে যা পাবে।

    ফোল্ডারটি না থাকলে, কিংবা ছবি ঠিক দুটি শ্রেণির ফোল্ডারে সাজানো না থাকলে PhotoError।
    """
    if why := guards.no_file(folder, "ফোল্ডার"):
        now = 'বানান আর পথ মিলিয়ে দেখো, কিংবা dog_cat("drawn") বা dog_cat("photos") লেখো।'
        raise PhotoError(f"{guards.short(folder)} থেকে ছবি নেওয়া গেল না", why, now)
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found = {path.name: _found(path) for path in inside if path.is_dir()}
    full = {name: each for name, each in found.items() if each.places}
    tops = {Path(os.path.commonpath(each.places)): each for each in full.values()}
    if split := [top for top, each in tops.items() if top not in each.places]:
        top = max(split, key=lambda top: len(tops[top].photos))  # train, not validation
        why = f"{top.name} ফোল্ডারে সরাসরি কোনো ছবি নেই, ছবি আছে আরও ভেতরের ফোল্ডারে"
        now = f"ভেতরের ফোল্ডারগুলো শ্রেণি হলে এই পথটি দাও: {top}। "
        now += f"{top.name} নিজেই শ্রেণি হলে ছবিগুলো সরাসরি তার ভেতরে রাখো।"
    elif len(full) < 2 and any(_ending(path) in _PHOTOS for path in inside):
        why = "ছবিগুলো একই ফোল্ডারে আছে, আর Keras শ্রেণি চেনে ভেতরের ফোল্ডারের নাম থেকে"
        now = "ভেতরে দুটি ফোল্ডার বানাও। একটিতে বিড়ালের ছবি সরাও, আরেকটিতে কুকুরের ছবি।"
    elif len(found) != 2:
        why = f"শ্রেণি লাগে ঠিক ২টি, আর ফোল্ডার আছে {digits(len(found))}টি: {', '.join(found)}"
        now = "যে ফোল্ডারের ঠিক ভেতরে বিড়ালের একটি আর কুকুরের একটি ফোল্ডার আছে, তার পথ দাও।"
        if len(full) == 2:
            empty = ", ".join(sorted(found.keys() - full))
            now = f"{empty} মুছে ফেলো বা অন্য জায়গায় সরাও, কারণ তাতে কোনো ছবি নেই।"
    else:
        return found
    raise PhotoError(f"{folder} ফোল্ডারের ছবি ট্রেনিংয়ে দেওয়া গেল না", why, now)


def _found(folder: Path) -> Found:
    files = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    files.sort(key=lambda file: (len(str(file)), str(file)))  # 2.jpg comes before 10.jpg
    photos = [file for file in files if _ending(file) in _TAKEN]
    # "._1.jpg" is no photo: macOS packs one for every file, and all of them into __MACOSX
    real = [file for file in files if _ending(file) in _PHOTOS and not file.name.startswith("._")]
    passed_by = [photo for photo in real if _ending(photo) not in _TAKEN]
    return Found(photos, passed_by, {photo.parent for photo in real})


def _ending(file: Path) -> str:
    return file.suffix.lower()


def endings(passed_by: list[Path]) -> tuple[str, str]:
    """নামের কোন কোন শেষ অংশ Keras চেনে না, আর এখন কী করবে।"""
    counts = sorted(Counter(map(_ending, passed_by)).items())
    listed = ", ".join(f"{ending} {digits(count)}টি" for ending, count in counts)
    jpeg = ", ".join(ending for ending, _ in counts if ending in _JPEG)
    other = ", ".join(ending for ending, _ in counts if ending not in _JPEG)
    now = [f"{jpeg} ফাইলগুলো JPEG-ই, তাই নামের শেষে {jpeg} বদলে .jpg লেখো।"] if jpeg else []
    now += [f"{other} ছবিগুলো JPEG বা PNG করে সেভ করো।"] if other else []
    return f"নামের এই শেষ অংশগুলো Keras চেনে না: {listed}", " ".join(now)


def trainable(folder: Path, found: dict[str, Found], count: int | None) -> dict[str, list[Path]]:
    """শ্রেণির নাম → তার প্রথম count-টি (None হলে সব) ছবি, যা ট্রেনিংয়ে চলে; বাকিগুলোর কথা প্রিন্ট হয়।"""
    good, bad = {name: [] for name in found}, []
    # of a bad photo TensorFlow writes to stderr and Pillow warns; here its reason is in Bengali
    with quiet(), warnings.catch_warnings(action="ignore"):
        for name, inside in found.items():
            for photo in bar(inside.photos, desc=f"{name}: ছবি দেখছি"):
                if len(good[name]) == count:
                    break
                if why := unreadable(photo):
                    bad.append(f"  {photo.relative_to(folder)}: {why}")
                else:
                    good[name].append(photo)
    if bad:
        lines = [f"ট্রেনিং থেকে {digits(len(bad))}টি ছবি বাদ রইল:", *bad[:10]]
        lines += [f"  আরও {digits(len(bad) - 10)}টি"] * (len(bad) > 10)
        print("\n".join(lines).encode(errors="replace").decode())
    if passed_by := [photo for inside in found.values() for photo in inside.passed_by]:
        why, now = endings(passed_by)
        print(f"{digits(len(passed_by))}টি ছবি বাদ রইল, কারণ {why}। {now}")
    if sideways := sum(is_sideways(photo) for photos in good.values() for photo in photos):
        print(
            f"{digits(sideways)}টি ছবি কাত হয়ে ট্রেনিংয়ে যাবে, কারণ কোন দিকে ঘোরাতে হবে তা EXIF-এ লেখা, "
            "আর TensorFlow EXIF পড়ে না। Pillow-এর ImageOps.exif_transpose দিয়ে সোজা করে সেভ করো।"
        )
    return good


def unreadable(photo: Path) -> str | None:
    """ছবির ফাইলটি ট্রেনিংয়ে চললে None; না চললে কারণ, যেমন "ফাইলটি খালি"।"""
    try:
        os.fspath(photo).encode()  # TensorFlow takes no name that isn't UTF-8
        return fault(photo.read_bytes())
    except (OSError, UnicodeEncodeError):
        return "ফাইলটি খোলা যায়নি"


def fault(data: bytes) -> str | None:
    """ফাইলের byte দেখে `unreadable`-এর মতোই উত্তর দেয়; ছবি ৫ কোটি পিক্সেলের বেশি হলেও চলে না।"""
    if not data:
        return "ফাইলটি খালি"
    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as header:
            if header.width * header.height > _MAX_PIXELS:
                raise Image.DecompressionBombError
        tf.io.decode_image(data, channels=3, expand_animations=False)  # just as Keras reads it
    except Image.DecompressionBombError:
        return "ছবিটি খুব বড়"
    except tf.errors.OpError:
        return "ছবিটি কাটা বা নষ্ট"
    except Exception:  # a damaged header makes Pillow raise nearly anything
        return "TensorFlow চেনে এমন ছবি নয়"
    return None


def is_sideways(photo: Path | io.BytesIO) -> bool:
    """ছবিটি ঘুরিয়ে দেখাতে EXIF-এ বলা আছে কি না; TensorFlow তা মানে না।"""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(photo) as header:
            return header.getexif().get(Base.Orientation, 1) in range(2, 9)
    except Exception:  # damaged EXIF in a photo that is fine otherwise
        return False


def bar(steps: Iterable | None = None, **options: object) -> tqdm:
    """`tqdm`-এর progress bar, যা এক সেকেন্ড পরে আসে আর কাজ শেষে মুছে যায়।"""
    return tqdm(steps, file=sys.stdout, leave=False, delay=1, **options)
