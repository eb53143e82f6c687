"""Make room for rules, hexagons of events, weights, decisions, tasks and rounds of hazard checks."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0008_rectification.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0008_down.sql")
