"""A database of its own in which the product works while it is measured."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from data.cluster_databases import drop_database, make_database
from data.migrate import ensure_database
from data.session import dispose_engines
from data.settings import DbRole, campus_home, role_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

SCRATCH = "campus_bench_product"


@contextmanager
def fresh_database(*, training: bool = False) -> Iterator[Connection]:
    """Let the product work in an empty, migrated database; give an owner's connection to it."""
    forget_database()
    make_database(SCRATCH, home=campus_home())
    os.environ["CAMPUS_DATABASE_NAME"] = SCRATCH
    ensure_database(training=training)
    engine = create_engine(role_url(DbRole.OWNER))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
        forget_database()


def forget_database() -> None:
    """Drop the database of a round."""
    dispose_engines()
    os.environ.pop("CAMPUS_DATABASE_NAME", None)
    drop_database(SCRATCH, home=campus_home())
