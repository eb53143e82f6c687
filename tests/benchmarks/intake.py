"""Load 500,000 schools, verdicts, history and report, against reading the file and `to_postgis` into the same indexes.

The peer's table is made like `core.school`, so both sides keep the same indexes; the peer checks nothing, knows no
versions and keeps no row as received. A second figure compares the way into the staging table alone.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
from sqlalchemy import create_engine, text

from data import cluster
from data.repositories import intake as repository
from data.session import unit_of_work
from data.settings import DbRole, campus_home, role_url
from etl.definitions import read_definition
from etl.intake import Options, load
from etl.intake.areas import Areas
from etl.intake.staging import Context, stage_chunk
from etl.intake.targets import target_of_kind
from etl.readers import read_file
from tests.benchmarks import db_io_peer, intake_peer
from tests.benchmarks._database import fresh_database
from tests.benchmarks.db_io import polygons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks._harness import Measure, Row

SCHOOLS = 500_000
ROUNDS = 2
WHOLE_GOAL, COPY_GOAL, PEAK_GOAL_MB = 2.0, 0.25, 300
SOURCE = """
name: bench-schools
kind: school
columns: {code: code, name: name, stage: stage, pupils: pupils}
"""
PEER_TABLE = "bench_school"
PEER_LAYOUT = f"""
    CREATE TABLE {PEER_TABLE} (LIKE core.school INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
    ALTER TABLE {PEER_TABLE}
        ALTER district_code SET DEFAULT 'unassigned', ALTER source SET DEFAULT 'bench', ALTER recorded_by SET DEFAULT 1,
        ALTER digest SET DEFAULT '\\x00', ALTER valid_from SET DEFAULT '2026-09-01';
"""
PLAIN_LAYOUT = (
    "CREATE TABLE bench_plain (id bigint, code text, name text, pupils integer, geom geometry(Polygon, 4490))"
)
STAGES = ("primary", "junior", "kindergarten")


def run(measure: Measure) -> Iterator[Row]:
    """Load whole files, then compare staging alone."""
    with tempfile.TemporaryDirectory(prefix="campus-bench-") as folder:
        file, source = Path(folder) / "schools.gpkg", Path(folder) / "schools.yml"
        source.write_text(SOURCE, encoding="utf-8")
        _apart(write_schools, file)
        cluster.ensure_running()
        measure.watch_server(cluster.status(campus_home()).pid)
        whole = compare_whole(measure, file, source)
        yield whole
        yield measure.limit("intake peak", SCHOOLS, whole.peak_mb or 0.0, goal=PEAK_GOAL_MB, unit="MB")
        yield compare_staging(measure, file, source)


def _apart(work: Callable[[Path], None], file: Path) -> None:
    """Work in a process of its own: memory that it leaves would hide what the load needs."""
    process = get_context("spawn").Process(target=work, args=(file,))
    process.start()
    process.join()


def write_schools(file: Path) -> None:
    """Write the file that both sides read."""
    frame = polygons(SCHOOLS).drop(columns=["id", "area_m2"])
    frame["stage"] = [STAGES[number % len(STAGES)] for number in range(SCHOOLS)]
    pyogrio.write_dataframe(frame.rename_geometry("geometry"), file, layer="schools")


def compare_whole(measure: Measure, file: Path, source: Path) -> Row:
    """Compare whole loads, each into an empty database."""
    report = file.with_suffix(".json")
    database = ExitStack()

    def before() -> None:
        database.close()
        connection = database.enter_context(fresh_database())
        connection.execute(text(PEER_LAYOUT))
        connection.commit()

    def ours() -> int:
        return load(file, source, Options(report=report)).added

    def peer() -> int:
        engine = create_engine(role_url(DbRole.OWNER))
        try:
            return intake_peer.load(file, engine, PEER_TABLE)
        finally:
            engine.dispose()

    with database:
        return measure.compare(
            "intake", SCHOOLS, ours=ours, peer=peer, goal=WHOLE_GOAL, before=before,
            agree=lambda a, b: a == b == SCHOOLS, rounds=ROUNDS,
        )  # fmt: skip


def compare_staging(measure: Measure, file: Path, source: Path) -> Row:
    """Compare the copy into the staging table with `to_postgis` into a table without an index."""
    definition = read_definition(source)
    target, context = target_of_kind(definition.spec), Context(definition, Areas(), None)
    chunks = [stage_chunk(chunk, context) for chunk in read_file(file, definition)]
    frame = gpd.read_file(file).set_geometry("geometry").rename_geometry("geom")
    with fresh_database() as connection:
        connection.execute(text(PLAIN_LAYOUT))
        connection.commit()

        def empty() -> None:
            connection.rollback()
            connection.execute(text("TRUNCATE bench_plain"))
            connection.commit()

        def ours() -> int:
            with unit_of_work(DbRole.LOADER) as staging:
                repository.create_staging(staging, target)
                for chunk in chunks:
                    repository.copy_staged(staging, target, chunk)
                return int(staging.execute(text("SELECT count(*) FROM staged")).scalar_one())

        def peer() -> int:
            written = db_io_peer.write(connection, "bench_plain", frame[["code", "name", "pupils", "geom"]])
            connection.commit()
            return written

        return measure.compare(
            "staging copy", SCHOOLS, ours=ours, peer=peer, goal=COPY_GOAL, before=empty,
            agree=lambda a, b: a == b, rounds=ROUNDS,
        )  # fmt: skip
