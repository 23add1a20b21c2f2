"""The photo lab: a verdict per photo, a Bengali answer to anything else, a picture to keep."""

import base64
import io
from datetime import UTC, datetime

from helpers import setup, upload_lab
from helpers.photo_files import is_sideways

import pytest
from photos import encoded, huge_png, turned
from PIL import Image

setup()
SAMPLE, OTHER = encoded(1), encoded(2, "PNG")


@pytest.fixture
def lab(tmp_path):
    judged, sample = [], tmp_path / "নমুনা ছবি.png"
    sample.write_bytes(SAMPLE)
    lab = upload_lab(lambda content: judged.append(content) or f"রায় {len(judged)}", sample)
    lab.judged = judged
    lab.button, lab.message, *_ = lab.children
    return lab


def upload(lab, name, content):
    file = {"name": name, "type": "image/png", "size": len(content), "content": memoryview(content)}
    lab.button.value = ({**file, "last_modified": datetime.now(UTC)},)


def test_the_sample_is_judged_and_shown_and_stays_without_a_kernel(lab):
    assert lab.judged == [SAMPLE]
    assert "রায় 1" in lab.readout.value and 'role="alert"' in lab.readout.value
    data, metadata = lab._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert data["text/plain"].endswith("আসবে। রায় 1")


def upload_as_ipywidgets_7(lab, name, content):
    uploaded = {name: {"metadata": {"name": name}, "content": content}}
    lab.button.notify_change({"name": "value", "type": "change", "old": (), "new": uploaded})


@pytest.mark.parametrize("give", [upload, upload_as_ipywidgets_7])
def test_an_uploaded_photo_is_judged_and_changes_the_picture(give, lab):
    before = lab.picture.value
    give(lab, "গরু.png", OTHER)
    assert lab.judged[-1] == OTHER
    assert lab.picture.value != before and lab.message.value == ""


def test_a_phones_photo_is_turned_before_it_is_judged(lab):
    upload(lab, "ফোন.jpg", turned(6))
    judged = io.BytesIO(lab.judged[-1])
    assert Image.open(judged).size == Image.open(io.BytesIO(turned(6))).size[::-1]
    assert not is_sideways(judged)


@pytest.mark.parametrize("content", [b"not a photo", huge_png(10_000, 6_000)])
def test_what_is_no_photo_or_too_large_is_answered_and_the_picture_stays(content, lab):
    before = lab.picture.value
    upload(lab, "চিঠি.docx", content)
    assert "চিঠি.docx" in lab.message.value and "ছোট মাপে সেভ করে আবার দাও" in lab.message.value
    assert lab.picture.value == before and lab.judged == [SAMPLE]
    upload(lab, "ঠিক.jpg", OTHER)
    assert lab.message.value == ""
