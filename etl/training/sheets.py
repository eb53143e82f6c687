"""What goes into which file: rows under the headings that the bureaus would use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from etl.training.areas import DISTRICT_CODE, DISTRICT_NAME, police_code, police_name, town_code, town_name
from etl.training.bells import clock
from etl.training.network import CLASSES, RANK
from etl.training.schools import STAGE_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.areas import Areas
    from etl.training.bells import Bell
    from etl.training.duties import Duty, OneDay
    from etl.training.gates import Gate
    from etl.training.land import Land
    from etl.training.network import Roads
    from etl.training.posts import Post
    from etl.training.school_year import OwnDay, SchoolYear
    from etl.training.schools import School

_DAYS = "一二三四五六日"
_TYPE_WORDS = {
    "guard_post": "护学岗", "police_station": "派出所", "police_box": "警务室",
    "patrol_point": "巡逻点", "traffic_post": "交通岗",
}  # fmt: skip
_FORCE_WORDS = {
    "police": "民警", "auxiliary": "辅警", "traffic": "交警", "patrol_swat": "巡特警",
    "school_guard": "保安", "teacher": "教师", "volunteer": "志愿者",
}  # fmt: skip
_MOBILITY_WORDS = {"foot": "步行", "ebike": "电动车", "car": "机动车"}
_CHANGE_WORDS = {"absent": "取消", "replaced": "顶岗", "hours": "调整时间"}
_WESTERN_TOWNS = 3
"""So many towns send their schools in a workbook of their own."""


@dataclass(frozen=True)
class Sheet:
    """The clean rows of one file."""

    file: str
    source: str
    kind: str
    frame: pd.DataFrame
    shapes: np.ndarray | None = None
    """Geometries in metres from the origin; None where the rows have no place."""
    datum: str = "cgcs2000"
    """Of the coordinates in the file: `cgcs2000`, `gcj02` or `metres` (EPSG:4549)."""
    place: tuple[str, ...] = field(default=())
    """For tables: the headings of longitude and latitude, or of the outline as WKT."""


def weekdays_text(days: Sequence[int]) -> str:
    """Write weekdays as rosters do: 周一至周五, 周一、周三."""
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004
        return f"周{_DAYS[days[0]]}至周{_DAYS[days[-1]]}"
    return "、".join(f"周{_DAYS[day]}" for day in days)


def area_sheets(areas: Areas) -> list[Sheet]:
    """District and towns in one file, police areas in another."""
    rows = [(DISTRICT_CODE, DISTRICT_NAME, "区县")]
    rows += [(town_code(number), town_name(number), "乡镇") for number in range(len(areas.towns))]
    towns = pd.DataFrame(rows, columns=["区划代码", "区划名称", "级别"])
    police = pd.DataFrame(
        {
            "code": [police_code(number) for number in range(len(areas.police))],
            "name": [police_name(number) + "辖区" for number in range(len(areas.police))],
            "town": [town_name(number) for number in areas.police_town],
        }
    )
    return [
        Sheet("行政区划.gpkg", "training-areas", "area", towns, as_shapes([areas.district, *areas.towns])),
        Sheet("派出所辖区.geojson", "training-police-areas", "area", police, as_shapes(areas.police)),
    ]


def basemap_sheet(land: Land, district: Shape, greens: list[Shape], buildings: list[Shape]) -> Sheet:
    """Water, green and school buildings."""
    water = shapely.get_parts([land.water.lake, land.water.rivers, land.water.canals, *land.water.ponds])
    water = shapely.get_parts(shapely.intersection(water, district))
    water = water[(shapely.get_type_id(water) == shapely.GeometryType.POLYGON) & (shapely.area(water) > 50)]  # noqa: PLR2004
    frame = pd.DataFrame(
        {"class": ["water"] * len(water) + ["green"] * len(greens) + ["building"] * len(buildings)}
    )
    frame["id"] = np.arange(1, len(frame) + 1)
    return Sheet(
        "底图要素.geojson", "training-basemap", "basemap", frame, as_shapes([*water, *greens, *buildings])
    )


def road_sheet(roads: Roads) -> Sheet:
    """All road segments; some without a speed, as surveys are."""
    speeds = roads.speeds.astype(object)
    speeds[(roads.rank == RANK["track"]) | (np.arange(len(speeds)) % 17 == 0)] = None
    names = np.where(roads.rank <= RANK["tertiary"], "训练路", "训练支路")
    frame = pd.DataFrame(
        {
            "道路等级": np.array(CLASSES)[roads.rank],
            "限速": pd.Series(speeds, dtype=object),
            "单行": np.array(["no", "yes", "-1"])[roads.oneway],
            "路名": [f"{name}{number // 9 + 1}号" for number, name in enumerate(names)],
        }
    )
    return Sheet("道路.gpkg", "training-roads", "road", frame, roads.lines, datum="metres")


def school_sheets(schools: list[School]) -> list[Sheet]:
    """List schools: the bureau's boundaries, a workbook of GCJ-02 outlines, and some points."""
    x = np.array([shapely.get_x(school.ground.centroid) for school in schools])
    town = np.array([school.town for school in schools])
    order = sorted(set(town.tolist()) - {0}, key=lambda number: x[town == number].mean())
    western = np.isin(town, order[:_WESTERN_TOWNS])
    lone = np.array([school.is_point for school in schools])
    parts = (
        ("学校边界.gpkg", "training-schools", ~western & ~lone),
        ("西片学校.xlsx", "training-schools-west", western & ~lone),
    )
    sheets = []
    for file, source, mine in parts:
        chosen = [school for school, own in zip(schools, mine, strict=True) if own]
        shapes = as_shapes([school.ground for school in chosen])
        table = source == "training-schools-west"
        sheets.append(Sheet(file, source, "school", _school_rows(chosen), shapes,
                            "gcj02" if table else "cgcs2000", ("围墙坐标",) if table else ()))  # fmt: skip
    points = [school for school in schools if school.is_point]
    places = as_shapes([shapely.point_on_surface(school.ground) for school in points])
    frame = _school_rows(points)
    return [
        *sheets,
        Sheet("民办园点位.csv", "training-school-points", "school", frame, places, "gcj02", ("经度", "纬度")),
    ]


def _school_rows(schools: list[School]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "学校标识码": [school.code for school in schools],
            "学校名称": [school.name for school in schools],
            "学段": [STAGE_WORDS[school.stage] for school in schools],
            "所在镇": [town_name(school.town) for school in schools],
            "学生数": [school.pupils for school in schools],
            "教职工数": [school.staff for school in schools],
            "住校生数": [school.boarders for school in schools],
        }
    )


def gate_sheet(gates: list[Gate], schools: list[School]) -> Sheet:
    """Gates, surveyed in CGCS2000."""
    frame = pd.DataFrame(
        {
            "学校标识码": [schools[gate.school].code for gate in gates],
            "校门名称": [gate.name for gate in gates],
            "是否正门": ["是" if gate.is_main else "否" for gate in gates],
        }
    )
    shapes = np.asarray(shapely.points(np.array([gate.point for gate in gates])))
    return Sheet("校门.csv", "training-gates", "gate", frame, shapes, place=("经度", "纬度"))


def bell_sheet(bells: list[Bell], schools: list[School]) -> Sheet:
    """List bell times by school and grade."""
    frame = pd.DataFrame(
        {
            "学校标识码": [schools[bell.school].code for bell in bells],
            "学校名称": [schools[bell.school].name for bell in bells],
            "校门": [bell.gate for bell in bells],
            "年级": [bell.grade for bell in bells],
            "进出": ["进校" if bell.direction == "in" else "离校" for bell in bells],
            "星期": [weekdays_text(bell.weekdays) for bell in bells],
            "开始": [clock(bell.start) for bell in bells],
            "结束": [clock(bell.end) for bell in bells],
        }
    )
    return Sheet("上下学时间.xlsx", "training-bells", "bell_slot", frame)


def calendar_sheet(year: SchoolYear, own: list[OwnDay], schools: list[School]) -> Sheet:
    """List every date of the school year for the whole district, then single schools' own days."""
    frame = pd.DataFrame(
        {
            "日期": [day.date.isoformat() for day in year.days],
            "范围": DISTRICT_CODE,
            "是否上课": ["是" if day.is_school_day else "否" for day in year.days],
            "按星期几上课": ["" if day.runs_as is None else f"周{_DAYS[day.runs_as]}" for day in year.days],
            "说明": [day.note for day in year.days],
        }
    )
    single = pd.DataFrame(
        [(day.date.isoformat(), schools[day.school].code, "否", "", day.note) for day in own],
        columns=list(frame.columns),
    )
    return Sheet("校历.csv", "training-calendar", "calendar", pd.concat([frame, single], ignore_index=True))


def post_sheet(posts: list[Post]) -> Sheet:
    """All posts, from a map service: GCJ-02."""
    frame = pd.DataFrame(
        {
            "岗位编号": [post.code for post in posts],
            "岗位名称": [post.name for post in posts],
            "岗位类型": [_TYPE_WORDS[post.type] for post in posts],
            "警力类别": [_FORCE_WORDS[post.force] for post in posts],
            "机动方式": ["" if post.mobility is None else _MOBILITY_WORDS[post.mobility] for post in posts],
            "人数": [post.staff_count for post in posts],
        }
    )
    shapes = np.asarray(shapely.points(np.array([post.point for post in posts])))
    return Sheet("岗位.csv", "training-posts", "post", frame, shapes, "gcj02", ("经度", "纬度"))


def duty_sheet(roster: list[Duty], posts: list[Post], gates: list[Gate], schools: list[School]) -> Sheet:
    """Tell who is on duty when."""
    served = [None if duty.gate is None else gates[duty.gate] for duty in roster]
    frame = pd.DataFrame(
        {
            "岗位编号": [posts[duty.post].code for duty in roster],
            "岗位名称": [posts[duty.post].name for duty in roster],
            "学校标识码": ["" if gate is None else schools[gate.school].code for gate in served],
            "校门": ["" if gate is None else gate.name for gate in served],
            "星期": [weekdays_text(duty.weekdays) for duty in roster],
            "上岗": [clock(duty.start) for duty in roster],
            "下岗": [clock(duty.end) for duty in roster],
            "起始日期": ["" if duty.date_from is None else duty.date_from.isoformat() for duty in roster],
            "截止日期": ["" if duty.date_to is None else duty.date_to.isoformat() for duty in roster],
        }
    )
    return Sheet("排班表.xlsx", "training-duties", "duty", frame)


def change_sheet(changes: list[OneDay], posts: list[Post]) -> Sheet:
    """List the one-day changes."""
    frame = pd.DataFrame(
        {
            "日期": [change.date.isoformat() for change in changes],
            "岗位编号": [posts[change.post].code for change in changes],
            "调整": [_CHANGE_WORDS[change.change] for change in changes],
            "顶岗岗位": [
                "" if change.replaced_by is None else posts[change.replaced_by].code for change in changes
            ],
            "上岗": ["" if change.start is None else clock(change.start) for change in changes],
            "下岗": ["" if change.end is None else clock(change.end) for change in changes],
        }
    )
    return Sheet("临时调整.csv", "training-changes", "duty_exception", frame)


def as_shapes(shapes: Sequence[Shape]) -> np.ndarray:
    """Give shapes as an array of objects."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = list(shapes)
    return array
