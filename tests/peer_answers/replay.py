# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sends the recorded requests to a running server and compares the answers with the recorded ones.

The server must serve the models.config of make_models.py. Each difference is one line: id, about,
expected, got. The last line is "N passed, M failed"; the exit status is 1 if any failed. A case in
the file of --allow may have a status that is listed there.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import http.client
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc

from tests.peer_answers.answers import (
    Answer,
    Case,
    body_of,
    equal,
    read_allowed,
    read_cases,
    readable,
    recorded,
    status_of,
)

_TIMEOUT_SECONDS = 60
# The maximum length of an answer in a report.
_LONGEST = 200


def differences(
    rest: str, grpc_address: str, cases: Iterable[Case], allowed: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Sends all cases and returns a line for each answer that is neither equal nor allowed.

    Args:
        rest: HOST:PORT of REST.
        grpc_address: HOST:PORT of gRPC.
        cases: The cases, in order.
        allowed: The other statuses that an answer may have, by case ID.
    """
    options = [("grpc.max_receive_message_length", 1 << 28)]
    with grpc.insecure_channel(grpc_address, options=options) as channel:
        for case in cases:
            got = _ask(rest, channel, case)
            if equal(case, got) or status_of(got) in allowed.get(case["id"], ()):
                continue
            yield " | ".join(
                (
                    case["id"],
                    case["about"][:_LONGEST],
                    "expected " + readable(case, case["peer"])[:_LONGEST],
                    "got " + readable(case, got)[:_LONGEST],
                )
            )


def _ask(rest: str, channel: Any, case: Case) -> Answer:
    """Returns the answer in the format of "peer" in a case, or {"failure": ...}."""
    try:
        return _ask_rest(rest, case) if case["api"] == "rest" else _ask_grpc(channel, case)
    except (OSError, http.client.HTTPException) as error:
        return {"failure": repr(error)}


def _ask_rest(address: str, case: Case) -> Answer:
    with contextlib.closing(
        http.client.HTTPConnection(address, timeout=_TIMEOUT_SECONDS)
    ) as connection:
        headers = case.get("headers") or {}
        connection.request(case["method"], case["path"], body_of(case.get("body")), headers)
        response = connection.getresponse()
        return {"status": response.status, "body": recorded(response.read())}


def _ask_grpc(channel: Any, case: Case) -> Answer:
    call = channel.unary_unary(case["method"])
    try:
        response = call(base64.b64decode(case["request_b64"]), timeout=_TIMEOUT_SECONDS)
    except grpc.RpcError as error:
        return {"code": error.code().name, "message": error.details() or ""}
    return {"code": "OK", "message": "", "response_b64": base64.b64encode(response).decode()}


def main() -> int:
    """Runs the command line and returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rest", required=True, metavar="HOST:PORT")
    parser.add_argument("--grpc", required=True, metavar="HOST:PORT")
    parser.add_argument(
        "--allow", type=Path, metavar="FILE", help="lines of an id and the statuses allowed for it"
    )
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="replay the cases whose id contains TEXT"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    args = parser.parse_args()
    allowed = read_allowed(args.allow) if args.allow else {}
    cases = [case for path in args.files for case in read_cases(path) if args.only in case["id"]]
    failed = 0
    for line in differences(args.rest, args.grpc, cases, allowed):
        failed += 1
        print(line, flush=True)
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
