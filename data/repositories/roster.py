"""What a roster's headings may mean: schools, gates and posts by name, and the posts that guard a school."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from data.models.base import CURRENT
from data.repositories.intake import CURRENT_C
from geo.terms import PostType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

LEFT_OUT = " \t\n\r()[]{}<>,.;:!?'\"“”‘’、。，；：（）【】《》·-—–_/\\"
"""Signs that are not looked at when names are compared; what differs in them alone is one name."""
_FOLDED = "lower(translate(normalize({}, NFKC), :left_out, ''))"
METRES_A_DEGREE = 55_000
"""Fewer than a degree of longitude has anywhere between 60 degrees north and south."""


class Named(NamedTuple):
    """A code that a heading may mean."""

    name: str
    """The heading, folded, or the code itself."""
    code: str


class KnownGate(NamedTuple):
    """A gate and how it is called."""

    school: str
    gate: str
    folded: str


class Guard(NamedTuple):
    """A guard post and the gate that it is at."""

    school: str
    gate: str | None
    post: str


def find_named(connection: Connection, kind: str, folded: Sequence[str], codes: Sequence[str]) -> list[Named]:
    """Find current schools or posts by folded name or by code.

    Parameters
    ----------
    kind
        `school` or `post`.
    folded
        Names, folded as `LEFT_OUT` says: NFKC, small letters, without those signs.
    codes
        Possible codes.
    """
    statement = (
        f"SELECT {_FOLDED.format('name')} AS name, code FROM core.{kind} "
        f"WHERE {CURRENT} AND {_FOLDED.format('name')} = ANY(:folded) "
        f"UNION SELECT code, code FROM core.{kind} WHERE {CURRENT} AND code = ANY(:codes) ORDER BY 1, 2"
    )
    values = {"left_out": LEFT_OUT, "folded": list(folded), "codes": list(codes)}
    return [Named(*row) for row in connection.execute(text(statement), values)]


def find_gates(connection: Connection, schools: Sequence[str], folded: Sequence[str]) -> list[KnownGate]:
    """Give the current gates of some schools, and those that are called by school and gate in one word.

    Parameters
    ----------
    schools
        Codes of schools, all of whose gates are given, by their own folded names.
    folded
        Names of school and gate together, folded; their gates are given by these.
    """
    both = _FOLDED.format("s.name || g.name")
    statement = (
        f"SELECT school_code, name, {_FOLDED.format('name')} FROM core.gate "
        f"WHERE {CURRENT} AND name IS NOT NULL AND school_code = ANY(:schools) "
        f"UNION SELECT g.school_code, g.name, {both} "
        f"FROM core.gate g JOIN core.school s ON s.code = g.school_code "
        f"WHERE g.valid_to IS NULL AND g.ended_by IS NULL AND s.valid_to IS NULL AND s.ended_by IS NULL "
        f"AND g.name IS NOT NULL AND {both} = ANY(:folded) ORDER BY 1, 2, 3"
    )
    values = {"left_out": LEFT_OUT, "schools": list(schools), "folded": list(folded)}
    return [KnownGate(*row) for row in connection.execute(text(statement), values)]


def read_serving(connection: Connection, schools: Sequence[str]) -> list[Guard]:
    """Give the guard posts whose current duties serve some schools, and which gate they name."""
    statement = (
        f"SELECT DISTINCT d.school_code, d.gate, c.code "
        f"FROM core.duty d JOIN core.post c ON c.code = d.post_code "
        f"WHERE d.valid_to IS NULL AND d.ended_by IS NULL AND {CURRENT_C} AND c.type = :guard "
        f"AND d.school_code = ANY(:schools)"
    )
    values = {"guard": PostType.GUARD_POST.value, "schools": list(schools)}
    return [Guard(*row) for row in connection.execute(text(statement), values)]


def read_near(connection: Connection, schools: Sequence[str], metres: float) -> list[Guard]:
    """Give the guard posts within a distance of the gates of some schools.

    Parameters
    ----------
    metres
        Geodesic distance from the gate.
    """
    statement = (
        f"SELECT DISTINCT g.school_code, g.name, c.code FROM core.gate g "
        f"JOIN core.post c ON c.geom && ST_Expand(g.geom, :degrees) "
        f"AND ST_DWithin(c.geom::geography, g.geom::geography, :metres) "
        f"WHERE g.valid_to IS NULL AND g.ended_by IS NULL AND {CURRENT_C} AND c.type = :guard "
        f"AND g.school_code = ANY(:schools)"
    )
    values = {
        "guard": PostType.GUARD_POST.value,
        "schools": list(schools),
        "metres": metres,
        "degrees": metres / METRES_A_DEGREE,
    }
    return [Guard(*row) for row in connection.execute(text(statement), values)]
