"""A page looked at in a role: what asks for the session of the page gets this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import viewer
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest


def look_as(monkeypatch: pytest.MonkeyPatch, token: str) -> str:
    """Have every page and answer be for the session of a token; gives the token."""
    monkeypatch.setattr(viewer, "_of_page", lambda: token)
    return token


def sign_in_as(
    monkeypatch: pytest.MonkeyPatch, role: str, *, schools: Sequence[str] = (), unit: str | None = None
) -> str:
    """Sign in as a role of the small district; gives the token."""
    return look_as(monkeypatch, sign_in("999901", role=role, schools=schools, unit=unit))
