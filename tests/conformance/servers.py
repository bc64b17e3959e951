# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The models of the suite, and a model server for them.

Example:
    with serving(tmp_path, {"half": Served("half_plus_three")}, flags=["--access_log"]) as server:
        clients.post(server, {"instances": [1.0]}, path="/v1/models/half:predict")
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from runfiles import Runfiles
from tensorflow_serving_s3.testing.model_server import ModelServer, StatusAnswer

from tests.e2e.model_configs import model_config, model_configs

_FOLDERS = (
    "tf_serving_s3/tensorflow_serving_s3/servables/tensorflow/testdata",
    "tf_serving_s3/tests/conformance",
)


@dataclasses.dataclass(frozen=True)
class Served:
    """A model in the configuration.

    Attributes:
        models: The SavedModels of its versions 1, 2, ...
        labels: The versions that its labels point at.
    """

    models: tuple[str, ...]
    labels: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def __init__(self, *models: str, labels: Mapping[str, int] | None = None) -> None:
        """Sets the SavedModels, the oldest version first."""
        object.__setattr__(self, "models", models)
        object.__setattr__(self, "labels", labels or {})


# What most tests ask.
ALL = {
    "half": Served("half_plus_three"),
    "two": Served("half_plus_three", "steps", labels={"stable": 1, "canary": 2}),
    "identity": Served("identity"),
    "many": Served("many_types"),
    "examples": Served("tf_examples", labels={"stable": 1}),
    "native": Served("native_tf_examples"),
}


def saved_model(name: str) -> Path:
    """Returns the folder of a SavedModel in the runfiles of Bazel."""
    known = Runfiles.Create()
    assert known is not None, "the suite runs under Bazel"
    for folder in _FOLDERS:
        located = known.Rlocation(f"{folder}/{name}/saved_model.pb")
        if located is not None and os.path.exists(located):
            return Path(located).parent
    raise FileNotFoundError(f"no SavedModel {name} in {', '.join(_FOLDERS)}")


def config_of(folder: Path, served: Mapping[str, Served]) -> str:
    """Publishes models to a folder and returns the ModelServerConfig as text."""
    entries = []
    for name, entry in served.items():
        for version, model in enumerate(entry.models, start=1):
            shutil.copytree(
                saved_model(model), folder / name / str(version), copy_function=shutil.copyfile
            )
        entries.append(
            model_config(name, str(folder / name), versions="all {}", labels=entry.labels)
        )
    return model_configs(*entries)


@contextlib.contextmanager
def serving(
    folder: Path,
    served: Mapping[str, Served],
    *,
    flags: Sequence[str] = (),
    tls: ssl.SSLContext | None = None,
) -> Iterator[ModelServer]:
    """Runs a server until all versions of all models are available.

    Args:
        folder: An empty folder for the models and their configuration.
        served: The models by name; URLs without a name are about the first of them.
        flags: More flags of the server.
        tls: How to speak to its REST port if that speaks TLS.
    """
    config = folder / "models.config"
    config.write_text(config_of(folder, served))
    names = list(served)
    all_flags = ["--allow_version_labels_for_unavailable_models", *flags]
    with _TlsModelServer(config, names[0], all_flags, tls) as server:
        try:
            for name in names:
                server.model_name = name
                for version in range(1, len(served[name].models) + 1):
                    server.wait_until_available(version)
            server.model_name = names[0]
            yield server
        finally:
            # Which pytest shows when the test fails.
            print("The server:", *server.log_tail(50), sep="\n  ")


def resident_mebibytes(server: ModelServer, *, peak: bool = False) -> float:
    """Returns the resident memory of a server, or its peak, in MiB."""
    field = "VmHWM:" if peak else "VmRSS:"
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


@dataclasses.dataclass(frozen=True)
class Certificate:
    """The PEM files of a key and its certificate."""

    key: Path
    certificate: Path


def make_certificate(folder: Path, name: str, *, issuer: Certificate | None = None) -> Certificate:
    """Creates a key and a certificate for 127.0.0.1 and localhost, valid for a day.

    Args:
        folder: The folder for both files.
        name: The name in the certificate, and of the files.
        issuer: Who signs; it signs itself when None.
    """
    made = Certificate(folder / f"{name}.key", folder / f"{name}.pem")
    signer: list[str | Path] = ["-addext", "basicConstraints=critical,CA:TRUE"]
    if issuer is not None:
        signer = ["-CA", issuer.certificate, "-CAkey", issuer.key]
    names: list[str | Path] = [
        "-subj",
        f"/CN={name}",
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
    ]
    algorithm: list[str | Path] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    files: list[str | Path] = ["-keyout", made.key, "-out", made.certificate]
    subprocess.run(
        ["openssl", "req", "-x509", "-days", "1", *algorithm, *names, *signer, *files],
        check=True,
        capture_output=True,
    )
    return made


def write_ssl_config(
    folder: Path, server: Certificate, authority: Certificate, *, verify: bool
) -> Path:
    """Writes the value of --ssl_config_file to a folder.

    Args:
        folder: The folder.
        server: The identity of the server.
        authority: The issuer of the certificates of clients.
        verify: Whether each client must show a certificate.
    """
    pem = {
        "server_key": server.key.read_text(),
        "server_cert": server.certificate.read_text(),
        "custom_ca": authority.certificate.read_text(),
    }
    lines = [f"{field}: {json.dumps(text)}" for field, text in pem.items()]
    config = folder / "ssl.config"
    config.write_text("\n".join([*lines, f"client_verify: {str(verify).lower()}"]))
    return config


class _TlsModelServer(ModelServer):
    """A model server whose REST port may use TLS."""

    def __init__(
        self, config: Path, model_name: str, flags: Sequence[str], tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(model_config_file=config, model_name=model_name, flags=flags)
        self._tls = tls

    def status(self, version: int | None = None, *, model_name: str = "") -> StatusAnswer:
        if self._tls is None:
            return super().status(version, model_name=model_name)
        path = f"/v1/models/{model_name or self.model_name}"
        if version is not None:
            path += f"/versions/{version}"
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.rest_port, timeout=5.0, context=self._tls
        )
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return StatusAnswer(response.status, json.loads(response.read()))
