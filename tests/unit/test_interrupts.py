"""A signal that comes at a bad moment is heard a moment later."""

from __future__ import annotations

import signal

import pytest

from etl.interrupts import postponed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_heard_when_the_block_has_ended(number: signal.Signals) -> None:
    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    done = []

    def work() -> None:
        with postponed():
            signal.raise_signal(number)
            done.append("all of it")

    before = signal.signal(number, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
        assert signal.getsignal(number) is stop
    finally:
        signal.signal(number, before)
    assert done == ["all of it"]
