"""Keep what each post reaches by road within the response tiers, for commanders."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0005_service_area.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0005_down.sql")
