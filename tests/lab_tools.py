"""What the tests of the labs share: waiting for a training, what a lab shows, running the code to copy."""

import html
import re

import keras

LIMIT = 60  # seconds; more than any training here takes, so that a hanging thread fails and doesn't hang


def wait_for(lab) -> None:
    """A lab that trains does so in a thread."""
    if hasattr(lab, "training") and (thread := lab.training.thread):
        thread.join(LIMIT)
        assert not thread.is_alive()


def shown(lab) -> tuple[bytes, str, str]:
    return bytes(lab.picture.value), lab.readout.value, lab.code.value


def names_made_by(code: str) -> dict:
    """What a learner has after running the code of a lab."""
    names = {"keras": keras}
    exec(html.unescape(re.sub("<[^>]*>", "", code)), names)
    return names
