# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that a server that ends under load answers every request."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import grpc
import numpy as np
import requests
import tensorflow as tf
from tensorflow_serving.apis import prediction_service_pb2_grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients
from tests.e2e.load import Load
from tests.e2e.world import World

_ANSWER = [3.5]  # Of half_plus_three, for 1.0.


class Refused(Exception):
    """The server has answered that it is stopping, or accepts no connection."""


def _rest_asker(server: ModelServer, session: requests.Session) -> Callable[[], object]:
    """Returns a client that keeps its connection until the server closes it."""

    def ask() -> object:
        response = session.post(
            server.predict_url, json={"instances": [1.0]}, timeout=clients.SECONDS
        )
        if response.status_code == 503:
            raise Refused
        assert response.status_code == 200, response.text
        return response.json()["predictions"]

    return ask


def _grpc_asker(server: ModelServer, channel: object) -> Callable[[], object]:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = clients.predict_request(server, {"x": np.array([1.0], np.float32)})

    def ask() -> object:
        try:
            response = stub.Predict(request, timeout=clients.SECONDS)
        except grpc.RpcError as error:
            # The port is closed.
            if (
                error.code() == grpc.StatusCode.UNAVAILABLE
                and "Connection refused" in error.details()
            ):
                raise Refused from error
            raise
        return tf.make_ndarray(response.outputs["y"]).tolist()

    return ask


def test_no_request_is_lost_when_a_server_ends_under_load(world: World) -> None:
    with (
        world.serving_model(world.half_plus_three) as server,
        contextlib.ExitStack() as stack,
    ):
        askers = [_rest_asker(server, stack.enter_context(clients.session())) for _ in range(4)]
        askers += [
            _grpc_asker(server, stack.enter_context(clients.channel(server))) for _ in range(4)
        ]
        with Load(askers) as load:
            load.wait_for_answers(20)
            assert server.stop() == 0
        # Every request has a response, until the server says that it stops (REST) or has closed
        # its port (gRPC).
        endings = [(record.answers, record.failures) for record in load.records]
        assert [str(failures) for _, failures in endings] == ["[Refused()]"] * len(askers)
        assert [answers for answers, _ in endings] == [[_ANSWER]] * len(askers)
