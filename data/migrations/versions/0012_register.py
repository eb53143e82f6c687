"""Make room for the register's rules: assessment, declarations, proofs; in the police instance only."""

from __future__ import annotations

from alembic import context, op

from data.migrations import run_file
from data.terms import Instance

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(op.get_bind(), "0012_intent.sql")
    if context.config.attributes["instance"] is Instance.POLICE:
        run_file(op.get_bind(), "0012_register.sql")


def downgrade() -> None:
    run_file(op.get_bind(), "0012_down.sql")
