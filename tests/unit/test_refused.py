"""Categories of persons, petitions and minors' cases are refused by name; names of things and places are not."""

from __future__ import annotations

import pytest

from data.refused_words import is_about_persons, is_refused
from etl.declared import parse_yaml
from etl.definitions import parse_definition
from etl.kind_errors import RefusedCategoryError, TimeAsCodeError
from geo.terms import IncidentCategory

PERSONS = [
    "学生", "问题学生", "学生（问题）", "学生/家长", "学生打架", "家长", "家长类", "监护人", "留守儿童", "未成年人", "闲散人员",
    "重点人员", "重点青少年", "社区矫正对象", "患者", "信访", "信 访", "信·访", "上访人员", "信访隐患", "人群聚集", "聚集", "投诉",
    "网帖", "舆情", "网络舆情", "pupils", "ＰＵＰＩＬＳ", "Parents", "at-risk pupils", "petitioners", "Petition", "gatherings",
    "complaint", "patient", "key person", "public opinion", "信\u200b访",
]  # fmt: skip
PLACES = [
    "儿童游乐", "学生用品", "医院", "学生公寓", "家长接送区拥堵", "学生接送车辆", "非法接送学生", "校外托管", "幼儿园周边", "少年宫",
    "重点人行道破损", "人员密集场所", "网吧", "KTV", "烟草专卖", "旅馆", "足浴", "彩票", "游戏厅", "家庭旅馆", "消防通道堵塞",
    "围墙倒塌", "产业聚集区", "playground", "people's park", "student supplies", "children's clothing", "pharmacy",
    "hospital", "guardrail", "parking", "minor damage",
]  # fmt: skip
EVENTS = [
    "性侵", "猥亵", "强奸", "家暴", "家庭暴力", "校园欺凌", "霸凌", "自杀", "自残", "自伤", "走失", "儿童走失", "失踪", "医疗", "急救",
    "未成年案件", "未成年人案件", "涉未成年", "殴打学生", "幼女", "sexual", "sexual assault", "rape", "domestic",
    "domestic violence", "bullying", "cyber-bullying", "self-harm", "self_harm", "selfharm", "suicide", "missing child",
    "missing-child", "medical", "minor", "minors", "juvenile", "child abuse",
]  # fmt: skip
TAKEN_EVENTS = [
    *IncidentCategory, "盗窃", "抢劫", "聚众斗殴", "打架斗殴", "敲诈勒索", "管制刀具", "寻衅滋事", "扰乱公共秩序", "交通事故", "火灾",
    "非法闯入", "故意毁坏财物", "幼儿园盗窃", "儿童公园盗窃", "涉生产安全", "minor damage", "public disorder",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["incident", "venue", "hazard"])
@pytest.mark.parametrize("text", PERSONS)
def test_persons_petitions_gatherings_and_complaints_are_refused_everywhere(text: str, kind: str) -> None:
    assert is_refused(text, kind)


@pytest.mark.parametrize("kind", ["venue", "hazard"])
@pytest.mark.parametrize("text", PLACES)
def test_things_places_and_duties_are_taken(text: str, kind: str) -> None:
    assert not is_refused(text, kind)


@pytest.mark.parametrize("text", EVENTS)
def test_events_of_families_patients_and_minors_are_refused(text: str) -> None:
    assert is_refused(text, "incident")


@pytest.mark.parametrize("text", TAKEN_EVENTS)
def test_the_closed_list_and_its_usual_words_are_taken(text: str) -> None:
    assert not is_refused(text, "incident")


def incident(category: str, more: str = "") -> str:
    return f"name: x\nkind: incident\ncrs: wgs84\ncolumns: {{occurred_at: t, category: {category}{more}}}\n"


@pytest.mark.parametrize(
    "rule",
    [
        "{from: a, map: {盗窃: theft, 性侵: assault}}", "{from: a, map: {欺凌: null}}", "{value: 自杀}",
        "{from: a, default: 走失}", "{from: a, map: {A3: 猥亵}}",
    ],
)  # fmt: skip
def test_a_description_may_not_turn_a_refused_category_into_another(rule: str) -> None:
    with pytest.raises(RefusedCategoryError):
        parse_definition(parse_yaml(incident(rule)))


def test_a_description_of_hazards_may_not_bring_petitions() -> None:
    text = "name: x\nkind: hazard\ncolumns: {school_code: s, category: {from: a, map: {A: 信访}}}\n"
    with pytest.raises(RefusedCategoryError) as caught:
        parse_definition(parse_yaml(text))
    assert caught.value.params == {"word": "信访"}


def test_an_ordinary_description_passes() -> None:
    rule = "{from: a, map: {盗窃: theft, 打架斗殴: affray, '*': null}}"
    assert parse_definition(parse_yaml(incident(rule))).kind == "incident"


@pytest.mark.parametrize("code", ["t", "x", "[n, y]"])
def test_an_events_code_is_not_taken_from_its_time_or_place(code: str) -> None:
    with pytest.raises(TimeAsCodeError):
        parse_definition(parse_yaml(incident("c", f", code: {code}") + "geometry: {lon: x, lat: y}\n"))


WORK = [
    "规范接送学生车辆停放", "清理占道食品摊点", "清查网吧和娱乐场所", "校园周边交通秩序", "修复学生公寓外围墙", "增设幼儿园门前护栏",
    "清查淫秽出版物", "设置医疗急救点标识", "清理产业聚集区外停车", "家长接送区划线", "school bus stop markings",
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        *PERSONS,
        "涉校欺凌",
        "校园欺凌专项整治",
        "走访学生家庭",
        "未成年人保护",
        "向家长宣传",
        "bullying at schools",
    ],
)
def test_work_is_never_about_pupils_persons_or_petitions(text: str) -> None:
    assert is_about_persons(text)


@pytest.mark.parametrize("text", WORK)
def test_work_on_things_places_and_duties_is_written_down(text: str) -> None:
    assert not is_about_persons(text)
