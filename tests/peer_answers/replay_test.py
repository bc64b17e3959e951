# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the server answers like TensorFlow Serving, or better."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.waiting import wait_for
from tests.peer_answers.answers import equal, read_allowed, read_cases, status_of
from tests.peer_answers.make_models import make_models
from tests.peer_answers.replay import differences

_FOLDER = Path(__file__).parent
_CASES = read_cases(_FOLDER / "answers.jsonl")
_BETTER = read_allowed(_FOLDER / "better.txt")
_KINDS = sorted({case["id"].split(".")[0] for case in _CASES})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    """A server with all models of the cases, which are available."""
    config = make_models(tmp_path_factory.mktemp("models"))
    flags = ["--allow_version_labels_for_unavailable_models"]
    with ModelServer(model_config_file=config, model_name="half", flags=flags) as running:
        wait_for(lambda code: code == 200, lambda: clients.get(running, "/readyz").status_code)
        yield running


@pytest.mark.parametrize("kind", _KINDS)
def test_answers_equal_the_recorded_ones(server: ModelServer, kind: str) -> None:
    cases = [case for case in _CASES if case["id"].split(".")[0] == kind]
    rest = server.rest_url.removeprefix("http://")
    found = list(differences(rest, server.grpc_address, cases, _BETTER))
    assert not found, f"{len(found)} of {len(cases)} differ:\n" + "\n".join(found)


def test_every_better_answer_is_of_a_recorded_case() -> None:
    assert set(_BETTER) <= {case["id"] for case in _CASES}


def test_a_recorded_answer_equals_itself_and_no_other_status() -> None:
    for case in _CASES:
        peer = case["peer"]
        assert equal(case, peer), case["id"]
        other = peer | ({"status": 418} if case["api"] == "rest" else {"code": "DATA_LOSS"})
        assert not equal(case, other), case["id"]
        assert status_of(peer)
