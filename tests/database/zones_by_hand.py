"""The terms of focus zones once more, school by school and event by event: PostGIS measures, loops count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole

if TYPE_CHECKING:
    from datetime import date

HELD = "valid_to IS NULL AND ended_by IS NULL"
ZONES = f"""
    CREATE TEMP TABLE by_hand ON COMMIT DROP AS
    SELECT code, town_code, pupils, ST_Buffer(ST_Transform(geom, 4549), 200, 'quad_segs=16') AS zone
      FROM core.school WHERE {HELD}
"""
TOUCHING = "SELECT a.code, b.code FROM by_hand a JOIN by_hand b ON a.code < b.code AND a.town_code = b.town_code AND ST_Intersects(a.zone, b.zone)"
NEAR = {
    "event": f"""
        SELECT e.code, z.code FROM by_hand z JOIN core.incident e ON {HELD.replace("valid", "e.valid").replace("ended", "e.ended")}
           AND ST_Intersects(z.zone, coalesce(ST_Transform(e.geom, 4549), ST_SetSRID(ST_MakePoint(
               500000 + 150 * split_part(e.cell_id, '_', 3)::float8,
               100 * sqrt(3::float8) * (split_part(e.cell_id, '_', 4)::float8 + split_part(e.cell_id, '_', 3)::float8 / 2)), 4549)))
         WHERE (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date >= :first
           AND (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date < :day
    """,
    "cell": """
        SELECT c.cell_id, z.code FROM by_hand z JOIN out.hotspot_cell c ON ST_Intersects(z.zone, ST_Transform(c.geom, 4549))
          JOIN out.hotspot_sum s USING (cell_id) WHERE s.class = 'hot' AND s.category = 'all' AND s.period = :period
    """,
    "hazard": f"""
        SELECT h.code, z.code FROM by_hand z JOIN core.hazard h ON {HELD.replace("valid", "h.valid").replace("ended", "h.ended")}
           AND CASE WHEN h.school_code IS NULL THEN ST_Intersects(z.zone, ST_Transform(h.geom, 4549)) ELSE h.school_code = z.code END
    """,
}  # fmt: skip


@dataclass
class Zone:
    """A zone and what was found in it."""

    schools: list[str]
    town: str
    area_m2: float = 0.0
    pupils: float = 0.0
    minutes: float = 0.0
    found: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in (*NEAR, "venue")})


def zones_by_hand(first: date, day: date, period: str) -> dict[str, Zone]:
    """Find the zones of the one district there is, by their ids."""
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text(ZONES))

        def rows(statement: str, **values: Any) -> list[Any]:
            return list(connection.execute(text(statement), values).all())

        zones = _grouped(rows("SELECT code, town_code, pupils FROM by_hand"), rows(TOUCHING))
        of = {code: zone for zone in zones.values() for code in zone.schools}
        area = "SELECT ST_Area(ST_Union(zone)) FROM by_hand WHERE code = ANY (:codes)"
        for zone in zones.values():
            zone.area_m2 = rows(area, codes=zone.schools)[0][0]
        given = {"event": {"first": first, "day": day}, "cell": {"period": period}, "hazard": {}}
        for kind, statement in NEAR.items():
            for code, school in rows(statement, **given[kind]):
                of[school].found[kind].add(code)
        for venue, school in rows(
            "SELECT venue_code, school_code FROM out.rule_finding WHERE status <> 'clear'"
        ):
            of[school].found["venue"].add(venue)
        for school, minutes in rows(
            "SELECT school_code, uncovered_min FROM out.gate_slot WHERE date_type ~ '^[a-z]'"
        ):
            of[school].minutes += minutes or 0
    return zones


def _grouped(schools: list[Any], touching: list[Any]) -> dict[str, Zone]:
    """Join schools until nothing changes any more."""
    known = {code: (town, pupils) for code, town, pupils in schools}
    home = {code: {code} for code in known}
    for one, other in touching:
        joined = home[one] | home[other]
        for code in joined:
            home[code] = joined
    zones = {}
    for members in {id(group): group for group in home.values()}.values():
        codes = sorted(members)
        town = known[codes[0]][0]
        zones[f"{town}:{codes[0]}"] = Zone(codes, town, pupils=sum(known[code][1] or 0 for code in codes))
    return zones
