"""The tables, one module per PostgreSQL schema.

`Base.metadata` knows all of them; the joint instance is built without `restricted`.
"""

from __future__ import annotations

from data.models import audit, auth, core, out, raw, restricted, rules, work
from data.models.base import CURRENT, SRID, Base

SCHEMAS = ("raw", "core", "work", "out", "out_asof", "audit", "auth", "restricted")
"""Every schema of the product; `restricted` stands in the police instance only."""

__all__ = [
    "CURRENT",
    "SCHEMAS",
    "SRID",
    "Base",
    "audit",
    "auth",
    "core",
    "out",
    "raw",
    "restricted",
    "rules",
    "work",
]
