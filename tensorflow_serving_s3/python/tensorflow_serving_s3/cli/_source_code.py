# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes a prediction as a command of curl or as a Python program.

A program imports only packages that `pip install` of the wheel brings: `requests` comes with
TensorFlow.
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping
from typing import Any

from tensorflow_serving_s3.client import ModelSpec

_BFLOAT16 = "bfloat16"


def curl(url: str, body: bytes, ca_file: str) -> str:
    """Returns a command that posts a body."""
    words = ["curl", "-d", body.decode(), *(["--cacert", ca_file] if ca_file else []), url]
    return shlex.join(words)


def rest_program(url: str, body: bytes, ca_file: str) -> str:
    """Returns a program that posts a JSON document with requests."""
    text = body.decode()
    try:
        json.dumps(json.loads(text), allow_nan=False)
        content = f"json={json.loads(text)!r}"
    except ValueError:  # requests refuses NaN, which the server accepts.
        content = f"data={text!r}"
    verify = f", verify={ca_file!r}" if ca_file else ""
    return (
        "import requests\n\n"
        f"answer = requests.post({url!r}, {content}, timeout=60{verify})\n"
        "answer.raise_for_status()\n"
        "print(answer.json())\n"
    )


def grpc_program(address: str, spec: ModelSpec, arrays: Mapping[str, Any], ca_file: str) -> str:
    """Returns a program that sends arrays with this package, without TensorFlow's runtime."""
    brain = any(array.dtype.name == _BFLOAT16 for array in arrays.values())
    options = f", ca_file={ca_file!r}" if ca_file else ""
    lines = [
        *(["import ml_dtypes"] if brain else []),
        "import numpy as np",
        "from tensorflow_serving_s3.client import GrpcClient, ModelSpec",
        "",
        f"model = {_spec(spec)}",
        "inputs = {",
        *(f"    {name!r}: {_array(array)}," for name, array in arrays.items()),
        "}",
        f"with GrpcClient({address!r}{options}) as client:",
        "    for name, value in client.predict(model, inputs).items():",
        "        print(name, value)",
    ]
    return "\n".join(lines) + "\n"


def _spec(spec: ModelSpec) -> str:
    named = {"version": spec.version, "label": spec.label, "signature": spec.signature}
    given = [f"{name}={value!r}" for name, value in named.items() if value not in (None, "")]
    return f"ModelSpec({', '.join([repr(spec.name), *given])})"


def _array(array: Any) -> str:
    if array.dtype.name == _BFLOAT16:
        return f"np.array({_literal(array.astype('float32').tolist())}, ml_dtypes.bfloat16)"
    dtype = "object" if array.dtype.kind == "O" else repr(array.dtype.name)
    text = f"np.array({_literal(array.tolist())}, {dtype})"
    # A list with a dimension of size 0 has lost the sizes behind it.
    return text if array.size else f"{text}.reshape({array.shape})"


def _literal(value: Any) -> str:
    """Returns the source code of lists, numbers and bytes."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, complex):
        return f"complex({_literal(value.real)}, {_literal(value.imag)})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)
