# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A prediction of the command line: from its arguments to a request by REST or gRPC."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tensorflow_serving_s3.cli import _source_code
from tensorflow_serving_s3.client import GrpcClient, ModelSpec, RestClient
from tensorflow_serving_s3.client import _inputs as inputs_of
from tensorflow_serving_s3.errors import Error

_MAX_SHOWN_BYTES = 65_536


class Request:
    """A prediction that can be sent and printed.

    Attributes:
        spec: The model.
        rest: The client for REST.
        grpc: The client for gRPC; None: the request is sent by REST.
        body: The body for REST; None for gRPC.
        arrays: The inputs for gRPC; None for REST.
    """

    def __init__(
        self,
        spec: ModelSpec,
        rest: RestClient,
        grpc: GrpcClient | None,
        data: str | None,
        named: tuple[str, ...],
        batch: int = 1,
    ) -> None:
        """Reads the data and asks the server for the types of the inputs if they are needed.

        Args:
            spec: The model.
            rest: The client for REST.
            grpc: The client for gRPC, or None.
            data: JSON, `@FILE` or `-`; None: the named inputs, or zeros if there are none.
            named: `NAME=JSON` or `NAME=@FILE`.
            batch: The batch size of zeros.

        Raises:
            Error: The data cannot be read, or does not fit the signature.
        """
        self.spec = spec
        self.rest = rest
        self.grpc = grpc
        self.body: bytes | None = None
        self.arrays: dict[str, Any] | None = None
        has_value = data is not None or bool(named)
        value = _value(data, named)
        if grpc is None and isinstance(value, dict) and _is_whole_body(value):
            self.body = self._encoded(value)
            return
        if isinstance(value, dict) and set(value) == {"inputs"}:
            value = value["inputs"]
        elif isinstance(value, dict) and set(value) == {"instances"}:
            value = _columns(value["instances"])
        if grpc is not None:
            specs = inputs_of.signature_by_grpc(grpc, spec)
        else:
            specs = inputs_of.signature_by_rest(rest, spec)
        if has_value:
            arrays = inputs_of.to_values(inputs_of.to_inputs(value, specs), specs)
        else:
            arrays = inputs_of.zeros(specs, batch)
        if grpc is not None:
            self.arrays = arrays
        else:
            columns = {name: inputs_of.to_json_value(a, name) for name, a in arrays.items()}
            self.body = self._encoded({"inputs": columns})

    def send(self) -> Any:
        """Sends the request; returns the JSON answer, or the outputs as JSON.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        if self.grpc is not None and self.arrays is not None:
            outputs = self.grpc.predict(self.spec, self.arrays)
            return {
                "outputs": {
                    name: inputs_of.to_json_value(array, name) for name, array in outputs.items()
                }
            }
        assert self.body is not None
        return self.rest.post(f"{self.spec.path}:predict", self.body)

    def sender(self) -> Callable[[], object]:
        """Returns a function that sends the request and does not convert the answer."""
        if self.grpc is not None and self.arrays is not None:
            client = self.grpc
            message = client.predict_request(self.spec, self.arrays)
            return lambda: client.predict_message(message)
        body = self.body
        path = f"{self.spec.path}:predict"
        return lambda: self.rest.request("POST", path, body)

    def as_curl(self) -> str:
        """Returns a command line of curl.

        Raises:
            Error: The request is sent by gRPC, or too large for a command line.
        """
        if self.body is None:
            raise Error("curl cannot send gRPC; leave out --grpc, or print Python")
        if len(self.body) > _MAX_SHOWN_BYTES:
            raise Error(
                f"the body has {len(self.body)} bytes, too many for a command line; print Python"
            )
        return _source_code.curl(self._url(), self.body, self.rest.ca_file)

    def as_python(self) -> str:
        """Returns a Python program that sends the request and needs only what the wheel brings.

        Raises:
            Error: The request is too large for a program.
        """
        if self.arrays is not None and self.grpc is not None:
            self._check_size(sum(array.nbytes for array in self.arrays.values()))
            return _source_code.grpc_program(
                self.grpc.address, self.spec, self.arrays, self.grpc.ca_file
            )
        assert self.body is not None
        self._check_size(len(self.body))
        return _source_code.rest_program(self._url(), self.body, self.rest.ca_file)

    def _url(self) -> str:
        return f"{self.rest.url}{self.spec.path}:predict"

    def _check_size(self, count: int) -> None:
        if count > _MAX_SHOWN_BYTES:
            raise Error(f"the inputs have {count} bytes, too many for a printed program")

    def _encoded(self, document: dict[str, Any]) -> bytes:
        if self.spec.signature:
            document = {"signature_name": self.spec.signature, **document}
        return json.dumps(document).encode()


def _is_whole_body(value: dict[str, Any]) -> bool:
    return bool({"instances", "inputs"} & set(value)) and not any(
        isinstance(inner, inputs_of.Image) for inner in value.values()
    )


def _value(data: str | None, named: tuple[str, ...]) -> Any:
    if data is not None and named:
        raise Error("give either DATA or --input")
    if data is not None:
        return _parse(data, "DATA")
    values = {}
    for entry in named:
        name, equals, text = entry.partition("=")
        if not equals or not name:
            raise Error(f"--input {entry}: write NAME=JSON or NAME=@FILE")
        values[name] = _parse(text, f"--input {name}")
    return values or None


def _parse(text: str, what: str) -> Any:
    if text == "-":
        text = _stdin(what)
    elif text.startswith("@"):
        return inputs_of.load_file(Path(text[1:]))
    try:
        return json.loads(text)
    except RecursionError as error:
        raise Error(f"{what}: the lists are nested too deeply") from error
    except ValueError as error:
        raise Error(
            f"{what}: not JSON: {error}; write JSON such as '[1.0, 2.0]', @FILE, or - for stdin"
        ) from error


def _stdin(what: str) -> str:
    if sys.stdin is None:
        raise Error(f"{what}: stdin is closed; give the JSON as the argument, or @FILE")
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise Error(f"{what}: stdin is not UTF-8 text: {error}; use @FILE for .npy") from error


def _columns(instances: Any) -> Any:
    """Returns the columns of rows that are objects, as gRPC takes them."""
    if (
        isinstance(instances, list)
        and instances
        and all(isinstance(row, dict) and set(row) != {"b64"} for row in instances)
    ):
        return {name: [row.get(name) for row in instances] for name in instances[0]}
    return instances
