"""`campus demo`: the whole product on a made-up district, from nothing, in one command."""

from __future__ import annotations

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from data.audit_heads import seal_pending
from data.migrate import ensure_database
from data.repositories import settings as settings_repository
from data.session import unit_of_work
from data.settings import DbRole, campus_home
from etl.build import build
from etl.commands.demo_accounts import (
    ACCOUNTS_FILE,
    ensure_demo_accounts,
    load_demo_register,
    tell_demo_accounts,
)
from etl.intake import Options, load
from etl.language import lang, say
from etl.progress import bars
from etl.training import write_training_district


def _tell(key: str, **params: object) -> None:
    """Say one line on standard error."""
    sys.stderr.write(say(key, **params) + "\n")


def demo(*, port: int, serve: bool) -> None:
    """Make a training database, write the district's files, load them, build, and serve the pages.

    Raises
    ------
    data.errors.NotTrainingError
        The database holds real data.
    """
    ensure_database(training=True)
    with unit_of_work(DbRole.LOADER) as connection:
        zone = ZoneInfo(settings_repository.read(connection).timezone)
    _tell("cli.demo.writing")
    manifest = write_training_district(campus_home() / "training", as_of=datetime.now(tz=zone).date())
    with bars(lang()) as progress:
        for path, source in manifest.files:
            report = load(path, source, Options(force=True, progress=progress))
            counts = {"accepted": report.accepted, "repaired": report.repaired, "rejected": report.rejected}
            _tell("cli.demo.loaded", source=path.name, **counts)
        found = ensure_demo_accounts(campus_home() / "training" / ACCOUNTS_FILE)
        load_demo_register(*manifest.register, found)
        _tell("cli.demo.building")
        build(["all"], progress=progress)
    seal_pending()
    _tell("cli.demo.ready")
    tell_demo_accounts(found)
    if serve:
        from etl.commands.serve import serve as run  # noqa: PLC0415 -- the pages' libraries only when served

        run(host="127.0.0.1", port=port)
