"""Fifty names, phones and ID numbers in files of every format are found nowhere after the files were loaded.

Whether a cell of a mapped column of text is somebody's name nobody can tell, so names stand where nothing is
mapped, or beside a number for which the cell is masked; numbers stand everywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

import etl.intake  # noqa: F401 -- before etl.reports, which it imports itself
from data import cluster
from data.cluster_databases import connect, superuser_url
from data.session import unit_of_work
from data.settings import DbRole
from etl.cli import guarded
from etl.readers import FORMATS
from etl.reports import WRITERS as REPORTS
from tests.database import planted
from tests.database.planted import Made, make_files, search, search_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILD = """
import json, sys
from etl.cli import run
codes = [run(words) for words in json.load(sys.stdin)]
open(sys.argv[1], "w").write(json.dumps(codes))
"""
LOUD = ("log_min_messages = 'warning'", "wal_compression = off", "autovacuum = off")
"""So that an error's own words would stand in the log, and nothing is tidied away before it is searched."""


@dataclass(frozen=True)
class Outcome:
    """What the commands left."""

    home: Path
    data: Path
    reports: Path
    spoken: bytes
    """Standard output and standard error."""
    codes: list[int]
    temporary: Path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    return list(make_files(tmp_path_factory.mktemp("planted")))


@pytest.fixture(scope="module")
def own_home() -> Iterator[Path]:
    """A `CAMPUS_HOME` with a server of its own, so that all of it can be searched."""
    folder = Path(tempfile.mkdtemp(prefix="campus-planted-"))
    folder.chmod(0o711)
    try:
        cluster.ensure_running(folder)
        with connect(folder, "postgres") as connection:
            for setting in LOUD:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield folder
    finally:
        cluster.stop(folder)
        shutil.rmtree(cluster.status(folder).data.parent, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def commands(files: list[Made], folder: Path) -> list[tuple[list[str], int]]:
    """Give command lines with their exit codes: dry and real loads of every file, and loads that fail."""
    words = []
    for number, made in enumerate(files):
        source = folder / f"{number}.yml"
        source.write_text(made.source, encoding="utf-8")
        for dry in (["--dry-run"], []):
            reports = [f"--report={folder / 'reports' / f'{number}{len(dry)}{form}'}" for form in REPORTS]
            words.append((["load", str(made.path), "--source", str(source), *dry, *reports], 0))
        for fault, code in faults(made):
            source = folder / f"{number}-{len(words)}.yml"
            source.write_text(fault, encoding="utf-8")
            report = f"--report={folder / 'reports' / f'{len(words)}.json'}"
            words.append((["load", str(made.path), "--source", str(source), report, "--lang=zh"], code))
    return words


def faults(made: Made) -> Iterator[tuple[str, int]]:
    """Give descriptions with which a load fails, with a column, a layer or a sheet that is not there."""
    yield made.source.replace("名称", "名字"), 1
    yield made.source.replace("wgs84", "EPSG:3"), 1
    if "layers: '*'" in made.source:
        yield made.source.replace("layers: '*'\n", ""), 1
    if made.path.suffix == ".xlsx":
        yield f"{made.source}sheet: 学校\n", 1
    elif made.path.suffix in (".gpkg", ".geojson", ".kml") and "layers:" not in made.source:
        yield f"{made.source}layers: 学校\n", 1
    if made.path.suffix == ".csv":
        # Values that cannot be: every row is refused, and the sentence says why.
        yield made.source.replace("pupils: 学生数", "pupils: 监护人"), 1


def broken(folder: Path) -> list[list[str]]:
    """Give loads of files that are none, cut, missing or of no known kind, called by names and numbers."""
    source = folder / "s.yml"
    source.write_text(planted.source("broken", table=True), encoding="utf-8")
    contents = {
        ".csv": f'编码,名称,学生数,经度,纬度\n1,"{planted.TITLE},5,119.5,31.7\n'.encode(),
        ".xlsx": b"PK\x03\x04" + planted.TITLE.encode(), ".gpkg": b"SQLite format 3\x00" + planted.TITLE.encode(),
        ".geojson": f'{{"type": "FeatureCollection", "features": [{{"{planted.TITLE}": '.encode(),
        ".zip": b"PK\x03\x04" + planted.TITLE.encode(), ".kml": f"<kml><{planted.NAME}>".encode(),
        ".pbf": b"\x00\x00\x00\x10" + planted.TITLE.encode(), ".doc": planted.TITLE.encode(), ".tsv": b"",
    }  # fmt: skip
    found = [["load", str(folder / f"{planted.TITLE}.xlsx.missing"), "--source", str(source)]]
    for suffix, content in contents.items():
        path = folder / f"{planted.TITLE} broken{suffix}"
        path.write_bytes(content)
        found.append(["load", str(path), "--source", str(source)])
    return found


@pytest.fixture(scope="module")
def outcome(files: list[Made], own_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Run all commands in one process of its own, as the command line runs each."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "reports").mkdir()
    expected = [*commands(files, folder), *((words, 1) for words in broken(folder))]
    temporary = folder / "temporary"
    temporary.mkdir(mode=0o777)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder / "codes.json")],
        input=json.dumps([words for words, _ in expected]).encode(),
        env={**os.environ, "CAMPUS_HOME": str(own_home), "TMPDIR": str(temporary)},
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    codes = json.loads((folder / "codes.json").read_text())
    wrong = [
        (words[1:], code) for (words, wanted), code in zip(expected, codes, strict=True) if code != wanted
    ]
    assert not wrong, done.stderr.decode()
    data = cluster.status(own_home).data
    return Outcome(own_home, data, folder / "reports", done.stdout + done.stderr, codes, temporary)


def test_files_of_every_format_are_planted(files: list[Made]) -> None:
    assert len(set(planted.PLANTED)) == 50
    assert {made.path.suffix for made in files} == set(FORMATS)


def test_the_search_would_find_them(files: list[Made], tmp_path: Path) -> None:
    """What finds nothing must be able to find something: every file, in any writing, also packed."""
    for made in files:
        assert search(made.path.read_bytes() + made.path.name.encode(), "")
    for one in planted.PLANTED:
        for content in (one.encode(), one.encode("gb18030"), one.encode("utf-16-le"), one.encode().hex().encode(),
                        json.dumps(one).encode()):  # fmt: skip
            assert search(b"..." + content + b"...", "")
    (tmp_path / planted.TITLE).write_text("")
    assert search_folders([tmp_path])[1]


def test_the_files_were_taken_in(outcome: Outcome, files: list[Made]) -> None:
    with connect(outcome.home, "campus") as connection:
        found = dict(connection.execute("SELECT source, count(*) FROM core.school GROUP BY 1").fetchall())
        masked = connection.execute(
            "SELECT count(*) FROM raw.row WHERE payload::text LIKE '%***%'"
        ).fetchone()
    names = {made.source.partition("\n")[0].removeprefix("name: ") for made in files}
    assert found == dict.fromkeys(names, planted.CLEAN)
    assert masked == (sum(made.rejected for made in files),)


def test_no_command_says_any(outcome: Outcome) -> None:
    assert len(outcome.spoken) > 1_000
    assert not search(outcome.spoken, "spoken")


def test_no_report_tells_any(outcome: Outcome, files: list[Made]) -> None:
    count, found = search_folders([outcome.reports])
    assert count >= 2 * len(REPORTS) * len(files)
    assert not found


def test_a_full_dump_holds_none(outcome: Outcome) -> None:
    url = superuser_url(outcome.home, database="campus").replace("postgresql+psycopg", "postgresql")
    done = subprocess.run(["pg_dump", url], check=True, capture_output=True)
    assert "第1小学".encode() in done.stdout
    assert not search(done.stdout, "dump")


def test_home_server_files_and_logs_hold_none(outcome: Outcome) -> None:
    with connect(outcome.home, "postgres") as connection:
        connection.execute("CHECKPOINT")
    count, found = search_folders([outcome.home, outcome.data.parent, outcome.temporary])
    assert count > 500
    assert not found
    assert not [path for path in outcome.temporary.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT CAST(:cell AS integer)",
        "INSERT INTO raw.source (name, kind, mode, definition) VALUES (:cell, 'school', :cell, '{}')",
        "INSERT INTO core.setting (key, value, set_by) SELECT :cell, NULL, :cell",
        "SELECT to_date(:cell, 'YYYY')",
    ],
)
def test_neither_the_log_nor_a_person_is_told_the_cells_of_a_statement_that_fails(
    statement: str, database: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        with unit_of_work(DbRole.LOADER) as connection:
            connection.execute(text(statement), {"cell": planted.TITLE})

    log = cluster.status(home).data.with_name("server.log")
    assert guarded(fail) == 1
    out, err = capsys.readouterr()
    assert "Error" in err
    assert not search((out + err).encode(), "spoken")
    assert log.stat().st_size > 0
    assert not search(log.read_bytes(), "log")
