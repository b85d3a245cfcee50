"""How cells join a run's series, inside a writing transaction."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow_ws_plugin.errors import InvalidMetric, MetricKeyTaken
from mlflow_ws_plugin.records import limits
from mlflow_ws_plugin.records.metric import NUMERIC, widened
from mlflow_ws_plugin.records.names import mlflow_key
from mlflow_ws_plugin.records.series import Series, SeriesWrite
from mlflow_ws_plugin.records.summary import PointRow, Summary, grown
from mlflow_ws_plugin.storage import cells, points, series
from mlflow_ws_plugin.storage.connection import Connection
from mlflow_ws_plugin.storage.known import KnownRun


def append_points(tx: Connection, run: KnownRun | None, writes: Sequence[SeriesWrite]) -> bool:
    """Append one point to each of several known series, behind all it holds: the way of nearly every logged value.

    Returns:
        False where it is not that simple, and nothing was written.
    """
    if run is None:
        return False
    key, recorded = run.key, run.series
    grew: list[tuple[Series, Summary, PointRow]] = []
    for write in writes:
        one = recorded.get(write.mlflow_key)
        if one is None or one.summary is None or one.type is not write.type or len(write.points) != 1:
            return False
        if not write.by_key and (
            write.texts or write.description or write.column or one.column or one.name != write.name
        ):
            return False  # the columns of a table count their rows together
        old, point = one.summary, write.points[0]
        if write.counts:
            point = (old.last_step + 1, *point[1:])
        if point[:3] <= old[2:5]:
            return False
        grew.append((one, grown(old, point), point))
    points.insert(tx, [(key, one.number, *point) for one, _, point in grew])
    series.follow(tx, key, [(one, summary) for one, summary, _ in grew])
    return True


def append(tx: Connection, run: int, writes: Sequence[SeriesWrite], found: dict[str, Series]) -> None:
    """Append cells to series, beginning those that are new. Each series is written once.

    Args:
        tx: A writing transaction.
        run: The run's key.
        writes: What to append.
        found: Those of the run's series that are written, by key; new ones are added to it.

    Raises:
        InvalidMetric: Text and numbers would mix in one column, or a table would get too many columns.
        MetricKeyTaken: Another metric has the key that MLflow would see.
    """
    new = [write for write in writes if write.mlflow_key not in found]
    if new:
        found.update(_begin(tx, run, new))
    for write in writes:
        recorded = found[write.mlflow_key]
        if not write.by_key or recorded.type is not write.type:
            _check_and_describe(tx, run, recorded, write)
    counting = [write for write in writes if write.counts]
    if counting:
        _number_steps(tx, run, counting, found)
    appended = [(found[write.mlflow_key], write.points) for write in writes if write.points]
    if appended:
        series.update(tx, run, points.append(tx, run, appended))
    for write in writes:
        if write.texts:
            _append_texts(tx, run, write, found[write.mlflow_key])


def _begin(tx: Connection, run: int, new: list[SeriesWrite]) -> dict[str, Series]:
    tables = series.tables(tx, run, {write.name for write in new})
    named: dict[str, SeriesWrite] = {}
    for write in new:
        if write.mlflow_key in named:
            raise _taken(write, _label(named[write.mlflow_key]))
        named[write.mlflow_key] = write
        if write.column is None:
            if write.name in tables:
                raise _same_name(write.name, "a table")
        else:
            _check_table(tx, run, write)
            tables[write.name] = tables.get(write.name, 0) + 1
    for name, columns in tables.items():
        if columns > limits.TABLE_COLUMNS:
            raise InvalidMetric(
                f"Table {name!r} would get {columns} columns.", f"A table has at most {limits.TABLE_COLUMNS}."
            )
    return series.insert(tx, run, new)


def _check_table(tx: Connection, run: int, write: SeriesWrite) -> None:
    """Refuse a table whose name is a metric of one column."""
    for other in series.find(tx, run, [mlflow_key(write.name)]).values():
        if other.name == write.name and other.column is None:
            raise _same_name(other.name, "a metric of one column")


def _check_and_describe(tx: Connection, run: int, recorded: Series, write: SeriesWrite) -> None:
    """Refuse a write that means another series, and keep what is new in type and description."""
    if not write.by_key and (recorded.name, recorded.column) != (write.name, write.column):
        raise _taken(write, recorded.name if recorded.column is None else f"{recorded.name}/{recorded.column}")
    if recorded.type is write.type and write.description in ("", recorded.description):
        return
    if not recorded.next_step:
        recorded.type = write.type  # nothing is in it yet
    elif write.points or write.texts:
        recorded.type = widened(_label(write), recorded.type, write.type)
    recorded.description = write.description or recorded.description
    series.describe(tx, run, recorded)


def _label(write: SeriesWrite) -> str:
    return write.name if write.column is None else f"{write.name}/{write.column}"


def _taken(write: SeriesWrite, other: str) -> MetricKeyTaken:
    return MetricKeyTaken(
        f"MLflow would see metric {_label(write)!r} as {write.mlflow_key!r}, which metric {other!r} is already.",
        "Choose another name.",
    )


def _same_name(name: str, what: str) -> MetricKeyTaken:
    return MetricKeyTaken(f"{name!r} is {what} already in this run.", "Choose another name.")


def _number_steps(tx: Connection, run: int, writes: Sequence[SeriesWrite], found: dict[str, Series]) -> None:
    """Shift relative steps behind the last recorded one; the columns of a table share their rows' indices."""
    last_rows: dict[str, int] = {}
    for write in writes:
        if write.column is None:
            first = found[write.mlflow_key].next_step
        else:
            if write.name not in last_rows:
                last_rows[write.name] = series.last_row(tx, run, write.name)
            first = last_rows[write.name] + 1
        if first:
            write.points = [(first + step, ts, value, is_nan) for step, ts, value, is_nan in write.points]
            write.texts = [(first + step, ts, text) for step, ts, text in write.texts]


def _append_texts(tx: Connection, run: int, write: SeriesWrite, recorded: Series) -> None:
    written = cells.append(tx, run, recorded.number, sorted(write.texts))
    if not written:
        return
    step, _, text = written[-1]
    if recorded.last_step is None or step >= recorded.last_step:
        recorded.last_step, recorded.last_text = step, text
    if write.type in NUMERIC:
        series.update_digits(tx, run, write.mlflow_key, written[-1][2])
    else:
        series.update_text(tx, run, write.mlflow_key, written)
