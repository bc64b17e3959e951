# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""SeaweedFS, a real S3 server, for as long as a test or a demonstration needs one.

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
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tensorflow_serving_s3._process import ChildProcess, interrupts_deferred
from tensorflow_serving_s3._programs import WEED, find_program
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing._server import Server

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_START_SECONDS = 30.0
_STOP_SECONDS = 0.5  # Its data is thrown away, so nothing is lost by a kill after that.
_POLL_SECONDS = 0.05
_REGION = "us-east-1"
_UNKNOWN_CREDENTIALS = ("InvalidAccessKeyId", "SignatureDoesNotMatch")
# The gRPC port of the admin component: its own worker takes it to be this far from the HTTP port.
_ADMIN_GRPC_OFFSET = 10_000
# Where SeaweedFS puts the sockets of its gRPC ports, and when killed leaves them.
_SOCKET_FOLDER = Path("/tmp")


class SeaweedFS(Server):
    """One S3 server on free ports of 127.0.0.1; its data lives in a temporary folder.

    It is ready when it has stored and deleted an object.

    Attributes:
        access_key: The access key id of the user who may do everything.
        secret_key: That user's secret access key.
        region: The region to sign for.
    """

    access_key = "tf-serving-s3"
    secret_key = "only-for-this-computer"
    region = _REGION

    def __init__(
        self,
        *,
        buckets: Sequence[str] = ("models",),
        binary: Path | None = None,
    ) -> None:
        """Prepares a server; `start` or a `with` block runs it.

        Args:
            buckets: The buckets that exist from the start.
            binary: The `weed` program; by default the one in Bazel's runfiles or on the PATH.
        """
        super().__init__()
        self._buckets = tuple(buckets)
        self._binary = binary
        self._folder: Path | None = None
        self._port = 0
        self._grpc_ports: dict[str, int] = {}
        self._master = ""

    @property
    def port(self) -> int:
        """The port that speaks S3; 0 before the start."""
        return self._port

    @property
    def process_id(self) -> int:
        """The id of the running server process.

        Raises:
            RuntimeError: It is not running.
        """
        return self._running().pid

    @property
    def endpoint(self) -> str:
        """The URL for clients, as in AWS_ENDPOINT_URL_S3."""
        return f"http://127.0.0.1:{self._port}"

    def env(self) -> dict[str, str]:
        """Returns the environment variables that lead an AWS client, or the model server, here."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,  # The only one of the two that boto3 reads.
            "AWS_ENDPOINT_URL_S3": self.endpoint,
        }

    def client(self) -> S3Client:
        """Returns a new boto3 client of the user who may do everything."""
        return self._client_of(self.access_key, self.secret_key)

    def stop(self) -> None:
        """Stops the server and deletes its data; does nothing when it is not running."""
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
        """Adds a user who may do only some things, or changes an access key's secret and rights.

        Args:
            name: The user's name.
            access_key: The access key id.
            secret_key: The secret access key.
            bucket: The bucket that the rights are for.
            actions: What is allowed there, in SeaweedFS's words: Read, List, Write, Tagging, Admin.

        Raises:
            ProgramError: SeaweedFS refused.
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
            timeout=_START_SECONDS,
            check=False,
        )
        if done.returncode != 0 or access_key not in done.stdout:
            raise ProgramError(
                f"SeaweedFS: user {name} was not added", tuple(done.stdout.splitlines())
            )
        self._wait_until_known(access_key, secret_key)

    def _client_of(self, access_key: str, secret_key: str) -> S3Client:
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            region_name=self.region,
            config=Config(
                connect_timeout=2,
                read_timeout=30,
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
                proxies={},
            ),
        )

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
                    # Relative, for the path of a UNIX socket may have some hundred characters only.
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
        deadline = time.monotonic() + _START_SECONDS
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
                        f"{_START_SECONDS:g} s: {error}",
                        self.log_tail(),
                    ) from error
                time.sleep(_POLL_SECONDS)

    def _wait_until_ready(self, process: ChildProcess) -> None:
        client = self.client()
        missing = list(self._buckets)
        deadline = time.monotonic() + _START_SECONDS
        probe = "readiness-probe"
        while True:
            try:
                while missing:
                    client.create_bucket(Bucket=missing[-1])
                    missing.pop()
                if self._buckets:
                    client.put_object(Bucket=self._buckets[0], Key=probe, Body=b"ready")
                    client.delete_object(Bucket=self._buckets[0], Key=probe)
                else:
                    client.list_buckets()
                return
            except (BotoCoreError, ClientError) as error:
                if process.exit_code is not None:
                    process.stop()  # All of its output is then collected.
                    raise ProgramError(
                        f"SeaweedFS ended at its start with exit code {process.exit_code}",
                        process.tail(),
                    ) from error
                if time.monotonic() > deadline:
                    raise ProgramError(
                        f"SeaweedFS was not ready after {_START_SECONDS:g} s: {error}",
                        process.tail(),
                    ) from error
                time.sleep(_POLL_SECONDS)
