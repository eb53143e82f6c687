"""Lay out schemas, tables, viewer, policies, grants and the definer functions."""

from __future__ import annotations

from alembic import context, op

from data.migrations import run_file
from data.terms import Instance

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = ("audit", "raw", "core", "work", "out", "out_asof", "auth")
RULES = ("viewer", "audit", "boxes", "tiles", "policies", "grants")


def upgrade() -> None:
    connection = op.get_bind()
    for schema in TABLES:
        run_file(connection, f"0001_tables_{schema}.sql")
    for rules in RULES:
        run_file(connection, f"0001_{rules}.sql")
    if context.config.attributes["instance"] is Instance.POLICE:
        run_file(connection, "0001_tables_restricted.sql")
        run_file(connection, "0001_register.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0001_down.sql")
