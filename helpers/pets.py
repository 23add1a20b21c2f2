"""The folder of dog-cat photos: drawn, real, or the learner's own."""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from helpers import download, guards, photo_files
from helpers.bengali import digits
from helpers.photo_files import PhotoError
from helpers.start import COURSE

PHOTOS = COURSE / "data" / "photos"
DRAWN = COURSE / "data" / "drawn_photos.zip"
NEEDED = 50
_WHY_NEEDED = "এক শ্রেণিতে ৫০টির কম ছবি থাকলে validation-এর ভাগে সেই শ্রেণি বাদ পড়ে যেতে পারে"


def dog_cat(source: str | os.PathLike | None = None, per_class: int | None = None) -> Path:
    """কুকুর-বিড়ালের ছবির ফোল্ডার দেয়, `image_dataset_from_directory`-তে সরাসরি দেওয়ার মতো।

    source: "drawn" দিলে ৭২০টি আঁকা ছবি, ইন্টারনেট ছাড়াই; "photos" দিলে ২৫,০০০ আসল ছবি, Microsoft-এর সাইট
        থেকে একবার ৮২৫ MB নামে; ফোল্ডারের পথ দিলে তোমার নিজের ছবি, ভেতরে দুই শ্রেণির দুটি ফোল্ডার।
        None হলে পরিবেশের `DOG_CAT_PHOTOS`-এর ফোল্ডার, নইলে আগে নামানো আসল ছবি, নইলে আঁকা ছবি।
    per_class: প্রতি শ্রেণির প্রথম কয়টি ছবি, যেগুলো ঠিকঠাক খোলে; অন্তত ৫০; None হলে সব।

    তোমার ফোল্ডারে কিছু লেখা বা মোছা হয় না। যে ছবিতে ট্রেনিং থেমে যেত, তার নাম প্রিন্ট হয়, আর ফেরত আসে
    বাকি ছবির কপি: `data/photos/own-…`। Keras যে ছবি নেয় না বা কাত করে পড়ে, তার সংখ্যাও প্রিন্ট হয়।
    ফোল্ডার বা ছবি দিয়ে ট্রেনিং না চললে, বা নামাতে না পারলে PhotoError; ধরন ভুল হলে TypeError।
    """
    guards.whole("per_class", NEEDED if per_class is None else per_class)
    if per_class is not None and per_class < NEEDED:
        now = "per_class=50 বা তার বেশি দাও।"
        raise PhotoError(f"per_class={per_class} চলবে না", _WHY_NEEDED, now)
    folder, is_ours = _folder(source)
    found = photo_files.look(folder)
    chosen = {name: inside.photos[:per_class] for name, inside in found.items()}
    if not is_ours:  # else every photo was checked before it came here
        chosen = photo_files.trainable(folder, found, per_class)
    for name, photos in chosen.items():
        if len(photos) < NEEDED:
            why, now = _WHY_NEEDED, 'আরও ছবি রাখো, কিংবা dog_cat("drawn") দিয়ে আঁকা ছবি নাও।'
            if found[name].passed_by:
                why, now = photo_files.endings(found[name].passed_by)
            have = f"ঠিকঠাক খোলে এমন ছবি আছে {digits(len(photos))}টি, লাগে অন্তত ৫০টি"
            raise PhotoError(f"{folder / name} ফোল্ডারে {have}", why, now)
    if all(photos == found[name].photos for name, photos in chosen.items()):
        return folder
    return _copied(folder, [photo for photos in chosen.values() for photo in photos])


def _folder(source: str | os.PathLike | None) -> tuple[Path, bool]:
    real = PHOTOS / "real"
    if source is None:
        has_real = (real / "PetImages").is_dir()
        source = os.environ.get("DOG_CAT_PHOTOS") or ("photos" if has_real else "drawn")
    if source == "drawn":
        return _made(PHOTOS / "drawn", lambda made: shutil.unpack_archive(DRAWN, made)), True
    if source == "photos":
        return _made(real, _unpack_real) / "PetImages", True
    return guards.path("source", source).expanduser().absolute(), False


def _unpack_real(made: Path) -> None:
    with zipfile.ZipFile(download.archive(PHOTOS)) as packed:
        names = [n for n in packed.namelist() if re.fullmatch(r"PetImages/(Cat|Dog)/\d+\.jpg", n)]
        packed.extractall(made, names)
    found = photo_files.look(made / "PetImages")
    good = photo_files.trainable(made, found, None)
    for name, inside in found.items():
        for photo in set(inside.photos).difference(good[name]):
            photo.unlink()


def _copied(folder: Path, photos: list[Path]) -> Path:
    def copy(made: Path) -> None:
        for photo in photos:
            place = made / photo.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(photo, place)

    # named after the choice itself: the same photos, unchanged, give the same folder again
    stamps = [(str(photo), photo.stat().st_size, photo.stat().st_mtime_ns) for photo in photos]
    return _made(PHOTOS / f"own-{hashlib.sha256(repr(stamps).encode()).hexdigest()[:12]}", copy)


def _made(folder: Path, fill: Callable[[Path], None]) -> Path:
    """The folder, filled when it is first asked for: whole, or not at all."""
    if folder.exists():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            made = Path(scratch) / folder.name
            made.mkdir()
            fill(made)
            for wait in (0, 0.5, 1, 2, 4):  # on Windows a virus scanner may still read a file in it
                time.sleep(wait)
                with contextlib.suppress(OSError):
                    made.rename(folder)
                if folder.is_dir():  # now, or since another notebook made the same one
                    return folder
            made.rename(folder)
    except OSError as error:
        if not (said := guards.unwritten(error)):
            raise
        raise PhotoError(f"{folder.parent} ফোল্ডারে লেখা গেল না", *said) from error
    return folder
