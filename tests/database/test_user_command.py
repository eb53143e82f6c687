"""`campus user`: the operator keeps accounts; a password is printed once and stands nowhere else."""

from __future__ import annotations

import re
import stat

import openpyxl
import pytest

from data.passwords import one_time_password
from data.repositories.sign_in import LockedError, WrongPasswordError, check_password, sign_in
from etl.cli import run
from tests.database.accounts import PASSWORD, add, hash_cheaply, start_over
from tests.database.viewers import as_owner

MADE = re.compile(r"([^\t\n]+)\t([a-z2-9]{5}(?:-[a-z2-9]{5}){3})\n")
PERSON = "110101199003070011"


@pytest.fixture(autouse=True)
def nobody_yet(monkeypatch, shared_database):
    hash_cheaply(monkeypatch)
    start_over()


def names() -> list[str]:
    return as_owner("SELECT array_agg(name ORDER BY name) FROM auth.account WHERE NOT is_built_in") or []


def scope(name: str) -> list:
    return as_owner("SELECT to_jsonb(ARRAY[to_jsonb(role), to_jsonb(all_districts), to_jsonb(districts), to_jsonb(police_areas),"
                    " to_jsonb(school_codes), to_jsonb(unit)]) FROM auth.account WHERE name = :n", n=name)  # fmt: skip


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return str(path)


def test_an_account_is_added_with_a_one_time_password_that_is_printed_alone(capsys):
    assert (
        run(
            [
                "user",
                "add",
                "Wang",
                "--role",
                "commander",
                "--district",
                "d1",
                "--district",
                "d2",
                "--police-area",
                "p1",
            ]
        )
        == 0
    )
    out, err = capsys.readouterr()
    match = MADE.fullmatch(out)
    assert match
    assert match[1] == "wang"
    assert err == ""
    assert scope("wang") == ["commander", False, ["d1", "d2"], ["p1"], [], None]
    assert sign_in("wang", match[2], address="a").must_change


def test_a_password_of_the_environment_is_set_as_it_is_and_not_repeated(capsys, monkeypatch):
    monkeypatch.setenv("CAMPUS_PASSWORD", PASSWORD)
    assert run(["user", "add", "wang", "--role", "admin"]) == 0
    assert capsys.readouterr().out == "wang\n"
    assert not sign_in("wang", PASSWORD, address="a").must_change
    monkeypatch.setenv("CAMPUS_PASSWORD", "otter-Bridge-9-lantern")
    assert run(["user", "passwd", "wang"]) == 0
    assert capsys.readouterr().out == "wang\n"
    assert check_password("wang", "otter-Bridge-9-lantern").token


def test_a_weak_password_of_the_environment_is_refused_and_not_repeated(capsys, monkeypatch):
    monkeypatch.setenv("CAMPUS_PASSWORD", "qwerty123456")
    assert run(["user", "add", "wang", "--role", "admin"]) == 2
    assert "qwerty" not in "".join(capsys.readouterr())
    assert names() == []


@pytest.mark.parametrize("role", ["commander", "committee", "bureau", "steward"])
def test_without_a_scope_those_who_look_at_the_whole_district_see_all(role):
    assert run(["user", "add", "someone", "--role", role]) == 0
    assert scope("someone")[:2] == [role, True]


def test_a_school_and_a_unit_see_no_more_than_is_said():
    assert run(["user", "add", "school1", "--role", "school", "--school", "S1"]) == 0
    assert run(["user", "add", "unit1", "--role", "unit", "--unit", "城管局", "--district", "d1"]) == 0
    assert scope("school1") == ["school", False, [], [], ["S1"], None]
    assert scope("unit1") == ["unit", False, ["d1"], [], [], "城管局"]


@pytest.mark.parametrize(
    "words",
    [["x y", "--role", "admin"], ["local", "--role", "admin"], ["wang", "--role", "local"], ["wang", "--role", "boss"],
     ["wang", "--role", "school"], ["wang", "--role", "unit"], [PERSON, "--role", "admin"], ["wang"]],
)  # fmt: skip
def test_what_is_no_account_is_refused_in_one_sentence(words, capsys):
    assert run(["user", "add", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert PERSON not in err
    assert "Traceback" not in err
    assert names() == []


def test_a_name_is_taken_once(capsys):
    assert run(["user", "add", "wang", "--role", "admin"]) == 0
    capsys.readouterr()
    assert run(["user", "add", "WANG", "--role", "auditor"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "wang" in err.lower()
    assert scope("wang")[0] == "admin"


def test_an_account_is_disabled_enabled_and_given_another_password(capsys):
    add("wang")
    assert run(["user", "disable", "wang"]) == 0
    with pytest.raises(WrongPasswordError):
        sign_in("wang", PASSWORD, address="a")
    assert run(["user", "enable", "wang"]) == 0
    assert sign_in("wang", PASSWORD, address="a").token
    capsys.readouterr()
    assert run(["user", "passwd", "wang"]) == 0
    match = MADE.fullmatch(capsys.readouterr().out)
    assert match
    assert sign_in("wang", match[2], address="b").must_change
    for word in ("disable", "enable", "passwd"):
        assert run(["user", word, "nobody"]) == 2
        assert run(["user", word, "local"]) == 2


def test_the_list_has_a_line_for_each_account_and_nothing_of_passwords(capsys):
    add("anna", "unit", unit="城管局", districts=("d1",), must_change=True)
    add("bob", "admin")
    assert run(["user", "list"]) == 0
    assert capsys.readouterr().out == "anna\tunit\td1\t城管局\tone_time\nbob\tadmin\t\t\topen\n"


def test_a_workbook_with_chinese_headings_makes_accounts_and_slips_that_only_their_owner_reads(
    tmp_path, capsys
):
    file = workbook(
        tmp_path / "a.xlsx",
        ["序号", "账号", "角色", "区", "派出所", "学校", "单位"],
        [1, "zhihui1", "公安指挥员", "d1", "p1，p2", None, None],
        [2, "School1", "学校", None, None, 320413, None],
        [None] * 7,
        [3, "unit1", "unit", "d1 d2", None, None, "市场监管局"],
        [4, "zfw", "政法委", None, None, None, None],
    )
    slips = tmp_path / "slips.html"
    assert run(["user", "import", file, "--slips", str(slips)]) == 0
    assert capsys.readouterr().out == ""
    assert names() == ["school1", "unit1", "zfw", "zhihui1"]
    assert scope("zhihui1") == ["commander", False, ["d1"], ["p1", "p2"], [], None]
    assert scope("school1")[4] == ["320413"]
    assert scope("unit1") == ["unit", False, ["d1", "d2"], [], [], "市场监管局"]
    assert scope("zfw")[1] is True
    assert stat.S_IMODE(slips.stat().st_mode) == 0o600
    page = slips.read_text(encoding="utf-8")
    found = re.findall(r"<dd>([a-z0-9]+)</dd>.*?<code>([a-z2-9-]{23})</code>", page)
    assert [name for name, _ in found] == ["zhihui1", "school1", "unit1", "zfw"]
    assert len({password for _, password in found}) == 4
    for name, password in found:
        assert sign_in(name, password, address=name).must_change
    assert "一次性口令" in page
    assert "One-time password" in page


def test_without_slips_names_and_passwords_are_printed(tmp_path, capsys):
    file = workbook(tmp_path / "a.xlsx", ["name", "role"], ["one", "admin"], ["two", "auditor"])
    assert run(["user", "import", file]) == 0
    assert [line[0] for line in MADE.findall(capsys.readouterr().out)] == ["one", "two"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["bad name", "admin", None, None], "Row 3, column name"),
        (["two", "boss", None, None], "Row 3, column role"),
        (["one", "admin", None, None], "Row 3, column name"),
        (["ONE", "admin", None, None], "Row 3, column name"),
        (["two", "school", None, None], "Row 3"),
        (["two", "unit", None, PERSON], "Row 3, column unit"),
        ([PERSON, "admin", None, None], "Row 3, column name"),
        (["taken", "admin", None, None], "Row 3"),
    ],
    ids=str,
)
def test_one_row_that_cannot_be_used_leaves_no_account_and_names_itself(tmp_path, capsys, row, said):
    add("taken")
    file = workbook(
        tmp_path / "a.xlsx", ["name", "role", "school", "unit"], ["one", "admin", None, None], row
    )
    slips = tmp_path / "slips.html"
    assert run(["user", "import", file, "--slips", str(slips)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert PERSON not in err
    assert names() == ["taken"]
    assert not slips.exists()


@pytest.mark.parametrize(
    "rows", [[["name"], ["x"]], [["name", "name", "role"], ["x", "y", "admin"]], [["name", "role"]], [[]]]
)
def test_a_workbook_that_is_none_of_accounts_is_refused(tmp_path, capsys, rows):
    assert run(["user", "import", workbook(tmp_path / "a.xlsx", *rows)]) == 1
    assert names() == []


def test_what_is_no_workbook_is_refused(tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"PK\x03\x04 nonsense")
    assert run(["user", "import", str(file)]) == 1


def test_no_password_that_was_printed_is_stored(capsys):
    assert run(["user", "add", "wang", "--role", "admin"]) == 0
    password = MADE.fullmatch(capsys.readouterr().out)[2]
    rows = as_owner("SELECT string_agg(a::text, ' ') FROM auth.account AS a") + as_owner(
        "SELECT string_agg(e::text, ' ') FROM audit.event AS e"
    )
    assert password not in rows
    assert one_time_password() != password


def test_the_command_lines_sign_in_is_counted_like_any_other():
    add("wang")
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            check_password("wang", "wrong")
    with pytest.raises(LockedError):
        check_password("wang", PASSWORD)
