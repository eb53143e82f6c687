"""Focus zones as pages read them, and what the committee does with them; nothing is ever rewritten.

The rows are the viewer's own: policies hold role, district and author. New weights are followed by a build.

- ``read_zones(c)``: district_code, zone_id, town_code, town_name (missing where no area is known),
  police_area_codes, school_codes, rank, rank_low, rank_high, weights_rank_low, weights_rank_high, score,
  terms, weights, way_off, is_enough_data, pupils, by zone_id
- ``read_shapes(c)``: zone_id, geom, in the same order
- ``read_weighting(c, district)`` -> ``Weighting`` or None
- ``set_weights(c, district, weights)``: number of the build's job
- ``choices(c)``: id, district_code, zone_id, school_codes, decision, reason, set_by, set_at of what stands
- ``choose(c, zone_id, decision, reason)``, ``take_back(c, number)``
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import CURRENT
from data.personal import is_personal
from data.repositories import jobs as queue
from geo.errors import CampusError
from geo.zone_scores import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection

    from geo.terms import ZoneDecision

BUILD = {"jobs": ["zones"]}
"""What the worker is asked for when the weights change."""
MOST_WEIGHT = 100
LONGEST_REASON = 200
_ME = "(SELECT v.account_id FROM auth.viewer() AS v)"
_ZONES = f"""
    SELECT z.district_code, z.zone_id, z.town_code, t.name AS town_name, z.police_area_codes, z.school_codes,
           z.rank, z.rank_low, z.rank_high, z.weights_rank_low, z.weights_rank_high, z.score, z.terms,
           z.weights, z.way_off, z.is_enough_data, z.pupils
      FROM out.focus_zone AS z
      LEFT JOIN (SELECT code, name FROM core.area WHERE {CURRENT}) AS t ON t.code = z.town_code
     ORDER BY z.zone_id COLLATE "C"
"""


class WeightRangeError(CampusError):
    """A weight is no number from 0 to ``most``."""

    key = "zones.weight_range"


class ZoneGoneError(CampusError):
    """The zone is not there (any more), or none of the viewer's."""

    key = "zones.gone"


class PersonalReasonError(CampusError):
    """A reason holds what looks like an ID number or a mobile number."""

    key = "zones.personal_reason"


class LongReasonError(CampusError):
    """A reason has more than ``most`` characters."""

    key = "zones.long_reason"


class Weighting(NamedTuple):
    """The weights that the committee set last in a district."""

    id: int
    weights: dict[str, float]
    """From 0 to `MOST_WEIGHT` by term."""
    set_by: int
    """Number of the account."""
    set_at: datetime


def read_zones(connection: Connection) -> pd.DataFrame:
    """Read the zones that the viewer sees, see the module."""
    return read_frame(connection, _ZONES)


def read_shapes(connection: Connection) -> gpd.GeoDataFrame:
    """Read the shapes of the zones, EPSG:4490."""
    found: gpd.GeoDataFrame = read_frame(
        connection,
        'SELECT zone_id, geom FROM out.in_box_focus_zone(-180, -90, 180, 90) ORDER BY zone_id COLLATE "C"',
    )
    return found


def district_names(connection: Connection) -> dict[str, str]:
    """Give the names of districts by their codes."""
    statement = text(f"SELECT code, name FROM core.area WHERE level = 'district' AND {CURRENT}")
    return {str(row.code): str(row.name) for row in connection.execute(statement)}


def read_weighting(connection: Connection, district: str) -> Weighting | None:
    """Read the weights that hold in a district; None while nobody has set any."""
    statement = text(
        "SELECT id, weights, set_by, set_at FROM work.weighting WHERE district_code = :district "
        "ORDER BY id DESC LIMIT 1"
    )
    row = connection.execute(statement, {"district": district}).first()
    return None if row is None else Weighting(row.id, dict(row.weights), row.set_by, row.set_at)


def set_weights(connection: Connection, district: str, weights: Mapping[str, float]) -> int:
    """Set the weights of a district in the viewer's name, and ask for a build.

    Parameters
    ----------
    connection
        A viewer's transaction that may write; the caller commits it.
    district
        The partition.
    weights
        From 0 to `MOST_WEIGHT` by `geo.terms.ZoneTerm`; a term that is not named has none.

    Returns
    -------
    int
        Number of the build's job.

    Raises
    ------
    WeightRangeError
        One is too large.
    geo.zone_scores.BadWeightsError, geo.zone_scores.UnknownTermError
        They are all zero, one is negative or no number, or one is for something else.
    """
    normalised(weights)
    if any(weight > MOST_WEIGHT for weight in weights.values()):
        raise WeightRangeError(most=MOST_WEIGHT)
    statement = text(
        "INSERT INTO work.weighting (district_code, weights, set_by) "
        f"VALUES (:district, CAST(:weights AS jsonb), {_ME})"
    )
    connection.execute(statement, {"district": district, "weights": json.dumps(dict(weights))})
    return queue.add_as_viewer(connection, "build", BUILD)


def choices(connection: Connection) -> list[dict[str, Any]]:
    """List the decisions that stand, newest first, see the module."""
    statement = text(
        "SELECT id, district_code, zone_id, school_codes, decision, reason, set_by, set_at "
        "FROM work.zone_choice WHERE revoked_at IS NULL ORDER BY id DESC"
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def choose(connection: Connection, zone_id: str, decision: ZoneDecision, reason: str) -> None:
    """Write down what was decided of a zone, in the viewer's name; what stood is taken back first.

    Raises
    ------
    LongReasonError, PersonalReasonError
        The reason is too long, or holds what looks like somebody's number.
    ZoneGoneError
        The viewer sees no such zone.
    """
    said = reason.strip()
    if len(said) > LONGEST_REASON:
        raise LongReasonError(most=LONGEST_REASON)
    if is_personal(said):
        raise PersonalReasonError
    _revoke(connection, "zone_id = :zone", zone=zone_id)
    statement = text(
        "INSERT INTO work.zone_choice (district_code, zone_id, school_codes, decision, reason, set_by) "
        f"SELECT district_code, zone_id, school_codes, :decision, :reason, {_ME} "
        "FROM out.focus_zone WHERE zone_id = :zone"
    )
    values = {"zone": zone_id, "decision": str(decision), "reason": said or None}
    if not connection.execute(statement, values).rowcount:
        raise ZoneGoneError


def take_back(connection: Connection, number: int) -> bool:
    """Take a decision back in the viewer's name; False where it does not stand."""
    return bool(_revoke(connection, "id = :id", id=number))


def _revoke(connection: Connection, which: str, **values: object) -> int:
    """Mark decisions as taken back; give how many."""
    statement = text(
        f"UPDATE work.zone_choice SET revoked_at = now(), revoked_by = {_ME} "
        f"WHERE revoked_at IS NULL AND {which}"
    )
    return connection.execute(statement, values).rowcount
