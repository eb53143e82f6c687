"""Ctrl-C undoes what is under way; for what is done it comes too late, and is not heard."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@contextmanager
def finishing() -> Iterator[Callable[[], None]]:
    """Give a call after which Ctrl-C is not heard until the block has ended.

    Made right before a commit it keeps a command from saying "interrupted" of what it has in fact done, and
    from leaving out what belongs to it, such as a report. Outside of the main thread no signal arrives, and
    nothing is changed.

    Yields
    ------
    Callable
        What to call at the point of no return.
    """
    heard = signal.getsignal(signal.SIGINT)
    deaf = False

    def no_return() -> None:
        nonlocal deaf
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            deaf = True

    try:
        yield no_return
    finally:
        if deaf:
            signal.signal(signal.SIGINT, heard)


@contextmanager
def postponed() -> Iterator[None]:
    """Hear Ctrl-C and TERM only when the block has ended: nothing in it is left half done.

    What happens in the block is kept in hand by then, so that whoever is interrupted can still undo it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []

    def wait(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    before = [(number, signal.signal(number, wait)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
        if heard:
            signal.raise_signal(heard[0])
