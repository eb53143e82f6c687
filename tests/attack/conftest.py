"""A migrated database that the tests of one module share: for what is filled once and only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.cluster import copy_database, drop_database
from data.session import dispose_engines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHARED = "campus_test_shared"


@pytest.fixture(scope="module")
def shared_database(home: Path) -> Iterator[str]:
    """Give the name of a fresh migrated database, which all code of the product uses during the module."""
    copy_database(SHARED, template="campus", home=home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPUS_DATABASE_NAME", SHARED)
        yield SHARED
        dispose_engines()
    drop_database(SHARED, home=home)
