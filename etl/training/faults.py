"""The dirty rows: what bureaus' files get wrong, planted with what the intake must say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from data.terms import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    Row = dict[str, Any]
    Change = Callable[[Row], Row]

SHAPE = "geometry"
"""Under this heading a vector file's row has its geometry."""
_MADE_UP_ID = "11010119900307721" + "7"
"""Shaped like an ID number; its check digit is wrong, so nobody has it."""
_WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789-"}
_MADE_UP_PHONE = "1380000" + "0000"


@dataclass(frozen=True)
class Fault:
    """One dirty row, made from a clean one."""

    after: float
    """Where in the file: the share of clean rows before it. The row there is the one that is copied."""
    change: Change
    reason: str
    column: str | None = None
    verdict: Verdict = Verdict.REJECTED
    in_place: bool = False
    """Whether the clean row itself is changed instead of a copy."""


def put(**cells: object) -> Change:
    """Change cells by their headings."""
    return lambda row: {**row, **cells}


def swapped(*headings: str) -> Change:
    """Exchange two cells, or the axes of the geometry or the WKT under one heading."""
    if len(headings) == 2:  # noqa: PLR2004  # longitude and latitude
        one, other = headings
        return lambda row: {**row, one: row[other], other: row[one]}
    heading = headings[0]
    return lambda row: {**row, heading: _flip(row[heading])}


def _flip(place: Any) -> Any:
    if isinstance(place, str):
        return shapely.to_wkt(_flip(shapely.from_wkt(place)), rounding_precision=7)
    return shapely.transform(place, lambda points: points[:, ::-1])


def bow_tie(row: Row) -> Row:
    """Exchange two neighbouring corners of an outline, so that it crosses itself with the least change."""
    whole = row[SHAPE]
    ring = shapely.get_coordinates(shapely.get_exterior_ring(whole))[:-1]
    turned = [
        np.concatenate([ring[:at], ring[at : at + 2][::-1], ring[at + 2 :]]) for at in range(1, len(ring) - 1)
    ]
    crossed = [shape for shape in map(shapely.Polygon, turned) if not shape.is_valid]
    return {**row, SHAPE: min(crossed, key=lambda shape: shape.buffer(0).symmetric_difference(whole).area)}


def moved(row: Row) -> Row:
    """Move a geometry by some 30 m, so that it overlaps its neighbours."""
    return {**row, SHAPE: shapely.transform(row[SHAPE], lambda points: points + np.array([0.0003, 0.0002]))}


def widened(heading: str) -> Change:
    """Write a cell's digits and hyphens in full width, as Chinese typing does."""
    return lambda row: {**row, heading: str(row[heading]).translate(_WIDE)}


def also(*changes: Change) -> Change:
    """Do several changes."""

    def change(row: Row) -> Row:
        for one in changes:
            row = one(row)
        return row

    return change


def _school(number: int, **cells: object) -> Change:
    return put(**{"学校标识码": f"320999{9000 + number}", "学校名称": f"训练错误示例学校{number}", **cells})


def _post(number: int, **cells: object) -> Change:
    return put(**{"岗位编号": f"XLG{9000 + number}", "岗位名称": f"训练错误示例岗位{number}", **cells})


def _venue(number: int, **cells: object) -> Change:
    return put(**{"场所名称": f"训练错误示例场所{number}", "许可证号": f"训许错误{number}", **cells})


def _hazard(number: int, **cells: object) -> Change:
    return put(**{"隐患编号": f"XYH{9000 + number}", **cells})


def _event(number: int, **cells: object) -> Change:
    return put(**{"警情编号": f"XJQ{900_000 + number}", **cells})


_NULL_ISLAND = shapely.box(0, 0, 0, 0).centroid

PLANTED: dict[str, tuple[Fault, ...]] = {
    "training-police-areas": (Fault(1.0, put(code=""), "missing_value", "code"),),
    "training-basemap": (
        Fault(0.1, put(**{"class": "desert"}), "unknown_value", "class"),
        Fault(0.6, put(**{SHAPE: None}), "missing_value", "geometry"),
        Fault(0.995, bow_tie, "made_valid", "geometry", verdict=Verdict.REPAIRED, in_place=True),
    ),
    "training-roads": (
        Fault(0.02, put(限速="四十左右"), "not_a_number", "speed_kmh"),
        Fault(0.4, put(**{SHAPE: None}), "missing_value", "geometry"),
        Fault(0.7, put(**{SHAPE: shapely.LineString([(592_000, 3_809_000)] * 2)}), "zero_length", "geometry"),
    ),
    "training-schools": (
        Fault(0.05, also(_school(1), swapped(SHAPE)), "axes_swapped", "geometry"),
        Fault(0.12, also(_school(2), put(**{SHAPE: _NULL_ISLAND})), "null_island", "geometry"),
        Fault(0.2, also(_school(3), put(**{SHAPE: shapely.Polygon()})), "empty_geometry", "geometry"),
        Fault(0.3, put(), "duplicate_merged", "code", verdict=Verdict.REPAIRED),
        Fault(
            0.36,
            also(_school(8, 学校名称="训练重叠示例学校"), moved),
            "overlaps_neighbour",
            verdict=Verdict.ACCEPTED,
        ),
        Fault(0.42, _school(4, 学段="研究生院"), "unknown_value", "stage"),
        Fault(0.5, _school(5, 学校名称=""), "missing_value", "name"),
        Fault(0.6, _school(6, 学生数="约五百人"), "not_a_number", "pupils"),
        Fault(0.7, _school(7, 学校名称=f"训练错误示例学校{_MADE_UP_ID}"), "personal_data", "name"),
        Fault(0.8, bow_tie, "made_valid", "geometry", verdict=Verdict.REPAIRED, in_place=True),
        Fault(0.9, bow_tie, "made_valid", "geometry", verdict=Verdict.REPAIRED, in_place=True),
    ),
    "training-schools-west": (
        Fault(0.2, also(_school(11), swapped("围墙坐标")), "axes_swapped", "geometry"),
        Fault(0.5, _school(12, 围墙坐标="POLYGON((见附件))"), "unreadable_geometry", "geometry"),
        Fault(0.8, _school(13, 学校名称=f"训练错误示例学校 {_MADE_UP_PHONE}"), "personal_data", "name"),
    ),
    "training-school-points": (
        Fault(0.3, _school(21, 经度="0", 纬度="0"), "null_island", "geometry"),
        Fault(0.7, also(_school(22), swapped("经度", "纬度")), "axes_swapped", "geometry"),
    ),
    "training-gates": (
        Fault(0.1, put(学校标识码="3209998888"), "unknown_school", "school_code"),
        Fault(0.3, also(put(校门名称="错误示例一门"), swapped("经度", "纬度")), "axes_swapped", "geometry"),
        Fault(0.5, put(校门名称="错误示例二门", 经度="", 纬度=""), "missing_value", "geometry"),
        Fault(0.7, put(校门名称=f"侧门 {_MADE_UP_PHONE}"), "personal_data", "name"),
        Fault(0.9, put(校门名称="错误示例三门", 经度="校门口往东"), "not_a_coordinate", "geometry"),
    ),
    "training-calendar": (
        Fault(0.3, put(日期="2026-13-40"), "not_a_date", "date"),
        Fault(0.6, put(日期="2031-01-01", 是否上课=""), "missing_value", "is_school_day"),
        Fault(0.8, put(日期="2031-01-02", 是否上课="待定"), "not_a_flag", "is_school_day"),
    ),
    "training-bells": (
        Fault(
            0.2, put(学校标识码="3209997777", 学校名称="训练错误示例学校"), "unknown_school", "school_code"
        ),
        Fault(0.5, put(年级="错误示例", 开始="25:70"), "not_a_time", "start"),
        Fault(0.8, put(年级="错误示例", 进出="路过"), "unknown_value", "direction"),
    ),
    "training-posts": (
        Fault(0.1, put(岗位名称="训练重号示例岗位"), "duplicate_code", "code"),
        Fault(0.2, _post(1, 岗位类型="瞭望塔"), "unknown_value", "type"),
        Fault(0.35, _post(2, 经度="0", 纬度="0"), "null_island", "geometry"),
        Fault(0.5, _post(3, 人数="两三人"), "not_a_number", "staff_count"),
        Fault(0.6, _post(4, 岗位名称=""), "missing_value", "name"),
        Fault(0.75, also(_post(5), swapped("经度", "纬度")), "axes_swapped", "geometry"),
        Fault(0.9, _post(6, 岗位名称=f"训练错误示例岗位{_MADE_UP_PHONE}"), "personal_data", "name"),
    ),
    "training-duties": (
        Fault(0.1, put(岗位编号="XLG8888"), "unknown_post", "post_code"),
        Fault(0.3, put(上岗="07:30", 下岗="07:30"), "bad_hours", "end"),
        Fault(0.5, put(上岗="05:00", 下岗="22:30"), "bad_hours", "end"),
        Fault(0.7, put(下岗=""), "missing_value", "end"),
        Fault(0.85, put(校门=_MADE_UP_ID), "personal_data", "gate"),
    ),
    "training-changes": (
        Fault(0.4, put(岗位编号="XLG7777"), "unknown_post", "post_code"),
        Fault(0.8, put(日期="2031-02-03", 调整="休假"), "unknown_value", "change"),
    ),
    "training-venues": (
        Fault(
            0.03,
            widened("发证日期"),
            "fullwidth_folded",
            "licence_from",
            verdict=Verdict.REPAIRED,
            in_place=True,
        ),
        Fault(0.1, _venue(1, 有效期至="1990-01-01"), "dates_reversed", "licence_to"),
        Fault(0.2, put(场所名称="训练错误示例场所2"), "duplicate_code", "code"),
        Fault(0.3, _venue(3, 场所类别="信访接待"), "refused_category", "category"),
        Fault(0.4, _venue(4, 场所类别="天文台"), "unknown_value", "category"),
        Fault(0.5, _venue(5, 场所名称=f"训练错误示例场所{_MADE_UP_PHONE}"), "personal_data", "name"),
        Fault(0.6, _venue(6, 场所名称=""), "missing_value", "name"),
        Fault(0.7, _venue(7, 经度="", 纬度=""), "missing_value", "geometry"),
        Fault(0.8, also(_venue(8), swapped("经度", "纬度")), "axes_swapped", "geometry"),
    ),
    "training-hazards": (
        Fault(0.05, _hazard(1, 隐患类别="问题学生"), "refused_category", "category"),
        Fault(0.2, _hazard(2, 学校标识码="", 经度="", 纬度=""), "missing_value", "geometry"),
        Fault(0.3, _hazard(3, 学校标识码="3209996666"), "unknown_school", "school_code"),
        Fault(0.4, _hazard(4, 责任方="热心群众"), "unknown_value", "party"),
        Fault(0.5, _hazard(5, 整改期限="月底之前"), "not_a_date", "deadline"),
        Fault(0.6, _hazard(6, 发现时间="上周"), "not_a_moment", "found_at"),
        Fault(0.7, _hazard(7, 隐患类别=""), "missing_value", "category"),
        Fault(0.8, _hazard(8, 责任单位=f"城管中队{_MADE_UP_PHONE}"), "personal_data", "unit"),
    ),
    "training-events": (
        Fault(0.1, _event(1, 警情类别="校园欺凌"), "refused_category", "category"),
        Fault(0.2, _event(2, 发生时间="昨天下午"), "not_a_moment", "occurred_at"),
        Fault(0.3, _event(3, 经度="0", 纬度="0"), "null_island", "geometry"),
        Fault(0.4, also(_event(4), swapped("经度", "纬度")), "axes_swapped", "geometry"),
        Fault(0.5, _event(5, 警情类别="其他警情"), "unknown_value", "category"),
        Fault(0.6, _event(6, 警情类别=f"盗窃{_MADE_UP_ID}"), "personal_data", "category"),
        Fault(0.7, put(发生时间="2026-01-05 03:00"), "duplicate_code", "code"),
        Fault(0.8, _event(8, 发生时间=""), "missing_value", "occurred_at"),
        Fault(0.9, _event(9, 经度="200.5"), "out_of_range", "geometry"),
    ),
}
"""By source: its dirty rows from the top of the file to its end."""
