# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Servers that answer each request with the same bytes: how fast a server could be at most.

nginx answers REST requests from its memory, nghttpd answers gRPC calls with a file.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import tempfile
import time
from pathlib import Path

from runfiles import Runfiles
from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing._server import Server

_START_SECONDS = 30.0
_POLL_SECONDS = 0.02
_NGINX_CONFIG = """\
user {user};
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 1024; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  access_log off;
  client_max_body_size 0;
  client_body_buffer_size 8m;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      default_type application/json;
      return 200 '{answer}';
    }}
  }}
}}
"""


class Bound(Server):
    """A server that answers each request of one protocol with the same bytes.

    Attributes:
        port: The port; 0 before the start.
    """

    def __init__(self, answer: bytes) -> None:
        """Creates a server; a `with` block runs it.

        Args:
            answer: The body of each response.
        """
        super().__init__()
        self.port = 0
        self._answer = answer
        self._folder: Path | None = None

    @property
    def pid(self) -> int:
        """The process ID of the running program."""
        if self._process is None:
            raise RuntimeError("this server was not started")
        return self._process.pid

    def _end(self) -> None:
        if self._process is not None:
            self._process.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            if self._process is None or self._process.exit_code is not None:
                raise ProgramError(f"the program at port {self.port} ended", self.log_tail())
            if time.monotonic() > deadline:
                raise ProgramError(f"port {self.port} does not open", self.log_tail())
            time.sleep(_POLL_SECONDS)

    def _make_folder(self) -> Path:
        self._folder = Path(tempfile.mkdtemp(prefix="serving-bound-"))
        return self._folder


class Nginx(Bound):
    """nginx with one worker process; it reads the body of the request and drops it."""

    def _start_once(self) -> None:
        program, root = _find("nginx/usr/sbin/nginx")
        folder = self._make_folder()
        (self.port,) = pick_free_ports(1)
        config = folder / "nginx.conf"
        config.write_text(
            _NGINX_CONFIG.format(
                # Only root can change the user, and root in a sandbox cannot.
                user=pwd.getpwuid(os.geteuid()).pw_name,
                folder=folder,
                port=self.port,
                answer=self._answer.decode().replace("'", "\\'"),
            )
        )
        self._process = ChildProcess(
            "nginx",
            [program, "-c", config, "-p", folder, "-e", "stderr"],
            env=_libraries(root),
            cwd=folder,
        )
        self._wait_until_open()


class Nghttpd(Bound):
    """nghttpd with one thread; it reads the request and drops it."""

    def __init__(self, answer: bytes, path: str) -> None:
        """Creates a server; a `with` block runs it.

        Args:
            answer: The body of each response.
            path: The path of the requests, such as "/package.Service/Method".
        """
        super().__init__(answer)
        self._path = path

    def _start_once(self) -> None:
        program, root = _find("nghttpd/usr/sbin/nghttpd")
        folder = self._make_folder()
        file = folder / self._path.lstrip("/")
        file.parent.mkdir(parents=True)
        file.write_bytes(self._answer)
        (self.port,) = pick_free_ports(1)
        # The windows are as large as those of the load generator.
        windows = ["--window-bits=24", "--connection-window-bits=24"]
        options = ["--no-tls", "--workers=1", "--address=127.0.0.1", f"--htdocs={folder}", *windows]
        self._process = ChildProcess(
            "nghttpd", [program, *options, str(self.port)], env=_libraries(root), cwd=folder
        )
        self._wait_until_open()


def _find(path: str) -> tuple[Path, Path]:
    """Returns a program in the runfiles, and the root of its unpacked packages."""
    runfiles = Runfiles.Create()
    program = runfiles.Rlocation(path) if runfiles else None
    if program is None or not Path(program).exists():
        raise ProgramError(f"{path}: not found in Bazel's runfiles; run this program with Bazel")
    return Path(program), Path(program).parents[2]


def _libraries(root: Path) -> dict[str, str]:
    folders = [root / "usr/lib/x86_64-linux-gnu", root / "lib/x86_64-linux-gnu"]
    return {"LD_LIBRARY_PATH": ":".join(map(str, folders))}
