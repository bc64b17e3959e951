# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Clients that other projects wrote: requests for REST, and grpcio for gRPC."""

from __future__ import annotations

import collections
import contextlib
from collections.abc import Callable, Iterator

import grpc
import numpy as np
import requests
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from tests.e2e.load import Load
from tests.scale.cluster import Cluster

MODEL = "half_plus_three"
# HAProxy keeps a request of this size until it is answered, and can send it again.
_SMALL = 1
# It does not keep one of this size: tune.bufsize is 64 KiB.
_LARGE = 20_000
_CLIENTS = 3  # Of each kind.
_SECONDS = 60.0


class Failed(Exception):
    """A response with another HTTP status than 200."""


@contextlib.contextmanager
def traffic(cluster: Cluster) -> Iterator[Load]:
    """Sends small and large requests by REST and gRPC until the end of the block.

    An answer is the first prediction for 1.0. A client continues after a failure.
    """
    with contextlib.ExitStack() as stack:
        askers: list[Callable[[], object]] = []
        for count in (_SMALL, _LARGE):
            for _ in range(_CLIENTS):
                session = stack.enter_context(requests.Session())
                askers.append(_rest_asker(cluster, session, count))
                channel = stack.enter_context(_channel(cluster))
                askers.append(_grpc_asker(channel, count))
        with Load(askers, stop_at_failure=False) as load:
            yield load


def report(what: str, load: Load) -> None:
    """Prints how many requests were answered, and how the others failed."""
    answered = sum(record.count for record in load.records)
    failed = collections.Counter(map(_kind, load.failures()))
    print(f"{what}: {answered} requests answered, {failed.total()} failed: {dict(failed)}")


def _kind(failure: BaseException) -> str:
    if isinstance(failure, grpc.RpcError):
        return str(failure.code().name)
    if isinstance(failure, requests.ConnectionError):
        return "connection closed"
    return str(failure)


def _rest_asker(cluster: Cluster, session: requests.Session, count: int) -> Callable[[], object]:
    url = f"{cluster.rest_url}/v1/models/{MODEL}:predict"
    body = {"instances": [1.0] * count}

    def ask() -> object:
        response = session.post(url, json=body, timeout=_SECONDS)
        if response.status_code != 200:
            raise Failed(f"{response.status_code} {response.text}")
        predictions = response.json()["predictions"]
        assert len(predictions) == count
        return predictions[0]

    return ask


def _channel(cluster: Cluster) -> grpc.Channel:
    # A connection for each client.
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
    return grpc.insecure_channel(cluster.grpc_address, options=options)


def _grpc_asker(channel: grpc.Channel, count: int) -> Callable[[], object]:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(np.ones(count, np.float32)))

    def ask() -> object:
        answer = tf.make_ndarray(stub.Predict(request, timeout=_SECONDS).outputs["y"])
        assert len(answer) == count
        return float(answer[0])

    return ask
