# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the example with a real S3 server, and Ray on this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.dataset
import pytest
import ray
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from examples.bulk_inference import bulk_inference

_MODEL = "half_plus_three"
_BASE_PATH = f"s3://models/{_MODEL}"
_ROWS = 5_000
_FILES = 4


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """An S3 server with a model and rows, and Ray with its variables."""
    with SeaweedFS(buckets=["models", "data"]) as server, pytest.MonkeyPatch.context() as patch:
        variables = {
            **server.env(),
            "AWS_EC2_METADATA_DISABLED": "true",
            # Ray writes a token to it.
            "HOME": os.fspath(tmp_path_factory.mktemp("home")),
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        model = saved_models.save_half_plus_three(tmp_path_factory.mktemp("models") / _MODEL)
        publish_version(model, _BASE_PATH, 1, client=server.client())
        for form in ("parquet", "jsonl"):
            _write_rows(server, form)
        # The path of a UNIX socket has at most 107 characters.
        with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as folder:
            ray.init(
                num_cpus=4,
                object_store_memory=100 << 20,
                include_dashboard=False,
                _temp_dir=folder,
            )
            try:
                yield server
            finally:
                ray.shutdown()


def _write_rows(storage: SeaweedFS, form: str) -> None:
    client = storage.client()
    for number in range(_FILES):
        count = _ROWS // _FILES
        first = number * count
        table = pa.table(
            {
                "id": pa.array(range(first, first + count), pa.int64()),
                "feature": pa.array(
                    [float(row) for row in range(first, first + count)], pa.float32()
                ),
            }
        )
        key = f"rows-{form}/{number}.{form}"
        if form == "parquet":
            sink = pa.BufferOutputStream()
            pa.parquet.write_table(table, sink)
            body = sink.getvalue().to_pybytes()
        else:
            lines = [
                f'{{"id": {row["id"]}, "feature": {row["feature"]}}}' for row in table.to_pylist()
            ]
            body = "\n".join(lines).encode()
        client.put_object(Bucket="data", Key=key, Body=body)


def _predictions(form: str, folder: str) -> dict[int, float]:
    dataset = pyarrow.dataset.dataset(
        f"data/{folder}",
        format="json" if form == "jsonl" else form,
        filesystem=bulk_inference.s3_filesystem(),
    )
    return {row["id"]: row["prediction"] for row in dataset.to_table().to_pylist()}


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_workers_load_the_model_and_predict_all_rows(storage: SeaweedFS, form: str) -> None:
    code = bulk_inference.main(
        [
            f"--read=s3://data/rows-{form}",
            f"--write=s3://data/by-workers-{form}",
            f"--format={form}",
            f"--base_path={_BASE_PATH}",
            "--input=x=feature:float32",
            "--output=y=prediction",
        ]
    )
    assert code == 0
    assert _predictions(form, f"by-workers-{form}") == {row: row / 2 + 3 for row in range(_ROWS)}


def test_running_servers_predict_all_rows(storage: SeaweedFS) -> None:
    with ModelServer(_BASE_PATH, model_name=_MODEL, env=storage.env()) as server:
        server.wait_until_available()
        code = bulk_inference.main(
            [
                "--read=s3://data/rows-parquet",
                "--write=s3://data/by-servers",
                f"--servers={server.grpc_address}",
                f"--model={_MODEL}",
                "--input=x=feature",
                "--output=y=prediction",
            ]
        )
    assert code == 0
    assert _predictions("parquet", "by-servers") == {row: row / 2 + 3 for row in range(_ROWS)}
