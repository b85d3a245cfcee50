"""Where copied files were at the source, as where they are in the workspace."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from mlflow_ws_plugin.plugin.importing.source import Source
from mlflow_ws_plugin.plugin.importing.target import Target, unless_unknown

_IDS = re.compile(r"m-[0-9a-f]{32}|[0-9a-f]{32}")
_MODEL = "m-"


class Locations:
    """Places of runs' and logged models' files on both sides.

    Args:
        source: Where they were.
        target: Where they are.
    """

    def __init__(self, source: Source, target: Target) -> None:
        self._source = source
        self._target = target
        self._pair = functools.lru_cache(maxsize=10_000)(self._pair_of)

    def here(self, location: str | None, run_id: str | None) -> str | None:
        """Return a location within the files of a copied run or model as it is now; any other as it was.

        Args:
            location: A URI, or none.
            run_id: A run whose files it may be within; more are found by their ids in it.
        """
        for was, now in self._pairs(location or "", run_id):
            if location == was or (location or "").startswith(f"{was}/"):
                return now + (location or "").removeprefix(was)
        return location

    def _pairs(self, location: str, run_id: str | None) -> Iterator[tuple[str, str]]:
        named = [run_id] if run_id else []
        for id_ in dict.fromkeys([*reversed(_IDS.findall(location)), *named]):
            pair = self._pair(id_)
            if pair is not None:
                yield pair

    def _pair_of(self, id_: str) -> tuple[str, str] | None:
        if id_.startswith(_MODEL):
            model = unless_unknown(lambda: self._source.store.get_logged_model(id_))
            ours = self._target.model(id_) if model else None
            return (model.artifact_location, ours.artifact_location) if model and ours else None
        run = unless_unknown(lambda: self._source.store.get_run(id_))
        here = self._target.run(id_) if run else None
        return (run.info.artifact_uri, here.info.artifact_uri) if run and here else None
