# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests what `check` says about models in SeaweedFS and in folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tensorflow_serving_s3 import _messages, config
from tensorflow_serving_s3.errors import ConfigError
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_INDEX = "variables/variables.index"
_SHARD = "variables/variables.data-0000{}-of-00002"


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of an S3 server with the bucket `models`."""
    with SeaweedFS(buckets=["models"]) as server:
        yield server.client()


def _graph() -> bytes:
    messages = _messages.saved_model()
    model = messages.SavedModel()
    graph = model.meta_graphs.add()
    graph.meta_info_def.tags.append("serve")
    signature = graph.signature_def["serving_default"]
    signature.method_name = "tensorflow/serving/predict"
    signature.inputs["x"].dtype = messages.DT_FLOAT
    signature.inputs["x"].tensor_shape.dim.add(size=-1)
    signature.outputs["y"].dtype = messages.DT_STRING
    signature.outputs["y"].tensor_shape.unknown_rank = True
    content: bytes = model.SerializeToString()
    return content


def _put(client: Any, name: str, version: int | str, *files: str, graph: bytes = b"") -> None:
    for file in files:
        body = (graph or _graph()) if file == "saved_model.pb" else b"data"
        client.put_object(Bucket="models", Key=f"{name}/{version}/{file}", Body=body)


def _check(client: Any, name: str, more: str = "") -> config.ModelReport:
    text = f'model_config_list {{ config {{ name: "m" base_path: "s3://models/{name}" {more} }} }}'
    (report,) = config.check(config.parse(text), client=client)
    return report


def test_the_newest_complete_version_is_served(client: Any) -> None:
    _put(client, "newest", 7, "saved_model.pb", _INDEX, *map(_SHARD.format, (0, 1)))
    _put(client, "newest", 8, "saved_model.pb", _INDEX, _SHARD.format(0))
    _put(client, "newest", 6, "saved_model.pb")
    report = _check(client, "newest")
    assert report.served == (7,)
    assert [(v.number, v.complete, v.missing) for v in report.versions] == [
        (8, False, _SHARD.format(1)),
        (7, True, ""),
        (6, True, ""),
    ]
    assert report.versions[1].bytes == len(_graph()) + 3 * len(b"data")
    assert [p for p in report.problems if "version 8 is not complete" in p]


def test_the_signatures_of_a_served_version_are_read(client: Any) -> None:
    _put(client, "signatures", 1, "saved_model.pb")
    (version,) = _check(client, "signatures").versions
    assert version.signatures is not None
    signature = version.signatures["serving_default"]
    assert (signature.inputs, signature.outputs) == ({"x": "float32[-1]"}, {"y": "string[...]"})


POLICIES = {
    "": (5,),
    "latest { num_versions: 2 }": (5, 3),
    "latest { num_versions: 0 }": (5,),
    "all {}": (5, 3, 1),
    "specific { versions: 1 versions: 3 }": (3, 1),
    "specific { versions: 9 }": (),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_the_version_policy_chooses(client: Any, policy: str) -> None:
    for version in (1, 3, "00005"):
        _put(client, "policies", version, "saved_model.pb")
    more = f"model_version_policy {{ {policy} }}" if policy else ""
    assert _check(client, "policies", more).served == POLICIES[policy]


def test_problems_name_the_cure(client: Any) -> None:
    _put(client, "problems", 1, "saved_model.pb")
    _put(client, "problems", "01", "saved_model.pb")
    _put(client, "problems", "99999999999999999999", "saved_model.pb")
    report = _check(
        client,
        "problems",
        "model_version_policy { specific { versions: 1 versions: 2 } } "
        'version_labels { key: "canary" value: 2 }',
    )
    assert '"01" is ignored: "1" is version 1 too; delete one of them' in report.problems
    assert "the policy asks for versions that do not exist: 2" in report.problems
    assert 'the label "canary" points at version 2, which is not served' in report.problems
    assert any("at most 9223372036854775807" in problem for problem in report.problems)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("absent", "does not exist"), ("unversioned", "has no version")],
)
def test_a_base_path_without_versions_is_named(client: Any, name: str, problem: str) -> None:
    client.put_object(Bucket="models", Key="unversioned/README.md", Body=b"x")
    report = _check(client, name)
    assert (report.exists, report.served) == (name == "unversioned", ())
    assert problem in report.problems[0]


def test_a_bucket_that_does_not_exist_is_named(client: Any) -> None:
    text = 'model_config_list { config { name: "m" base_path: "s3://nowhere/m" } }'
    (report,) = config.check(config.parse(text), client=client)
    assert report.exists is None
    assert "NoSuchBucket" in report.problems[0]
    assert "create the bucket" in report.problems[0]


def test_a_graph_that_is_damaged_is_named(client: Any) -> None:
    _put(client, "damaged", 1, "saved_model.pb", graph=b"\xff\xff")
    (problem,) = _check(client, "damaged").problems
    assert problem.startswith("s3://models/damaged/1/saved_model.pb: not a SavedModel")


def test_a_model_in_a_folder_is_checked(tmp_path: Any) -> None:
    (tmp_path / "m" / "4").mkdir(parents=True)
    (tmp_path / "m" / "4" / "saved_model.pb").write_bytes(_graph())
    text = f'model_config_list {{ config {{ name: "m" base_path: "{tmp_path}/m/" }} }}'
    (report,) = config.check(config.parse(text))
    assert (report.served, report.problems) == ((4,), ())


def test_another_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="give a model configuration"):
        config.check(config.parse("max_batch_size { value: 1 }"))
