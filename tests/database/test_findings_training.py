"""In the whole training district every venue x school x rule is as brute force has it, and what is absent is far."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.ops
from sqlalchemy import text

from data.bulk import read_frame
from data.migrate import ensure_database
from data.repositories import rules as book
from data.repositories import settings as settings_repository
from data.rule_book import RuleVersion
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from etl.intake import load
from etl.training import write_training_district
from geo.arrays import shapes_of
from geo.crs import to_metric
from tests.references import roads_by_networkx
from tests.references.findings_by_hand import STRAIGHT, Walks, least_by_school

AS_OF = date(2026, 11, 2)
KINDS = {"area", "school", "gate", "road", "venue"}
LAW = {
    "document": "a notice", "source": "a page", "strength": "prohibited", "jurisdiction": "32",
    "valid_from": date(2018, 5, 1),
}  # fmt: skip
SCHOOLS = ["primary", "junior", "senior", "nine_year", "twelve_year", "vocational", "special"]
RULES = [
    {"code": "t-tobacco-main", "venue_category": "tobacco", "stages": SCHOOLS, "metres": 150, "school_side": "main_gate",
     "venue_side": "door", "metric": "straight", **LAW},
    {"code": "t-tobacco-walk", "venue_category": "tobacco", "stages": ["kindergarten"], "metres": 100,
     "school_side": "any_gate", "venue_side": "door", "metric": "walk", **LAW},
    {"code": "t-lottery", "venue_category": "lottery", "stages": SCHOOLS, "metres": 100, "is_inclusive": False,
     "school_side": "any_gate", "venue_side": "door", "metric": "straight", **LAW},
    {"code": "t-elsewhere", "venue_category": "lottery", "stages": SCHOOLS, "metres": 100, "school_side": "any_gate",
     "venue_side": "door", "metric": "straight", **LAW, "jurisdiction": "44"},
]  # fmt: skip
MARGIN_M = 300.0
PAIR = ["venue_code", "school_code"]
POINTS = {f"32099900{number}" for number in (34, 36, 37, 46, 82, 84)}
"""Schools whose boundary nobody knows."""
ASSUMED = {*POINTS, "3209999008"}
"""Schools without a gate."""


@pytest.fixture(scope="module")
def district(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Load the facts that are read, and write some rules of the province."""
    ensure_database(training=True)
    manifest = write_training_district(tmp_path_factory.mktemp("district"), as_of=AS_OF)
    kind_of = {one.file: one.kind for one in manifest.written}
    for path, source in manifest.files:
        if kind_of[path.name] in KINDS:
            load(path, source)
    with unit_of_work(DbRole.LOADER) as connection:
        for rule in RULES:
            book.put(connection, RuleVersion.model_validate(rule), by="1")
        connection.commit()
    return shared_database


def read(statement: str) -> pd.DataFrame:
    with unit_of_work(DbRole.LOADER) as connection:
        return pd.DataFrame(read_frame(connection, statement))


@pytest.fixture(scope="module")
def by_hand(district: str) -> pd.DataFrame:
    """Every venue with every school: both distances from each side."""
    pairs = read(STRAIGHT)
    current = "WHERE valid_to IS NULL AND ended_by IS NULL"
    venues = read(f"SELECT code, geom FROM core.venue {current} ORDER BY code")
    gates = read(f"SELECT school_code, is_main, geom FROM core.gate {current} ORDER BY code")
    roads = to_metric(shapes_of(read(f"SELECT geom FROM core.road {current} ORDER BY code")), 4549)
    grounds = read(f"SELECT code, geom FROM core.school {current} ORDER BY code")
    bare = grounds[~grounds["code"].isin(gates["school_code"])]
    assumed = [nearest_to(roads, ground) for ground in to_metric(shapes_of(bare), 4549)]
    starts = list(to_metric(shapes_of(venues), 4549))
    schools = sorted(pairs["school_code"].unique())
    # a school without a gate has one where its outline is nearest to a road, or where it is a point
    assert set(bare["code"]) == ASSUMED
    for code, gate in zip(bare["code"], assumed, strict=True):
        straight = {venue: gate.distance(start) for venue, start in zip(venues["code"], starts, strict=True)}
        rows = pairs["school_code"] == code
        assert pairs.loc[rows, ["gate_m", "main_m"]].isna().all(axis=None)
        for name in ("gate_m", "main_m"):
            pairs.loc[rows, name] = pairs.loc[rows, "venue_code"].map(straight)
    goals = [*to_metric(shapes_of(gates), 4549), *assumed]
    more = pd.DataFrame({"school_code": bare["code"], "is_main": True})
    gates = pd.concat([gates[["school_code", "is_main"]], more], ignore_index=True)
    metres = Walks(roads_by_networkx, roads, 0.5).metres(starts, goals)
    for name, own in (("walk_any", gates.index), ("walk_main", gates.index[gates["is_main"].fillna(False)])):
        least = least_by_school(metres[:, own], gates["school_code"].to_numpy()[own], schools)
        keys = [(venue, school) for venue in venues["code"] for school in schools]
        each = pd.DataFrame(keys, columns=PAIR).assign(**{name: least.ravel()})
        pairs = pairs.merge(each, on=PAIR)
    return pairs


def nearest_to(roads, ground):
    if ground.geom_type == "Point":
        return ground
    outline = ground.boundary
    return shapely.ops.nearest_points(outline, min(roads, key=outline.distance))[0]


def findings() -> pd.DataFrame:
    return read(
        "SELECT f.*, r.code AS rule, r.metres, r.is_inclusive FROM out.rule_finding AS f "
        "JOIN core.rule AS r ON r.id = f.rule_id ORDER BY r.code, venue_code, school_code"
    )


def expected(pairs: pd.DataFrame, rule: dict, band_m: float) -> pd.DataFrame:
    """Say once more, from the definitions, which rows there are and what they say."""
    own = pairs[pairs["category"].eq(rule["venue_category"]) & pairs["stage"].isin(rule["stages"])]
    side = {"boundary": "boundary_m", "any_gate": "gate_m", "main_gate": "main_m"}[rule["school_side"]]
    walk = "walk_main" if rule["school_side"] == "main_gate" else "walk_any"
    measure = own[walk if rule["metric"] == "walk" else side].round(3)
    near = own.assign(straight=own[side], walk=own[walk], measure=measure)
    near = near[measure <= rule["metres"] + band_m + MARGIN_M]
    if band_m:
        inside, outside = rule["metres"] - band_m, rule["metres"] + band_m
        status = np.select(
            [near["measure"] < inside, near["measure"] > outside], ["candidate", "clear"], "needs_survey"
        )
    else:
        within = near["measure"] < rule["metres"]
        if rule.get("is_inclusive", True):
            within |= near["measure"] == rule["metres"]
        status = np.where(within, "candidate", "clear")
    # what rests on something that is only assumed is for a survey
    assumed = near["school_code"].isin(POINTS if rule["school_side"] == "boundary" else ASSUMED)
    return near.assign(status=np.where(assumed & (status != "clear"), "needs_survey", status))


@pytest.mark.parametrize("band_m", [15.0, 0.0])
def test_every_pair_is_as_brute_force_has_it(district: str, by_hand: pd.DataFrame, band_m: float) -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        settings_repository.write(connection, "finding_band_m", band_m, set_by="cli")
        connection.commit()
    (result,) = build(["findings"]).results
    made = findings()
    assert result.rows == len(made)
    national = {"stages": SCHOOLS[:-1], "metres": 200, "venue_category": "internet_cafe"}
    wanted = [
        *RULES[:3],
        {"code": "net-cafe-boundary", "school_side": "boundary", "metric": "straight", **national},
        {"code": "net-cafe-walk", "school_side": "any_gate", "metric": "walk", **national},
    ]
    assert set(made["rule"]) == {rule["code"] for rule in wanted}
    for rule in wanted:
        own = made[made["rule"] == rule["code"]].reset_index(drop=True)
        reference = expected(by_hand, rule, band_m).sort_values(
            ["venue_code", "school_code"], ignore_index=True
        )
        assert len(own) > 5, rule["code"]
        assert own[PAIR].to_numpy().tolist() == reference[PAIR].to_numpy().tolist()
        np.testing.assert_allclose(own["distance_straight_m"], reference["straight"], rtol=0, atol=0.001)
        np.testing.assert_allclose(
            own["distance_walk_m"].fillna(np.inf), reference["walk"], rtol=0, atol=0.001
        )
        assert own["status"].tolist() == reference["status"].tolist(), rule["code"]
    assert set(made["status"]) == {"candidate", "needs_survey", "clear"}
    sure = made[~made["school_code"].isin(ASSUMED)]
    assert sure["status"].eq("needs_survey").any() == (band_m > 0)
    assert made["why"].eq("grandfathered").sum() > 3
    told = dict(result.notes[0].given)
    assert told == {
        word: int((made["status"] == word).sum()) for word in ("clear", "needs_survey", "candidate")
    }


def test_an_old_day_keeps_its_old_rule(district: str) -> None:
    law = {**RULES[2], "metres": 60, "valid_from": date(2026, 6, 1)}
    with unit_of_work(DbRole.LOADER) as connection:
        book.put(connection, RuleVersion.model_validate(law), by="1")
        connection.execute(text("UPDATE core.venue SET valid_from = '2020-01-01'"))
        for kind in ("school", "gate", "road", "area"):
            connection.execute(text(f"UPDATE core.{kind} SET valid_from = '2020-01-01'"))
        connection.commit()
    build(["findings"])
    now = findings()
    assert now[now["rule"] == "t-lottery"]["metres"].unique().tolist() == [60]
    build(["findings"], as_of=date(2026, 5, 31))
    then = read(
        "SELECT DISTINCT r.metres FROM out_asof.rule_finding AS f JOIN core.rule AS r ON r.id = f.rule_id "
        "WHERE r.code = 't-lottery'"
    )
    assert then["metres"].tolist() == [100]
    pd.testing.assert_frame_equal(findings(), now)
