"""What a library makes of a damaged or hostile file, whatever it is, is one named error."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from etl.errors import UnreadableFileError
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


@contextmanager
def damaged(format_name: str) -> Iterator[None]:
    """Take any error of a library within the block for damage of the file it reads.

    A hostile file finds paths of a library that nobody listed, so that no list of its errors is complete. Its
    remarks, which may repeat cells, are kept to ourselves.

    Raises
    ------
    UnreadableFileError
        Something was raised that is not one of ours.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except CampusError:
        raise
    except Exception as error:
        raise UnreadableFileError(format=format_name) from error


def each(items: Iterator[T], format_name: str) -> Iterator[T]:
    """Give what a library's iterator gives, its errors as `damaged` says."""
    while True:
        with damaged(format_name):
            item = next(items, None)
        if item is None:
            return
        yield item
