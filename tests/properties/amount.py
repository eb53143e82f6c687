"""How many examples are tried: in a plain run half of those of the full one, where each is slow."""

from __future__ import annotations

import os

from tests.conftest import FULL


def examples(count: int) -> int:
    """Give so many in the full run, half of them else."""
    return count if os.environ.get(FULL) else count // 2
