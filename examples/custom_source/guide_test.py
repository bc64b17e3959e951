# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the code in docs/custom_source.md is compiled and tested code."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.quotes import code_blocks, is_quote

_FOLDER = Path("examples/custom_source")
_SOURCES = {
    "cpp": [
        "manifest_source.h",
        "manifest_source.cc",
        "manifest_source_test.cc",
        "serve_manifest.cc",
    ],
    "python": [
        "half_plus_three.py",
        "manifest_source.py",
        "manifest_source_py_test.py",
        "serve_manifest.py",
    ],
    "starlark": ["BUILD"],
}
_BLOCKS = code_blocks("docs/custom_source.md", list(_SOURCES))


def test_the_guide_quotes_code() -> None:
    assert {language for language, _ in _BLOCKS} == set(_SOURCES)


@pytest.mark.parametrize(
    ("language", "block"), _BLOCKS, ids=[block.splitlines()[0] for _, block in _BLOCKS]
)
def test_a_quote_is_in_the_sources_word_for_word(language: str, block: str) -> None:
    assert is_quote(block, [_FOLDER / name for name in _SOURCES[language]])
