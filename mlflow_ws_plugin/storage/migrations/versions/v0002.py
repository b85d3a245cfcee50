"""A series' summary may stay behind its points: `series.behind` says where it may."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; what was written before is never behind."""
    op.execute("ALTER TABLE series ADD COLUMN behind SMALLINT NOT NULL DEFAULT 0")
