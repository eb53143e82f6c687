"""Keep one-day changes made on pages, and let the data's version move with them and with plans."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0006_duty_change.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0006_down.sql")
