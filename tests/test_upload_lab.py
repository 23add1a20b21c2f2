"""The photo lab: a verdict per photo, a Bengali answer to anything else, a picture without a kernel."""

import base64
import io
from datetime import UTC, datetime

from helpers import setup, upload_lab

import pytest
from PIL import Image

setup()


def photo(colour, file_format="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, file_format)
    return buffer.getvalue()


@pytest.fixture
def lab(tmp_path):
    sample = tmp_path / "নমুনা ছবি.png"
    sample.write_bytes(photo("red"))
    judged = []

    def judge(content):
        judged.append(content)
        return f"রায় {len(judged)}"

    lab = upload_lab(judge, sample)
    lab.judged = judged
    lab.button, lab.message, *_ = lab.children
    return lab


def upload(lab, name, content):
    file = {"name": name, "type": "image/png", "size": len(content), "content": memoryview(content)}
    lab.button.value = ({**file, "last_modified": datetime.now(UTC)},)


def test_before_any_upload_the_sample_is_judged_and_shown(lab):
    assert lab.judged == [photo("red")]
    assert bytes(lab.picture.value).startswith(b"\x89PNG")
    assert "রায় 1" in lab.readout.value and 'role="alert"' in lab.readout.value


def test_an_uploaded_photo_is_judged_and_changes_the_picture(lab):
    before = lab.picture.value
    upload(lab, "গরু.png", photo("blue"))
    assert lab.judged[-1] == photo("blue")
    assert lab.picture.value != before
    assert lab.message.value == ""


def test_a_photo_in_the_form_of_ipywidgets_7_is_judged_too(lab):
    uploaded = {"গরু.png": {"metadata": {"name": "গরু.png"}, "content": photo("blue")}}
    lab.button.notify_change({"name": "value", "type": "change", "old": (), "new": uploaded})
    assert lab.judged[-1] == photo("blue") and lab.message.value == ""


def test_a_file_that_is_no_photo_is_answered_by_name_and_the_picture_stays(lab):
    before = lab.picture.value
    upload(lab, "চিঠি.docx", b"not a photo")
    assert "চিঠি.docx" in lab.message.value and "আবার দাও" in lab.message.value
    assert lab.picture.value == before
    upload(lab, "ঠিক.jpg", photo("green", "JPEG"))
    assert lab.message.value == ""


def test_a_huge_photo_is_refused_before_it_fills_the_memory(lab):
    huge = Image.new("1", (10_000, 6_000))
    buffer = io.BytesIO()
    huge.save(buffer, "PNG")
    upload(lab, "বিশাল.png", buffer.getvalue())
    assert "বিশাল.png" in lab.message.value and "ছোট মাপে" in lab.message.value
    assert lab.judged == [photo("red")]


def test_without_a_kernel_the_last_picture_and_its_text_remain(lab):
    data, metadata = lab._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert data["text/plain"].endswith("আসবে। রায় 1")
