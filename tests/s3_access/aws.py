# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""AWS on this computer: moto's S3, STS, IAM and instance metadata, with AWS's host names.

`Aws` runs moto, which checks signatures and policies. `Front` is a server in front of it: it has a
TLS certificate for any host name, buckets in regions, and services that moto does not have. Clients
connect to it through a `ConnectProxy`, by HTTPS_PROXY.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import boto3
import requests
from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

from tests.support.local_server import LocalServer

ACCOUNT = "123456789012"
BUCKET = "models"
_EVERYONE_MAY_ASSUME = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)


@dataclass(frozen=True)
class Keys:
    """Credentials.

    Attributes:
        token: The session token, or "".
        expiration: When they expire.
    """

    access_key: str
    secret_key: str
    token: str = ""
    expiration: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(hours=1))

    def env(self) -> dict[str, str]:
        """Returns the environment variables of AWS's clients."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": self.token,
        }

    def json(self) -> str:
        """Returns the format of container agents and credential processes."""
        names = {
            "Version": 1,
            "AccessKeyId": self.access_key,
            "SecretAccessKey": self.secret_key,
            "Token": self.token,
            "SessionToken": self.token,
            "Expiration": self.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return json.dumps(names)


class Aws:
    """moto with the bucket "models", the object `half/1/saved_model.pb`, roles and users.

    Attributes:
        role_arn: The role that may read the bucket.
        powerless_arn: A role that may not read it.
        user: The keys of a user that may only assume roles.
        reader: The keys of a user that may read the bucket.
        writer: The keys of a user that may use all of S3.
    """

    def __enter__(self) -> Self:
        """Starts the server."""
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        self._check_signatures(False)
        admin = self._client("s3", Keys("admin", "admin"))
        admin.create_bucket(Bucket=BUCKET)
        admin.put_object(Bucket=BUCKET, Key="half/1/saved_model.pb", Body=b"graph")
        iam = self._client("iam", Keys("admin", "admin"))
        self.role_arn = self._new_role(iam, "reader", ["s3:GetObject", "s3:ListBucket"])
        self.powerless_arn = self._new_role(iam, "powerless", ["s3:ListAllMyBuckets"])
        self.user = self._new_user(iam, "caller", ["sts:AssumeRole"])
        self.reader = self._new_user(iam, "reader", ["s3:GetObject", "s3:ListBucket"])
        self.writer = self._new_user(iam, "writer", ["s3:*"])
        self._check_signatures(True)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops the server."""
        self._check_signatures(False)
        self._server.stop()

    @property
    def port(self) -> int:
        """The port of all services, on 127.0.0.1."""
        return self._server.get_host_and_port()[1]

    @property
    def url(self) -> str:
        """The endpoint of all services."""
        return f"http://127.0.0.1:{self.port}"

    def assume(self, role_arn: str) -> Keys:
        """Returns credentials of a role that STS issues to the user."""
        answer = self._client("sts", self.user).assume_role(
            RoleArn=role_arn, RoleSessionName="test"
        )["Credentials"]
        return Keys(
            answer["AccessKeyId"],
            answer["SecretAccessKey"],
            answer["SessionToken"],
            answer["Expiration"],
        )

    def accept(self, role_arn: str, keys: Keys) -> None:
        """Makes `keys`, from the instance metadata, the keys of a session of the role."""
        self.assume(role_arn)
        session = sts_backends[ACCOUNT]["aws"].assumed_roles[-1]
        session.access_key_id = keys.access_key
        session.secret_access_key = keys.secret_key
        session.session_token = keys.token
        session.access_key.access_key_id = keys.access_key
        session.access_key.secret_access_key = keys.secret_key

    def admit_unsigned(self, seen: Seen) -> Reply | None:
        """Lets moto accept an unsigned request; moto rejects even web identities."""
        if "authorization" not in seen.headers:
            self._set_unchecked_actions("1")
        return None

    def _check_signatures(self, check: bool) -> None:
        self._set_unchecked_actions("0" if check else "inf")

    def _set_unchecked_actions(self, number: str) -> None:
        requests.post(f"{self.url}/moto-api/reset-auth", data=number, timeout=10)

    def _client(self, service: str, keys: Keys) -> Any:
        return boto3.session.Session().client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )

    def _new_role(self, iam: Any, name: str, actions: list[str]) -> str:
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_EVERYONE_MAY_ASSUME)
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=_policy(actions))
        return str(role["Role"]["Arn"])

    def _new_user(self, iam: Any, name: str, actions: list[str]) -> Keys:
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=_policy(actions))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def _policy(actions: list[str]) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True)
class Seen:
    """A request to a front.

    Attributes:
        scope: The region and the service of its signature, "us-east-1/s3"; "" if unsigned.
    """

    method: str
    host: str
    path: str
    scope: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """A response of the front itself."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def _answer_of(
    port: int, request: BaseHTTPRequestHandler, body: bytes
) -> tuple[int, dict[str, str], bytes, str | None]:
    """Forwards a request to `port`; returns status, headers, body and Content-Length."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    headers = {
        name: value
        for name, value in answer.getheaders()
        if name.lower() not in ("connection", "transfer-encoding", "content-length")
    }
    text = answer.read()
    connection.close()
    return answer.status, headers, text, answer.getheader("Content-Length")


class Front(LocalServer):
    """A web server that records its requests and forwards them to moto.

    Args:
        backend_port: The port of moto; unused if `answer` handles all requests.
        answer: Called with each request; returns the response, or None to forward the request.
        tls: The TLS settings; None for plain http.

    Attributes:
        seen: All requests so far.
        connections: The number of connections so far.
    """

    def __init__(
        self,
        backend_port: int,
        answer: Callable[[Seen], Reply | None] = lambda _: None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        front = self
        counting = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                """Prints nothing."""

            def handle(self) -> None:
                with counting:
                    front.connections += 1
                # The client may disconnect, or reject the certificate.
                with contextlib.suppress(OSError):
                    super().handle()

            def do_any(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                scope = re.search(r"/(\d{8})/([^/]+/[^/]+)/aws4", headers.get("authorization", ""))
                seen = Seen(
                    self.command,
                    headers.get("host", ""),
                    self.path,
                    scope[2] if scope else "",
                    headers,
                )
                front.seen.append(seen)
                reply = answer(seen)
                if reply is None:
                    self._forward(body)
                else:
                    self._send(reply.status, reply.headers, reply.body.encode())

            def _forward(self, body: bytes) -> None:
                self._send(*_answer_of(backend_port, self, body))

            def _send(
                self, status: int, headers: dict[str, str], body: bytes, length: str | None = None
            ) -> None:
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", length or str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_any

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            # The thread of the connection runs the handshake.
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        super().__init__(server)
