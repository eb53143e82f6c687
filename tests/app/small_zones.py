"""Focus zones of the small district, written as a build writes them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from geo.terms import ZoneTerm

SQUARE = "ST_Multi(ST_Expand(ST_Centroid(s.geom), 0.002))"
ZONE = f"""
    INSERT INTO out.focus_zone (district_code, zone_id, town_code, police_area_codes, school_codes, rank, rank_low,
                                rank_high, weights_rank_low, weights_rank_high, score, terms, weights, is_enough_data,
                                geom, run_id)
    SELECT s.district_code, 'T1:' || s.code, 'T1', '{{}}', ARRAY[s.code], :rank, :rank, :rank, :rank, :rank, 0.5,
           CAST(:terms AS jsonb), CAST(:weights AS jsonb), true, {SQUARE}, :run
      FROM core.school AS s WHERE s.code = :school
"""


def terms(events: int, hazards: int) -> dict[str, dict[str, Any]]:
    values = dict.fromkeys(map(str, ZoneTerm), 0.0) | {
        "incident_rate": 31.4,
        "hazards_overdue": float(hazards),
    }
    found: dict[str, dict[str, Any]] = {
        term: {"value": value, "unit": "count", "share": 0.5, "part": 0.1 if value else 0.0, "known": True,
               "counts": True, "half": 1.0}
        for term, value in values.items()
    }  # fmt: skip
    found["incident_rate"] |= {"events": events, "km2": 0.3, "days": 365}
    return found


def put_zones(schools: list[str], *, events: tuple[int, ...]) -> None:
    """Write a zone for each school, ranked in their order, in the place of those that were built."""
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text("DELETE FROM out.focus_zone"))
        run = connection.execute(
            text("SELECT audit.start_run('zones', current_date, '{}', '0', '')")
        ).scalar_one()
        for rank, (school, count) in enumerate(zip(schools, events, strict=True), start=1):
            values = {"school": school, "rank": rank, "terms": json.dumps(terms(count, rank)), "run": run,
                      "weights": json.dumps({"weights": {"incident_rate": 1.0}})}  # fmt: skip
            connection.execute(text(ZONE), values)
        connection.commit()


def put_overdue_hazard(code: str, school: str, unit: str) -> None:
    """Write a hazard whose deadline is long past."""
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(
            text(
                "INSERT INTO core.hazard (code, district_code, category, school_code, unit, deadline, found_at, source, "
                "digest, valid_from, recorded_by) SELECT :code, district_code, '护栏缺失', code, :unit, '2026-01-10', "
                "'2026-01-02', 's', '', '2026-01-01', 1 FROM core.school WHERE code = :school"
            ),
            {"code": code, "school": school, "unit": unit},
        )
        connection.commit()
