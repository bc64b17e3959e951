# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the result of an operation during faults of S3."""

from __future__ import annotations

import re

from tests.s3_faults.driver import Done
from tests.support.fault_proxy import OTHER_REGION, TRANSIENT, Kind

BUCKET = "models"
# A request ends 1.5 timeouts after its last received byte. Each fault may come after some bytes.
# The spare seconds are for a busy machine.
_MOST_TIMEOUTS = 1.5
_SPARE_SECONDS = 10.0

_BROKEN_OFF = "closed before the response was complete"
# The error after a timeout.
SILENCE = "no response in time (S3_REQUEST_TIMEOUT_MSEC)"
_NO_ANSWER = re.escape(SILENCE)
# The faults after which the client retries successfully. Of the faults that are not TRANSIENT,
# writes get only NOT_HTTP.
_TEMPORARY = (*TRANSIENT, Kind.GARBAGE, Kind.NOT_HTTP, Kind.SHORT, Kind.LONG, Kind.OTHER_RANGE)
# The text in the error for each fault.
_NAMED = {
    Kind.INTERNAL_ERROR: "500 InternalError",
    Kind.SLOW_DOWN: "503 SlowDown",
    Kind.FORBIDDEN: "403 AccessDenied",
    Kind.EXPIRED_TOKEN: "400 ExpiredToken",
    Kind.MOVED: f"301 PermanentRedirect.*{OTHER_REGION}",
    Kind.GARBAGE: "check that the endpoint is an S3 store",
    Kind.NOT_HTTP: "the response is not HTTP",
    Kind.REFUSED: f"connection refused|{_BROKEN_OFF}",
    Kind.RESET: _BROKEN_OFF,
    Kind.STALL_HEAD: _NO_ANSWER,
    Kind.STALL_BODY: f"{_NO_ANSWER}|{_BROKEN_OFF}",
    Kind.TRUNCATED: _BROKEN_OFF,
    Kind.SHORT: f"{_BROKEN_OFF}|check that the endpoint is an S3 store",
    Kind.LONG: "more bytes than",
    Kind.CORRUPTED: "checksum",
    Kind.OTHER_RANGE: "another range than the requested one",
    Kind.TRICKLE: f"{_NO_ANSWER}|{_BROKEN_OFF}",
    # The connection is silent during the replacement.
    Kind.REPLACED: f"replaced while it was being read|{_BROKEN_OFF}|{_NO_ANSWER}",
    Kind.DELETED: f"404.*does not exist|{_BROKEN_OFF}|{_NO_ANSWER}",
}


class WrongOutcomeError(AssertionError):
    """The result of an operation is wrong."""


def find_error(url: str, kind: Kind, struck: int, done: Done, *, timeout_seconds: float) -> str:
    """Returns the error in the result of an operation, or "".

    Args:
        url: The URL of the operation.
        kind: The fault.
        struck: The number of requests with the fault.
        done: The result.
        timeout_seconds: The request timeout of the client.
    """
    max_seconds = (_MOST_TIMEOUTS + struck) * timeout_seconds + _SPARE_SECONDS
    if done.seconds > max_seconds:
        return f"it took {done.seconds} s, more than {max_seconds}"
    if done.code == 0:
        return ""
    if struck == 0:
        return "it failed without a fault"
    if struck == 1 and kind in _TEMPORARY:
        return "it failed after one temporary fault"
    if f"{url}:" not in done.message and f"{url}/:" not in done.message:
        return f"the error does not name {url}"
    if not re.search(_NAMED.get(kind, "(?!)"), done.message):
        return "the error does not name the fault"
    return ""
