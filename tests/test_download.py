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


def send(handler, status, body, sent=None, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", len(body))
    handler.end_headers()
    handler.wfile.write(body[:sent])


def partial(handler, data=DATA, share=1):
    body = data[(start := int(re.sub(r"\D", "", handler.headers["Range"]))) :]
    content_range = f"bytes {start}-{len(data) - 1}/{len(data)}"
    send(handler, 206, body, int(len(body) * share), Content_Range=content_range)


ANSWERS = {
    "all": partial,
    "half": lambda handler: partial(handler, share=0.5),
    "longer": lambda handler: partial(handler, DATA + b"!"),
    "changed": lambda handler: partial(handler, DATA[:-1] + b"?"),
    "another page": lambda handler: send(handler, 200, b"login"),
    "not found": lambda handler: send(handler, 404, b""),
}


@pytest.fixture
def server(monkeypatch):
    """It gives its answers in turn, the last one for ever, and notes the ranges it is asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.ranges.append(self.headers["Range"])
            name = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            ANSWERS[name](self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.ranges = []
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setattr(download, "_WAITS_S", (0, 0, 0, 0))
        monkeypatch.setattr(download, "SIZE", len(DATA))
        monkeypatch.setattr(download, "SHA256", hashlib.sha256(DATA).hexdigest())
        monkeypatch.setattr(download, "URL", f"http://127.0.0.1:{server.server_port}/pets.zip")
        yield server
        server.shutdown()


WAYS = [["all"], ["half", "half", "half", "all"], ["another page", "not found", "all"]]


@pytest.mark.parametrize("answers", WAYS)
def test_the_archive_is_complete_whatever_the_server_does(answers, server, tmp_path, capfd):
    server.answers = answers
    assert archive(tmp_path).read_bytes() == DATA
    assert [file.name for file in tmp_path.iterdir()] == ["pets.zip"]
    assert capfd.readouterr().err == ""


def test_a_server_that_always_breaks_off_is_said_and_the_next_call_goes_on(server, tmp_path):
    server.answers = ["half", "half", "half", "half", "all"]
    with pytest.raises(PhotoError, match="যেখানে থেমেছে সেখান থেকেই"):
        archive(tmp_path)
    kept = (tmp_path / "pets.zip.part").stat().st_size
    assert len(DATA) * 0.7 < kept < len(DATA)
    assert archive(tmp_path).read_bytes() == DATA
    assert server.ranges[0] == "bytes=0-" and server.ranges[-1] == f"bytes={kept}-"


@pytest.mark.parametrize("answer", ["another page", "longer", "not found"])
def test_something_else_at_the_address_never_reaches_the_partial_file(answer, server, tmp_path):
    server.answers = [answer]
    with pytest.raises(PhotoError, match="সার্ভার ঠিক উত্তর দেয়নি"):
        archive(tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b""]


def test_without_a_network_other_ways_are_named_and_one_is_taken(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "URL", "http://127.0.0.1:9/pets.zip")  # where nobody listens
    with pytest.raises(PhotoError) as error:
        archive(tmp_path)
    for words in ('dog_cat("drawn")', "পেনড্রাইভ", "pets.zip", str(tmp_path)):
        assert words in str(error.value)
    (tmp_path / "pets.zip").write_bytes(DATA)
    assert archive(tmp_path).read_bytes() == DATA


@pytest.mark.parametrize("copied", [None, DATA[:-100]], ids=["downloaded", "cut"])
def test_an_archive_with_another_sha_256_is_refused_and_named(copied, server, tmp_path):
    server.answers, place = ["changed"], tmp_path / "pets.zip"
    if copied:
        place.write_bytes(copied)
    with pytest.raises(PhotoError, match=rf"{re.escape(str(place))}.*SHA-256 মেলেনি"):
        archive(tmp_path)
    assert place.read_bytes() == (copied or DATA[:-1] + b"?")
