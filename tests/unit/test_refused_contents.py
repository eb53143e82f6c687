"""What a register file must not carry is found in many spellings, and addresses are let be."""

from __future__ import annotations

from datetime import date

import pytest

from data.laws import find_law, laws
from data.messages import LANGS, text
from data.person_names import has_name, is_name_in_letters
from data.refused_contents import categories, refused_cell, refused_heading
from data.terms import Basis
from etl.register.contents import more_in

PLACES = [
    "金城镇华城新村3栋2单元501室", "西城街道南环二路18号", "薛埠镇东进村委12组", "儒林镇", "朱林镇三岔路口东侧",
    "金坛区沿河东路88号金水湾小区", "尧塘镇万达广场", "指前镇建春村", "直溪镇巨村35号", "东城街道江南人家7幢", "方山路9号",
    "县府桥北", "北环西路151号", "常州市金坛区晨风路6号", "开发区华城路1668号", "社头村委", "No. 12 Dongmen Road", "A座1203室",
    "人民医院南门对面", "实验小学东侧50米", "训练第一派出所辖区第3村12号", "学生公寓5号楼", "少年宫北侧", "老街12号", "清真寺巷3号",
]  # fmt: skip
NAMES = [
    "李四", "东门大街12号李四", "东门大街李四", "（王五）", "张某某", "李四家", "老张", "小王家", "亓官曌", "欧阳娜娜", "方山路9号 王小明",
    "東門大街12號 陳小明", "Zhang San", "zhangsan", "12 Dongmen, Wang Xiaoming", "东门大街12号：赵六", "张三住处", "李四先生",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_an_address_is_a_place(place: str) -> None:
    assert more_in(place, target="address") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_an_address_is_found(name: str) -> None:
    assert has_name(name)


@pytest.mark.parametrize(
    ("heading", "category"),
    [
        ("姓名", "name"), ("姓\u3000名", "name"), ("\uff2e\uff41\uff4d\uff45", "name"), ("na\u200dme", "name"), ("n-a-m-e", "name"),
        ("fullName", "name"), ("idcard_no", "id_number"), ("身分證", "id_number"), ("DateOfBirth", "birth_age"), ("Age", "birth_age"),
        ("涉毒類型", "drugs"), ("PHONE NO", "contact"), ("王小明的电话", "contact"), ("xuexiao", "minor"), ("zhaopian", "photo"),
    ],
)  # fmt: skip
def test_a_heading_is_known_in_many_spellings(heading: str, category: str) -> None:
    found = refused_heading(heading)
    assert found is not None
    assert found.category == category


def test_only_a_heading_that_says_nothing_else_may_be_named() -> None:
    assert refused_heading("王小明的电话").is_whole is False
    assert refused_heading("电 话").is_whole is True


@pytest.mark.parametrize(
    "heading",
    ["case_ref", "address", "basis", "legal_ref", "review_due", "lon", "lat", "longitude", "案件编号", "案号", "地址", "住址", "地点", "依据",
     "依据类别", "法律依据", "复核期限", "到期日", "经度", "纬度", "坐标", "wkt", "village", "message", "措施类型"],
)  # fmt: skip
def test_what_the_register_needs_has_free_headings(heading: str) -> None:
    assert refused_heading(heading) is None


@pytest.mark.parametrize("word", [*Basis, *laws()])
def test_the_closed_words_are_no_contents(word: str) -> None:
    assert refused_cell(str(word)) is None


@pytest.mark.parametrize(
    "reference", ["ABCD", "JT-2026-0001", "CASE", "A3204-77", "20240315-01", "JINTAN", "XL-2026-0001"]
)
def test_a_reference_is_no_name(reference: str) -> None:
    assert not is_name_in_letters(reference)


def test_every_category_has_its_word_in_both_languages() -> None:
    assert len(categories()) > 15
    for lang in LANGS:
        words = {text(f"register.more.{category}", lang) for category in categories()}
        assert len(words) == len(categories())


def test_the_list_of_laws_is_dated_and_carries_both_bases() -> None:
    assert {basis for law in laws().values() for basis in law.basis} == set(Basis)
    law = laws()["ZAF-50"]
    assert not law.is_in_force(date(2025, 12, 31))
    assert law.is_in_force(date(2026, 1, 1))
    ended = law.model_copy(update={"valid_to": date(2026, 6, 1)})
    assert (ended.is_in_force(date(2026, 5, 31)), ended.is_in_force(date(2026, 6, 1))) == (True, False)


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("XF-37-1", "XF-37-1"), (" xf-37-1 ", "XF-37-1"), ("《刑法》第三十七条之一", "XF-37-1"),
        ("中华人民共和国刑法第37条之一", "XF-37-1"), ("反家庭暴力法第二十九条", "JBF-29"), ("反家庭暴力法 第30条", "JBF-29"),
        ("《民法典》第九百九十七条", "MFD-997"), ("刑事诉讼法第一百一十二条", "XSF-112"), ("刑事诉讼法第１１５条", "XSF-115"),
        ("《刑法》第三十八条第二款", "XF-38"),
    ],
)  # fmt: skip
def test_a_law_is_found_by_its_code_and_as_an_agency_writes_it(reference: str, code: str) -> None:
    found = find_law(reference)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "reference", ["刑法", "第三十七条", "刑法第三十七条", "刑法第九百条", "", "信访条例第三十七条之一"]
)
def test_what_names_no_entry_of_the_list_is_none(reference: str) -> None:
    assert find_law(reference) is None


@pytest.mark.parametrize("address", ["某镇某村9号", "某某小区3幢", "某路18号", "某街道某社区2组"])
def test_a_place_whose_name_is_left_out_is_no_person(address: str) -> None:
    assert not has_name(address)


@pytest.mark.parametrize("address", ["张某某家", "李某", "幸福路3号王某某", "某人", "某某"])
def test_a_person_whose_name_is_left_out_is_one(address: str) -> None:
    assert has_name(address)
