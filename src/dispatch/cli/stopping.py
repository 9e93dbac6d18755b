"""Turns SIGTERM and SIGINT into a wish to stop, so that long work comes to a safe end.

In: an event. Out: the event set at the first signal; the second one interrupts at once.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

#: How often a waiting server looks whether it is to stop.
_LOOK_SECONDS = 0.2


@contextmanager
def on_signals(stop: threading.Event) -> Iterator[None]:
    """Within the block a signal sets `stop`; a second one raises KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may take signals
        return

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo("stopping after what is in hand; once more to stop at once", err=True)

    previous = {number: signal.signal(number, ask) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


def wait(stop: threading.Event) -> None:
    """Until `stop` is set. Asks without a lock: the signal may come between any two steps here."""
    while not stop.is_set():
        time.sleep(_LOOK_SECONDS)
