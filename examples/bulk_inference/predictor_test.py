# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests which errors are tried again."""

from __future__ import annotations

from typing import Any

import pytest
from tensorflow_serving_s3.errors import RequestError

from examples.bulk_inference.predictor import with_retries


class _Server:
    """Answers with errors first."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)

    def predict(self) -> dict[str, Any]:
        if self.codes:
            code = self.codes.pop(0)
            raise RequestError(code, code)
        return {"y": 1}


def test_a_server_that_cannot_answer_now_is_asked_again_after_longer_pauses() -> None:
    pauses: list[float] = []
    server = _Server("UNAVAILABLE", "RESOURCE_EXHAUSTED", "UNAVAILABLE")
    assert with_retries(server.predict, sleep=pauses.append) == {"y": 1}
    assert pauses == [0.5, 1.0, 2.0]


def test_a_request_that_is_refused_is_not_sent_again() -> None:
    server = _Server("INVALID_ARGUMENT")
    with pytest.raises(RequestError, match="INVALID_ARGUMENT"):
        with_retries(server.predict, sleep=lambda _: None)


def test_the_last_error_is_raised() -> None:
    server = _Server(*["UNAVAILABLE"] * 8)
    with pytest.raises(RequestError, match="UNAVAILABLE"):
        with_retries(server.predict, sleep=lambda _: None)
