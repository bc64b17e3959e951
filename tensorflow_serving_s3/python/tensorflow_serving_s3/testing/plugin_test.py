# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the fixtures of the pytest plugin, as a user would."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.plugin import PublishedModel
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_PAGE = Path("docs/testing.md").read_text(encoding="utf-8")

pytest_plugins = ["tensorflow_serving_s3.testing.plugin"]


def _predict(server: ModelServer) -> Any:
    body = json.dumps({"instances": [1.0, 2.0, 5.0]}).encode()
    with urllib.request.urlopen(server.predict_url, body, timeout=30) as answer:
        return json.load(answer)


def test_the_server_answers(tfs3_server: ModelServer) -> None:
    assert _predict(tfs3_server) == {"predictions": [3.5, 4.0, 5.5]}


def test_the_s3_server_has_the_model(tfs3_s3: SeaweedFS, tfs3_model: PublishedModel) -> None:
    key = tfs3_model.base_path.removeprefix("s3://models/") + "/1/saved_model.pb"
    assert tfs3_s3.client().head_object(Bucket="models", Key=key)["ContentLength"] > 0


def test_the_example_of_the_page_works(
    tfs3_publish: Callable[..., PublishedModel],
    tfs3_serve: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tensorflow_serving_s3.testing import saved_models

    (example,) = re.findall(r"^```python\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    saved_models.save_half_plus_three(tmp_path / "export" / "my_model")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    exec(compile(example, "docs/testing.md", "exec"), namespace)
    namespace["test_my_model"](tfs3_publish, tfs3_serve)


def test_a_model_is_published_and_served(
    tfs3_publish: Callable[..., PublishedModel], tfs3_serve: Callable[..., Any], tmp_path: Path
) -> None:
    from tensorflow_serving_s3.testing import saved_models

    folder = saved_models.save_linear(tmp_path / "model", slope=2.0, offset=0.0)
    first = tfs3_publish(folder)
    second = tfs3_publish(folder, first.base_path)
    assert (first.version, second.version) == (1, 2)
    with tfs3_serve(second, flags=["--enable_batching=false"]) as server:
        assert server.status().states() == {2: "AVAILABLE"}
        assert _predict(server) == {"predictions": [2.0, 4.0, 10.0]}
