# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs every example of docs/s3_semantics.md, in its order, against SeaweedFS."""

import doctest
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_PAGE = Path("docs/s3_semantics.md")
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LEAST_EXAMPLES = 40


@pytest.fixture
def storage() -> Iterator[SeaweedFS]:
    with SeaweedFS(buckets=["models"]) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.env().items():
            patch.setenv(name, value)
        yield running


def _examples() -> list[doctest.Example]:
    """Returns the examples of all blocks, with their lines in the page."""
    text = _PAGE.read_text(encoding="utf-8")
    parser = doctest.DocTestParser()
    examples = []
    for block in _BLOCK.finditer(text):
        first_line = text.count("\n", 0, block.start(1))
        for example in parser.get_examples(block.group(1), os.fspath(_PAGE)):
            example.lineno += first_line
            examples.append(example)
    return examples


def test_examples(storage: SeaweedFS) -> None:
    client = storage.client()

    def keys(prefix: str) -> list[str]:
        page = client.list_objects_v2(Bucket="models", Prefix=prefix)
        return [entry["Key"] for entry in page.get("Contents", [])]

    def put(key: str, body: bytes) -> None:
        client.put_object(Bucket="models", Key=key, Body=body)

    examples = _examples()
    assert len(examples) >= _LEAST_EXAMPLES
    page = doctest.DocTest(
        examples, {"keys": keys, "put": put}, _PAGE.name, os.fspath(_PAGE), 0, None
    )
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    results = runner.run(page, out=report.append)
    assert results.failed == 0, "".join(report)
