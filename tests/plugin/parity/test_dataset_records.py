"""The records of evaluation datasets."""

from __future__ import annotations

from typing import Any

import pytest

from .pair import Pair, next_millisecond

RECORDS: list[dict[str, Any]] = [
    {"inputs": {"q": "wie? ✓"}},
    {"inputs": {"q": 1}, "expectations": {"a": 2}},
    {"inputs": {"q": 2}, "outputs": {"a": [1, None]}, "tags": {"k": "v"}},
    {"inputs": {"q": 3}, "source": {"source_type": "HUMAN", "source_data": {"user_name": "ann"}}},
    {"inputs": {"q": 4}, "source": {"source_type": "TRACE", "source_data": {"trace_id": "tr-1"}}},
    {"inputs": {"q": 5}, "tags": {"mlflow.user": "ann"}},
    {"inputs": {}},
    {},
    {"inputs": {"q": 6}, "outputs": "text"},
    {"inputs": {"q": 7}, "source": {"source_type": "NOPE"}},
    {"inputs": {"q": 8}, "expectations": None, "tags": None},
]


@pytest.fixture
def dataset(shared: Pair) -> str:
    return shared.born("dataset_id", "create_dataset", "with records")


@pytest.mark.parametrize("record", RECORDS, ids=str)
def test_a_record_is_kept_as_it_was_given(shared: Pair, dataset: str, record: Any) -> None:
    shared.agrees("upsert_dataset_records", dataset, [record])
    shared.answers("_load_dataset_records", dataset)
    shared.answers("get_dataset", dataset)


def test_a_record_of_the_same_inputs_is_changed(shared: Pair, dataset: str) -> None:
    for expectations in ({"a": 1}, {"b": 2}, {"a": 3}):
        record = {"inputs": {"q": 1}, "expectations": expectations, "tags": {str(expectations): "1"}}
        shared.answers("upsert_dataset_records", dataset, [record])
        shared.answers("_load_dataset_records", dataset)


def test_records_of_many_kinds_make_one_schema(shared: Pair, dataset: str) -> None:
    records = [{"inputs": {"q": value}, "expectations": {"a": value}} for value in (1, "1", 1.5, True, None, [1], {})]
    shared.answers("upsert_dataset_records", dataset, records)
    shared.answers("upsert_dataset_records", dataset, [])
    shared.answers("get_dataset", dataset)


def test_pages_of_records_follow_one_another(shared: Pair, dataset: str) -> None:
    for number in range(3):
        next_millisecond()
        shared.answers("upsert_dataset_records", dataset, [{"inputs": {"q": number}}])
    pages = shared.pages("_load_dataset_records", dataset, max_results=2)
    assert [len(page) for page in pages] == [2, 1]
    shared.agrees("_load_dataset_records", dataset, page_token="no token")


def test_records_are_removed_by_their_ids(shared: Pair, dataset: str) -> None:
    shared.answers("upsert_dataset_records", dataset, [{"inputs": {"q": 1}}])
    for side in (shared.judge, shared.ours):
        (record,), _ = side.call("_load_dataset_records", (dataset,))
        side.know(record.dataset_record_id, "<record 1>")
    for wanted in (["dr-unknown"], [], ["<record 1>", "dr-unknown"], ["<record 1>"]):
        shared.agrees("delete_dataset_records", dataset, wanted)
        shared.answers("_load_dataset_records", dataset)
    shared.answers("get_dataset", dataset)
