"""Remember what results were computed from, so that a build can leave alone what nothing touched."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0007_built.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0007_down.sql")
