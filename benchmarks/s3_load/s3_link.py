# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A network link similar to S3: a delay of the first byte and a limited speed per connection.

Example:
    with S3Link(storage.endpoint) as link:
        use(link.endpoint)
        print(link.request_count())
"""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from runfiles import Runfiles
from tensorflow_serving_s3._process import ChildProcess
from tensorflow_serving_s3.errors import ProgramError
from tensorflow_serving_s3.testing._ports import pick_free_ports

_START_SECONDS = 30.0
# nginx pauses for whole milliseconds after each buffer. With buffers of 512 KiB the pauses are long
# enough for an exact rate.
_CONFIG = """\
load_module {root}/usr/lib/nginx/modules/ndk_http_module.so;
load_module {root}/usr/lib/nginx/modules/ngx_http_lua_module.so;
user {user};
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 1024; }}
http {{
  lua_package_path "{root}/usr/share/lua/5.1/?.lua;;";
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  log_format request "$request_method $status $body_bytes_sent";
  access_log {folder}/requests.log request;
  client_max_body_size 0;
  upstream store {{
    server {upstream};
    keepalive 64;
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      access_by_lua_block {{ ngx.sleep({first_byte_seconds:g}) }}
      limit_rate {bytes_per_second};
      proxy_pass http://store;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_buffers 8 512k;
      proxy_buffer_size 64k;
      proxy_busy_buffers_size 1m;
      proxy_max_temp_file_size 0;
    }}
  }}
}}
"""


class S3Link:
    """An nginx proxy of an S3 server on a free port of 127.0.0.1. A `with` block runs it.

    Attributes:
        endpoint: The URL for clients; empty before the start.
    """

    def __init__(
        self,
        upstream: str,
        *,
        first_byte_seconds: float = 0.030,
        bytes_per_second: int = 90_000_000,
    ) -> None:
        """Creates a link.

        Args:
            upstream: The http URL of the S3 server.
            first_byte_seconds: The delay of each request.
            bytes_per_second: The speed of one connection.
        """
        self.endpoint = ""
        self._upstream = upstream.removeprefix("http://")
        self._first_byte_seconds = first_byte_seconds
        self._bytes_per_second = bytes_per_second
        self._folder: Path | None = None
        self._process: ChildProcess | None = None

    def __enter__(self) -> Self:
        """Starts nginx.

        Raises:
            ProgramError: nginx is missing or does not start.
        """
        runfiles = Runfiles.Create()
        program = runfiles.Rlocation("nginx/usr/sbin/nginx") if runfiles else None
        if program is None or not Path(program).exists():
            raise ProgramError("nginx: not found in Bazel's runfiles; run this program with Bazel")
        root = Path(program).parents[2]
        self._folder = folder = Path(tempfile.mkdtemp(prefix="s3-link-"))
        (port,) = pick_free_ports(1)
        config = folder / "nginx.conf"
        config.write_text(
            _CONFIG.format(
                # Only root can change the user, and root in a sandbox cannot.
                user=pwd.getpwuid(os.geteuid()).pw_name,
                root=root,
                folder=folder,
                upstream=self._upstream,
                port=port,
                first_byte_seconds=self._first_byte_seconds,
                bytes_per_second=self._bytes_per_second,
            )
        )
        libraries = [root / "usr/lib/x86_64-linux-gnu", root / "lib/x86_64-linux-gnu"]
        self._process = ChildProcess(
            "nginx",
            [program, "-c", config, "-p", folder, "-e", "stderr"],
            env={"LD_LIBRARY_PATH": ":".join(map(str, libraries))},
            cwd=folder,
        )
        try:
            self._process.wait_for_line("start worker process ", timeout_seconds=_START_SECONDS)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.endpoint = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops nginx and removes its folder."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder = None

    def request_count(self) -> int:
        """Returns the number of answered requests since the start."""
        if self._folder is None:
            raise RuntimeError("this link is not open")
        with (self._folder / "requests.log").open("rb") as log:
            return sum(1 for _ in log)
