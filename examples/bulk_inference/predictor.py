# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Predicts batches of rows: by a model server in this process, or by servers that run already."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

from tensorflow_serving_s3.client import GrpcClient, ModelSpec
from tensorflow_serving_s3.errors import RequestError
from tensorflow_serving_s3.server import ModelServer, ServerOptions

# A server that stops, or has no room for the request now. Another attempt may succeed.
_RETRIED = ("UNAVAILABLE", "RESOURCE_EXHAUSTED")
_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 0.5
_LOAD_SECONDS = 600.0


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of the dataset as an input of the model.

    Attributes:
        name: The name of the column.
        type: The type of numpy that the model expects; "": the column has it.
    """

    name: str
    type: str = ""

    def of(self, batch: Mapping[str, Any]) -> Any:
        """Returns the values of the column."""
        return batch[self.name].astype(self.type) if self.type else batch[self.name]


@dataclasses.dataclass(frozen=True)
class Task:
    """What to predict.

    Attributes:
        base_path: The folder in S3 with the versions of the model; "" with `servers`.
        servers: The gRPC address of the servers or of their load balancer; "" with `base_path`.
        model: The name of the model.
        inputs: The columns of the inputs, by the names of the inputs.
        outputs: The columns for the outputs, by the names of the outputs.
    """

    base_path: str
    servers: str
    model: str
    inputs: Mapping[str, Column]
    outputs: Mapping[str, str]


class Predictor:
    """Adds columns with predictions to batches.

    An engine makes one for each of its workers. It loads the model once.
    """

    def __init__(self, task: Task) -> None:
        """Starts the server of this process, or connects to the servers of the task."""
        self._task = task
        self._server: ModelServer | None = None
        address = task.servers
        if not address:
            # The process ends with its worker, and with it the folder.
            self._folder = tempfile.TemporaryDirectory(prefix="predictor-")
            socket = f"{self._folder.name}/grpc"
            self._server = ModelServer(
                ServerOptions(
                    model_name=task.model,
                    model_base_path=task.base_path,
                    flags={"grpc_socket_path": socket, "file_system_poll_wait_seconds": 0},
                )
            )
            self._server.wait_until_available(task.model, timeout_seconds=_LOAD_SECONDS)
            address = f"unix:{socket}"
        self._client = GrpcClient(address)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the columns of a batch and those of the outputs.

        Args:
            batch: The columns as numpy arrays.

        Raises:
            RequestError: The server refuses the batch, or all attempts failed.
        """
        task = self._task
        inputs = {name: column.of(batch) for name, column in task.inputs.items()}
        outputs = with_retries(
            lambda: self._client.predict(ModelSpec(task.model), inputs, list(task.outputs))
        )
        return {**batch, **{column: outputs[name] for name, column in task.outputs.items()}}


def with_retries(
    predict: Callable[[], dict[str, Any]], *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Calls `predict`, again after a pause if the server cannot answer now."""
    for attempt in range(_ATTEMPTS - 1):
        try:
            return predict()
        except RequestError as error:
            if error.code not in _RETRIED:
                raise
        sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
    return predict()
