# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Requests to the gRPC port of a model server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc

from tensorflow_serving_s3 import _messages
from tensorflow_serving_s3.client._spec import ModelSpec, check_ca_file
from tensorflow_serving_s3.client._tensors import to_array, to_tensor
from tensorflow_serving_s3.errors import RequestError

_SECONDS = 60.0
_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.enable_http_proxy", 0),
]


class GrpcClient:
    """A client of one server. Thread-safe. `close` or a `with` block closes its connection.

    Attributes:
        address: The address of the server.
        ca_file: A PEM file of certificate authorities; "" without TLS.
    """

    def __init__(
        self, address: str, *, timeout_seconds: float = _SECONDS, ca_file: str = ""
    ) -> None:
        """Creates a client.

        Args:
            address: `host:port` or `unix:path`.
            timeout_seconds: The deadline of each call.
            ca_file: A PEM file of certificate authorities, for TLS; "": no TLS.

        Raises:
            RequestError: `ca_file` cannot be used.
        """
        self.address = address
        self.ca_file = ca_file
        self._timeout = timeout_seconds
        if ca_file:
            check_ca_file(ca_file)
            credentials = grpc.ssl_channel_credentials(Path(ca_file).read_bytes())
            self._channel = grpc.secure_channel(address, credentials, options=_OPTIONS)
        else:
            self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        messages = _messages.apis()
        self._models = messages.ModelServiceStub(self._channel)
        self._predictions = messages.PredictionServiceStub(self._channel)

    def __enter__(self) -> GrpcClient:
        """Returns the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connection."""
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def predict(
        self, spec: ModelSpec, inputs: Mapping[str, Any], output_filter: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Requests a prediction.

        Args:
            spec: The model.
            inputs: The inputs of the signature as numpy arrays or lists, with their types.
            output_filter: The outputs to return; empty: all.

        Returns:
            The outputs as numpy arrays.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        request = self.predict_request(spec, inputs, output_filter)
        return {
            name: to_array(tensor)
            for name, tensor in sorted(self.predict_message(request).outputs.items())
        }

    def predict_request(
        self, spec: ModelSpec, inputs: Mapping[str, Any], output_filter: Sequence[str] = ()
    ) -> Any:
        """Returns the PredictRequest of `predict`."""
        request = _messages.apis().PredictRequest(output_filter=output_filter)
        spec.fill(request.model_spec)
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(to_tensor(value))
        return request

    def predict_message(self, request: Any) -> Any:
        """Sends a PredictRequest and returns the PredictResponse.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        with self._errors("Predict"):
            return self._predictions.Predict(request, timeout=self._timeout)

    def signatures(self, spec: ModelSpec) -> Any:
        """Returns the signatures of a model: a protobuf map from names to SignatureDefs.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        messages = _messages.apis()
        request = messages.GetModelMetadataRequest(metadata_field=["signature_def"])
        ModelSpec(spec.name, spec.version, spec.label).fill(request.model_spec)
        with self._errors("GetModelMetadata"):
            answer = self._predictions.GetModelMetadata(request, timeout=self._timeout)
        signatures = messages.SignatureDefMap()
        answer.metadata["signature_def"].Unpack(signatures)
        return signatures.signature_def

    def status(self, spec: ModelSpec) -> Any:
        """Returns the GetModelStatusResponse of a model.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        request = _messages.apis().GetModelStatusRequest()
        ModelSpec(spec.name, spec.version, spec.label).fill(request.model_spec)
        with self._errors("GetModelStatus"):
            return self._models.GetModelStatus(request, timeout=self._timeout)

    def reload(self, config: Any, metric_names: Sequence[str] = ()) -> dict[str, int]:
        """Replaces the model configuration of the server.

        Args:
            config: A ModelServerConfig.
            metric_names: Counters whose increase is returned.

        Returns:
            The increase of each counter by its name.

        Raises:
            RequestError: The server did not answer, refused the configuration, or could not load a
                model; then the configuration is in force nevertheless.
        """
        request = _messages.apis().ReloadConfigRequest(metric_names=metric_names)
        request.config.CopyFrom(config)
        with self._errors("HandleReloadConfigRequest"):
            answer = self._models.HandleReloadConfigRequest(request, timeout=self._timeout)
        if answer.status.error_code:
            raise RequestError(
                f"{self.address}: {answer.status.error_message}", int(answer.status.error_code)
            )
        return {metric.name: metric.int64_value_increase for metric in answer.metric}

    @contextlib.contextmanager
    def _errors(self, method: str) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as error:
            code = error.code().name
            cure = ""
            if code == "UNAVAILABLE":
                cure = "; check the address, and that it is the gRPC port (--port) of the server"
            if code == "UNIMPLEMENTED":
                cure = "; the server does not offer this call on this port"
            raise RequestError(
                f"{self.address}: {method}: {code}: {error.details()}{cure}", code
            ) from error
