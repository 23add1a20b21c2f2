"""কুকুর-বিড়ালের ছবির ফোল্ডার: আঁকা, আসল, কিংবা তোমার নিজের।"""

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from helpers import guards, photo_files
from helpers.bengali import digits
from helpers.download import real_photos, unpacked
from helpers.drawing import draw_photos
from helpers.photo_files import PhotoError
from helpers.start import COURSE

PHOTOS = COURSE / "data" / "photos"
NEEDED = 50
_WHY_NEEDED = f"এক শ্রেণিতে {digits(NEEDED)}টির কম ছবি থাকলে validation-এর ভাগে সেই শ্রেণি বাদ পড়ে যেতে পারে"

Photos = dict[str, list[Path]]


def dog_cat(source: str | os.PathLike | None = None, per_class: int | None = None) -> Path:
    """কুকুর-বিড়ালের ছবির ফোল্ডার দেয়, `image_dataset_from_directory`-তে সরাসরি দেওয়ার মতো।

    source: ছবি কোথা থেকে আসবে।
        None: পরিবেশে `DOG_CAT_PHOTOS` থাকলে সেই ফোল্ডার; নইলে আগে থেকে খোলা আসল ছবি; তা-ও না থাকলে আঁকা ছবি।
        "drawn": আঁকা ছবি, ইন্টারনেট ছাড়াই।
        "photos": ২৫,০০০ আসল ছবি, Microsoft-এর সাইট থেকে একবার ৮২৫ MB নামে।
        ফোল্ডারের পথ: তোমার নিজের ছবি, ভেতরে দুই শ্রেণির দুটি ফোল্ডার। সেখানে কিছু লেখা বা মোছা হয় না।
    per_class: প্রতি শ্রেণির প্রথম কয়টি ছবি, যেগুলো ঠিকঠাক খোলে; অন্তত ৫০; None হলে সব।

    যে ছবিতে ট্রেনিং মাঝপথে থেমে যেত, তার নাম প্রিন্ট হয় আর সেটি বাদ যায়। সব ছবি না নিলে ফেরত আসে
    `data/photos/own-…`: বেছে নেওয়া ছবির hard link, তাই জায়গা লাগে না; link না চললে কপি।

    ফোল্ডার না থাকলে, শ্রেণি দুটি না হলে, কোনো শ্রেণিতে ৫০টির কম ছবি থাকলে, বা নামাতে না পারলে PhotoError;
    source বা per_class অন্য ধরনের কিছু হলে TypeError।
    """
    if per_class is not None:
        guards.integer("per_class", per_class)
        if per_class < NEEDED:
            now = f"per_class={NEEDED} বা তার বেশি দাও।"
            raise PhotoError(f"per_class={per_class} চলবে না", _WHY_NEEDED, now)
    folder = _folder(source, per_class)
    found = photo_files.photos_by_class(folder)
    chosen = _choose(folder, found, per_class)
    for name, photos in chosen.items():
        if len(photos) < NEEDED:
            raise PhotoError(
                f"{folder / name} ফোল্ডারে ঠিকঠাক খোলে এমন ছবি আছে {digits(len(photos))}টি, "
                f"লাগে অন্তত {digits(NEEDED)}টি",
                _WHY_NEEDED,
                'আরও ছবি রাখো (.jpg, .jpeg, .png, .gif বা .bmp), কিংবা dog_cat("drawn") দিয়ে আঁকা ছবি নাও।',
            )
    return folder if chosen == found else _linked(folder, chosen)


def _folder(source: str | os.PathLike | None, per_class: int | None) -> Path:
    if source is None:
        real = PHOTOS / "PetImages"
        source = os.environ.get("DOG_CAT_PHOTOS") or (real if unpacked(real)["per_class"] else "drawn")
    if source == "drawn":
        with photo_files.writing_to(PHOTOS):
            return draw_photos(PHOTOS / "drawn")
    if source == "photos":
        return real_photos(PHOTOS, per_class)
    folder = guards.path("source", source)
    with contextlib.suppress(RuntimeError):  # "~nobody": then it is the name of a folder
        folder = folder.expanduser()
    return folder.absolute()


def _choose(folder: Path, found: Photos, per_class: int | None) -> Photos:
    check = _check_for(folder)
    chosen, bad = {}, {}
    for name, photos in found.items():
        chosen[name], faults = photo_files.first_good(photos, per_class, check, f"{name}: ছবি দেখছি")
        bad |= {str(photo.relative_to(folder)): why for photo, why in faults.items()}
    photo_files.print_left_out(bad)
    return chosen


def _check_for(folder: Path) -> Callable[[Path], str | None]:
    if folder == PHOTOS / "drawn":  # our own pictures
        return lambda photo: None
    record = unpacked(folder)
    if folder == PHOTOS / "PetImages" and record["per_class"]:  # checked while they were unpacked
        return lambda photo: record["left_out"].get(f"{photo.parent.name}/{photo.name}")
    return photo_files.unreadable


def _linked(folder: Path, chosen: Photos) -> Path:
    photos = [photo for of_class in chosen.values() for photo in of_class]
    # Named after the choice itself: the same photos, unchanged, give the same folder again.
    stamps = [(str(photo), photo.stat().st_size, photo.stat().st_mtime_ns) for photo in photos]
    ours = PHOTOS / f"own-{hashlib.sha256(repr(stamps).encode()).hexdigest()[:12]}"
    with photo_files.writing_to(PHOTOS):
        for photo in photos:
            place = ours / photo.relative_to(folder)
            if not place.exists():
                _link(photo, place)
    return ours


def _link(photo: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(photo.resolve(), place)
    except OSError:  # another disk, or a file system without hard links
        photo_files.write_whole(place, photo.read_bytes())
