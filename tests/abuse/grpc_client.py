# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A client of PredictionService.Predict. Each call uses a new connection.

It writes and reads the messages itself and needs no TensorFlow, which takes seconds to import.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import grpc
from tensorflow_serving_s3.testing.model_server import ModelServer

PREDICT = "/tensorflow.serving.PredictionService/Predict"
SECONDS = 120.0
OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
    # Otherwise channels with the same options share connections.
    ("grpc.use_local_subchannel_pool", 1),
]
_DT_FLOAT = 1


def channel(server: ModelServer) -> Any:
    """Returns a channel with its own connection. The caller closes it."""
    return grpc.insecure_channel(server.grpc_address, options=OPTIONS)


def field(number: int, content: bytes) -> bytes:
    """Returns a length-delimited field of a protobuf message."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def predict_message(model: str, values: Sequence[float], *, signature: str = "") -> bytes:
    """Returns a PredictRequest whose input x is a vector of floats."""
    shape = field(2, field(2, b"\x08" + _varint(len(values))))
    tensor = bytes([0x08, _DT_FLOAT]) + shape + field(5, struct.pack(f"<{len(values)}f", *values))
    spec = field(1, model.encode()) + (field(3, signature.encode()) if signature else b"")
    return field(1, spec) + field(2, field(1, b"x") + field(2, tensor))


def predict(
    server: ModelServer, message: bytes, *, metadata: Sequence[tuple[str, str]] = ()
) -> bytes:
    """Calls Predict, and returns the PredictResponse.

    Raises:
        grpc.RpcError: The server answered with an error.
    """
    with channel(server) as opened:
        call = opened.unary_unary(PREDICT)
        answer = call(message, timeout=SECONDS, metadata=metadata)
        assert isinstance(answer, bytes)
        return answer


def assert_predicts(server: ModelServer) -> None:
    """Asserts that the model "half", half_plus_three, answers."""
    answer = predict(server, predict_message("half", [1.0, 2.0]))
    assert struct.pack("<2f", 3.5, 4.0) in answer


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 128:
        encoded.append(value % 128 + 128)
        value //= 128
    encoded.append(value)
    return bytes(encoded)
