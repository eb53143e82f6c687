"""Keep the files that jobs leave behind, and let stewards know where rows came from."""

from __future__ import annotations

from alembic import op

from data.migrations import run_file

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0003_job_files.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0003_down.sql")
