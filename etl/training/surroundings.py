"""The files on what surrounds the schools: venues, hazards and events under their bureaus' headings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from etl.training.sheets import Sheet
from geo.terms import IncidentCategory, Party

if TYPE_CHECKING:
    from datetime import date

    from etl.training.events import Event
    from etl.training.hazards import Hazard
    from etl.training.schools import School
    from etl.training.venues import Venue

_EVENT_WORDS = {
    IncidentCategory.THEFT: "盗窃", IncidentCategory.TRAFFIC: "交通事故", IncidentCategory.AFFRAY: "打架斗殴",
    IncidentCategory.PUBLIC_DISORDER: "寻衅滋事", IncidentCategory.ASSAULT: "殴打他人",
    IncidentCategory.THREAT: "威胁恐吓", IncidentCategory.EXTORTION: "敲诈勒索",
    IncidentCategory.VANDALISM: "故意损毁财物", IncidentCategory.INTRUSION: "非法侵入",
    IncidentCategory.WEAPON: "携带管制刀具", IncidentCategory.ROBBERY: "抢劫抢夺",
    IncidentCategory.FIRE: "火情",
}  # fmt: skip
_PARTY_WORDS = {
    Party.LOCALITY: "属地", Party.DEPARTMENT: "主管部门",
    Party.REGULATOR: "监管部门", Party.SCHOOL: "学校",
}  # fmt: skip
_MINUTE = "%Y-%m-%d %H:%M"


def venue_sheet(venues: list[Venue]) -> Sheet:
    """List venues as the market bureau keeps them: a workbook with a title, positions of a map service."""
    frame = pd.DataFrame(
        {
            "场所名称": [venue.name for venue in venues],
            "场所类别": [venue.category for venue in venues],
            "许可证号": [venue.licence_no for venue in venues],
            "发证日期": [_day(venue.licence_from) for venue in venues],
            "有效期至": [_day(venue.licence_to) for venue in venues],
            "开业日期": [_day(venue.established_on) for venue in venues],
        }
    )
    shapes = np.asarray(shapely.points(np.array([venue.point for venue in venues])))
    return Sheet("周边场所.xlsx", "training-venues", "venue", frame, shapes, "gcj02", ("经度", "纬度"))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def hazard_sheet(hazards: list[Hazard], schools: list[School]) -> Sheet:
    """List hazards as inspectors send them: some by place, some by school, most by both."""
    frame = pd.DataFrame(
        {
            "隐患编号": [hazard.code for hazard in hazards],
            "隐患类别": [hazard.category for hazard in hazards],
            "发现时间": [hazard.found_at.strftime(_MINUTE) for hazard in hazards],
            "整改期限": [hazard.deadline.isoformat() for hazard in hazards],
            "责任方": [_PARTY_WORDS[hazard.party] for hazard in hazards],
            "责任单位": [hazard.unit for hazard in hazards],
            "学校标识码": [schools[hazard.school].code if hazard.names_school else "" for hazard in hazards],
        }
    )
    shapes = np.full(len(hazards), None, dtype=object)
    for number, hazard in enumerate(hazards):
        shapes[number] = None if hazard.point is None else shapely.Point(hazard.point)
    return Sheet("安全隐患.csv", "training-hazards", "hazard", frame, shapes, place=("经度", "纬度"))


def event_sheet(events: list[Event]) -> Sheet:
    """List events as the emergency line exports them, with a column of words that nobody maps."""
    frame = pd.DataFrame(
        {
            "警情编号": [event.code for event in events],
            "警情类别": [_EVENT_WORDS[event.category] for event in events],
            "发生时间": [event.at.strftime(_MINUTE) for event in events],
            "报警内容": "训练数据·非真实",
        }
    )
    shapes = np.asarray(shapely.points(np.array([event.point for event in events])))
    return Sheet("周边警情.csv", "training-events", "incident", frame, shapes, "gcj02", ("经度", "纬度"))
