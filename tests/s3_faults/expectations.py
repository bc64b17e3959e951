# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""What must hold of everything that is done while S3 fails."""

from __future__ import annotations

import re

from tensorflow_serving_s3.testing.fault_proxy import OTHER_REGION, TRANSIENT, Kind

from tests.s3_faults.driver import Done

BUCKET = "models"
# A request ends one and a half timeouts after the last byte that came, and before each fault there
# may have come some. The rest is for a machine that does many other things.
_MOST_TIMEOUTS = 1.5
_SPARE_SECONDS = 10.0

_BROKEN_OFF = "closed before the answer was complete"
# What the error says when nothing came for too long.
SILENCE = "no answer in time (S3_REQUEST_TIMEOUT_MSEC)"
_NO_ANSWER = re.escape(SILENCE)
# After which the same request is sent again and gets a good answer. Of those that are not
# TRANSIENT, writes meet NOT_HTTP only: an answer to a write is not asked for again.
_PASSING = (*TRANSIENT, Kind.GARBAGE, Kind.NOT_HTTP, Kind.SHORT, Kind.LONG, Kind.OTHER_RANGE)
# How an error names the fault.
_NAMED = {
    Kind.INTERNAL_ERROR: "500 InternalError",
    Kind.SLOW_DOWN: "503 SlowDown",
    Kind.FORBIDDEN: "403 AccessDenied",
    Kind.EXPIRED_TOKEN: "400 ExpiredToken",
    Kind.MOVED: f"301 PermanentRedirect.*{OTHER_REGION}",
    Kind.GARBAGE: "check that the endpoint is an S3 store",
    Kind.NOT_HTTP: "the answer is not HTTP",
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
    # The connection is silent while that is done, which may take a while.
    Kind.REPLACED: f"replaced while it was being read|{_BROKEN_OFF}|{_NO_ANSWER}",
    Kind.DELETED: f"404.*does not exist|{_BROKEN_OFF}|{_NO_ANSWER}",
}


class WrongOutcomeError(AssertionError):
    """The outcome is not as it must be."""


def what_is_wrong(url: str, kind: Kind, struck: int, done: Done, *, timeout_seconds: float) -> str:
    """Returns what is wrong with the outcome, whatever was done; empty when nothing is.

    Args:
        url: Of what it was done to.
        kind: What happened.
        struck: To how many requests.
        done: The outcome.
        timeout_seconds: How long the client lets a request be silent.
    """
    most_seconds = (_MOST_TIMEOUTS + struck) * timeout_seconds + _SPARE_SECONDS
    if done.seconds > most_seconds:
        return f"it took {done.seconds} s, more than {most_seconds}"
    if done.code == 0:
        return ""
    if struck == 0:
        return "it failed without a fault"
    if struck == 1 and kind in _PASSING:
        return "it failed for a fault that came once and passes"
    if f"{url}:" not in done.message and f"{url}/:" not in done.message:
        return f"the error does not name {url}"
    if not re.search(_NAMED.get(kind, "(?!)"), done.message):
        return "the error does not name the fault"
    return ""
