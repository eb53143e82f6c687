"""The one matrix of what each role may, `data/rights.yml`: pages, routes, tables; code and tests read it here."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("rights.yml")


@cache
def matrix() -> Mapping[str, Any]:
    """Read the whole matrix."""
    return MappingProxyType(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@cache
def page_roles() -> Mapping[str, frozenset[str]]:
    """Give the roles that see a page, by the page's name in addresses."""
    return MappingProxyType({name: frozenset(roles) for name, roles in matrix()["pages"].items()})


@cache
def route_roles() -> Mapping[str, frozenset[str]]:
    """Give the roles that may ask a family of routes, by the beginning of its addresses."""
    return MappingProxyType({name: frozenset(roles) for name, roles in matrix()["routes"].items()})
