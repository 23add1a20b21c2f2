"""The folder of dog-cat photos: drawn, real, or the learner's own.

কুকুর-বিড়ালের ছবির ফোল্ডার: আঁকা, আসল, কিংবা তোমার নিজের।
"""

import contextlib
import hashlib
import os
import re
import shutil
import zipfile
from pathlib import Path

from helpers import download, guards, photo_files, photo_folders
from helpers.bengali import digits
from helpers.photo_files import PhotoError, made_whole
from helpers.photo_folders import Found
from helpers.start import COURSE

PHOTOS = COURSE / "data" / "photos"
DRAWN = COURSE / "data" / "drawn_photos.zip"
NEEDED = 50
_WHY_NEEDED = f"এক শ্রেণিতে {digits(NEEDED)}টির কম ছবি থাকলে validation-এর ভাগে সেই শ্রেণি বাদ পড়ে যেতে পারে"


def dog_cat(source: str | os.PathLike | None = None, per_class: int | None = None) -> Path:
    """কুকুর-বিড়ালের ছবির ফোল্ডার দেয়, `image_dataset_from_directory`-তে সরাসরি দেওয়ার মতো।

    source: ছবি কোথা থেকে আসবে।
        None: পরিবেশে `DOG_CAT_PHOTOS` থাকলে সেই ফোল্ডার; নইলে আগে নামানো আসল ছবি;
            তা-ও না থাকলে আঁকা ছবি।
        "drawn": ৭২০টি আঁকা ছবি, ইন্টারনেট ছাড়াই।
        "photos": ২৫,০০০ আসল ছবি, Microsoft-এর সাইট থেকে একবার ৮২৫ MB নামে।
        ফোল্ডারের পথ: তোমার নিজের ছবি, ভেতরে দুই শ্রেণির দুটি ফোল্ডার। সেখানে কিছু লেখা বা মোছা হয় না।
    per_class: প্রতি শ্রেণির প্রথম কয়টি ছবি, যেগুলো ঠিকঠাক খোলে; অন্তত ৫০; None হলে সব।

    যে ছবিতে ট্রেনিং মাঝপথে থেমে যেত, তার নাম প্রিন্ট হয় আর সেটি বাদ যায়। Keras যে ছবি নেয় না বা কাত
    করে পড়ে, তার সংখ্যাও প্রিন্ট হয়। সব ছবি না নিলে ফেরত আসে `data/photos/own-…`: বেছে নেওয়া ছবির কপি।

    ফোল্ডার না থাকলে, শ্রেণি দুটি না হলে, কোনো শ্রেণিতে ৫০টির কম ছবি থাকলে, বা নামাতে না পারলে PhotoError;
    source বা per_class অন্য ধরনের কিছু হলে TypeError।
    """
    if per_class is not None:
        guards.integer("per_class", per_class)
        if per_class < NEEDED:
            now = f"per_class={NEEDED} বা তার বেশি দাও।"
            raise PhotoError(f"per_class={per_class} চলবে না", _WHY_NEEDED, now)
    folder, is_ours = _folder(source)
    found, loose = photo_folders.look(folder)
    if is_ours:
        chosen = {name: inside.photos[:per_class] for name, inside in found.items()}
    else:
        chosen = _readable(folder, found, loose, per_class)
    for name, photos in chosen.items():
        if len(photos) < NEEDED:
            why, now = _WHY_NEEDED, 'আরও ছবি রাখো, কিংবা dog_cat("drawn") দিয়ে আঁকা ছবি নাও।'
            if found[name].unknown:
                why, now = photo_folders.endings(found[name].unknown)
            have = f"ঠিকঠাক খোলে এমন ছবি আছে {digits(len(photos))}টি"
            need = f"লাগে অন্তত {digits(NEEDED)}টি"
            raise PhotoError(f"{folder / name} ফোল্ডারে {have}, {need}", why, now)
    if all(photos == found[name].photos for name, photos in chosen.items()):
        return folder
    return _copied(folder, [photo for photos in chosen.values() for photo in photos])


def _folder(source: str | os.PathLike | None) -> tuple[Path, bool]:
    """The folder, and whether its photos are the course's own, which need no check."""
    drawn, real = PHOTOS / "drawn", PHOTOS / "real" / "PetImages"
    if source is None:
        source = os.environ.get("DOG_CAT_PHOTOS") or ("photos" if real.is_dir() else "drawn")
    if source == "drawn":
        if not drawn.exists():
            with made_whole(drawn) as folder, zipfile.ZipFile(DRAWN) as packed:
                packed.extractall(folder)
        return drawn, True
    if source == "photos":
        if not real.exists():
            with made_whole(real.parent) as folder:
                _unpack(download.archive(PHOTOS), folder)
        return real, True
    folder = guards.path("source", source)
    with contextlib.suppress(RuntimeError):  # "~nobody": then it is the name of a folder
        folder = folder.expanduser()
    return folder.absolute(), False


def _unpack(archive: Path, folder: Path) -> None:
    """The photos that train to the end, and nothing else."""
    with zipfile.ZipFile(archive) as packed:

        def unpack(name: str) -> str | None:
            if not (why := photo_files.fault(packed.read(name))):
                packed.extract(name, folder)
            return why

        photos = filter(re.compile(r"PetImages/(Cat|Dog)/\d+\.jpg").fullmatch, packed.namelist())
        bad = photo_files.first_good(list(photos), None, unpack, "ছবি খুলছি")[1]
    photo_files.print_left_out(bad)


def _readable(
    folder: Path, found: dict[str, Found], loose: list[str], per_class: int | None
) -> dict[str, list[Path]]:
    """What of a learner's folder trains to the end; prints what is left out or lies sideways."""
    good, bad, unknown = {}, dict.fromkeys(loose, "কোনো শ্রেণির ফোল্ডারে নেই"), []
    for name, inside in found.items():
        good[name], faults = photo_files.first_good(
            inside.photos, per_class, photo_files.unreadable, f"{name}: ছবি দেখছি"
        )
        bad |= {str(photo.relative_to(folder)): why for photo, why in faults.items()}
        unknown += inside.unknown
    photo_files.print_left_out(bad)
    if unknown:
        why, now = photo_folders.endings(unknown)
        print(f"{digits(len(unknown))}টি ছবি বাদ রইল, কারণ {why}। {now}")
    sideways = sum(photo_files.is_sideways(photo) for photos in good.values() for photo in photos)
    if sideways:
        print(
            f"{digits(sideways)}টি ছবি কাত হয়ে ট্রেনিংয়ে যাবে, কারণ কোন দিকে ঘোরাতে হবে তা EXIF-এ লেখা, "
            "আর TensorFlow EXIF পড়ে না। Pillow-এর ImageOps.exif_transpose দিয়ে সোজা করে সেভ করো।"
        )
    return good


def _copied(folder: Path, photos: list[Path]) -> Path:
    # named after the choice itself: the same photos, unchanged, give the same folder again
    stamps = [(str(photo), photo.stat().st_size, photo.stat().st_mtime_ns) for photo in photos]
    ours = PHOTOS / f"own-{hashlib.sha256(repr(stamps).encode()).hexdigest()[:12]}"
    if not ours.exists():
        with made_whole(ours) as made:
            for photo in photos:
                place = made / photo.relative_to(folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(photo, place)
    return ours
