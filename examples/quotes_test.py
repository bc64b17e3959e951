# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the comparison of pages with files."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.quotes import misquotes


@pytest.fixture
def page(tmp_path: Path) -> str:
    """A page that quotes two files, one of them with an error."""
    (tmp_path / "a.cc").write_text("// A.\nint a = 1;\nint b = 2;\n")
    (tmp_path / "a.py").write_text("# A.\na = 1\n")
    made = tmp_path / "page.md"
    made.write_text("```cpp\nint b = 2;\n```\n\n```python\na = 2\n```\n\n```sh\nls\n```\n")
    return str(made)


def test_a_block_that_differs_from_its_files_is_found(page: str, tmp_path: Path) -> None:
    assert misquotes(page, str(tmp_path), {"cpp": ["a.cc"]}) == []
    assert misquotes(page, str(tmp_path), {"cpp": ["a.cc"], "python": ["a.py"]}) == ["a = 2\n"]


def test_a_page_without_a_language_is_refused(page: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no code in starlark"):
        misquotes(page, str(tmp_path), {"cpp": ["a.cc"], "starlark": ["BUILD"]})
