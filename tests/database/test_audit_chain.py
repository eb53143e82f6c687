"""The audit's chain: what was done to it is found and named, nobody waits for it, and time alone shortens it."""

from __future__ import annotations

import json
import stat
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from data import audit_heads
from data.audit_chain import Event, chain_hash, row_hash, row_text
from data.audit_files import HeadFiles
from data.backup import backup, restore
from data.messages import LANGS
from data.messages import text as sentence_of
from data.migrate import ensure_database
from data.repositories import audit as repository
from data.session import dispose_engines, set_viewer, unit_of_work
from data.settings import DbRole, role_url
from data.terms import AuditKind
from etl import audit_chain, audit_check, cli
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

ADD = """
    INSERT INTO audit.event (at, account_id, role, session_id, kind, route, codes)
    SELECT now() - interval '1 day' + n * interval '1 second', n % 7, 'commander', n % 11, 'view', '/command',
           ARRAY['school:S' || n]
      FROM generate_series(1, :n) AS n
"""
REWRITE = """
DO $$
DECLARE
    l record;
    head bytea := coalesce((SELECT chain_hash FROM audit.link WHERE position = {first} - 1), '');
    hash bytea;
BEGIN
    FOR l IN SELECT k.position, e FROM audit.link AS k JOIN audit.event AS e ON e.id = k.event_id
              WHERE k.position >= {first} ORDER BY 1 LOOP
        hash := sha256(convert_to(audit.row_text(l.e), 'UTF8'));
        head := sha256(head || int8send(l.position) || hash);
        UPDATE audit.link SET row_hash = hash, chain_hash = head WHERE position = l.position;
    END LOOP;
END
$$
"""
"""What somebody with all rights in the database does who wants no link to tell."""


@pytest.fixture
def files(database: str) -> Iterator[HeadFiles]:
    """The signed files of the test's own database."""
    return HeadFiles()


def add(count: int) -> None:
    """Append events and give each a link."""
    as_owner(ADD, n=count)
    audit_heads.seal_pending()


@pytest.fixture
def thousand(files: HeadFiles) -> HeadFiles:
    """A chain of 1,000 events, sealed in four turns."""
    for _ in range(4):
        add(250)
    return files


def found() -> dict[str, tuple[int, tuple[int, ...]]]:
    return {one.kind: (one.count, one.named) for one in audit_chain.verify().findings}


def event_at(position: int) -> int:
    return int(as_owner("SELECT event_id FROM audit.link WHERE position = :at", at=position))


# --- the text that is hashed

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
EVENTS = st.builds(
    Event,
    id=st.integers(0, 30),
    at_us=st.integers(-5, 30),
    account_id=st.none() | st.integers(0, 12),
    role=st.none() | st.sampled_from(["", "-", "1:a", "school"]),
    session_id=st.none() | st.integers(0, 12),
    kind=st.sampled_from(["view", "tiles"]),
    route=WORDS | st.sampled_from(["-", "1:-", "2:ab", "--"]),
    codes=st.lists(WORDS | st.sampled_from(["-", "0:", "1:a", "1:a1:b"]), max_size=4).map(tuple),
)


def read_back(written: bytes) -> list[str | None]:
    """Read the fields of a text by its own words, written here anew."""
    fields: list[str | None] = []
    while written:
        if written[:1] == b"-":
            fields.append(None)
            written = written[1:]
            continue
        length, _, rest = written.partition(b":")
        fields.append(rest[: int(length)].decode())
        written = rest[int(length) :]
    return fields


@settings(deadline=None)
@given(EVENTS)
def test_an_events_text_gives_all_of_its_columns_back_so_that_no_two_events_share_one(event: Event) -> None:
    words = (*event[:7], len(event.codes), *event.codes)
    assert read_back(row_text(event)) == [None if word is None else str(word) for word in words]


@settings(deadline=None)
@given(EVENTS, EVENTS)
def test_two_different_events_never_have_the_same_text(one: Event, other: Event) -> None:
    assert (row_text(one) == row_text(other)) == (one == other)


def test_the_database_writes_an_event_the_same_way(files: HeadFiles) -> None:
    as_owner(
        "INSERT INTO audit.event (at, route, codes) VALUES ('1969-12-31 23:59:59.999999+00', 'a.b', '{}')"
    )
    as_owner(
        "INSERT INTO audit.event (at, account_id, role, session_id, kind, route, codes)"
        " VALUES ('2026-11-29 07:30:00.123456+08', 7, 'school', 12, 'export', '/x', '{a,b:c,#0}')"
    )
    audit_heads.seal_pending()
    assert found() == {}
    event = Event(2, 1795908600123456, 7, "school", 12, "export", "/x", ("a", "b:c", "#0"))
    told = as_owner("SELECT row_hash FROM audit.link WHERE position = 2")
    assert bytes(told) == row_hash(event)
    first, second = as_owner("SELECT chain_hash FROM audit.link WHERE position = 1"), bytes(told)
    assert bytes(as_owner("SELECT chain_hash FROM audit.link WHERE position = 2")) == chain_hash(
        bytes(first), 2, second
    )


# --- what is done to it is found


def test_a_chain_that_nobody_touched_is_whole(thousand: HeadFiles) -> None:
    report = audit_chain.verify()
    assert (report.links, report.events, report.findings, report.notes) == (1000, 1000, (), ())


CHANGES = {
    "route": "'/data'", "codes": "ARRAY['school:X']", "account_id": "NULL", "at": "at + interval '1 us'",
    "kind": "'tiles'", "role": "'school'", "session_id": "99",
}  # fmt: skip


def test_an_event_that_was_edited_in_any_column_is_named(thousand: HeadFiles) -> None:
    numbers = [event_at(position) for position in range(500, 500 + len(CHANGES))]
    for number, (column, value) in zip(numbers, CHANGES.items(), strict=True):
        as_owner(f"UPDATE audit.event SET {column} = {value} WHERE id = :id", id=number)
    assert found() == {"edited": (len(CHANGES), tuple(numbers))}


def test_an_event_that_was_deleted_is_named(thousand: HeadFiles) -> None:
    numbers = (event_at(3), event_at(1000))
    as_owner("DELETE FROM audit.event WHERE id = ANY (:ids)", ids=list(numbers))
    assert found() == {"deleted": (2, numbers)}


def test_an_event_that_was_deleted_with_its_link_is_missed(thousand: HeadFiles) -> None:
    as_owner("DELETE FROM audit.event WHERE id = :id", id=event_at(500))
    as_owner("DELETE FROM audit.link WHERE position = 500")
    assert found() == {"missing": (1, (500,))}


EXCHANGES = {
    "the places of two links": """
        UPDATE audit.link SET event_id = -event_id WHERE position IN (400, 700);
        UPDATE audit.link AS l SET event_id = -o.event_id, row_hash = o.row_hash
          FROM audit.link AS o WHERE l.position IN (400, 700) AND o.position = 1100 - l.position""",
    "the places with their chain": """
        UPDATE audit.link SET event_id = -event_id WHERE position IN (400, 700);
        UPDATE audit.link AS l SET event_id = -o.event_id, row_hash = o.row_hash, chain_hash = o.chain_hash
          FROM audit.link AS o WHERE l.position IN (400, 700) AND o.position = 1100 - l.position""",
    "what the links point to": """
        UPDATE audit.link SET event_id = -event_id WHERE position IN (400, 700);
        UPDATE audit.link AS l SET event_id = -o.event_id
          FROM audit.link AS o WHERE l.position IN (400, 700) AND o.position = 1100 - l.position""",
    "the events' contents": """
        UPDATE audit.event AS e SET at = o.at, account_id = o.account_id, session_id = o.session_id, codes = o.codes
          FROM audit.event AS o, audit.link AS l, audit.link AS k
         WHERE l.position IN (400, 700) AND k.position = 1100 - l.position AND e.id = l.event_id AND o.id = k.event_id""",
}


@pytest.mark.parametrize("what", EXCHANGES)
def test_events_in_another_order_are_told_from_edited_ones(thousand: HeadFiles, what: str) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        for statement in EXCHANGES[what].split(";"):
            connection.execute(text(statement))
        connection.commit()
    assert found() == {"reordered": (2, (400, 700))}


def test_the_last_ten_cut_off_are_counted(thousand: HeadFiles) -> None:
    as_owner("DELETE FROM audit.event WHERE id IN (SELECT event_id FROM audit.link WHERE position > 990)")
    as_owner("DELETE FROM audit.link WHERE position > 990")
    report = audit_chain.verify()
    assert [(one.kind, one.count, one.given) for one in report.findings] == [
        ("cut_off", 10, {"signed": 1000, "left": 990})
    ]


def test_what_is_appended_after_a_cut_does_not_hide_it(thousand: HeadFiles) -> None:
    as_owner("DELETE FROM audit.event WHERE id IN (SELECT event_id FROM audit.link WHERE position > 990)")
    as_owner("DELETE FROM audit.link WHERE position > 990")
    add(50)
    assert thousand.head().position == 1040
    kinds = found()
    assert kinds["broken"] == (10, ())
    assert kinds["rewritten"][0] == 790
    assert found().keys() == kinds.keys()


def test_the_whole_chain_written_anew_by_the_owner_is_found(thousand: HeadFiles) -> None:
    as_owner("UPDATE audit.event SET account_id = 1 WHERE id = :id", id=event_at(100))
    as_owner(REWRITE.format(first=1))
    assert audit_heads.seal_pending().count == 0
    report = audit_chain.verify()
    # its own links agree with each other: only what was signed outside tells
    assert {one.kind for one in report.findings} == {"rewritten_whole", "broken"}
    assert all(one.given["signed"] in (250, 1000) for one in report.findings)


def test_a_chain_written_anew_from_the_middle_on_is_found_from_the_last_head_that_agrees(
    thousand: HeadFiles,
) -> None:
    as_owner("UPDATE audit.event SET account_id = 1 WHERE id = :id", id=event_at(900))
    as_owner(REWRITE.format(first=900))
    assert found() == {"rewritten": (750, ())}


def test_events_that_no_function_wrote_or_that_vanished_before_their_seal_are_named(files: HeadFiles) -> None:
    add(3)
    as_owner("ALTER TABLE audit.event DISABLE TRIGGER await_seal")
    stray = as_owner("INSERT INTO audit.event (route) VALUES ('x') RETURNING id")
    as_owner("ALTER TABLE audit.event ENABLE TRIGGER await_seal")
    lost = as_owner("INSERT INTO audit.event (route) VALUES ('x') RETURNING id")
    as_owner("DELETE FROM audit.event WHERE id = :id", id=lost)
    assert found() == {"stray": (1, (stray,)), "lost": (1, (lost,))}


def test_signed_files_that_were_touched_are_no_witness(thousand: HeadFiles) -> None:
    head, lines = thousand.folder / "head.json", thousand.folder / "heads.jsonl"
    said, kept = head.read_bytes(), lines.read_bytes()
    head.write_bytes(said.replace(b'"position": 1000', b'"position": 990'))
    assert found() == {"bad_head": (1, ())}
    head.write_bytes(said)
    lines.write_bytes(kept.replace(b'"position": 250', b'"position": 251'))
    assert "bad_line" in found()
    lines.write_bytes(b"")
    assert found() == {"lines_gone": (1, ())}


def test_signed_files_that_are_gone_are_missed_and_a_new_home_is_no_fault(thousand: HeadFiles) -> None:
    for name in ("head.json", "heads.jsonl"):
        (thousand.folder / name).rename(thousand.folder / f"{name}.away")
    report = audit_chain.verify()
    assert {one.kind for one in report.findings} == {"heads_gone"}
    for name in ("head.json", "heads.jsonl"):
        (thousand.folder / name).unlink()
    as_owner("DELETE FROM audit.checkpoint")
    report = audit_chain.verify()
    assert [one.kind for one in report.notes] == ["fresh"]
    assert report.findings == ()


def test_a_database_without_events_is_whole(files: HeadFiles) -> None:
    as_owner("DELETE FROM audit.pending")
    as_owner("DELETE FROM audit.event")
    report = audit_chain.verify()
    assert (report.links, report.findings, report.notes) == (0, (), ())


def test_the_files_are_this_accounts_alone(thousand: HeadFiles) -> None:
    places = [thousand.folder, thousand.folder / "head.json", thousand.folder / "heads.jsonl"]
    assert [stat.S_IMODE(place.stat().st_mode) for place in places] == [0o700, 0o600, 0o600]


# --- nobody waits


def test_who_appends_never_waits_for_the_sequencer(files: HeadFiles) -> None:
    add(10)
    as_owner(ADD, n=10)
    with unit_of_work(DbRole.LOADER) as sealer:
        repository.seal(sealer, 0, 100)  # it holds its lock, and its links are not committed
        address = role_url(DbRole.LOADER).replace("+psycopg", "", 1)
        with psycopg.connect(address, autocommit=True) as other:
            other.execute("SET lock_timeout = '1ms'")
            other.execute("SELECT audit.record_for(0, 'load', 'school', '{batch:1}')")
        sealer.commit()
    audit_heads.seal_pending()
    assert found() == {}
    assert as_owner("SELECT count(*) FROM audit.link") == 21


def test_nothing_is_lost_and_nothing_is_sealed_twice_while_eight_append(files: HeadFiles) -> None:
    done, faults = threading.Event(), []

    def append(number: int) -> None:
        try:
            for turn in range(40):
                with unit_of_work(DbRole.LOADER) as connection:
                    repository.record_for(connection, AuditKind.LOAD, "school", [f"batch:{number}.{turn}"])
                    if turn % 5 == 4:
                        continue  # rolled back: its number stays a gap
                    connection.commit()
        except Exception as error:  # noqa: BLE001 - a thread's fault is the test's
            faults.append(error)

    def seal() -> None:
        while not done.is_set():
            audit_heads.seal_pending()

    threads = [threading.Thread(target=append, args=(number,)) for number in range(8)]
    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for thread in (*threads, *sealers):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    audit_heads.seal_pending()
    assert faults == []
    assert found() == {}
    wanted = 8 * 32
    assert as_owner("SELECT count(*) FROM audit.event WHERE kind = 'load'") == wanted
    assert as_owner("SELECT count(DISTINCT event_id) FROM audit.link") == as_owner(
        "SELECT max(position) FROM audit.link"
    )
    assert as_owner("SELECT count(*) FROM audit.pending") == 0


def test_the_worker_seals_beside_its_jobs_within_a_second(files: HeadFiles) -> None:
    sealer = audit_chain.Sealer()
    sealer.start()
    try:
        as_owner(ADD, n=5)
        until = time.monotonic() + 1
        while as_owner("SELECT count(*) FROM audit.pending"):
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        sealer.stop()
    assert files.head().position == as_owner("SELECT max(position) FROM audit.link")


# --- how long it is kept

OLD = "UPDATE audit.event SET at = now() - CAST(:age AS interval), kind = :kind WHERE id % 4 = :part"


@pytest.fixture
def aged(files: HeadFiles) -> HeadFiles:
    """A sealed chain of 40: ten each of a view and a register read, a year old; one of four years; one of today."""
    as_owner(ADD, n=40)
    as_owner(OLD, age="1 year", kind="view", part=0)
    as_owner(OLD, age="1 year", kind="register", part=1)
    as_owner(OLD, age="4 years", kind="register", part=2)
    audit_heads.seal_pending()
    return files


def test_time_takes_views_after_six_months_and_register_reads_after_three_years(aged: HeadFiles) -> None:
    before = as_owner("SELECT count(*) FROM audit.event")
    assert audit_heads.cut_old() == 20
    report = audit_chain.verify()
    assert (report.findings, [(one.kind, one.count) for one in report.notes]) == ((), [("cut", 20)])
    assert as_owner("SELECT count(*) FROM audit.event") == before - 20
    assert as_owner("SELECT count(*) FROM audit.event WHERE kind = 'register'") == 10
    assert audit_heads.cut_old() == 0


def test_an_event_that_is_deleted_beside_a_cut_is_told_from_it(aged: HeadFiles) -> None:
    audit_heads.cut_old()
    number = as_owner("SELECT min(id) FROM audit.event WHERE kind = 'register'")
    as_owner("DELETE FROM audit.event WHERE id = :id", id=number)
    assert found() == {"deleted": (1, (number,))}
    as_owner("UPDATE audit.link SET cut_id = 1 WHERE event_id = :id", id=number)
    assert found()["false_cut"][0] == 21


def test_nothing_is_cut_but_at_a_checkpoint_and_by_nobody_but_the_loader(aged: HeadFiles) -> None:
    with unit_of_work(DbRole.LOADER) as connection, pytest.raises(DBAPIError, match="signed checkpoint only"):
        repository.cut(connection, 39)
    with unit_of_work(DbRole.APP) as connection, pytest.raises(ProgrammingError, match="permission denied"):
        repository.cut(connection, 40)


def test_a_cut_in_the_database_that_was_not_signed_is_found(aged: HeadFiles) -> None:
    position = as_owner("SELECT max(position) FROM audit.checkpoint")
    with unit_of_work(DbRole.LOADER) as connection:
        repository.cut(connection, position)
        connection.commit()
    assert found()["false_cut"][0] == 20


def test_at_night_a_chain_that_does_not_verify_is_left_as_it_is(aged: HeadFiles) -> None:
    as_owner("UPDATE audit.event SET route = '/data' WHERE id = :id", id=event_at(2))
    assert audit_chain.nightly() == 0
    assert as_owner("SELECT codes FROM audit.event WHERE route = 'audit-verify'") == ["links:40", "edited"]
    as_owner("UPDATE audit.event SET route = '/command' WHERE id = :id", id=event_at(2))
    assert audit_chain.nightly() == 20


# --- a backup in the database's place


def test_a_restored_backup_is_told_from_a_chain_that_was_cut_off(files: HeadFiles, tmp_path: Path) -> None:
    add(20)
    backup(tmp_path / "a.backup")
    add(7)
    dispose_engines()
    restore(tmp_path / "a.backup")
    ensure_database()
    # seven events are gone, and the restore has left one of its own in their place
    assert found()["cut_off"][0] == 6
    audit_heads.note_restored()
    add(5)
    report = audit_chain.verify()
    assert report.findings == ()
    assert [(one.kind, one.given["signed"], one.given["left"]) for one in report.notes][-1:] == [
        ("restored", 22, 22)
    ]


def test_a_backup_of_another_chain_is_said_to_be_one(files: HeadFiles, tmp_path: Path) -> None:
    backup(tmp_path / "a.backup")
    add(20)
    dispose_engines()
    restore(tmp_path / "a.backup")
    ensure_database()
    as_owner(ADD, n=30)
    audit_heads.note_restored()
    report = audit_chain.verify()
    assert report.findings == ()
    assert [one.kind for one in report.notes] == ["restored_other"]
    as_owner("DELETE FROM audit.event WHERE id = 5")
    assert found() == {"deleted": (1, (5,))}


# --- the word of the command line


def test_the_word_says_one_line_and_0_where_all_is_well_and_1_with_a_sentence_each_where_not(
    thousand: HeadFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["audit", "verify"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    number = event_at(77)
    as_owner("UPDATE audit.event SET route = '/data' WHERE id = :id", id=number)
    assert cli.run(["audit", "verify"]) == 1
    assert capsys.readouterr().out == f"1 events were edited, numbers {number}.\n"
    assert cli.run(["audit", "verify", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert not said["ok"]
    assert [(one["kind"], one["named"]) for one in said["findings"]] == [("edited", [number])]


KINDS = """
    edited deleted missing reordered unfit cut_off rewritten rewritten_whole stray lost false_cut bad_line lines_gone
    bad_head heads_gone forged broken fresh restored restored_other cut
"""


@pytest.mark.parametrize("lang", LANGS)
def test_every_finding_has_a_sentence(lang: str) -> None:
    source = Path(audit_check.__file__).read_text(encoding="utf-8")
    given = {"count": 1, "named": "1", "signed": 1, "left": 1, "at": "x", "start": 1, "cut": 1}
    for kind in KINDS.split():
        assert f'"{kind}"' in source
        assert sentence_of(f"audit.found.{kind}", lang, **given)


# --- whose hand


def test_loads_builds_settings_and_exports_are_written_down_by_themselves(
    files: HeadFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run(["config", "set", "turnout_s", "31"]) == 0
    assert cli.run(["build", "perimeters"]) == 0
    assert cli.run(["export", "perimeter", str(tmp_path / "p.csv")]) == 0
    assert cli.run(["db", "backup", str(tmp_path / "b.backup")]) == 0
    with unit_of_work(DbRole.AUDITOR) as connection:
        rows = connection.execute(
            text("SELECT kind, route, codes, account_id, role FROM audit.event ORDER BY id")
        ).all()
    said = [(row.kind, row.route, *row.codes) for row in rows if row.route != "core.rule"]
    assert said == [
        ("change", "core.setting", "added", "key:turnout_s", "set_by:cli"),
        ("build", "audit.run", "added", "1", "job:perimeters"),
        ("export", "out.perimeter", ".csv"),
        ("backup", "db.backup", "plain"),
    ]
    assert {(row.account_id, row.role) for row in rows} == {(0, "local")}


def test_every_table_of_work_that_people_write_writes_itself_down(database: str) -> None:
    watched = """
        SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class AS c
         WHERE c.relnamespace = 'work'::regnamespace AND c.relkind = 'r'
           AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname IN ('note_change', 'note_insert'))
    """
    # what the worker alone writes: results' marks, and files that a job leaves
    assert as_owner(watched) == "built job_file"


KEPT = {
    "school:S001": "school:S001", "13812345678": "masked", "tel:138-1234-5678": "masked",
    "32048219900307123X": "masked", "320482900307123": "masked", "school:金坛区实验小学": "school:#",
    "金坛区东门大街 12 号": "#", "a b": "#", "x" * 81: "#",
}  # fmt: skip
REFUSED = (
    "'view', 'a b', '{}'", "'view', '/x', '{13812345678}'", "'view', '/x', '{32048219900307123X}'",
    "'view', '/x', '{张三}'", "'view', '/x', '{\"a b\"}'", "'view', '/x', '{NULL}'", "'look', '/x', '{}'",
)  # fmt: skip


def test_what_is_no_code_is_not_kept_and_the_table_itself_refuses_it(database: str) -> None:
    for said, kept in KEPT.items():
        as_owner("SELECT audit.record_for(0, 'view', '/command', ARRAY[CAST(:said AS text)])", said=said)
        (told,) = as_owner("SELECT codes FROM audit.event ORDER BY id DESC LIMIT 1")
        assert told == kept or (kept.endswith("#") and told.startswith(kept) and len(told) == len(kept) + 12)
    for values in REFUSED:
        with pytest.raises(DBAPIError, match="ck_event_"):
            as_owner(f"INSERT INTO audit.event (kind, route, codes) VALUES ({values})")


def test_the_intent_to_read_the_register_is_in_the_chain(files: HeadFiles) -> None:
    with unit_of_work(DbRole.REGISTER) as connection:
        number = connection.execute(text("SELECT audit.intend_register_read('count', NULL)")).scalar_one()
        connection.commit()
    assert as_owner("SELECT codes FROM audit.event WHERE kind = 'register' AND route = 'count'") == [
        f"intent:{number}"
    ]


def test_coming_going_failing_and_keeping_accounts_have_kinds_of_their_own(database: str) -> None:
    token = sign_in("d1", role="school")
    words = ("sign_in", "sign_in_failed", "sign_in_locked", "sign_out", "account.reset", "password_changed")
    with unit_of_work(DbRole.OWNER) as connection:
        set_viewer(connection, token)
        for word in words:
            connection.execute(
                text("SELECT auth.note(:id, :word, '{}')"), {"id": account_of(token), "word": word}
            )
        connection.execute(text("SELECT auth.note(NULL, 'sign_in_failed', '{}')"))
        connection.commit()
    with unit_of_work(DbRole.AUDITOR) as connection:
        rows = connection.execute(
            text("SELECT kind, route, role, session_id FROM audit.event ORDER BY id")
        ).all()
    assert [row.kind for row in rows] == [
        "sign_in", "sign_in_failed", "sign_in_failed", "sign_out", "account", "account", "sign_in_failed",
    ]  # fmt: skip
    assert {row.role for row in rows[:-1]} == {"school"}
    assert rows[0].session_id is not None
    assert tuple(rows[-1][2:]) == (None, None)


def test_a_page_cannot_say_what_is_not_a_pages_to_say(database: str) -> None:
    for kind in ("register", "load", "sign_in", "change", "nonsense"):
        with unit_of_work(DbRole.APP) as connection, pytest.raises(ProgrammingError, match="not for a page"):
            connection.execute(text("SELECT audit.record(:kind, '/x', '{}')"), {"kind": kind})
