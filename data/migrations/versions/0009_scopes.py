"""Say who may see and write what, by role and scope; the operator's session stands in for the local one."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0009_scopes.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0009_down.sql")
