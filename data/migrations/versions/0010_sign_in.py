"""Make room for signing in: attempts, sessions that end when idle, accounts that others keep."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0010_sign_in.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0010_down.sql")
