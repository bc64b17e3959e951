# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the code in docs/custom_servable.md is compiled and tested code."""

from __future__ import annotations

from examples.quotes import misquotes

_SOURCES = {
    "cpp": [
        "hashmap_source_adapter.h",
        "hashmap_source_adapter.cc",
        "hashmap_source_adapter_test.cc",
        "serve_hashmap.cc",
    ],
    "starlark": ["BUILD"],
}


def test_the_guide_quotes_the_sources_word_for_word() -> None:
    assert misquotes("docs/custom_servable.md", "examples/custom_servable", _SOURCES) == []
