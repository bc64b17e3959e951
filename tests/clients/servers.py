# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Model servers with and without TLS, for clients of other projects.

Example:
    with serving(tmp_path, "mtls") as served:
        with open_client("grpclib", served.endpoint) as client:
            ...
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.clients.rpc import Endpoint
from tests.conformance.servers import Served, config_of, make_certificate, write_ssl_config
from tests.e2e.model_configs import model_config

# "unix" is a UNIX socket without TLS.
SECURITIES = ("plain", "tls", "mtls", "unix")
MAX_STREAMS = 20

_MODELS = {
    "half": Served("half_plus_three"),
    "identity": Served("identity"),
    "many": Served("many_types"),
}
_FLAGS = (
    "--access_log",
    "--enable_grpc_healthcheck_service",
    # Responses contain the bytes that requests contain.
    "--enable_serialization_as_tensor_content",
    # A run that does not end when its call ends would block all others.
    "--grpc_max_threads=1",
    # The model `waiting` polls and would block the operations of others.
    "--tensorflow_inter_op_parallelism=8",
    "--request_memory_mib=2048",
    # REST with TLS is tested with clients of REST.
    "--rest_api_plain_http",
)
# The compression of responses, so that each is used.
_RESPONSES = {"plain": 0, "tls": 2, "mtls": 1, "unix": 0}


@dataclasses.dataclass(frozen=True)
class ServedTo:
    """A running server and how clients reach it.

    Attributes:
        server: The server.
        endpoint: Where its gRPC port or socket is.
        folder: A folder for the files of the model `waiting`.
    """

    server: ModelServer
    endpoint: Endpoint
    folder: Path


@contextlib.contextmanager
def serving(
    folder: Path, security: str, *, arguments: Sequence[str] = (), flags: Sequence[str] = ()
) -> Iterator[ServedTo]:
    """Runs a server with the models half, identity, many and waiting until they are available.

    Args:
        folder: An empty folder.
        security: One of SECURITIES.
        arguments: More channel arguments, such as "grpc.max_connection_age_ms=1000".
        flags: More flags.
    """
    config = folder / "models.config"
    text = config_of(folder, _MODELS)
    saved_models.save_waiting(folder / "waiting" / "1")
    entry = model_config("waiting", str(folder / "waiting"))
    config.write_text(f"{text.rstrip().removesuffix('}')}{entry}}}\n")
    all_arguments = [
        f"grpc.max_concurrent_streams={MAX_STREAMS}",
        f"grpc.default_compression_algorithm={_RESPONSES[security]}",
        *arguments,
    ]
    with tempfile.TemporaryDirectory(prefix="s-") as sockets:  # A path of a socket is short.
        socket = f"{sockets}/grpc"
        all_flags = [
            *_FLAGS,
            f"--grpc_socket_path={socket}",
            f"--grpc_channel_arguments={','.join(all_arguments)}",
            *flags,
        ]
        identities = Endpoint("")
        if security in ("tls", "mtls"):
            ssl_config, identities = make_tls(folder, verify=security == "mtls")
            all_flags.append(f"--ssl_config_file={ssl_config}")
        with ModelServer(model_config_file=config, model_name="half", flags=all_flags) as server:
            try:
                for name in (*_MODELS, "waiting"):
                    server.wait_until_available(model_name=name)
                address = f"unix:{socket}" if security == "unix" else server.grpc_address
                yield ServedTo(
                    server, dataclasses.replace(identities, address=address), _waiting(folder)
                )
            finally:
                # pytest prints this if the test fails.
                print("The server:", *server.log_tail(50), sep="\n  ")


def make_tls(folder: Path, *, verify: bool) -> tuple[Path, Endpoint]:
    """Makes certificates and an SSLConfig. Returns its file, and the identities of a client."""
    authority = make_certificate(folder, "authority")
    server = make_certificate(folder, "server", issuer=authority)
    client = make_certificate(folder, "client", issuer=authority)
    config = write_ssl_config(folder, server, authority, verify=verify)
    if not verify:
        return config, Endpoint("", ca=authority.certificate)
    return config, Endpoint(
        "", ca=authority.certificate, key=client.key, certificate=client.certificate
    )


def _waiting(folder: Path) -> Path:
    files = folder / "files"
    files.mkdir()
    return files
