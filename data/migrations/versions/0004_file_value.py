"""Keep what files say where changes made on pages stand instead, so that taking one back needs no file."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0004_file_value.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0004_down.sql")
