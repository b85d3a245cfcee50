"""Judges that a workspace keeps for an experiment; none is asked anything here."""

from __future__ import annotations

import mlflow
import mlflow.genai
import pytest
from mlflow.exceptions import MlflowException
from mlflow.genai import make_judge
from mlflow.genai.scorers import Guidelines, delete_scorer, get_scorer, list_scorers, scorer

from tests.integration.children import answer_of, environment, run_python

pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")

MODEL = "openai:/a-model"


def test_a_registered_judge_is_listed_and_comes_back(experiment: str) -> None:
    make_judge(name="polite", instructions="Is {{ outputs }} polite?", model=MODEL).register()
    Guidelines(name="brief", guidelines="Be brief.", model=MODEL).register()

    assert sorted(one.name for one in list_scorers(experiment_id=experiment)) == ["brief", "polite"]
    assert get_scorer(name="polite").instructions == "Is {{ outputs }} polite?"
    assert get_scorer(name="brief", experiment_id=experiment).guidelines == "Be brief."


def test_a_judge_registered_again_is_a_new_version(experiment: str) -> None:
    for instructions in ("Is {{ outputs }} kind?", "Is {{ outputs }} very kind?"):
        make_judge(name="kind", instructions=instructions, model=MODEL).register()

    assert get_scorer(name="kind").instructions == "Is {{ outputs }} very kind?"
    assert get_scorer(name="kind", version=1).instructions == "Is {{ outputs }} kind?"
    delete_scorer(name="kind", version=2)
    assert get_scorer(name="kind").instructions == "Is {{ outputs }} kind?"
    delete_scorer(name="kind", version="all")
    assert list_scorers(experiment_id=experiment) == []


def test_a_scorer_of_ones_own_is_refused_as_on_a_database(experiment: str) -> None:
    @scorer
    def exact(outputs: str) -> bool:
        return outputs == experiment

    with pytest.raises(MlflowException, match="Custom scorer registration"):
        exact.register()
    assert list_scorers(experiment_id=experiment) == []


SCRIPT = """
import json, sys, mlflow.genai
print(json.dumps([one.name for one in mlflow.genai.list_scorers(experiment_id=sys.argv[1])]))
"""


def test_a_judge_is_found_by_another_process(experiment: str, tracking_uri: str) -> None:
    make_judge(name="far", instructions="Is {{ outputs }} far?", model=MODEL).register()
    ended = run_python(SCRIPT, experiment, env=environment(MLFLOW_TRACKING_URI=tracking_uri))
    assert answer_of(ended) == ["far"]
    assert mlflow.get_tracking_uri() == tracking_uri
