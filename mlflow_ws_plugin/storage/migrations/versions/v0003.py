"""A run has a type, and a heartbeat: the last time that the process it was begun in was seen alive."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; what was begun before has neither."""
    op.execute("ALTER TABLE runs ADD COLUMN type TEXT")
    op.execute("ALTER TABLE runs ADD COLUMN heartbeat_ms BIGINT")
