"""How long and how many: every limit of the record, one row each.

Values that MLflow also limits are MLflow's, so that whatever is recorded can be shown to it.
"""

from __future__ import annotations

RUN_ID_LENGTH = 256
EXPERIMENT_NAME_LENGTH = 500
METRIC_NAME_LENGTH = 250
KEY_LENGTH = 250
TAG_VALUE_LENGTH = 8_000
TEXT_VALUE_LENGTH = 65_535
ERROR_LENGTH = 65_535
"""Characters kept of why a run failed: the last ones."""
TABLE_COLUMNS = 1_000
"""Columns of one table metric."""
EXACT_INTEGER = 2**53
"""Integers up to this magnitude are exact in a double; larger ones are kept as text beside it."""
STEP_RANGE = (-(2**63), 2**63 - 1)
