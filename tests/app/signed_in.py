"""A page looked at in a role: every module of the pages that opens a session opens this one."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from tests.database.viewers import sign_in

if TYPE_CHECKING:
    import pytest


def sign_in_as(monkeypatch: pytest.MonkeyPatch, role: str) -> str:
    """Sign in as a role of the small district; gives the token."""
    token = sign_in("999901", role=role)
    import_module("dashboard.app_pages.rectification")
    for name, module in list(sys.modules.items()):
        if name.startswith("dashboard.") and hasattr(module, "open_local_session"):
            monkeypatch.setattr(module, "open_local_session", lambda: token)
    return token
