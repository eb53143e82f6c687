"""Chain what is written down about who looked at what, and keep it for as long as is said."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0011_audit.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0011_down.sql")
