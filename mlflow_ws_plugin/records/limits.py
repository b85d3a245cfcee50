"""How long and how many: every limit of the record, one row each.

Values that MLflow also limits are MLflow's, so that whatever is recorded can be shown to it.
"""

from __future__ import annotations

WORKSPACE_NAME_LENGTH = 255
"""Of a directory, on most file systems."""
RUN_ID_LENGTH = 256
"""Characters of a run id."""
EXPERIMENT_NAME_LENGTH = 500
"""Characters of an experiment's name."""
METRIC_NAME_LENGTH = 250
"""Characters of a metric's or a column's name."""
KEY_LENGTH = 250
"""Characters of the key of a parameter, tag or property."""
TAG_VALUE_LENGTH = 8_000
"""Characters of a tag's value."""
PARAMETER_VALUE_LENGTH = 6_000
"""Characters of a parameter's value."""
EXPERIMENT_TAG_LENGTH = 20_000
"""Characters of the value of an experiment's tag."""
TEXT_VALUE_LENGTH = 65_535
"""Characters of a text that is logged as a metric."""
ERROR_LENGTH = 65_535
"""Characters kept of why a run failed: the last ones."""
CHILDREN_AT_ONCE = 10_000
"""Runs that one call of `create_children` begins."""
TABLE_COLUMNS = 1_000
"""Columns of one table metric."""
EXACT_INTEGER = 2**53
"""Integers up to this magnitude are exact in a double; larger ones are kept as text beside it."""
STEP_RANGE = (-(2**63), 2**63 - 1)
"""The smallest and the greatest step: 64-bit integers."""
