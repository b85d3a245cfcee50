"""The first schema, as `v0001.sql` beside this file; it never changes."""

from __future__ import annotations

from importlib.resources import files

from alembic import op

from mlflow_ws_plugin.storage import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first schema and the experiment `Default`."""
    text = (files(__package__ or "mlflow_ws_plugin.storage.migrations.versions") / "v0001.sql").read_text()
    for statement in schema.statements(text):
        op.execute(statement)
    op.execute(schema.DEFAULT_EXPERIMENT)
    op.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
