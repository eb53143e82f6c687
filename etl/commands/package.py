"""`campus package`: results pass from the police instance to the joint one, reviewed, by file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from etl.language import lang, say
from etl.packages import keys, review
from etl.packages import make as maker
from etl.packages import take as taker
from etl.packages.acting import actor
from etl.packages.errors import ChangedPackageError, UnknownKeyError
from etl.packages.review import Seal
from etl.progress import bars

if TYPE_CHECKING:
    from pathlib import Path

    from etl.packages.manifest import Manifest
    from etl.packages.review import Shown


def make(path: Path, *, tables: list[str], districts: list[str], acting: str | None) -> None:
    """Write a draft for review."""
    by = actor(acting)
    with bars(lang()) as progress:
        made = maker.make(path, tables=tables, districts=districts, by=by, progress=progress)
    _tell("packages.made", name=path.name, tables=len(made.tables), rows=made.rows)


def show(path: Path, *, trust: Path | None) -> None:
    """Print what is in a package and whether its signature holds.

    Raises
    ------
    ChangedPackageError, UnknownKeyError
        It does not; what the package says of itself was printed all the same.
    """
    key = keys.own_public_key() if trust is None else keys.trusted(trust)
    shown = review.show(path, key=key)
    for line in _lines(shown):
        sys.stdout.write(line + "\n")
    if shown.seal is Seal.CHANGED:
        raise ChangedPackageError
    if shown.seal is Seal.OTHER_KEY:
        raise UnknownKeyError(given=shown.fingerprint, trusted=keys.fingerprint(key or b""))


def sign(path: Path, *, acting: str) -> None:
    """Sign a draft that was reviewed."""
    signed = review.sign(path, by=actor(acting))
    _tell("packages.signed", name=path.name, tables=len(signed.tables), rows=signed.rows)


def key() -> None:
    """Print the public key, and on standard error its short word."""
    sys.stdout.write(keys.as_pem())
    _tell("packages.key", fingerprint=keys.fingerprint(keys.own_public_key() or b""))


def take(path: Path, *, trust: Path, acting: str | None) -> None:
    """Bring a package into the joint database and print what came of each table."""
    trusted, by = keys.trusted(trust), actor(acting)
    with bars(lang()) as progress:
        report = taker.take(path, key=trusted, by=by, progress=progress)
    for table in report.tables:
        words = {"table": table.table, "rows": table.rows, "written": table.written}
        sys.stdout.write(say("packages.taken", **words) + "\n")
        for reason, count in table.left_out.items():
            said = say(f"packages.left_out.{reason}", count=count)
            sys.stdout.write(f"  {said}\n")
    _tell("packages.taken_all", name=path.name, run=report.run_id, day=report.manifest.as_of.isoformat())


def _lines(shown: Shown) -> list[str]:
    """Say what a package holds, a line each."""
    manifest = shown.manifest
    lines = [manifest.notice]
    if manifest.training:
        lines.append(say("cli.training"))
    lines.append(
        say("packages.show.made", at=f"{manifest.made_at:%Y-%m-%d %H:%M} UTC", account=manifest.made_by)
    )
    lines.append(_review(manifest))
    lines.append(say("packages.show.districts", codes=", ".join(manifest.districts)))
    for table in manifest.tables:
        rows = ", ".join(f"{code} {count}" for code, count in table.rows.items())
        lines.append(say("packages.show.table", table=table.name, rows=sum(table.rows.values()), each=rows))
    lines += [
        say("packages.show.run", run=run.id, job=run.job, day=run.as_of, version=run.code_version)
        for run in manifest.runs
    ]
    return [*lines, say(f"packages.seal.{shown.seal}", fingerprint=shown.fingerprint)]


def _review(manifest: Manifest) -> str:
    """Say who reviewed it, or that nobody did."""
    if manifest.reviewed_at is None:
        return say("packages.show.draft")
    at = f"{manifest.reviewed_at:%Y-%m-%d %H:%M} UTC"
    return say("packages.show.reviewed", at=at, account=manifest.reviewed_by)


def _tell(key_: str, **params: object) -> None:
    """Say one line on standard error."""
    sys.stderr.write(say(key_, **params) + "\n")
