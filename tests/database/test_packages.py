"""Results pass from the police to the joint instance reviewed, signed, whole and one way; all else is refused."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import zipfile
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dashboard.view_zones import ranked
from data.migrate import ensure_database
from data.repositories import packages
from data.repositories.focus_zones import read_zones
from data.session import open_local_session, unit_of_work, viewer_transaction
from data.settings import DbRole
from data.terms import ViewerRole
from etl.cli import run
from etl.packages import acting, archive, keys, manifest, tables, take
from geo.errors import CampusError
from tests.database.package_files import forged, members_of, twice, unsealed, with_frame, zip_of
from tests.database.two_instances import (
    DISTRICT,
    POLICE,
    SCHOOLS,
    at,
    everything,
    joint_copy,
    rows,
    run_all,
    two_instances,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ACCOUNTS = {
    "maker": acting.Actor(11, ViewerRole.STEWARD),
    "chief": acting.Actor(12, ViewerRole.COMMANDER),
    "board": acting.Actor(13, ViewerRole.COMMITTEE),
    "teacher": acting.Actor(14, ViewerRole.SCHOOL),
}
FRESH, KEPT = "campus_test_joint_fresh", "campus_test_joint_kept"
OWN_NUMBERS = ("school_id", "gate_id", "bell_slot_id", "rule_id")


@pytest.fixture(autouse=True)
def accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the names above be accounts, their passwords known."""
    monkeypatch.setattr(acting, "acting_account", lambda name: ACCOUNTS[name])


@pytest.fixture(scope="module")
def sides(home: Path) -> Iterator[None]:
    with two_instances(home):
        yield


@pytest.fixture(scope="module")
def files(sides: None, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Give the bytes of a draft and of the same package signed, and the file of the police's key."""
    folder = tmp_path_factory.mktemp("packages")
    with at(POLICE), pytest.MonkeyPatch.context() as patch:
        patch.setattr(acting, "acting_account", lambda name: ACCOUNTS[name])
        assert run(["package", "make", str(folder / "p")]) == 0
        draft = (folder / "p").read_bytes()
        assert run(["package", "sign", str(folder / "p"), "--as", "chief"]) == 0
        (folder / "key.pem").write_text(keys.as_pem())
    return SimpleNamespace(draft=draft, signed=(folder / "p").read_bytes(), key=folder / "key.pem")


@pytest.fixture
def joint(files: SimpleNamespace, home: Path) -> Iterator[None]:
    """Use a joint database of this test's own, with schools and without results."""
    with joint_copy(home, FRESH), at(FRESH):
        yield


@pytest.fixture(scope="module")
def shared_joint(files: SimpleNamespace, home: Path) -> Iterator[None]:
    with joint_copy(home, KEPT):
        yield


@pytest.fixture
def kept(shared_joint: None) -> Iterator[None]:
    """Use a joint database that all tests share which write nothing."""
    with at(KEPT):
        yield


@pytest.fixture
def took(files: SimpleNamespace, tmp_path: Path) -> Callable[..., int]:
    """Take bytes as a package; gives the exit code."""

    def command(content: bytes, *words: str, key: Path | None = None) -> int:
        path = tmp_path / "got"
        path.write_bytes(content)
        return run(["package", "take", str(path), "--trust", str(key or files.key), "--lang", "en", *words])

    return command


@pytest.fixture
def refused(took: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Take bytes that must be refused; gives the one sentence, after nothing was written."""

    def command(content: bytes, **words: Any) -> str:
        before = everything()
        capsys.readouterr()
        assert took(content, **words) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
        assert "fault" not in said.err
        assert everything() == before
        return said.err

    return command


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# what passes


def test_every_table_arrives_as_it_stands_with_the_joint_databases_own_numbers(
    files: SimpleNamespace, joint: None, took: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert took(files.signed) == 0
    told = capsys.readouterr().out
    without = ("run_id", *OWN_NUMBERS)
    here = {name: rows(name, without=without) for name in packages.TABLES}
    numbers = {int(json.loads(row)["school_id"]) for (row,) in rows("perimeter")}
    with at(POLICE):
        there = {name: rows(name, without=without) for name in packages.TABLES}
    there["gate_slot"] = [row for row in there["gate_slot"] if '"2026-12-01"' not in str(row[0])]
    there["area_person_class"] = [row for row in there["area_person_class"] if '"A9"' not in str(row[0])]
    zones = {
        name: [json.loads(row) for (row,) in side.pop("focus_zone")]
        for name, side in (("here", here), ("there", there))
    }
    assert here == there
    assert all(here.values())
    assert numbers == set(range(7000, 7000 + SCHOOLS))
    kept = ("zone_id", "school_codes", "rank", "rank_low", "rank_high", "geom", "pupils", "is_enough_data")
    assert [[zone[key] for key in kept] for zone in zones["here"]] == [
        [zone[key] for key in kept] for zone in zones["there"]
    ]
    assert "1 rows left out: the police area is not known here." in told


def test_gates_bells_and_rules_are_found_by_their_codes(
    files: SimpleNamespace, joint: None, took: Callable[..., int]
) -> None:
    took(files.signed)
    slots = [json.loads(row) for (row,) in rows("gate_slot")]
    # no file gave gates, so each is its school's own
    assert {slot["gate_id"] for slot in slots} == {-number for number in range(7000, 7000 + SCHOOLS)}
    assert {slot["bell_slot_id"] for slot in slots} == set(range(7000 + SCHOOLS, 7000 + 2 * SCHOOLS))
    with unit_of_work(DbRole.OWNER) as connection:
        rule = packages.known(connection).rules.set_index("rule_code")["rule_id"]["made-up-rule"]
    assert [json.loads(row)["rule_id"] for (row,) in rows("rule_finding")] == [rule]


def test_days_to_come_and_counts_of_events_do_not_pass(files: SimpleNamespace) -> None:
    sealed = unsealed(files.signed)
    assert set(sealed.tables) == set(packages.TABLES)
    assert not set(sealed.tables) & {"hotspot", "hotspot_cell", "event_density", "service_area"}
    slots = tables.from_parquet("gate_slot", sealed.tables["gate_slot"])
    assert set(slots["date_type"]) == {"mon", "tue", "wed", "thu", "fri"}


def test_a_zone_with_fewer_than_ten_events_passes_without_what_tells_their_number(
    files: SimpleNamespace,
) -> None:
    zones = tables.from_parquet("focus_zone", unsealed(files.signed).tables["focus_zone"])
    rates = dict(zip(zones["zone_id"], (each["incident_rate"] for each in zones["terms"]), strict=True))
    assert rates["T1:S000"]["withheld"] == "under_10"
    assert {rates["T1:S000"][key] for key in ("events", "value")} == {None}
    assert (rates["T1:S001"]["events"], rates["T1:S001"]["value"]) == (25, 31.4)
    # its middle value is some zone's own, so that the rate counts for none, and the score is that of the others
    for rate in rates.values():
        assert (rate["counts"], rate["half"], rate["share"], rate["part"]) == (False, 0, 0, 0)
    for terms, score in zip(zones["terms"], zones["score"], strict=True):
        assert score == sum(entry["part"] for entry in terms.values())


def test_the_page_of_the_joint_instance_keeps_the_places_of_the_build(
    files: SimpleNamespace, joint: None, took: Callable[..., int]
) -> None:
    took(files.signed)
    run_all("UPDATE out.focus_zone SET rank = 4 - rank")
    with viewer_transaction(open_local_session()) as connection:
        zones = read_zones(connection)
    built = ranked(zones, {"incident_rate": 1.0}, 10)
    assert built.is_built
    assert built.zones["zone_id"].tolist() == ["T1:S002", "T1:S001", "T1:S000"]
    assert built.zones["place"].tolist() == [1, 2, 3]
    # with other weights there are other places: those of the terms that are known here
    tried = ranked(zones, {"pupils": 1.0, "uncovered_min": 1.0}, 10)
    assert not tried.is_built
    assert tried.zones["place"].tolist() != [1, 2, 3]


def test_the_run_names_the_package_and_the_builds_behind_it(
    files: SimpleNamespace, joint: None, took: Callable[..., int]
) -> None:
    took(files.signed)
    sealed = unsealed(files.signed)
    with unit_of_work(DbRole.OWNER) as connection:
        found = connection.exec_driver_sql(
            "SELECT job, as_of, params, input_hash, status FROM audit.run"
        ).all()
    assert len(found) == 1
    job, as_of, params, digest, status = found[0]
    said = manifest.read(sealed.manifest)
    assert (job, as_of, status) == ("package", said.as_of, "done")
    assert params["manifest"] == digest == hashlib.sha256(sealed.manifest).hexdigest()
    assert (params["made_by"], params["reviewed_by"]) == (0, 12)
    assert {run["job"] for run in params["runs"]} >= {"perimeters", "coverage", "zones"}


def test_taken_twice_it_leaves_the_same_rows(
    files: SimpleNamespace, joint: None, took: Callable[..., int]
) -> None:
    took(files.signed)
    once = {name: rows(name) for name in packages.TABLES}
    assert took(files.signed) == 0
    assert {name: rows(name) for name in packages.TABLES} == once


def test_a_build_of_the_joint_instance_leaves_what_a_package_brought(
    files: SimpleNamespace, joint: None, took: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    took(files.signed)
    run_all("DELETE FROM out.perimeter")
    before = everything()
    assert run(["build", "--lang", "en"]) == 0
    after = everything()
    assert f"coverage of district {DISTRICT} came with a package" in capsys.readouterr().err
    # what no package brought, the joint instance makes of what it knows
    assert len(after.pop("perimeter")) == 3 * SCHOOLS
    del before["perimeter"]
    assert after == before


def test_only_the_packages_districts_and_tables_are_replaced(
    files: SimpleNamespace, joint: None, took: Callable[..., int], tmp_path: Path
) -> None:
    took(files.signed)
    run_all(
        "UPDATE out.perimeter SET district_code = 'other' WHERE school_code = 'S003'",
        "DELETE FROM out.coverage",
    )
    with at(POLICE):
        assert (
            run(["package", "make", str(tmp_path / "p"), "--table", "out.perimeter", "--district", DISTRICT])
            == 0
        )
        assert run(["package", "sign", str(tmp_path / "p"), "--as", "board"]) == 0
    run_all("UPDATE out.perimeter SET area_m2 = 1")
    assert took((tmp_path / "p").read_bytes()) == 0
    areas = [json.loads(row) for (row,) in rows("perimeter")]
    assert {row["area_m2"] for row in areas if row["district_code"] == "other"} == {1}
    assert 1 not in {row["area_m2"] for row in areas if row["district_code"] == DISTRICT}
    assert rows("coverage") == []


@pytest.mark.parametrize(
    "case",
    [
        ("UPDATE core.school SET valid_to = '2026-02-01' WHERE code = 'S002'", "the school is not known", "coverage", {"S000", "S001", "S003"}),
        ("UPDATE core.school SET district_code = 'other' WHERE code = 'S001'", "lies in another district", "perimeter", {"S000", "S002", "S003"}),
        ("DELETE FROM core.bell_slot WHERE school_code = 'S000'", "the bell slot is not known", "gate_slot", {"S001", "S002", "S003"}),
        ("DELETE FROM core.venue", "the venue is not known", "rule_finding", set()),
        ("UPDATE core.rule SET ended_at = now()", "this version of the rule is not known", "rule_finding", set()),
    ],
)  # fmt: skip
def test_rows_of_objects_that_are_not_known_here_are_left_out_and_counted(
    files: SimpleNamespace,
    joint: None,
    took: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    case: tuple[str, str, str, set[str]],
) -> None:
    statement, said, table, left = case
    run_all(statement)
    assert took(files.signed) == 0
    assert said in capsys.readouterr().out
    assert {json.loads(row)["school_code"] for (row,) in rows(table)} == left


def test_a_zone_passes_only_with_all_of_its_schools(
    files: SimpleNamespace, joint: None, took: Callable[..., int]
) -> None:
    run_all("UPDATE core.school SET valid_to = '2026-02-01' WHERE code = 'S001'")
    assert took(files.signed) == 0
    assert {json.loads(row)["zone_id"] for (row,) in rows("focus_zone")} == {"T1:S000", "T1:S002"}


def test_gates_of_files_are_found_and_unknown_ones_left_out() -> None:
    from etl.packages.local import localised

    known = packages.Known(
        schools=pd.DataFrame({"district_code": ["d"], "school_code": ["S1"], "school_id": [5]}),
        gates=pd.DataFrame({"school_code": ["S1"], "gate_code": ["edu:12"], "gate_id": [70]}),
        bells=pd.DataFrame({"school_code": ["S1"], "bell_code": ["edu:ab"], "bell_slot_id": [80]}),
        rules=pd.DataFrame({"rule_code": [], "rule_valid_from": [], "rule_id": []}),
        venues=frozenset(), areas=frozenset(),
    )  # fmt: skip
    gates = ["edu:12", "est:S1", "edu:13", "est:S2", "edu:12", None]
    bells = ["edu:ab", "default:2", "edu:ab", "edu:ab", "default:x", "edu:ab"]
    frame = pd.DataFrame({"district_code": "d", "school_code": "S1", "gate_code": gates, "bell_code": bells})
    found, left_out = localised("gate_slot", frame, known)
    assert found[["gate_id", "bell_slot_id"]].to_numpy().tolist() == [[70, 80], [-5, -2]]
    assert left_out == {"gate": 3, "bell": 1}


# what is published once


def test_a_published_class_stays_and_new_ones_are_added(
    files: SimpleNamespace, joint: None, took: Callable[..., int], refused: Callable[..., str]
) -> None:
    took(files.signed)
    first = rows("area_person_class", without=())
    run_all("UPDATE core.area SET code = 'A9' WHERE code = 'A1'")
    assert took(files.signed) == 0
    assert set(first) < set(rows("area_person_class", without=()))
    changed = forged(files.signed, with_frame("area_person_class", lambda f: f.assign(**{"class": "100+"})))
    assert "was published" in refused(changed)


# who may


def test_the_police_take_nothing_and_the_joint_instance_makes_and_signs_nothing(
    files: SimpleNamespace, kept: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p"
    assert run(["package", "make", str(path)]) == 1
    assert not path.exists()
    path.write_bytes(files.draft)
    assert run(["package", "sign", str(path), "--as", "chief"]) == 1
    assert path.read_bytes() == files.draft
    assert capsys.readouterr().err.count("police instance alone") == 2
    path.write_bytes(files.signed)
    with at(POLICE):
        before = everything()
        assert run(["package", "take", str(path), "--trust", str(files.key)]) == 1
        assert everything() == before
    assert "joint instance alone" in capsys.readouterr().err


def test_the_joint_instance_has_no_register_at_all(kept: None) -> None:
    ensure_database()
    with unit_of_work(DbRole.OWNER) as connection:
        found = connection.exec_driver_sql(
            "SELECT (SELECT instance FROM core.instance), to_regnamespace('restricted')::text"
        ).one()
    assert tuple(found) == ("joint", None)


def test_nobody_signs_what_the_same_account_made(files: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "p"
    with at(POLICE):
        assert run(["package", "make", str(path), "--as", "chief", "--table", "perimeter"]) == 0
        draft = path.read_bytes()
        assert run(["package", "sign", str(path), "--as", "chief"]) == 1
        assert run(["package", "sign", str(path), "--as", "teacher"]) == 1
        assert run(["package", "sign", str(path)]) == 2
        assert path.read_bytes() == draft
        assert run(["package", "sign", str(path), "--as", "board"]) == 0
        assert run(["package", "sign", str(path), "--as", "board"]) == 1
    said = manifest.read(unsealed(path.read_bytes()).manifest)
    assert (said.made_by, said.reviewed_by) == (12, 13)


def test_a_draft_that_somebody_changed_or_made_elsewhere_is_not_signed(
    files: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p"
    sealed = unsealed(files.draft)
    other = Ed25519PrivateKey.generate()
    foreign = other.public_key().public_bytes_raw() + other.sign(keys.CONTEXT + sealed.manifest)
    for draft, words in (
        (
            sealed._replace(tables=sealed.tables | {"coverage": sealed.tables["coverage_gap"]}),
            "not as it was",
        ),
        (sealed._replace(manifest=sealed.manifest.replace(b'"made_by":0', b'"made_by":5')), "not as it was"),
        (sealed._replace(signature=foreign), "not made by this installation"),
    ):
        path.write_bytes(archive.pack(draft))
        with at(POLICE):
            assert run(["package", "sign", str(path), "--as", "chief", "--lang", "en"]) == 1
        assert words in capsys.readouterr().err
        assert path.read_bytes() == archive.pack(draft)


def test_a_draft_is_not_taken(files: SimpleNamespace, kept: None, refused: Callable[..., str]) -> None:
    assert "nobody has reviewed" in refused(files.draft)


def test_made_up_and_real_results_do_not_mix(
    files: SimpleNamespace, joint: None, refused: Callable[..., str]
) -> None:
    made_up = forged(files.signed, lambda facts, _: facts.update(training=True))
    assert "made-up" in refused(made_up)
    run_all("UPDATE core.instance SET training = true")
    assert "training database" in refused(files.signed)


def test_a_package_of_an_earlier_day_does_not_replace_a_later_one(
    files: SimpleNamespace, joint: None, took: Callable[..., int], refused: Callable[..., str]
) -> None:
    assert took(forged(files.signed, lambda facts, _: facts.update(as_of="2099-01-02"))) == 0
    said = refused(files.signed)
    assert "2099-01-02" in said


# what is hostile


def test_no_byte_can_be_changed(files: SimpleNamespace, tmp_path: Path) -> None:
    def smaller(facts: dict[str, Any], members: dict[str, bytes]) -> None:
        facts.update(
            runs=[], tables=[table for table in facts["tables"] if table["name"] == "area_person_class"]
        )
        for name in set(members) - {"area_person_class"}:
            del members[name]

    path, content, key = tmp_path / "p", forged(files.signed, smaller), keys.trusted(files.key)
    path.write_bytes(content)
    archive.opened(archive.unpack(path), key)
    missed = []
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        try:
            archive.opened(archive.unpack(path), key)
        except CampusError:
            continue
        missed.append(place)
    assert missed == []


def test_nothing_can_be_added_left_out_or_put_in_anothers_place(
    files: SimpleNamespace, kept: None, refused: Callable[..., str]
) -> None:
    whole = members_of(files.signed)
    sealed = unsealed(files.signed)
    tables_ = sealed.tables
    for content in (
        archive.pack(sealed._replace(tables={k: v for k, v in tables_.items() if k != "coverage"})),
        archive.pack(sealed._replace(tables=tables_ | {"coverage": tables_["coverage_gap"]})),
        archive.pack(sealed._replace(manifest=sealed.manifest.replace(b'"made_by":0', b'"made_by":7'))),
        archive.pack(sealed._replace(signature=sealed.signature[:-1] + bytes([sealed.signature[-1] ^ 1]))),
        zip_of(dict(reversed(whole.items()))),
        zip_of(whole | {"hotspot.parquet": b"x"}),
        files.signed + b"x",
        b"x" + files.signed,
        files.signed[:-30],
        zip_of(whole, comment=b"x"),
        twice(whole),
    ):
        refused(content)


@pytest.mark.parametrize(
    "name",
    [
        "../perimeter.parquet",
        "/etc/x",
        "a/perimeter.parquet",
        "..\\x",
        "C:\\x",
        "",
        "perimeter.parquet ",
        "manifest.json/",
    ],
)
def test_names_that_lead_elsewhere_are_refused(
    files: SimpleNamespace, kept: None, refused: Callable[..., str], name: str
) -> None:
    assert "is no package" in refused(zip_of(members_of(files.signed) | {name: b"x"}))


def test_a_bomb_is_not_unpacked(
    files: SimpleNamespace, kept: None, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = zip_of(
        members_of(files.signed) | {"perimeter.parquet": bytes(50_000_000)}, how=zipfile.ZIP_DEFLATED
    )
    assert len(packed) < 1_000_000
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("something was unpacked"))
    assert "is no package" in refused(packed)


def test_a_file_that_is_too_large_is_not_read(
    files: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p"
    path.write_bytes(files.signed)
    with pytest.raises(archive.PackageTooLargeError):
        archive.unpack(path, most=len(files.signed) - 1)
    assert archive.unpack(path, most=len(files.signed)) == unsealed(files.signed)
    monkeypatch.setattr(archive, "MOST_MANIFEST", 10)
    with pytest.raises(archive.PackageTooLargeError):
        archive.unpack(path)


def test_a_table_that_would_unpack_to_too_much_is_not_read(
    files: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = unsealed(files.signed).tables["coverage"]
    monkeypatch.setattr(tables.pq.ParquetFile, "read", lambda *_: pytest.fail("it was read"))
    for limit, value in (("MOST_ROWS", 3), ("MOST_UNPACKED", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(tables, limit, value)
            with pytest.raises(tables.NotAPackageError):
                tables.from_parquet("coverage", content)


def test_another_key_is_not_trusted_and_nothing_is_parsed_before_the_signature_holds(
    files: SimpleNamespace,
    kept: None,
    refused: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    (tmp_path / "other").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    monkeypatch.setattr(manifest, "read", lambda *_: pytest.fail("the manifest was parsed"))
    said = refused(files.signed, key=tmp_path / "other")
    assert keys.fingerprint(other.public_bytes_raw()) in said
    assert keys.fingerprint(keys.trusted(files.key)) in said


@pytest.mark.parametrize(
    "content", [b"", b"x", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", bytes(5000)]
)
def test_a_file_that_is_no_key_is_one_sentence(
    files: SimpleNamespace, kept: None, refused: Callable[..., str], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad").write_bytes(content)
    said = refused(files.signed, key=tmp_path / "bad")
    assert ("bad holds no public key" in said) != (len(content) > keys.MOST_KEY_FILE)


def test_files_that_are_not_there_are_one_sentence(
    files: SimpleNamespace, kept: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe"):
        for words in (
            ["take", str(path), "--trust", str(files.key)],
            ["show", str(path)],
            ["take", str(files.key), "--trust", str(path)],
        ):
            assert run(["package", *words, "--lang", "en"]) == 1
            assert len(capsys.readouterr().err.splitlines()) == 1


# what is signed and wrong all the same


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("coverage", lambda f: f.assign(slot="midnight")),
        ("coverage", lambda f: f.assign(covered_share=1.5)),
        ("coverage", lambda f: f.assign(ring_area_m2=None).astype({"ring_area_m2": "float64"})),
        ("coverage", lambda f: pd.concat([f, f])),
        ("coverage", lambda f: f.assign(post_count=2**40)),
        ("gate_slot", lambda f: f.assign(date_type="2026-12-01")),
        ("gate_slot", lambda f: f.assign(guard_reason="asleep")),
        ("rule_finding", lambda f: f.assign(status="guilty")),
        ("school_event_class", lambda f: f.assign(**{"class": "7"})),
        ("area_person_class", lambda f: f.assign(**{"class": "3"})),
        ("area_person_class", lambda f: f.assign(half_year="2026-Q1")),
        ("perimeter", lambda f: f.set_geometry(f.geometry.translate(100, 0))),
        ("perimeter", lambda f: f.set_geometry(gpd.GeoSeries(shapely.centroid(f["geom"].to_numpy()), crs=f.crs))),
        ("coverage_gap", lambda f: f.set_geometry(f.geometry.boundary)),
        ("focus_zone", lambda f: f.assign(school_codes=None)),
    ],
)  # fmt: skip
def test_rows_that_the_table_cannot_hold_are_refused_whole(
    files: SimpleNamespace, kept: None, refused: Callable[..., str], table: str, change: Any
) -> None:
    assert table in refused(forged(files.signed, with_frame(table, change)))


def test_other_columns_types_and_manifests_are_refused(
    files: SimpleNamespace, kept: None, refused: Callable[..., str]
) -> None:
    import pyarrow as pa

    def parquet(frame: pa.Table) -> bytes:
        buffer = io.BytesIO()
        tables.pq.write_table(frame, buffer)
        return buffer.getvalue()

    found = tables.pq.read_table(io.BytesIO(unsealed(files.signed).tables["coverage"]))
    for other in (
        found.append_column("note", pa.array(["x"] * len(found))),
        found.drop_columns(["post_count"]),
        found.select(list(reversed(found.column_names))),
        found.set_column(2, "ring_m", found.column("ring_m").cast(pa.int32())),
    ):
        changed = forged(
            files.signed, lambda _, members, other=other: members.update(coverage=parquet(other))
        )
        assert "columns" in refused(changed)
    for change in (
        lambda _, members: members.update(coverage=b"PAR1 not PAR1"),
        lambda facts, _: facts.update(format=2),
        lambda facts, _: facts.update(more=1),
        lambda facts, _: facts.update(instance="joint"),
        lambda facts, _: facts.update(districts=[]),
        lambda facts, _: facts.update(districts=["\x1b[2J"]),
        lambda facts, _: facts["tables"][0].update(name="../x"),
        lambda facts, _: facts["tables"][0].update(name="hotspot"),
        lambda facts, _: facts.update(reviewed_by=None),
        lambda facts, _: facts.update(reviewed_by=facts["made_by"]),
        lambda facts, _: facts["tables"][0]["rows"].update({DISTRICT: 1}),
        lambda facts, _: facts.update(training="no"),
    ):
        refused(forged(files.signed, change))


@pytest.mark.parametrize("table", ["perimeter", "focus_zone", "area_person_class"])
def test_what_breaks_midway_leaves_what_stood(
    files: SimpleNamespace, joint: None, took: Callable[..., int], monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    took(files.signed)
    before = everything()
    put = packages.put_table

    def breaks(connection: Any, name: str, *words: Any, **more: Any) -> int:
        written = put(connection, name, *words, **more)
        if name == table:
            raise KeyboardInterrupt
        return written

    monkeypatch.setattr(take.packages, "put_table", breaks)
    assert took(files.signed) == 130
    assert everything() == before
    with unit_of_work(DbRole.OWNER) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit.run").scalar_one() == 1


# what is shown


def test_the_reviewer_reads_what_is_in_a_package_and_whether_its_signature_holds(
    files: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p"

    def shown(content: bytes, *words: str) -> tuple[int, str]:
        path.write_bytes(content)
        code = run(["package", "show", str(path), "--lang", "en", *words])
        return code, capsys.readouterr().out

    code, draft = shown(files.draft)
    assert code == 0
    assert draft.startswith("内部资料 注意保管\n")
    assert "not reviewed" in draft
    assert "by account 0" in draft
    for name in packages.TABLES:
        assert f"{name}: " in draft
    assert f"{DISTRICT} {SCHOOLS}" in draft
    assert "zones, data as of" in draft
    assert "The signature holds" in draft
    code, signed = shown(files.signed, "--trust", str(files.key))
    assert (code, "by account 12" in signed, "The signature holds" in signed) == (0, True, True)
    sealed = unsealed(files.signed)
    changed = archive.pack(sealed._replace(tables=sealed.tables | {"coverage": b"x"}))
    code, said = shown(changed)
    assert (code, "does not hold" in said) == (1, True)
    code, said = shown(archive.pack(sealed._replace(signature=bytes(96))))
    assert (code, "another key" in said) == (1, True)


def test_the_key_is_the_owners_alone_and_printed_the_same_each_time(
    files: SimpleNamespace, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert run(["package", "key"]) == 0
        assert capsys.readouterr().out == files.key.read_text()
    secret = home / "secrets" / "package.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text() not in files.key.read_text()


def test_a_package_is_its_makers_alone_and_whole_or_not_there(
    files: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with at(POLICE):
        assert run(["package", "make", str(tmp_path / "p"), "--table", "perimeter"]) == 0
        assert stat.S_IMODE((tmp_path / "p").stat().st_mode) == 0o600
        assert names_in(tmp_path) == ["p"]
        assert run(["package", "make", str(tmp_path / "no" / "p")]) == 1
        assert run(["package", "make", str(tmp_path)]) == 1
        assert run(["package", "make", str(tmp_path / "q"), "--table", "hotspot_cell"]) == 2
        assert run(["package", "make", str(tmp_path / "q"), "--table", "restricted.key_person"]) == 2
        assert run(["package", "make", str(tmp_path / "q"), "--district", "000000"]) == 1
    assert names_in(tmp_path) == ["p"]
    assert "fault" not in capsys.readouterr().err
