"""The one door of the generator: a whole made-up district as files, with a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.training.areas import Areas, cut_areas
from etl.training.bells import Bell, ring_bells
from etl.training.duties import Duty, OneDay, change_days, write_roster
from etl.training.events import Event, let_happen
from etl.training.files import write_sheet
from etl.training.gates import Gate, open_gates
from etl.training.greens import grow_greens, raise_buildings
from etl.training.hazards import Hazard, find_hazards
from etl.training.land import Land, draw_land, fill_ponds
from etl.training.manifest import Manifest
from etl.training.posts import Post, man_posts
from etl.training.register import write_register
from etl.training.roads import build_roads
from etl.training.roster import write_roster_file
from etl.training.routes import lay_routes
from etl.training.school_year import OwnDay, SchoolYear, plan_own_days, plan_school_year
from etl.training.schools import School, found_schools
from etl.training.settlements import TOWNS, Settlement, place_settlements
from etl.training.sheets import (
    Sheet,
    area_sheets,
    basemap_sheet,
    bell_sheet,
    calendar_sheet,
    change_sheet,
    duty_sheet,
    gate_sheet,
    post_sheet,
    road_sheet,
    school_sheets,
)
from etl.training.streets import draw_lattices
from etl.training.surroundings import event_sheet, hazard_sheet, venue_sheet
from etl.training.venues import Venue, open_venues

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.network import Roads

SEED = 20260901


@dataclass(frozen=True)
class District:
    """Everything that was made up, metres from the origin."""

    land: Land
    settlements: list[Settlement]
    areas: Areas
    roads: Roads
    greens: list[Shape]
    buildings: list[Shape]
    schools: list[School]
    gates: list[Gate]
    bells: list[Bell]
    year: SchoolYear
    own_days: list[OwnDay]
    posts: list[Post]
    roster: list[Duty]
    changes: list[OneDay]
    venues: list[Venue]
    hazards: list[Hazard]
    events: list[Event]


def write_training_district(folder: Path, *, seed: int = SEED, as_of: date) -> Manifest:
    """Write a made-up district as files that go in through `campus load`.

    Parameters
    ----------
    folder
        Where to; made where it is missing, files of the same names are replaced.
    seed
        The same seed and day give the same files, byte for byte.
    as_of
        The day that counts as today: the school year and the one-day changes lie around it.

    Returns
    -------
    Manifest
        The files in the order in which they load, and what the intake must say about each; also written to
        `manifest.json` in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    district = make_district(seed, as_of)
    written = tuple(write_sheet(folder, sheet) for sheet in make_sheets(district))
    written += (write_roster_file(folder, district.posts, district.roster),)
    write_register(folder, seed, district.areas, as_of)
    manifest = Manifest(folder=folder, seed=seed, as_of=as_of.isoformat(), written=written)
    manifest.write()
    return manifest


def make_district(seed: int, as_of: date) -> District:
    """Make the district up, without writing anything.

    Parameters
    ----------
    seed
        The same seed and day give the same district.
    as_of
        The day that counts as today.
    """
    land = draw_land(seed)
    settlements = place_settlements(seed, land)
    land = fill_ponds(land, [place.shape for place in settlements[:TOWNS]])
    areas = cut_areas(seed, land, settlements)
    schools, roads = found_schools(seed, land, areas, settlements, _lay_roads(seed, land, settlements))
    gates = open_gates(seed, schools, roads)
    bells = ring_bells(seed, schools, gates)
    year = plan_school_year(as_of)
    posts = man_posts(seed, areas, schools, gates, roads)
    roster = write_roster(seed, posts, gates, bells, year, as_of)
    return District(
        land=land,
        settlements=settlements,
        areas=areas,
        roads=roads,
        greens=grow_greens(seed, land, areas.district, settlements, roads, schools),
        buildings=raise_buildings(seed, schools),
        schools=schools,
        gates=gates,
        bells=bells,
        year=year,
        own_days=plan_own_days(seed, year, schools, as_of),
        posts=posts,
        roster=roster,
        changes=change_days(seed, posts, roster, year, as_of),
        venues=open_venues(seed, gates, roads, as_of),
        hazards=find_hazards(seed, schools, gates, as_of),
        events=let_happen(seed, gates, roads, as_of),
    )


def _lay_roads(seed: int, land: Land, settlements: list[Settlement]) -> Roads:
    lattices = draw_lattices(seed, land, settlements)
    gateways = [lattice.gateways() for lattice in lattices[:TOWNS]]
    routes = lay_routes(seed, land, settlements[:TOWNS], gateways)
    return build_roads(seed, land, lattices, routes)


def make_sheets(district: District) -> list[Sheet]:
    """Give the district's files in the order in which they load: places before what names them."""
    return [
        *area_sheets(district.areas),
        basemap_sheet(district.land, district.areas.district, district.greens, district.buildings),
        road_sheet(district.roads),
        *school_sheets(district.schools),
        gate_sheet(district.gates, district.schools),
        calendar_sheet(district.year, district.own_days, district.schools),
        bell_sheet(district.bells, district.schools),
        post_sheet(district.posts),
        duty_sheet(district.roster, district.posts, district.gates, district.schools),
        change_sheet(district.changes, district.posts),
        venue_sheet(district.venues),
        hazard_sheet(district.hazards, district.schools),
        event_sheet(district.events),
    ]
