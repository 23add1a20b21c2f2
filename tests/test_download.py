"""The real photos arrive whole or not at all, whatever the server, the disk or the archive does."""

import _thread
import hashlib
import io
import json
import re
import signal
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

from helpers import download, photo_files
from helpers.download import Archive, real_photos, unpacked
from helpers.photo_files import PhotoError

import numpy as np
import pytest
from PIL import Image


def jpeg(seed):
    file = io.BytesIO()
    noise = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), dtype="uint8")
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()


PER_CLASS = 12
PHOTOS = {f"{kind}/{number}.jpg": jpeg(number) for kind in ("Cat", "Dog") for number in range(PER_CLASS)}


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def pets(photos):
    return {f"PetImages/{name}": data for name, data in photos.items()}


# Large enough that a download breaks off in its middle.
GOOD = zipped(pets(PHOTOS) | {"PetImages/Cat/Thumbs.db": np.random.default_rng(0).bytes(400_000)})


def archive_of(data, url="http://127.0.0.1:9/pets.zip"):
    return Archive(url, len(data), hashlib.sha256(data).hexdigest(), PER_CLASS)


def photos_in(folder):
    """All photo files that Keras would find, as bytes."""
    return {f"{file.parent.name}/{file.name}": file.read_bytes() for file in folder.rglob("*.jpg")}


def put(root, data=GOOD):
    """The archive as if it had come by pen drive."""
    root.mkdir(exist_ok=True)
    (root / "pets.zip").write_bytes(data)
    return archive_of(data)


# --- a server that misbehaves as told: one answer a request, the last one again and again ---


def send(handler, status, headers, body):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def asked_from(handler):
    return int(re.sub(r"\D", "", handler.headers.get("Range", "0")))


def partial(handler, data, share=1.0):
    start = asked_from(handler)
    rest = data[start:]
    headers = {"Content-Length": len(rest), "Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
    send(handler, 206, headers, rest[: int(len(rest) * share)])


def breaks_off(handler, data):
    partial(handler, data, share=0.5)


def ignores_range(handler, data):
    send(handler, 200, {"Content-Length": len(data)}, data)


def ignores_range_and_breaks_off(handler, data):
    send(handler, 200, {"Content-Length": len(data)}, data[: len(data) * 3 // 4])


def wrong_range(handler, data):
    if "Range" not in handler.headers:
        return ignores_range(handler, data)
    send(handler, 206, {"Content-Length": 100, "Content-Range": f"bytes 7-106/{len(data)}"}, data[7:107])


def not_satisfiable(handler, data):
    if "Range" not in handler.headers:
        return ignores_range(handler, data)
    send(handler, 416, {"Content-Length": 0, "Content-Range": f"bytes */{len(data)}"}, b"")


def sends_less_than_the_range(handler, data):
    start = asked_from(handler)
    end = min(start + len(data) // 3 + 1, len(data))
    headers = {"Content-Length": end - start, "Content-Range": f"bytes {start}-{end - 1}/{len(data)}"}
    send(handler, 206, headers, data[start:end])


def sends_too_much(handler, data):
    start = asked_from(handler)
    headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
    send(handler, 206, headers, data[start:] + b"!" * 500_000)


def another_page(handler, data):
    send(handler, 200, {"Content-Length": 5}, b"login")


def page_without_length(handler, data):
    send(handler, 200, {}, b"login")


def not_found(handler, data):
    send(handler, 404, {"Content-Length": 0}, b"")


def changed_on_the_way(handler, data):
    partial(handler, data[:-1] + b"?")


def interrupts_the_learner(handler, data):
    partial(handler, data, share=0.5)
    _thread.interrupt_main()


@pytest.fixture
def serve(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(download, "_WAITS_S", (0, 0, 0, 0))
    servers = []

    def start(*answers, data=GOOD):
        answers, ranges = list(answers), []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                ranges.append(self.headers.get("Range"))
                (answers.pop(0) if len(answers) > 1 else answers[0])(self, data)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return SimpleNamespace(
            archive=archive_of(data, f"http://127.0.0.1:{server.server_port}/pets.zip"), ranges=ranges
        )

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "answers",
    [
        [partial],
        [ignores_range],
        [breaks_off, partial],
        [breaks_off, breaks_off, breaks_off, partial],
        [breaks_off, ignores_range],
        [breaks_off, ignores_range_and_breaks_off, partial],
        [breaks_off, wrong_range],
        [breaks_off, not_satisfiable],
        [sends_less_than_the_range],
        [sends_too_much],
        [another_page, another_page, partial],
        [not_found, not_found, partial],
    ],
    ids=lambda answers: " then ".join(answer.__name__ for answer in answers),
)
def test_the_set_is_complete_whatever_the_server_does_on_the_way(answers, serve, tmp_path, capfd):
    folder = real_photos(tmp_path / "photos", archive=serve(*answers).archive)
    assert folder == tmp_path / "photos" / "PetImages"
    assert photos_in(folder) == PHOTOS
    assert sorted(file.name for file in folder.parent.iterdir()) == ["PetImages", "pets.zip"]
    assert capfd.readouterr().err == ""


def test_a_download_goes_on_where_it_stopped(serve, tmp_path):
    server = serve(breaks_off, partial)
    real_photos(tmp_path, archive=server.archive)
    first, second = (int(asked[6:-1]) for asked in server.ranges)
    assert first == 0 and len(GOOD) * 0.4 < second <= len(GOOD) * 0.5


def test_a_server_that_always_breaks_off_is_said_and_the_next_call_goes_on(serve, tmp_path):
    server = serve(breaks_off, breaks_off, breaks_off, breaks_off, partial)
    with pytest.raises(PhotoError, match="যেখানে থেমেছে সেখান থেকেই"):
        real_photos(tmp_path, archive=server.archive)
    kept = (tmp_path / "pets.zip.part").stat().st_size
    assert len(GOOD) * 0.7 < kept < len(GOOD)
    assert photos_in(real_photos(tmp_path, archive=server.archive)) == PHOTOS
    assert server.ranges[-1] == f"bytes={kept}-"


@pytest.mark.parametrize("answer", [another_page, page_without_length, not_found])
def test_something_else_at_the_address_never_reaches_the_partial_file(answer, serve, tmp_path):
    with pytest.raises(PhotoError, match="সার্ভার ঠিক উত্তর দেয়নি"):
        real_photos(tmp_path, archive=serve(answer).archive)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_archive_is_never_unpacked_and_only_our_download_goes(serve, tmp_path):
    (tmp_path / "mine.txt").write_text("রাখো", encoding="utf-8")
    with pytest.raises(PhotoError, match=r"SHA-256 মেলেনি.*মুছে ফেলা হয়েছে"):
        real_photos(tmp_path, archive=serve(changed_on_the_way).archive)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_without_a_network_the_other_ways_are_named(serve, tmp_path):
    serve(partial)  # for its settings only
    with pytest.raises(PhotoError) as error:
        real_photos(tmp_path, archive=archive_of(GOOD))  # port 9: nobody listens
    for words in ('dog_cat("drawn")', "পেনড্রাইভ", "pets.zip", str(tmp_path)):
        assert words in str(error.value)


def test_an_archive_that_came_by_pen_drive_needs_no_network(tmp_path):
    assert photos_in(real_photos(tmp_path, archive=put(tmp_path))) == PHOTOS
    assert (tmp_path / "pets.zip").read_bytes() == GOOD


@pytest.mark.parametrize("data", [GOOD[:-100], GOOD[:-1] + b"?"], ids=["half copied", "changed"])
def test_a_broken_copy_of_the_learners_is_refused_but_kept(data, tmp_path):
    put(tmp_path, data)
    with pytest.raises(PhotoError, match=f"{len(data)} byte.*{len(GOOD)}"):
        real_photos(tmp_path, archive=archive_of(GOOD))
    assert [file.name for file in tmp_path.iterdir()] == ["pets.zip"]
    assert (tmp_path / "pets.zip").read_bytes() == data


# --- the disk ---


def test_sizes_are_said_and_a_small_disk_is_refused_before_any_byte(serve, tmp_path, monkeypatch, capsys):
    server = serve(partial)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * len(GOOD) - 1))
    with pytest.raises(PhotoError, match="জায়গা কম"):
        real_photos(tmp_path, archive=server.archive)
    assert server.ranges == [] and list(tmp_path.iterdir()) == []
    assert "নামাতে হবে" in capsys.readouterr().out
    real_photos(tmp_path, per_class=6, archive=server.archive)  # half the photos: this fits


def test_the_sizes_said_are_those_of_the_real_archive(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000_000))
    with pytest.raises(PhotoError):
        real_photos(tmp_path)
    assert capsys.readouterr().out == "নামাতে হবে 825 MB, ডিস্কে লাগবে 1,650 MB, খালি আছে 1,000 MB।\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_up_is_said_and_freeing_it_completes_the_set(serve, tmp_path):
    server = serve(partial)
    full = tmp_path / "pets.zip.part"
    full.symlink_to("/dev/full")
    with pytest.raises(PhotoError, match="ডিস্কে আর জায়গা নেই"):
        real_photos(tmp_path, archive=server.archive)
    full.unlink()
    full = tmp_path / "PetImages" / "Dog" / ".7.jpg.part"
    full.parent.mkdir(parents=True)
    full.symlink_to("/dev/full")
    with pytest.raises(PhotoError, match="ডিস্কে আর জায়গা নেই"):
        real_photos(tmp_path, archive=server.archive)
    full.unlink()
    assert photos_in(real_photos(tmp_path, archive=server.archive)) == PHOTOS


# --- interruptions ---


@pytest.fixture
def ctrl_c():
    """Lets an interrupt through where the tests were started in the background, with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupted_download_goes_on(serve, tmp_path):
    server = serve(interrupts_the_learner, partial)
    with pytest.raises(KeyboardInterrupt):
        real_photos(tmp_path, archive=server.archive)
    assert not (tmp_path / "pets.zip").exists()
    assert photos_in(real_photos(tmp_path, archive=server.archive)) == PHOTOS


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("after", [1, 5, PER_CLASS, 2 * PER_CLASS])
def test_unpacking_interrupted_anywhere_leaves_whole_photos_and_goes_on(after, tmp_path, monkeypatch):
    archive, write, written = put(tmp_path), photo_files.write_whole, []

    def write_then_interrupt(file, data):
        written.append(file)
        if len(written) == after:
            _thread.interrupt_main()
            file.with_name(f".{file.name}.part").write_bytes(data[:50])  # as cut off as it can be
            return
        if len(written) < after:
            write(file, data)

    monkeypatch.setattr(photo_files, "write_whole", write_then_interrupt)
    with pytest.raises(KeyboardInterrupt):
        real_photos(tmp_path, archive=archive)
    monkeypatch.undo()
    assert photos_in(tmp_path / "PetImages").items() <= PHOTOS.items()
    assert unpacked(tmp_path / "PetImages")["per_class"] == 0
    assert photos_in(real_photos(tmp_path, archive=archive)) == PHOTOS


# --- what is inside ---


def test_unreadable_photos_are_left_out_and_listed(tmp_path, capfd):
    bad = {"Cat/2.jpg": b"", "Dog/3.jpg": jpeg(3)[:200], "Dog/4.jpg": b"<html>"}
    archive = put(tmp_path, zipped(pets(PHOTOS | bad)))
    folder = real_photos(tmp_path, archive=archive)
    assert photos_in(folder) == {name: data for name, data in PHOTOS.items() if name not in bad}
    listed = json.loads((folder / "left-out.json").read_text("utf-8"))["left_out"]
    assert list(listed) == list(bad) and listed["Cat/2.jpg"] == "ফাইলটি খালি"
    out, err = capfd.readouterr()
    assert "৩টি ছবি বাদ" in out and all(name in out for name in bad)
    assert str(folder / "left-out.json") in out
    assert err == ""


def test_a_hostile_archive_writes_nothing_outside_and_no_links(tmp_path):
    link = zipfile.ZipInfo("PetImages/Cat/50.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    hostile = {
        "../../evil.jpg": jpeg(1),
        "/tmp/photos_evil.jpg": jpeg(1),
        "PetImages/Cat/../../../evil.jpg": jpeg(1),
        "PetImages\\Cat\\..\\..\\evil.jpg": jpeg(1),
        "PetImages/Cat/../Dog/51.jpg": jpeg(1),
        "PetImages/Cat/1.jpg/52.jpg": jpeg(1),
        "PetImages/Cat/53.jpg\n": jpeg(1),
        "PetImages/Cat/৫৪.jpg": jpeg(1),
        "PetImages/Bird/55.jpg": jpeg(1),
        "x/PetImages/Cat/56.jpg": jpeg(1),
        "PetImages/Cat/57.exe": b"MZ",
        link: "/etc/hostname",
        "PetImages/Cat/58.jpg": bytes(photo_files.MAX_BYTES + 1),  # 64 MB out of 64 kB
    }
    root = tmp_path / "a" / "b"
    root.mkdir(parents=True)
    archive = put(root, zipped(pets(PHOTOS) | hostile))
    folder = real_photos(root, per_class=100, archive=archive)
    assert photos_in(folder) == PHOTOS
    files = {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if not file.is_dir()}
    ours = {f"a/b/PetImages/{name}" for name in PHOTOS}
    assert files == ours | {"a/b/pets.zip", "a/b/PetImages/left-out.json"}
    assert not Path("/tmp/photos_evil.jpg").exists()
    assert set(unpacked(folder)["left_out"]) == {"Cat/50.jpg", "Cat/58.jpg"}


def test_a_member_whose_bytes_are_damaged_is_left_out(tmp_path):
    with zipfile.ZipFile(io.BytesIO(GOOD)) as source:
        start = source.getinfo("PetImages/Dog/5.jpg").header_offset
    damaged = bytearray(GOOD)
    damaged[start + 150 : start + 160] = bytes(10)
    folder = real_photos(tmp_path, archive=put(tmp_path, bytes(damaged)))
    assert list(unpacked(folder)["left_out"].items()) == [("Dog/5.jpg", "আর্কাইভের ভেতরেই নষ্ট")]
    assert len(photos_in(folder)) == len(PHOTOS) - 1


def test_per_class_takes_the_first_by_number_and_a_larger_one_the_rest_without_network(tmp_path):
    archive = put(tmp_path, zipped(pets(PHOTOS | {"Cat/1.jpg": b""})))
    folder = real_photos(tmp_path, per_class=3, archive=archive)
    first = {"Cat": (0, 2, 3), "Dog": (0, 1, 2)}
    assert set(photos_in(folder)) == {f"{kind}/{n}.jpg" for kind, numbers in first.items() for n in numbers}
    before = (folder / "Cat/0.jpg").stat().st_mtime_ns
    assert len(photos_in(real_photos(tmp_path, archive=archive))) == len(PHOTOS) - 1
    assert (folder / "Cat/0.jpg").stat().st_mtime_ns == before


def test_photos_once_unpacked_need_the_archive_no_more(tmp_path, capsys):
    archive = put(tmp_path)
    real_photos(tmp_path, archive=archive)
    (tmp_path / "pets.zip").unlink()
    capsys.readouterr()
    for per_class in (None, 3, PER_CLASS):
        assert photos_in(real_photos(tmp_path, per_class, archive)) == PHOTOS
    assert capsys.readouterr().out == ""


def test_photos_unpacked_by_hand_are_kept_and_the_bad_ones_listed(tmp_path):
    mine = tmp_path / "PetImages" / "Cat"
    mine.mkdir(parents=True)
    (mine / "2.jpg").write_bytes(b"")
    folder = real_photos(tmp_path, archive=put(tmp_path))
    assert (mine / "2.jpg").read_bytes() == b""
    assert unpacked(folder)["left_out"] == {"Cat/2.jpg": "ফাইলটি খালি"}


def test_the_real_archives_address_size_and_hash():
    assert download.PET_IMAGES.url.startswith("https://download.microsoft.com/")
    assert download.PET_IMAGES.name == "kagglecatsanddogs_5340.zip"
    assert (download.PET_IMAGES.size, len(download.PET_IMAGES.sha256)) == (824_887_076, 64)
