# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares the meaning of an answer with a recorded answer.

Answers are equal if:

- REST: the HTTP status is equal. For a success, the JSON is equal: the order of keys may differ,
  integers are exact, floats may differ by rounding, and text that is not UTF-8 may be {"b64": ...},
  although TensorFlow Serving writes its bytes. For an error, the text may differ, but it must be
  JSON with "error" if the recorded one is, and contain "Servable" if the recorded text contains
  "Servable not found".
- gRPC: the status code is equal, with the same rule for "Servable". Responses are equal as
  messages: tensors have the same dtype, shape and values in any encoding, packed messages are
  unpacked, and the text of errors may differ.
"""

from __future__ import annotations

import base64
import json
import math
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf
from google.protobuf import any_pb2
from google.protobuf.message import DecodeError, Message
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    predict_pb2,
    regression_pb2,
)

Case = dict[str, Any]
Answer = dict[str, Any]

_PREDICTION = "/tensorflow.serving.PredictionService/"
_RESPONSES: dict[str, Any] = {
    _PREDICTION + "Predict": predict_pb2.PredictResponse,
    _PREDICTION + "Classify": classification_pb2.ClassificationResponse,
    _PREDICTION + "Regress": regression_pb2.RegressionResponse,
    _PREDICTION + "MultiInference": inference_pb2.MultiInferenceResponse,
    _PREDICTION + "GetModelMetadata": get_model_metadata_pb2.GetModelMetadataResponse,
    "/tensorflow.serving.ModelService/GetModelStatus": (
        get_model_status_pb2.GetModelStatusResponse
    ),
}

# The decimal digits of a float32.
_FLOAT_DIGITS = 9


class Number(float):
    """A JSON number with a point or an exponent.

    Attributes:
        double: Whether it has more digits than a float32 needs. Then it must be exact.
    """

    double: bool

    def __new__(cls, text: str) -> Number:
        """Parses a number."""
        self = super().__new__(cls, text)
        digits = text.lower().split("e")[0].replace(".", "").lstrip("-0")
        self.double = len(digits) > _FLOAT_DIGITS
        return self


def read_cases(path: Path) -> list[Case]:
    """Returns the cases of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def read_allowed(path: Path) -> dict[str, list[str]]:
    """Returns the other statuses that an answer may have, by case ID."""
    allowed = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words:
                allowed[words[0]] = words[1].split(",")
    return allowed


def status_of(answer: Answer) -> str:
    """Returns the HTTP status or the gRPC code of an answer, or the failure of the request."""
    return str(answer.get("status") or answer.get("code") or answer["failure"])


def body_of(value: str | dict[str, str] | None) -> bytes | None:
    """Returns the bytes of a recorded body: text, or {"b64": ...}."""
    if value is None:
        return None
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value.encode()


def recorded(data: bytes) -> str | dict[str, str]:
    """Returns bytes in the format of a recorded body; the inverse of body_of."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text and not text.startswith("\ufeff"):
        return text
    return {"b64": base64.b64encode(data).decode()}


def readable(case: Case, answer: Answer) -> str:
    """Returns an answer as a line of a report."""
    if "response_b64" in answer:
        try:
            message = _RESPONSES[case["method"]].FromString(
                base64.b64decode(answer["response_b64"])
            )
        except DecodeError as error:
            return f"OK, but not a response message: {error}"
        return "OK " + " ".join(str(message).split())
    text = answer.get("message", answer.get("body", ""))
    return status_of(answer) + " " + " ".join(str(text).split())


def equal(case: Case, got: Answer) -> bool:
    """Returns whether an answer has the same meaning as the recorded one."""
    expected = case["peer"]
    if status_of(expected) != status_of(got):
        return False
    if case["api"] == "grpc":
        return _equal_grpc(case, expected, got)
    return _equal_rest(expected, got)


def _equal_grpc(case: Case, expected: Answer, got: Answer) -> bool:
    if expected["code"] != "OK":
        return "Servable not found" not in expected["message"] or "Servable" in got["message"]
    if expected["response_b64"] == got["response_b64"]:
        return True
    response = _RESPONSES[case["method"]]
    try:
        messages = [
            _plain(response.FromString(base64.b64decode(answer["response_b64"])))
            for answer in (expected, got)
        ]
    except DecodeError:
        return False
    return _same(*messages)


def _equal_rest(expected: Answer, got: Answer) -> bool:
    if "Servable not found" in str(expected["body"]) and "Servable" not in str(got["body"]):
        return False
    expected_body, got_body = body_of(expected["body"]) or b"", body_of(got["body"]) or b""
    try:
        expected_json = _parse_json(expected_body)
    except ValueError:
        return bool(expected["status"] >= 400) or expected_body == got_body
    try:
        got_json = _parse_json(got_body)
    except ValueError:
        return False
    if expected["status"] >= 400 and isinstance(expected_json, dict) and "error" in expected_json:
        return isinstance(got_json, dict) and bool(got_json.get("error"))
    return _same(expected_json, got_json)


def _parse_json(data: bytes) -> Any:
    """Parses JSON. Keeps bytes that are not UTF-8, because TensorFlow Serving sends them."""
    return json.loads(data.decode("utf-8", "surrogateescape"), parse_float=Number)


def _same(expected: Any, got: Any) -> bool:
    """Compares two values: dicts, lists, numbers, text, bytes, None."""
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and expected.keys() == got.keys()
            and all(_same(value, got[key]) for key, value in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(got, list) and len(expected) == len(got) and all(map(_same, expected, got))
        )
    if isinstance(expected, str) and isinstance(got, dict):
        data = expected.encode("utf-8", "surrogateescape")
        is_text = recorded(data) == expected
        return not is_text and got == {"b64": base64.b64encode(data).decode()}
    if isinstance(expected, complex) and isinstance(got, complex):
        return _same(expected.real, got.real) and _same(expected.imag, got.imag)
    if isinstance(expected, float):
        if isinstance(got, bool) or not isinstance(got, int | float):
            return False
        if math.isnan(expected):
            return math.isnan(got)
        exact = getattr(expected, "double", False)
        return math.isclose(expected, got, rel_tol=1e-12 if exact else 2e-6)
    return type(expected) is type(got) and bool(expected == got)


def _plain(message: Message) -> Any:
    """Converts a message to a dict; a tensor to its dtype, shape and values."""
    if isinstance(message, tensor_pb2.TensorProto):
        return _plain_tensor(message)
    if isinstance(message, any_pb2.Any):
        content = get_model_metadata_pb2.SignatureDefMap()
        if message.Unpack(content):
            return _plain(content)
        return {"type": message.type_url, "value": message.value}
    result: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value: Any = getattr(message, field.name)
        kind = field.message_type
        is_message = kind is not None
        if kind is not None and kind.GetOptions().map_entry:
            result[field.name] = {
                key: _plain(entry) if isinstance(entry, Message) else entry
                for key, entry in value.items()
            }
        elif field.is_repeated:
            result[field.name] = [_plain(entry) if is_message else entry for entry in value]
        elif is_message:
            result[field.name] = _plain(value) if message.HasField(field.name) else None
        else:
            result[field.name] = value
    if message.DESCRIPTOR.full_name == "tensorflow.serving.StatusProto":
        result["error_message"] = bool(result["error_message"])
    return result


def _plain_tensor(message: Any) -> dict[str, Any]:
    array = tf.make_ndarray(message)
    if message.dtype == types_pb2.DT_BFLOAT16:
        array = array.astype("float32")
    values = array.reshape(-1).tolist()
    if message.dtype == types_pb2.DT_DOUBLE:
        values = [Number(repr(value)) for value in values]
    return {"dtype": message.dtype, "shape": list(array.shape), "values": values}
