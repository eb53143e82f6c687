"""${message}."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "${up_revision}_up.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "${up_revision}_down.sql")
