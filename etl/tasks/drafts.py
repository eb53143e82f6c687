"""A draft as the page gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def proposal(file: Path, kind: str) -> dict[str, Any]:
    """Stub."""
    raise NotImplementedError
