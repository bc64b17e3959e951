# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that the docs match the suite."""

from pathlib import Path

from tests.s3_conformance.table import summary, table


def test_the_page_matches_the_suite() -> None:
    page = Path("docs/s3_conformance.md").read_text(encoding="utf-8")
    assert page == table(Path("tests/s3_conformance")), (
        "generate it again: ./bazelw run //tests/s3_conformance:table > docs/s3_conformance.md"
    )


def test_the_summary_matches_the_suite() -> None:
    page = Path("docs/s3.md").read_text(encoding="utf-8")
    expected = summary(Path("tests/s3_conformance"))
    assert expected in page, f"docs/s3.md should have this table:\n{expected}"
