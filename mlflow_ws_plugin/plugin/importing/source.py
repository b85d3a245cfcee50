"""A tracking address that is read: through MLflow's stores, a page at a time, and nothing is written to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from mlflow.entities import Experiment, LoggedModel, Run, ViewType
from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
from mlflow.store.model_registry.abstract_store import AbstractStore as RegistryStore
from mlflow.store.tracking.file_store import FileStore
from mlflow.tracking._model_registry.utils import _get_store as registry_of
from mlflow.tracking._tracking_service.utils import _get_store as tracking_store_of
from mlflow.utils.file_utils import local_file_uri_to_path

from mlflow_ws_plugin import uri
from mlflow_ws_plugin.history import collecting
from mlflow_ws_plugin.plugin.importing import opening
from mlflow_ws_plugin.plugin.importing.report import Report
from mlflow_ws_plugin.plugin.mlflow_database import FILE_NAME
from mlflow_ws_plugin.records.summary import PointRow

T = TypeVar("T")

_PAGE = 100
_RUNS_PAGE = 100
POINTS_PAGE = 50_000
"""Points at once, about 100 MB as MLflow makes them. For each page its SQL store goes over all points of that key."""

_SERIES_FIRST = 4
"""Runs asked at once at first; then as many as fit on a page: MLflow sorts all points of those that are asked."""

Pages = Iterable[list[PointRow]]
"""Points of one series, as a store orders them."""


class Source:
    """What is at a tracking address.

    Args:
        address: The address, as MLflow takes it.
        name: The same as it is known in a workspace.
        report: Where the time of reading is counted.

    Attributes:
        address: The same.
        name: The same.
        store: MLflow's tracking store of it.
    """

    def __init__(self, address: str, name: str, report: Report) -> None:
        self.address = address
        self.name = name
        self.store: Any = tracking_store_of(address)
        self._report = report

    @property
    def has_genai(self) -> bool:
        """Whether it may hold traces and registered models; a workspace whose tables for them are not made has none."""
        return not self.name.startswith(f"{uri.SCHEME}:") or (uri.parse(self.name).directory / FILE_NAME).exists()

    @property
    def registry(self) -> RegistryStore | None:
        """MLflow's registry at the same address, None where there is none."""
        if isinstance(self.store, FileStore):
            folder = Path(local_file_uri_to_path(self.name))
            return registry_of(self.address) if (folder / FileStore.MODELS_FOLDER_NAME).is_dir() else None
        return registry_of(self.address) if self.has_genai else None

    def experiments(self) -> Iterator[Experiment]:
        """Yield all experiments, those in the bin included."""
        return self.paged(
            lambda token: self.store.search_experiments(
                view_type=ViewType.ALL, max_results=_PAGE, order_by=["experiment_id ASC"], page_token=token
            )
        )

    def run_ids(self, experiment_id: str) -> Iterator[list[str]]:
        """Yield pages of an experiment's run ids, the oldest first, those in the bin included."""
        for page in self._pages(
            lambda token: self.store.search_runs(
                [experiment_id], "", ViewType.ALL, _RUNS_PAGE, ["attributes.start_time ASC"], token
            )
        ):
            yield [run.info.run_id for run in page]

    def run(self, run_id: str) -> Run:
        """Return a run."""
        with self._report.reading():
            run: Run = self.store.get_run(run_id)
        return run

    def series(self, run_ids: Sequence[str], key: str) -> Iterator[tuple[str, Pages]]:
        """Yield each of several runs with the points of a metric, read for many runs at once where the store can."""
        left, most = list(run_ids), _SERIES_FIRST
        while left and hasattr(self.store, "get_metric_history_bulk"):
            asked = left[:most]
            found, cut = self._bulk(asked, key)
            if cut is None:
                found, most = {**dict.fromkeys(asked, ()), **found}, 2 * most
            else:
                most = max(1, len(found))
                found = found or {cut: self.points(cut, key)}
            yield from found.items()
            left = [run_id for run_id in left if run_id not in found]
        for run_id in left:
            yield run_id, self.points(run_id, key)

    def _bulk(self, run_ids: list[str], key: str) -> tuple[dict[str, Pages], str | None]:
        """Return the points of those runs whose series are whole on one page, and a run whose series is cut there."""
        with self._report.reading(), collecting.paused():
            found = self.store.get_metric_history_bulk(run_ids, key, POINTS_PAGE)
            rows: dict[str, list[PointRow]] = {}
            for metric in found:
                rows.setdefault(metric.run_id, []).append(_row(metric.step, metric.timestamp, metric.value))
        cut = found[-1].run_id if len(found) == POINTS_PAGE else None
        return {run_id: [points] for run_id, points in rows.items() if run_id != cut}, cut

    def points(self, run_id: str, key: str) -> Iterator[list[PointRow]]:
        """Yield pages of a metric's points, as the store orders them."""
        most = None if isinstance(self.store, FileStore) else POINTS_PAGE  # a file is read whole each time

        def page_of(token: str | None) -> Any:
            with collecting.paused():
                page = self.store.get_metric_history(run_id, key, max_results=most, page_token=token)
                return _Page([_row(metric.step, metric.timestamp, metric.value) for metric in page], page.token)

        return self._pages(page_of)

    def models(self, experiment_id: str) -> Iterator[LoggedModel]:
        """Yield an experiment's logged models."""
        return self.paged(
            lambda token: self.store.search_logged_models([experiment_id], max_results=_PAGE, page_token=token)
        )

    def files(self, location: str) -> ArtifactRepository:
        """Return MLflow's repository of the files at a location."""
        return get_artifact_repository(location, tracking_uri=self.address)

    def is_out_of_reach(self, files: ArtifactRepository) -> bool:
        """Tell whether files would be on the disk of a server elsewhere; there may also be none."""
        is_served = self.name.startswith(("http:", "https:"))
        return is_served and isinstance(files, LocalArtifactRepository) and not Path(files.artifact_dir).is_dir()

    def paged(self, call: Callable[[str | None], Any]) -> Iterator[Any]:
        """Yield what is on all pages that a call returns by their tokens."""
        for page in self._pages(call):
            yield from page

    def _pages(self, call: Callable[[str | None], Any]) -> Iterator[Any]:
        token = None
        while True:
            with self._report.reading():
                page = call(token)
            yield page
            token = page.token
            if not token:
                return


class _Page(list[PointRow]):
    def __init__(self, rows: list[PointRow], token: str | None) -> None:
        super().__init__(rows)
        self.token = token


def _row(step: int, timestamp_ms: int, value: float) -> PointRow:
    value = float(value)
    return (step, timestamp_ms, value, 0) if value == value else (step, timestamp_ms, 0.0, 1)


@contextmanager
def opened(address: str, report: Report) -> Iterator[Source]:
    """Yield what is at a tracking address.

    Raises:
        SourceUnreadable: MLflow knows no such address, nothing is there, or it cannot be read.
    """
    name = opening.name_of(address)
    with opening.left_as_it_is(name):
        yield Source(address, name, report)
