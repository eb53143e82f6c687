"""The three lists of a meeting: problems by zone, tasks, and who answers for what; each a frame of words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dashboard.papers.wording import amount, clauses, day, listed, place_name
from data.messages import text
from geo.terms import FindingStatus, RuleMetric, ZoneTerm

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import geopandas as gpd

    from dashboard.papers.material import Material
    from data.messages import Lang

    Row = Mapping[Hashable, Any]

PROBLEMS = ("zone", "kind", "problem", "unit", "deadline")
TASKS = ("task", "zone", "origin", "deadline", "state")
DUTIES = ("task", "lead_unit", "joint_units", "deadline")
DECISIONS = ("item", "lead_unit", "joint_units", "deadline")
"""Columns of the blank table, in the order in which they are typed back."""


def problems(material: Material, zones: gpd.GeoDataFrame, lang: Lang) -> pd.DataFrame:
    """List what is to be put right in the zones, and what is overdue elsewhere.

    Parameters
    ----------
    material
        Of the district.
    zones
        Those that the papers speak of, by rank.
    lang
        Language of the papers.

    Returns
    -------
    DataFrame
        `PROBLEMS`, in words; nothing is cut off.
    """
    names, rows = material.names(), []
    for zone in zones.to_dict("records"):
        place = place_name(zone, names, lang)
        rows += [
            (place, *row)
            for row in (
                *_findings(material.findings, zone, lang),
                *_hazards(material.hazards[material.hazards["zone_id"] == zone["zone_id"]], lang),
                *_uncovered(material.uncovered, zone, names, lang),
                *_significant(zone, lang),
            )
        ]
    elsewhere = text("papers.place.elsewhere", lang)
    rows += [(elsewhere, *row) for row in _hazards(_overdue_elsewhere(material.hazards, zones), lang)]
    return pd.DataFrame(rows, columns=list(PROBLEMS), dtype=object)


def task_list(material: Material, zones: gpd.GeoDataFrame, lang: Lang) -> pd.DataFrame:
    """List the tasks there are that are not done, then what the zones' problems propose.

    Returns
    -------
    DataFrame
        `TASKS`, in words.
    """
    names = material.names()
    places = {zone["zone_id"]: place_name(zone, names, lang) for zone in material.zones.to_dict("records")}
    rows = [
        (task["item"], places.get(task["zone_id"], text("papers.none", lang)), _origin(task, lang),
         day(task["deadline"], lang), text(f"papers.state.{_state(task)}", lang))
        for task in open_tasks(material.tasks).to_dict("records")
    ]  # fmt: skip
    proposed = (text("papers.origin.proposed", lang), "", text("papers.state.proposed", lang))
    rows += [(item, place, *proposed) for place, item, _unit in _proposals(material, zones, lang)]
    return pd.DataFrame(rows, columns=list(TASKS), dtype=object)


def duties(material: Material, zones: gpd.GeoDataFrame, lang: Lang) -> pd.DataFrame:
    """List who answers for what by when: tasks, open hazards by unit, proposals with blanks.

    Returns
    -------
    DataFrame
        `DUTIES`, in words; what the meeting is to fill in is empty.
    """
    rows = [
        (task["item"], task["lead_unit"], listed(list(task["joint_units"]), lang),
         day(task["deadline"], lang))
        for task in open_tasks(material.tasks).to_dict("records")
    ]  # fmt: skip
    inside = material.hazards[material.hazards["zone_id"].isin(zones["zone_id"])]
    for unit, mine in inside.drop_duplicates("hazard_code").groupby("unit", sort=True):
        late = int(mine["is_overdue"].sum())
        item = text("papers.duty.hazards", lang, count=len(mine), overdue=late)
        rows.append((item, str(unit), "", day(mine["deadline"].dropna().max(), lang)))
    rows += [(f"{place}{text('papers.colon', lang)}{item}", unit, "", "")
             for place, item, unit in _proposals(material, zones, lang)]  # fmt: skip
    return pd.DataFrame(rows, columns=list(DUTIES), dtype=object)


def open_tasks(tasks: pd.DataFrame) -> pd.DataFrame:
    """Give the tasks that nobody said are done, the next to end first."""
    return tasks[tasks["done_at"].isna()].sort_values(["deadline", "id"])


def _findings(findings: pd.DataFrame, zone: Mapping[str, Any], lang: Lang) -> list[tuple[str, str, str, str]]:
    """Write a line for each venue that is to be verified or measured, with all that speaks of it."""
    mine = findings[findings["school_code"].isin(zone["school_codes"])]
    return [
        (text("papers.kind.finding", lang),
         text("papers.problem.venue", lang, venue=found["venue_name"].iloc[0],
              measures=clauses([_measure(row, lang) for row in found.to_dict("records")], lang)), "", "")
        for _code, found in mine.groupby("venue_code", sort=True)
    ]  # fmt: skip


def _measure(row: Row, lang: Lang) -> str:
    """Write one measure of a venue against a rule."""
    column = "distance_walk_m" if row["metric"] == RuleMetric.WALK else "distance_straight_m"
    status = row["status"] if row["status"] in set(FindingStatus) else FindingStatus.NEEDS_SURVEY
    metres: str = text("papers.none", lang) if pd.isna(row[column]) else amount(row[column], lang, "#,##0.0")
    return text(
        "papers.problem.measure", lang, school=row["school_name"], metres=metres,
        metric=text(f"papers.metric.{row['metric']}", lang), limit=amount(row["metres"], lang),
        document=row["document"], status=text(f"papers.status.{status}", lang),
    )  # fmt: skip


def _hazards(hazards: pd.DataFrame, lang: Lang) -> list[tuple[str, str, str, str]]:
    """Write a line for each hazard that is not closed, overdue ones first."""
    ordered = hazards.sort_values(["is_overdue", "hazard_code"], ascending=[False, True])
    return [
        (text(f"papers.kind.{'hazard_overdue' if row['is_overdue'] else 'hazard'}", lang),
         hazard_words(row, lang), unit_word(row["unit"], lang), day(row["deadline"], lang))
        for row in ordered.to_dict("records")
    ]  # fmt: skip


def hazard_words(row: Row, lang: Lang) -> str:
    """Write what a hazard is, and how late it is."""
    at = row["school_name"] if isinstance(row["school_name"], str) else text("papers.place.on_map", lang)
    told = text("papers.problem.hazard", lang, category=row["category"], place=at, code=row["hazard_code"])
    if row["is_overdue"]:
        told += text("papers.problem.late", lang, days=int(row["overdue_days"]))
    return told


def unit_word(unit: object, lang: Lang) -> str:
    """Name a unit; say where none is named."""
    return unit if isinstance(unit, str) and unit else text("papers.no_unit", lang)


def _uncovered(
    uncovered: pd.DataFrame, zone: Mapping[str, Any], names: Mapping[str, str], lang: Lang
) -> list[tuple[str, str, str, str]]:
    """Write a line for each school with open gates."""
    mine = uncovered[uncovered["school_code"].isin(zone["school_codes"]) & (uncovered["uncovered_min"] > 0)]
    return [
        (text("papers.kind.uncovered", lang),
         text("papers.problem.uncovered", lang, school=names.get(code, code),
              minutes=amount(minutes, lang, "#,##0")), "", "")
        for code, minutes in zip(mine["school_code"], mine["uncovered_min"], strict=True)
    ]  # fmt: skip


def _significant(zone: Mapping[str, Any], lang: Lang) -> list[tuple[str, str, str, str]]:
    """Write how many places have significantly many events; never how many those are."""
    count = zone["terms"].get(str(ZoneTerm.SIGNIFICANT_CELLS), {}).get("value")
    if not count:
        return []
    told = text("papers.problem.significant", lang, count=amount(count, lang, "#,##0"))
    return [(text("papers.kind.significant", lang), told, "", "")]


def _overdue_elsewhere(hazards: pd.DataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give what is overdue and in none of the zones."""
    inside = hazards.loc[hazards["zone_id"].isin(zones["zone_id"]), "hazard_code"]
    late = hazards[hazards["is_overdue"] & ~hazards["hazard_code"].isin(inside)]
    return late.drop_duplicates("hazard_code")


def _proposals(material: Material, zones: gpd.GeoDataFrame, lang: Lang) -> list[tuple[str, str, str]]:
    """Give place, task and unit (empty where the meeting is to name one) that the problems propose."""
    names, found = material.names(), []
    for zone in zones.to_dict("records"):
        place, late = place_name(zone, names, lang), material.hazards[material.hazards["is_overdue"]]
        late = late[late["zone_id"] == zone["zone_id"]]
        mine = material.findings[material.findings["school_code"].isin(zone["school_codes"])]
        open_min = material.uncovered.loc[
            material.uncovered["school_code"].isin(zone["school_codes"]), "uncovered_min"
        ].sum()
        units = sorted(set(late["unit"].dropna()))
        counts = (("findings", mine["venue_code"].nunique(), ""), ("overdue", len(late), listed(units, lang)),
                  ("uncovered", open_min, ""))  # fmt: skip
        found += [
            (place, text(f"papers.proposal.{word}", lang, count=amount(count, lang, "#,##0")), unit)
            for word, count, unit in counts
            if count > 0
        ]
    return found


def _origin(task: Row, lang: Lang) -> str:
    """Say where a task comes from."""
    if isinstance(task["campaign"], str):
        return text("papers.origin.of_campaign", lang, name=task["campaign"])
    return text(f"papers.origin.{task['origin']}", lang)


def _state(task: Row) -> str:
    """Give the word of a task that is not done."""
    return "overdue" if task["is_overdue"] else "open"
