"""The archive of real photos arrives whole or not at all, whatever the server or the disk does."""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from helpers import download
from helpers.download import archive
from helpers.photo_files import PhotoError

import numpy as np
import pytest

DATA = np.random.default_rng(0).bytes(400_000)  # large enough to break off in its middle


def partial(handler, data=DATA, share=1.0):
    """One answer of a server: what was asked for, or the first part of it."""
    rest = data[(start := int(re.sub(r"\D", "", handler.headers["Range"]))) :]
    handler.send_response(206)
    handler.send_header("Content-Length", len(rest))
    handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
    handler.end_headers()
    handler.wfile.write(rest[: int(len(rest) * share)])


def breaks_off(handler):
    partial(handler, share=0.5)


def a_longer_file(handler):
    partial(handler, DATA + b"!")


def changed_on_the_way(handler):
    partial(handler, DATA[:-1] + b"?")


def another_page(handler, status=200):
    handler.send_response(status)
    handler.send_header("Content-Length", 5)
    handler.end_headers()
    handler.wfile.write(b"login")


def not_found(handler):
    another_page(handler, 404)


@pytest.fixture
def serve(monkeypatch):
    """Starts a server with these answers, the last one for ever; returns the ranges asked for."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(download, "_WAITS_S", (0, 0, 0, 0))
    monkeypatch.setattr(download, "SIZE", len(DATA))
    monkeypatch.setattr(download, "SHA256", hashlib.sha256(DATA).hexdigest())
    monkeypatch.setattr(download, "URL", "http://127.0.0.1:9/pets.zip")  # where nobody listens
    servers = []

    def start(*answers):
        answers, ranges = list(answers), []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                ranges.append(self.headers["Range"])
                (answers.pop(0) if len(answers) > 1 else answers[0])(self)

            def log_message(self, *_):
                pass

        servers.append(server := ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setattr(download, "URL", f"http://127.0.0.1:{server.server_port}/pets.zip")
        return ranges

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "answers", [[partial], [breaks_off] * 3 + [partial], [another_page, not_found, partial]]
)
def test_the_archive_is_complete_whatever_the_server_does_on_the_way(
    answers, serve, tmp_path, capfd
):
    serve(*answers)
    assert archive(tmp_path).read_bytes() == DATA
    assert [file.name for file in tmp_path.iterdir()] == ["pets.zip"]
    assert capfd.readouterr().err == ""


def test_a_server_that_always_breaks_off_is_said_and_the_next_call_goes_on(serve, tmp_path):
    ranges = serve(breaks_off, breaks_off, breaks_off, breaks_off, partial)
    with pytest.raises(PhotoError, match="যেখানে থেমেছে সেখান থেকেই"):
        archive(tmp_path)
    kept = (tmp_path / "pets.zip.part").stat().st_size
    assert len(DATA) * 0.7 < kept < len(DATA)
    assert archive(tmp_path).read_bytes() == DATA
    assert ranges[0] == "bytes=0-" and ranges[-1] == f"bytes={kept}-"


@pytest.mark.parametrize("answer", [another_page, a_longer_file, not_found])
def test_something_else_at_the_address_never_reaches_the_partial_file(answer, serve, tmp_path):
    serve(answer)
    with pytest.raises(PhotoError, match="সার্ভার ঠিক উত্তর দেয়নি"):
        archive(tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b""]


def test_without_a_network_the_other_ways_are_named_and_a_pen_drive_is_one(serve, tmp_path):
    with pytest.raises(PhotoError) as error:
        archive(tmp_path)
    for words in ('dog_cat("drawn")', "পেনড্রাইভ", "pets.zip", str(tmp_path)):
        assert words in str(error.value)
    (tmp_path / "pets.zip").write_bytes(DATA)
    assert archive(tmp_path).read_bytes() == DATA


@pytest.mark.parametrize("copied", [None, DATA[:-100]], ids=["downloaded", "cut"])
def test_an_archive_with_another_sha_256_is_refused_and_named(copied, serve, tmp_path):
    serve(changed_on_the_way)
    if copied:
        (tmp_path / "pets.zip").write_bytes(copied)
    with pytest.raises(
        PhotoError, match=rf"{re.escape(str(tmp_path / 'pets.zip'))}.*SHA-256 মেলেনি"
    ):
        archive(tmp_path)
    assert (tmp_path / "pets.zip").read_bytes() == (copied or DATA[:-1] + b"?")
