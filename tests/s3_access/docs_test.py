# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares docs/s3.md with the code: error messages and environment variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path("docs/s3.md").read_text()
SOURCES = "".join(
    file.read_text()
    for file in sorted(Path("tensorflow_serving_s3/filesystem/s3").rglob("*.cc"))
    if not file.stem.endswith("_test")
)
TEXT = r'"(?:[^"\\\n]|\\.)*"'
# Adjacent literals are one, as for the compiler.
LITERALS = [
    re.sub(r'"\s*"', "", run)[1:-1].replace('\\"', '"')
    for run in re.findall(rf"{TEXT}(?:\s*{TEXT})*", SOURCES)
]
HEADINGS = re.findall(r"^#### `(.+)`$", DOCS, re.MULTILINE)
VARIABLES = sorted(
    {
        literal
        for literal in LITERALS
        if re.fullmatch(
            r"(AWS|S3)_[A-Z0-9_]+|(HTTP|HTTPS|NO)_PROXY|awsAnonymousCredential", literal
        )
    }
    - {"AWS_ENDPOINT_URL_"}
)


def test_there_is_something_to_compare() -> None:
    assert len(HEADINGS) > 20
    assert len(VARIABLES) > 30


@pytest.mark.parametrize("message", HEADINGS)
def test_the_message_is_one_that_the_code_prints(message: str) -> None:
    assert any(message in literal for literal in LITERALS)


@pytest.mark.parametrize("variable", VARIABLES)
def test_the_variable_is_in_the_table(variable: str) -> None:
    table = DOCS[DOCS.index("## Every variable") : DOCS.index("## Regions and addresses")]
    assert f"`{variable}`" in table
