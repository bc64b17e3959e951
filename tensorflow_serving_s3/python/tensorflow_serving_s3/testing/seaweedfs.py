# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs SeaweedFS, an S3 server, for a test or a demonstration.

Example:
    with SeaweedFS(buckets=["models"]) as storage:
        storage.client().list_objects_v2(Bucket="models")
        subprocess.run([...], env=storage.env())
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from tensorflow_serving_s3._process import ChildProcess, interrupts_deferred
from tensorflow_serving_s3._programs import WEED, find_program
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing._s3_server import POLL_SECONDS, START_SECONDS, S3Server

_STOP_SECONDS = 0.5  # Its data is deleted, so it may be killed after that.
_UNKNOWN_CREDENTIALS = ("InvalidAccessKeyId", "SignatureDoesNotMatch")
# The worker of the admin component computes the gRPC port from the HTTP port with this offset.
_ADMIN_GRPC_OFFSET = 10_000
# The folder of the sockets of the gRPC ports. SeaweedFS does not remove them when it is killed.
_SOCKET_FOLDER = Path("/tmp")


class SeaweedFS(S3Server):
    """An S3 server on free ports of 127.0.0.1. Its data is in a temporary folder."""

    def __init__(
        self,
        *,
        buckets: Sequence[str] = ("models",),
        binary: Path | None = None,
    ) -> None:
        """Creates a server; `start` or a `with` block runs it.

        Args:
            buckets: The buckets that exist from the start.
            binary: The `weed` program; None: the one in the runfiles of Bazel or on the PATH.
        """
        super().__init__(buckets)
        self._binary = binary
        self._folder: Path | None = None
        self._grpc_ports: dict[str, int] = {}
        self._master = ""

    @property
    def process_id(self) -> int:
        """The process ID of the running server.

        Raises:
            RuntimeError: The server is not running.
        """
        return self._running().pid

    def stop(self) -> None:
        """Stops the server and deletes its data. Does nothing if it is not running."""
        try:
            if self._process is not None:
                self._process.stop(grace_seconds=_STOP_SECONDS)
        finally:
            self._process = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
            for component, port in self._grpc_ports.items():
                socket = f"seaweedfs-{component}-grpc-{port}.sock"
                (_SOCKET_FOLDER / socket).unlink(missing_ok=True)

    def add_user(
        self,
        name: str,
        *,
        access_key: str,
        secret_key: str,
        bucket: str,
        actions: Sequence[str] = ("Read", "List"),
    ) -> None:
        """Adds a user with limited rights, or changes the secret and the rights of an access key.

        Args:
            name: The name of the user.
            access_key: The access key ID.
            secret_key: The secret access key.
            bucket: The bucket of the rights.
            actions: The rights as SeaweedFS names them: Read, List, Write, Tagging, Admin.

        Raises:
            ProgramError: SeaweedFS did not add the user.
        """
        self._running()
        command = (
            f"s3.configure -user {name} -access_key {access_key} -secret_key {secret_key} "
            f"-buckets {bucket} -actions {','.join(actions)} -apply\n"
        )
        binary = self._binary if self._binary is not None else find_program(WEED)
        done = subprocess.run(
            [binary, "shell", f"-master={self._master}"],
            input=command,
            env={"HOME": str(self._folder)},
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode != 0 or access_key not in done.stdout:
            raise ProgramError(
                f"SeaweedFS: user {name} was not added", tuple(done.stdout.splitlines())
            )
        self._wait_until_known(access_key, secret_key)

    def _running(self) -> ChildProcess:
        if self._process is None:
            raise RuntimeError("this SeaweedFS is not running")
        return self._process

    def _end(self) -> None:
        self.stop()

    def _start_once(self) -> None:
        binary = self._binary if self._binary is not None else find_program(WEED)
        with interrupts_deferred():
            folder = self._folder = Path(tempfile.mkdtemp(prefix="seaweedfs-"))
        (admin,) = pick_free_ports(1, companion_offset=_ADMIN_GRPC_OFFSET)
        http_ports = {"admin": admin}
        grpc_ports = self._grpc_ports = {"admin": admin + _ADMIN_GRPC_OFFSET}
        others = ("master", "volume", "filer", "s3")
        ports = set(pick_free_ports(2 * len(others) + 2)) - {admin, admin + _ADMIN_GRPC_OFFSET}
        for component in others:
            http_ports[component] = ports.pop()
            grpc_ports[component] = ports.pop()
        self._port = http_ports["s3"]
        self._master = f"127.0.0.1:{http_ports['master']}.{grpc_ports['master']}"
        with interrupts_deferred():
            self._process = ChildProcess(
                "SeaweedFS",
                [
                    binary,
                    "mini",
                    f"-dir={folder / 'data'}",
                    "-ip=127.0.0.1",
                    "-ip.bind=127.0.0.1",
                    *(f"-{component}.port={port}" for component, port in http_ports.items()),
                    *(f"-{component}.port.grpc={port}" for component, port in grpc_ports.items()),
                    # Relative, because the path of a UNIX socket has at most 107 characters.
                    "-filer.localSocket=filer.sock",
                    "-s3.localSocket=s3.sock",
                    "-s3.port.iceberg=0",
                    "-s3.port.lance=0",
                    "-s3.autoCreateBucket=false",
                    "-webdav=false",
                    "-admin.ui=false",
                    "-master.telemetry=false",
                    "-volume.preStopSeconds=0",
                ],
                env={
                    "HOME": os.fspath(folder),
                    "TMPDIR": os.fspath(folder),
                    "AWS_ACCESS_KEY_ID": self.access_key,
                    "AWS_SECRET_ACCESS_KEY": self.secret_key,
                },
                cwd=folder,
            )
        self._wait_until_ready(self._process)

    def _wait_until_known(self, access_key: str, secret_key: str) -> None:
        client = self._client_of(access_key, secret_key)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                client.list_buckets()
                return
            except ClientError as error:
                if error.response["Error"]["Code"] not in _UNKNOWN_CREDENTIALS:
                    return
                if time.monotonic() > deadline:
                    raise ProgramError(
                        f"SeaweedFS: access key {access_key} is not known after "
                        f"{START_SECONDS:g} s: {error}",
                        self.log_tail(),
                    ) from error
                time.sleep(POLL_SECONDS)
