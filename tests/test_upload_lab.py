"""The photo lab: a verdict per photo, a Bengali answer to anything else, a picture without a kernel."""

import base64
import io
from datetime import UTC, datetime

from helpers import setup, upload_lab

import numpy as np
import pytest
from photos import huge_png
from PIL import Image

setup()


def photo(colour, file_format="PNG", **options):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, file_format, **options)
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


def test_the_sample_is_judged_and_shown_and_stays_without_a_kernel(lab):
    assert lab.judged == [photo("red")]
    assert "রায় 1" in lab.readout.value and 'role="alert"' in lab.readout.value
    data, metadata = lab._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]) == lab.picture.value
    assert data["text/plain"] == metadata["image/png"]["alt"] == "রায় 1"


def test_an_uploaded_photo_is_judged_and_changes_the_picture(lab):
    before = lab.picture.value
    upload(lab, "গরু.png", photo("blue"))
    assert lab.judged[-1] == photo("blue")
    assert lab.picture.value != before
    assert lab.message.value == ""


def test_a_phones_photo_is_turned_before_it_is_judged(lab):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn to the right
    sky = Image.new("RGB", (40, 30))
    sky.paste("white", (0, 0, 20, 30))  # the sky: after the turn it is above
    buffer = io.BytesIO()
    sky.save(buffer, "JPEG", exif=exif)
    upload(lab, "ফোন.jpg", buffer.getvalue())
    judged = np.asarray(Image.open(io.BytesIO(lab.judged[-1])))
    assert judged.shape == (40, 30, 3) and judged[:15].mean() > 200 > 50 > judged[25:].mean()


def test_a_photo_in_the_form_of_ipywidgets_7_is_judged_too(lab):
    uploaded = {"গরু.png": {"metadata": {"name": "গরু.png"}, "content": photo("blue")}}
    lab.button.notify_change({"name": "value", "type": "change", "old": (), "new": uploaded})
    assert lab.judged[-1] == photo("blue") and lab.message.value == ""


@pytest.mark.parametrize("content", [b"not a photo", huge_png(10_000, 6_000)])
def test_what_is_no_photo_or_too_large_is_answered_by_name_and_the_picture_stays(content, lab):
    before = lab.picture.value
    upload(lab, "চিঠি.docx", content)
    assert "চিঠি.docx" in lab.message.value and "ছোট মাপে সেভ করে আবার দাও" in lab.message.value
    assert lab.picture.value == before and lab.judged == [photo("red")]
    upload(lab, "ঠিক.jpg", photo("green", "JPEG"))
    assert lab.message.value == ""
