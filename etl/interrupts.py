"""Ctrl-C undoes what is under way; for what is done it comes too late, and is not heard."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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
