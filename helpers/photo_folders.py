"""What lies in a folder of photos, and why it can't be trained on as it is.

ছবির ফোল্ডারে কী কী আছে, আর ট্রেনিংয়ের জন্য তা ঠিকঠাক সাজানো কি না।
"""

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from helpers import guards
from helpers.bengali import digits
from helpers.photo_files import PhotoError, natural

_TAKEN = (".bmp", ".gif", ".jpeg", ".jpg", ".png")  # Keras chooses files by their endings alone
_JPEG = (".jfif", ".jpe")
_OTHER = (".avif", ".heic", ".heif", ".tif", ".tiff", ".webp")


@dataclass(frozen=True)
class Found:
    """একটি ফোল্ডারের ভেতরে, যত গভীরেই হোক, যা পাওয়া গেল।

    photos: যেসব ছবি Keras নেবে, নামের ক্রমে। unknown: যেসব ছবির নামের শেষ অংশ Keras চেনে না।
    top: সব ছবি যে ফোল্ডারের ভেতরে পড়ে, ছবি না থাকলে None। is_split: `top`-এ সরাসরি কোনো ছবি নেই,
    আছে তার ভেতরের একাধিক ফোল্ডারে।
    """

    photos: list[Path]
    unknown: list[Path]
    top: Path | None
    is_split: bool


def look(folder: Path) -> tuple[dict[str, Found], list[str]]:
    """`image_dataset_from_directory` ফোল্ডারটিতে যা পাবে, আগে থেকে তা-ই খুঁজে দেয়।

    ফেরত: শ্রেণির নাম → তার ভেতরে যা পাওয়া গেল; আর যেসব ছবি কোনো শ্রেণির ফোল্ডারে নেই।
    ফোল্ডারটি না থাকলে, কিংবা ছবি ঠিক দুটি শ্রেণির ফোল্ডারে সাজানো না থাকলে PhotoError।
    """
    if why := guards.no_folder(folder):
        drawn, real = 'আঁকা ছবি চাইলে dog_cat("drawn")', 'আসল ছবি চাইলে dog_cat("photos")'
        now = f"বানান আর পথ মিলিয়ে দেখো। {drawn}, {real} লেখো।"
        raise PhotoError(f"{guards.short(folder)} থেকে ছবি নেওয়া গেল না", why, now)
    inside = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    found = {path.name: _found(path) for path in inside if path.is_dir()}
    loose = [path.name for path in inside if path.is_file() and _ends(path, _TAKEN + _JPEG + _OTHER)]
    if fault := _fault(found, loose):
        raise PhotoError(f"{folder} ফোল্ডারের ছবি ট্রেনিংয়ে দেওয়া গেল না", *fault)
    return found, loose


def endings(unknown: list[Path]) -> tuple[str, str]:
    """নামের কোন কোন শেষ অংশ Keras চেনে না, আর এখন কী করবে।"""
    counts = sorted(Counter(photo.suffix.lower() for photo in unknown).items())
    listed = ", ".join(f"{ending} {digits(count)}টি" for ending, count in counts)
    renamed = ", ".join(ending for ending, _ in counts if ending in _JPEG)
    converted = ", ".join(ending for ending, _ in counts if ending in _OTHER)
    now = []
    if renamed:
        now.append(f"{renamed} ফাইলগুলো JPEG-ই, তাই নামের শেষে {renamed} বদলে .jpg লেখো।")
    if converted:
        now.append(f"{converted} ছবিগুলো JPEG বা PNG করে সেভ করো।")
    return f"নামের এই শেষ অংশগুলো Keras চেনে না: {listed}", " ".join(now)


def _found(folder: Path) -> Found:
    files = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    photos = sorted((file for file in files if _ends(file, _TAKEN)), key=natural)
    # "._1.jpg" is no photo: macOS packs one for every file, and all of them into __MACOSX
    real = [file for file in files if not file.name.startswith("._")]
    unknown = [file for file in real if _ends(file, _JPEG + _OTHER)]
    places = {file.parent for file in real if _ends(file, _TAKEN + _JPEG + _OTHER)}
    top = Path(os.path.commonpath(places)) if places else None
    return Found(photos, unknown, top, is_split=bool(places) and top not in places)


def _ends(file: Path, wanted: tuple[str, ...]) -> bool:
    return file.name.lower().endswith(wanted)


def _fault(found: dict[str, Found], loose: list[str]) -> tuple[str, str] | None:
    """Why these are no two classes, and what to do; None if they are."""
    split = [inside for inside in found.values() if inside.is_split]
    full = [name for name, inside in found.items() if inside.top]
    empty = ", ".join(name for name in found if name not in full)
    if split:
        top = max(split, key=lambda inside: len(inside.photos)).top  # train, not validation
        return (
            f"{top.name} ফোল্ডারে সরাসরি কোনো ছবি নেই, ছবি আছে আরও ভেতরের ফোল্ডারে",
            f"ভেতরের ফোল্ডারগুলো শ্রেণি হলে এই পথটি দাও: {top}। "
            f"{top.name} নিজেই শ্রেণি হলে ছবিগুলো সরাসরি তার ভেতরে রাখো।",
        )
    if loose and len(full) < 2:
        kinds = sorted({re.match(r"\D*", name)[0].strip(" ._-(") for name in loose})
        one, other = [f"{k}*" for k in kinds] if len(kinds) == 2 and all(kinds) else ("বিড়ালের", "কুকুরের")
        return (
            "ছবিগুলো একই ফোল্ডারে আছে, আর Keras শ্রেণি চেনে ভেতরের ফোল্ডারের নাম থেকে",
            f"ভেতরে দুটি ফোল্ডার বানাও। একটিতে {one} ছবি সরাও, আরেকটিতে {other} ছবি।",
        )
    if len(full) == 2 and empty:
        return (
            f"Keras ভেতরের প্রতিটি ফোল্ডারকে একটি শ্রেণি ধরে, আর এতে কোনো ছবি নেই: {empty}",
            f"{empty} মুছে ফেলো, কিংবা অন্য জায়গায় সরাও।",
        )
    if len(found) != 2:
        return (
            f"শ্রেণি লাগে ঠিক ২টি, আর এখানে ফোল্ডার পাওয়া গেল {digits(len(found))}টি: {list(found)}",
            "যে ফোল্ডারের ঠিক ভেতরে বিড়ালের একটি আর কুকুরের একটি ফোল্ডার আছে, তার পথ দাও।",
        )
    return None
