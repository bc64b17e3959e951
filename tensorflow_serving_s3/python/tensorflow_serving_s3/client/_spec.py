# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which model, version and signature a request is for, and which authorities it trusts."""

from __future__ import annotations

import dataclasses
import ssl
import urllib.parse
from typing import Any

from tensorflow_serving_s3.errors import RequestError


@dataclasses.dataclass(frozen=True)
class ModelSpec:
    """A model, and optionally a version or a label, and a signature.

    Attributes:
        name: The name of the model.
        version: The version; None: the newest available one, or the one of the label.
        label: A version label; "" for none. Excludes a version.
        signature: The signature; "" for serving_default.
    """

    name: str
    version: int | None = None
    label: str = ""
    signature: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError if both a version and a label are given."""
        if self.version is not None and self.label:
            raise ValueError("give either a version or a label")

    @property
    def path(self) -> str:
        """The path of REST URLs, without a verb."""
        path = f"/v1/models/{urllib.parse.quote(self.name, safe='')}"
        if self.version is not None:
            return f"{path}/versions/{self.version}"
        if self.label:
            return f"{path}/labels/{urllib.parse.quote(self.label, safe='')}"
        return path

    def fill(self, message: Any) -> None:
        """Sets the fields of a protobuf ModelSpec."""
        message.name = self.name
        if self.signature:
            message.signature_name = self.signature
        if self.version is not None:
            message.version.value = self.version
        if self.label:
            message.version_label = self.label


def check_ca_file(path: str) -> None:
    """Checks a PEM file of certificate authorities.

    Raises:
        RequestError: The file cannot be read, or has no certificate.
    """
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError as error:
        raise RequestError(f"{path}: no certificates in PEM: {error.reason or error}") from error
    except OSError as error:
        raise RequestError(f"{path}: cannot be read: {error.strerror or error}") from error
