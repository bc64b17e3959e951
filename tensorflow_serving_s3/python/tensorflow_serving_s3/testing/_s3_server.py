# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The base class of the S3 servers: an address, a user and buckets."""

from __future__ import annotations

import abc
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing._server import Server

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

START_SECONDS = 30.0
POLL_SECONDS = 0.05


class S3Server(Server, abc.ABC):
    """An S3 server on a port of 127.0.0.1.

    It is ready when it has stored and deleted an object.

    Attributes:
        access_key: The access key ID of a user with all rights.
        secret_key: The secret access key of that user.
        region: The region for signatures.
    """

    access_key = "tf-serving-s3"
    secret_key = "only-for-this-computer"
    region = "us-east-1"

    def __init__(self, buckets: Sequence[str]) -> None:
        super().__init__()
        self._buckets = tuple(buckets)
        self._port = 0

    @property
    def port(self) -> int:
        """The port of the S3 API; 0 before the start."""
        return self._port

    @property
    def endpoint(self) -> str:
        """The URL for clients, as in AWS_ENDPOINT_URL_S3."""
        return f"http://127.0.0.1:{self._port}"

    def env(self) -> dict[str, str]:
        """Returns environment variables with which an AWS client uses this server."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,  # boto3 reads only this one.
            "AWS_ENDPOINT_URL_S3": self.endpoint,
        }

    def client(self) -> S3Client:
        """Returns a new boto3 client of the user with all rights."""
        return self._client_of(self.access_key, self.secret_key)

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

    def _wait_until_ready(self, process: ChildProcess) -> None:
        """Creates the buckets and blocks until the server has stored an object.

        Raises:
            ProgramError: The server ended, or was not ready in time.
        """
        client = self.client()
        missing = list(self._buckets)
        deadline = time.monotonic() + START_SECONDS
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
                    process.stop()  # Collects all of its output.
                    raise ProgramError(
                        f"{process.name} ended during its start with exit code {process.exit_code}",
                        process.tail(),
                    ) from error
                if time.monotonic() > deadline:
                    raise ProgramError(
                        f"{process.name} was not ready after {START_SECONDS:g} s: {error}",
                        process.tail(),
                    ) from error
                time.sleep(POLL_SECONDS)
