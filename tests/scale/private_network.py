# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs pytest in a network namespace of its own.

Any address and port is free there, and the kernel removes the network with its last process. Where
the kernel permits no namespaces, pytest runs in the network of the machine: the variable
TFS3_NO_NAMESPACES then says why.
"""

import os
import subprocess
import sys

from build_defs import pytest_main
from tests.scale.network import enable_loopback

_ENTERED = "TFS3_PRIVATE_NETWORK"
# A user namespace gives the rights to make networks to every user.
_UNSHARE = ("unshare", "--user", "--map-root-user", "--net")
# Network namespaces, and processes that enter them, as the tests use them.
_PROBE = (*_UNSHARE, "unshare", "--net", "nsenter", "--net=/proc/self/ns/net", "true")


def main() -> int:
    """Runs pytest with the arguments of this process, and returns its exit code."""
    if _ENTERED in os.environ:
        enable_loopback()
    else:
        reason = _why_impossible()
        if not reason:
            os.environ[_ENTERED] = "1"
            os.execvp(_UNSHARE[0], [*_UNSHARE, sys.executable, *sys.argv])
        print(f"private_network: no network namespaces: {reason}", file=sys.stderr, flush=True)
        os.environ["TFS3_NO_NAMESPACES"] = reason
    return pytest_main.main()


def _why_impossible() -> str:
    try:
        done = subprocess.run(_PROBE, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return done.stderr.strip() or "unshare failed" if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
