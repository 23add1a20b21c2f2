"""কুকুর-বিড়ালের আসল ছবি: Microsoft-এর আর্কাইভ নামানো, মিলিয়ে দেখা, খোলা।"""

import functools
import hashlib
import json
import re
import shutil
import threading
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from helpers import photo_files
from helpers.photo_files import PhotoError

import requests

KINDS = ("Cat", "Dog")
_RECORD = "left-out.json"
_WAITS_S = (0, 1, 3, 5)  # before each try
_TIMEOUT_S = 20
_CHUNK = 2**14  # a connection that breaks loses the chunk under way


@dataclass(frozen=True)
class Archive:
    """একটি zip: ঠিকানা, আকার (byte), SHA-256, আর প্রতি শ্রেণিতে ছবির সংখ্যা।"""

    url: str
    size: int
    sha256: str
    per_class: int

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


PET_IMAGES = Archive(
    "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F/"
    "kagglecatsanddogs_5340.zip",
    size=824_887_076,
    sha256="b7974bd00a84a99921f36ee4403f089853777b5ae8d151c76a86e64900334af9",
    per_class=12_500,
)


def real_photos(root: Path, per_class: int | None = None, archive: Archive = PET_IMAGES) -> Path:
    """আসল ছবির ফোল্ডার দেয়: `root/PetImages`, ভেতরে `Cat` আর `Dog`; না থাকলে নামিয়ে খোলে।

    root: আর্কাইভ আর ছবি থাকার ফোল্ডার। আর্কাইভটি আগে থেকেই সেখানে থাকলে ইন্টারনেট লাগে না।
    per_class: প্রতি শ্রেণির প্রথম কয়টি ছবি, যেগুলো ঠিকঠাক খোলে; None হলে সব। পরে বেশি চাইলে বাকিগুলোই শুধু খোলে।

    যেখানেই থামুক, আবার ডাকলে সেখান থেকে এগোয়। SHA-256 না মিললে কিছুই খোলে না। TensorFlow যা পড়তে পারে না
    তা বাদ যায়, তালিকা থাকে `left-out.json`-এ। জায়গা, সংযোগ বা আর্কাইভে গোলমাল থাকলে PhotoError।
    """
    folder = root / "PetImages"
    per_class = per_class or archive.per_class
    if unpacked(folder)["per_class"] < per_class:
        with photo_files.writing_to(root):
            root.mkdir(parents=True, exist_ok=True)
            whole, part = root / archive.name, root / f"{archive.name}.part"
            _say_sizes(root, 0 if whole.exists() else archive.size - _size(part), per_class, archive)
            _fetch(whole, part, archive)
            _unpack(whole, folder, per_class)
    return folder


def unpacked(folder: Path) -> dict:
    """প্রতি শ্রেণির কয়টি ছবি খোলা শেষ (`per_class`; না হয়ে থাকলে 0), আর কোনটি কেন বাদ পড়েছে (`left_out`)।"""
    record = folder / _RECORD
    return json.loads(record.read_text("utf-8")) if record.exists() else {"per_class": 0, "left_out": {}}


def _say_sizes(root: Path, waiting: int, per_class: int, archive: Archive) -> None:
    # Photos hardly shrink in a zip: unpacked, each takes its share of the archive's size.
    missing = 2 * min(per_class, archive.per_class) - len(list(root.glob("PetImages/*/*.jpg")))
    needed = waiting + archive.size * max(0, missing) // (2 * archive.per_class)
    free = shutil.disk_usage(root).free
    print(f"নামাতে হবে {_mb(waiting)}, ডিস্কে লাগবে {_mb(needed)}, খালি আছে {_mb(free)}।")
    if free < needed:
        raise PhotoError(
            f"{archive.name} নামানো বা খোলা শুরু হয়নি",
            f"{root} ফোল্ডারের ডিস্কে জায়গা কম: লাগবে {_mb(needed)}, খালি আছে {_mb(free)}",
            'জায়গা খালি করো, কিংবা dog_cat("photos", per_class=1000) দিয়ে কম ছবি নাও।',
        )


def _fetch(whole: Path, part: Path, archive: Archive) -> None:
    if not whole.exists():
        _download(part, archive)
        if _sha256(part) != archive.sha256:
            part.unlink()
            raise PhotoError(
                f"{archive.name} নামল, কিন্তু খোলা হয়নি",
                "SHA-256 মেলেনি, অর্থাৎ ভেতরের কিছু বদলে গেছে; নামানো ফাইলটি তাই মুছে ফেলা হয়েছে",
                'একই সেল আবার চালাও। আবারও এমন হলে অন্য নেটওয়ার্কে দেখো, কিংবা dog_cat("drawn") নাও।',
            )
        part.replace(whole)
    elif _sha256(whole) != archive.sha256:
        raise PhotoError(
            f"{whole} খোলা হয়নি",
            f"ফাইলটি অসম্পূর্ণ, বা ভেতরে কিছু বদলে গেছে: আছে {_size(whole)} byte, থাকার কথা {archive.size}",
            "ফাইলটি ওই ফোল্ডার থেকে সরাও। তারপর ঠিক ফাইলটি কপি করো, কিংবা একই সেল চালিয়ে নামিয়ে নাও।",
        )


def _download(part: Path, archive: Archive) -> None:
    for wait in _WAITS_S:
        time.sleep(wait)
        try:
            if _size(part) < archive.size:
                _append(part, archive)
            return
        except requests.RequestException as error:
            trouble = error
    raise PhotoError(
        f"{archive.name} পুরো নামেনি, এসেছে {_mb(_size(part))}, মোট {_mb(archive.size)}",
        f"ইন্টারনেট নেই, সংযোগ কেটে গেছে, বা সার্ভার ঠিক উত্তর দেয়নি ({type(trouble).__name__})",
        "ইন্টারনেট এলে একই সেল আবার চালাও, যেখানে থেমেছে সেখান থেকেই নামবে। ইন্টারনেট ছাড়া চাইলে "
        f'dog_cat("drawn") নাও, কিংবা {archive.name} পেনড্রাইভে এনে {part.parent} ফোল্ডারে রাখো।',
    ) from trouble


def _append(part: Path, archive: Archive) -> None:
    have = _size(part)
    response, start = _ask(archive, have)
    skip = have - start  # a server that can't resume sends the beginning again
    bar = photo_files.bar(desc="নামছে", initial=have, total=archive.size, unit="B", unit_scale=True)
    with response, part.open("ab") as file, bar:
        for chunk in response.iter_content(_CHUNK):
            bar.update(file.write(chunk[skip:][: archive.size - file.tell()]))
            skip = max(0, skip - len(chunk))
    if _size(part) < archive.size:
        raise requests.ConnectionError("the server stopped early")


def _ask(archive: Archive, have: int) -> tuple[requests.Response, int]:
    for resume in ({"Range": f"bytes={have}-"}, {}):
        headers = {"Accept-Encoding": "identity"} | resume
        response = requests.get(archive.url, headers=headers, stream=True, timeout=_TIMEOUT_S)
        rest = re.fullmatch(rf"bytes {have}-\d+/{archive.size}", response.headers.get("Content-Range", ""))
        if response.status_code == 206 and rest:
            return response, have
        if response.status_code == 200 and response.headers.get("Content-Length") == str(archive.size):
            return response, 0
        response.close()
    response.raise_for_status()
    raise requests.exceptions.InvalidHeader("the file at this address has another length")


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _unpack(archive: Path, folder: Path, per_class: int) -> None:
    bad = {}
    with zipfile.ZipFile(archive) as source:
        for kind in KINDS:
            (folder / kind).mkdir(parents=True, exist_ok=True)
            # The whole name must match: nothing can land outside the folder, and all else is ignored.
            ours = re.compile(rf"PetImages/({kind}/[0-9]+\.jpg)")
            photos = {found[1] for found in map(ours.fullmatch, source.namelist()) if found}
            unpack_one = functools.partial(_unpack_one, source, threading.Lock(), folder)
            in_order = sorted(photos, key=photo_files.natural)
            bad |= photo_files.first_good(in_order, per_class, unpack_one, f"{kind}: ছবি খুলছি")[1]
    record = json.dumps({"per_class": per_class, "left_out": bad}, ensure_ascii=False, indent=1)
    photo_files.write_whole(folder / _RECORD, record.encode())
    photo_files.print_left_out(bad)
    if bad:
        print(f"তালিকাটি আছে {folder / _RECORD} ফাইলে।")


def _unpack_one(source: zipfile.ZipFile, lock: threading.Lock, folder: Path, photo: str) -> str | None:
    destination = folder / photo
    if destination.exists():
        return photo_files.unreadable(destination)
    member = source.getinfo(f"PetImages/{photo}")
    if member.file_size > photo_files.MAX_BYTES:
        return "ফাইলটি খুব বড়"
    try:
        with lock:  # one ZipFile can't be read by two threads at once
            data = source.read(member)
    except (zipfile.BadZipFile, zlib.error):
        return "আর্কাইভের ভেতরেই নষ্ট"
    why = photo_files.fault(data)
    if why is None:
        photo_files.write_whole(destination, data)
    return why


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
