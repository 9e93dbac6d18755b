"""Signals: the first asks, the second interrupts, and afterwards all is as before."""

from __future__ import annotations

import signal
import threading

import pytest

from dispatch.cli import stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_and_the_second_interrupts(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    stop, before = threading.Event(), signal.getsignal(number)

    with stopping.on_signals(stop):
        signal.raise_signal(number)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)

    assert signal.getsignal(number) == before
    assert "once more" in capsys.readouterr().err


def test_waiting_ends_when_it_is_to_stop() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()

    stopping.wait(stop)

    assert stop.is_set()


def test_another_thread_takes_no_signals() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def work() -> None:
        with stopping.on_signals(threading.Event()):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert seen == [before]
