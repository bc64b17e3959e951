# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares the code in a page with the files that it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def code_blocks(page: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the language and the text of each block of code in one of the languages."""
    pattern = rf"^```({'|'.join(languages)})\n(.*?)^```$"
    text = Path(page).read_text(encoding="utf-8")
    return re.findall(pattern, text, re.MULTILINE | re.DOTALL)


def is_quote(block: str, files: Sequence[Path]) -> bool:
    """Whether a file contains the lines of a block, word for word."""
    quoted = block.rstrip("\n")
    return any(f"\n{quoted}\n" in file.read_text(encoding="utf-8") for file in files)
