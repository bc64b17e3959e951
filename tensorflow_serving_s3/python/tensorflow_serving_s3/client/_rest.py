# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Requests to the REST port of a model server."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import urllib3

from tensorflow_serving_s3.client._spec import ModelSpec, check_ca_file
from tensorflow_serving_s3.errors import RequestError

_SECONDS = 60.0


class RestClient:
    """A client of one server. Thread-safe; keeps connections open.

    Attributes:
        url: The URL of the server, without a trailing slash.
        ca_file: A PEM file of certificate authorities; "": those of the system.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float = _SECONDS,
        ca_file: str = "",
        connections: int = 8,
    ) -> None:
        """Creates a client.

        Args:
            url: `http://host:port`, `https://host:port` or `host:port`.
            timeout_seconds: The longest time without progress of a request.
            ca_file: A PEM file of certificate authorities; "": those of the system.
            connections: The number of connections that are kept open.

        Raises:
            RequestError: `ca_file` cannot be used.
        """
        if ca_file:
            check_ca_file(ca_file)
        self.ca_file = ca_file
        self.url = (url if "://" in url else f"http://{url}").rstrip("/")
        self._pool = urllib3.PoolManager(
            maxsize=connections,
            block=False,
            timeout=timeout_seconds,
            retries=urllib3.Retry(total=0, redirect=False),
            ca_certs=ca_file or None,
        )

    def get(self, path: str) -> Any:
        """Returns the JSON document at a path.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        return self._parse("GET", path, self.request("GET", path))

    def get_text(self, path: str) -> str:
        """Returns the text at a path, such as the metrics.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        return self.request("GET", path).decode(errors="replace")

    def post(self, path: str, body: bytes) -> Any:
        """Posts a JSON document and returns the JSON answer.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        return self._parse("POST", path, self.request("POST", path, body))

    def predict(self, spec: ModelSpec, document: dict[str, Any]) -> Any:
        """Requests a prediction.

        Args:
            spec: The model.
            document: The body, with `instances` or `inputs`.

        Raises:
            RequestError: The server did not answer, or with an error.
        """
        return self.post(f"{spec.path}:predict", json.dumps(document).encode())

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Sends a request and returns the body of the answer.

        Raises:
            RequestError: The server did not answer, or with a status other than 200.
        """
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            answer = self._pool.request(method, f"{self.url}{path}", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            reason = str(getattr(error, "reason", None) or error)
            cure = "check the address, and that the server runs with --rest_api_port"
            if "WRONG_VERSION_NUMBER" in reason:
                cure = "this port does not speak TLS; use http://"
            elif "CERTIFICATE_VERIFY_FAILED" in reason:
                cure = "give the authority of the certificate with --ca-file"
            raise RequestError(f"{self.url}: no answer: {reason}; {cure}") from error
        if answer.status != 200:
            raise RequestError(
                f"{self.url}{path}: HTTP {answer.status}: {_message(answer.data)}", answer.status
            )
        return answer.data

    @contextlib.contextmanager
    def expecting(self, path: str, document: Any) -> Iterator[None]:
        """Turns errors of reading the fields of an answer into a RequestError.

        Args:
            path: The path of the answer.
            document: The answer.

        Raises:
            RequestError: The block did not find the fields of a model server.
        """
        try:
            yield
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise RequestError(
                f"{self.url}{path}: unexpected answer: {json.dumps(document)[:100]}; is this the "
                "REST port of a model server?"
            ) from error

    def _parse(self, method: str, path: str, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise RequestError(
                f"{self.url}{path}: the answer to {method} is not JSON: {body[:100]!r}; is this "
                "the REST port of a model server?"
            ) from error


def _message(body: bytes) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return body[:300].decode(errors="replace")
    if isinstance(document, dict) and isinstance(document.get("error"), str):
        return str(document["error"])
    return json.dumps(document)[:300]
