"""A time limit for a learner's code, so that a loop without an end does not hang the notebook."""

import _thread
import contextlib
import threading
from collections.abc import Iterator

_END = object()


class TooLongError(Exception):
    """কোডটি সময়ের মধ্যে শেষ হয়নি।"""


def in_time(items: Iterator, seconds: float) -> Iterator:
    """একই জিনিস একই ক্রমে; কোনো একটি পেতে এত সেকেন্ডের বেশি লাগলে TooLongError।"""
    while True:
        with _within(seconds):
            item = next(items, _END)
        if item is _END:
            return
        yield item


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """ভেতরের কোড এত সেকেন্ডে শেষ না হলে তা থামিয়ে TooLongError; মূল thread-এর বাইরে সীমা নেই।"""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    lock, state = threading.Lock(), ""

    def interrupt() -> None:
        nonlocal state
        with lock:
            if not state:
                state = "too long"
                # the same as ■: no signal is needed, so it works on Windows too
                _thread.interrupt_main()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            timer.cancel()
            # an interrupt already on its way arrives here at the latest
            with lock:
                state = state or "done"
    except KeyboardInterrupt as pressed:
        if state != "too long":
            raise
        raise TooLongError from pressed
