"""Give the database a secret of its own, so that codes of events cannot be guessed back."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0002_secret.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0002_down.sql")
