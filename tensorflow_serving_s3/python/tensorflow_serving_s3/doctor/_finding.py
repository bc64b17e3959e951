# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The result of one check."""

from __future__ import annotations

import dataclasses
import enum


class Verdict(enum.Enum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclasses.dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        check: What was checked: `endpoint`, `region`, `credentials`, `connection`, `clock`,
            `bucket`, `objects`, `versions` or `write`.
        verdict: How it ended.
        message: What was found.
        cure: What to do; "" if nothing.
        code: A short name of the fault, such as `wrong-secret`; "" without a fault.
    """

    check: str
    verdict: Verdict
    message: str
    cure: str = ""
    code: str = ""


def passed(check: str, message: str) -> Finding:
    """Returns the finding of a check without a fault."""
    return Finding(check, Verdict.OK, message)


def failed(check: str, code: str, message: str, cure: str) -> Finding:
    """Returns the finding of a failed check."""
    return Finding(check, Verdict.FAILED, message, cure, code)


def warned(check: str, code: str, message: str, cure: str) -> Finding:
    """Returns the finding of a fault that does not prevent the access."""
    return Finding(check, Verdict.WARNING, message, cure, code)


def skipped(check: str, reason: str) -> Finding:
    """Returns the finding of a check that was not possible."""
    return Finding(check, Verdict.SKIPPED, reason)
