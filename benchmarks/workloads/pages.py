"""What the pages of MLflow's UI ask its server for, over a store of 10k runs and 5M points, by HTTP.

A real `mlflow server` answers, one worker, with this store behind it and with MLflow's own.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from benchmarks import large_store
from benchmarks.figures import MILLISECONDS, Row, row
from benchmarks.plan import Plan
from benchmarks.targets import FILE, MLWS, SQLITE, Site
from benchmarks.timing import Turn, once, take_turns

_WAIT_S = 120
_NO_DATABASE = "MLflow's pages on its file store are not what people use for 10k runs"
_RUN_QUERY = """
query GetRun($data: MlflowGetRunInput!) { mlflowGetRun(input: $data) { apiError { code message } run {
  info { runName status startTime endTime experimentId artifactUri }
  data { metrics { key value step timestamp } params { key value } tags { key value } } } } }
"""


class Call(NamedTuple):
    """One request of a page.

    Attributes:
        page: Where a user is.
        path: Below the server's address.
        given: Parameters of a GET, or the body of a POST, from the ids of the runs.
        method: GET or POST.
    """

    page: str
    path: str
    given: Callable[[list[str]], Any]
    method: str = "GET"

    @property
    def name(self) -> str:
        """As printed; unique."""
        return f"MLflow UI, {self.page}"


def _search(max_results: int = 100, **more: Any) -> Callable[[list[str]], Any]:
    newest = {"experiment_ids": ["0"], "order_by": ["attributes.start_time DESC"], "run_view_type": "ACTIVE_ONLY"}
    return lambda _: newest | {"max_results": max_results} | more


def _sampled(runs: int, key: str) -> Callable[[list[str]], Any]:
    return lambda run_ids: {"run_ids": run_ids[:runs], "metric_key": key, "max_results": 320}


def _nothing(_: list[str]) -> dict[str, Any]:
    return {}


_2, _3 = "ajax-api/2.0/mlflow", "ajax-api/3.0/mlflow"

CALLS = (
    Call("server's features", f"{_3}/server-info", _nothing),
    Call("list of experiments", f"{_2}/experiments/search", lambda _: {"max_results": 25}, "POST"),
    Call("an experiment", f"{_2}/experiments/get", lambda _: {"experiment_id": "0"}),
    Call("its runs, newest first", f"{_2}/runs/search", _search(), "POST"),
    Call(
        "its runs, by a metric",
        f"{_2}/runs/search",
        _search(order_by=["metrics.`m1` DESC"], filter="metrics.m3 > 0.5 and params.p2 = 'x'"),
        "POST",
    ),
    Call("its runs, by a param", f"{_2}/runs/search", _search(order_by=["params.`p1` ASC"]), "POST"),
    Call("its runs, by name", f"{_2}/runs/search", _search(filter="attributes.run_name ILIKE '%run-99%'"), "POST"),
    Call("1,000 of its runs", f"{_2}/runs/search", _search(1000), "POST"),
    Call("its datasets", f"{_2}/experiments/search-datasets", lambda _: {"experiment_ids": ["0"]}, "POST"),
    Call("its logged models", f"{_2}/logged-models/search", lambda _: {"experiment_ids": ["0"]}, "POST"),
    Call("chart of 10 runs × 40 points", f"{_2}/metrics/get-history-bulk-interval", _sampled(10, "m1")),
    Call("chart of 10 runs × 100k points", f"{_2}/metrics/get-history-bulk-interval", _sampled(10, "m0")),
    Call("chart of 100 runs × 40 points", f"{_2}/metrics/get-history-bulk-interval", _sampled(100, "m1")),
    Call(
        "a run",
        "graphql",
        lambda ids: {"operationName": "GetRun", "variables": {"data": {"runId": ids[0]}}, "query": _RUN_QUERY},
        "POST",
    ),
    Call("a run, by REST", f"{_2}/runs/get", lambda run_ids: {"run_id": run_ids[0]}),
    Call("files of a run", f"{_2}/artifacts/list", lambda run_ids: {"run_id": run_ids[-1]}),
    Call(
        "history of a run's 40 points", f"{_2}/metrics/get-history", lambda ids: {"run_id": ids[-1], "metric_key": "m1"}
    ),
    Call(
        "25,000 points of a history",
        f"{_2}/metrics/get-history",
        lambda ids: {"run_id": ids[0], "metric_key": "m0", "max_results": 25_000},
    ),
    Call("list of models", f"{_2}/registered-models/search", lambda _: {"max_results": 25}),
    Call("versions of a run", f"{_2}/model-versions/search", lambda ids: {"filter": f"run_id = '{ids[0]}'"}),
    Call(
        "list of traces",
        f"{_3}/traces/search",
        lambda _: {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]},
        "POST",
    ),
)


def run(plan: Plan) -> Iterator[Row]:
    """Measure each call from its request to the last byte of its answer."""
    with ExitStack() as stack:
        places = {}
        for target in (MLWS, SQLITE):
            site = plan.site(target)
            run_ids = large_store.fill(site)
            places[target.name] = (stack.enter_context(_serving(site)), run_ids)
        for call in CALLS:
            turns = {name: _turn(address, call, call.given(run_ids)) for name, (address, run_ids) in places.items()}
            yield row(
                call.name, MILLISECONDS, take_turns(turns, plan.rounds(9, 3), plan.budget_s), {FILE.name: _NO_DATABASE}
            )


def _turn(address: str, call: Call, given: Any) -> Turn:
    session = requests.Session()
    how = {"json": given} if call.method == "POST" else {"params": given}

    def ask() -> None:
        answer = session.request(call.method, f"{address}/{call.path}", timeout=_WAIT_S, **how)
        assert answer.status_code == 200, f"{call.path}: {answer.status_code} {answer.text[:500]}"

    ask()  # a page's first request also opens what the server keeps open
    return once(ask)


@contextmanager
def _serving(site: Site) -> Iterator[str]:
    """Serve a target, and return the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ["--backend-store-uri", site.uri, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    log = (site.folder / "server.log").open("w")
    command = [sys.executable, "-m", "mlflow", "server", *where]
    with log, subprocess.Popen(command, cwd=site.folder, stdout=log, stderr=log, start_new_session=True) as server:
        try:
            _patient().get(f"http://127.0.0.1:{port}/health", timeout=_WAIT_S).raise_for_status()
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _patient() -> requests.Session:
    """Return a session that asks again where nobody listens yet."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(_WAIT_S, backoff_factor=0.1, backoff_max=1)))
    return session
