# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the code in docs/custom_source.md is compiled and tested code."""

from __future__ import annotations

from examples.quotes import misquotes

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


def test_the_guide_quotes_the_sources_word_for_word() -> None:
    assert misquotes("docs/custom_source.md", "examples/custom_source", _SOURCES) == []
