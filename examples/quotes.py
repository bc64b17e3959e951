# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares the code in a page with the files that it comes from.

Example:
    assert misquotes("docs/guide.md", "examples/guide", {"cpp": ["a.h", "a.cc"]}) == []
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path


def misquotes(page: str, folder: str, sources: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the blocks of code that no file of their language contains word for word.

    Args:
        page: The path of a page with blocks of code in each of the languages.
        folder: The folder of the files.
        sources: The names of the files by their language. Blocks in other languages are ignored.

    Raises:
        ValueError: The page has no block in one of the languages.
    """
    blocks = _code_blocks(page, list(sources))
    if absent := set(sources) - {language for language, _ in blocks}:
        raise ValueError(f"{page} has no code in {', '.join(sorted(absent))}")
    return [
        block
        for language, block in blocks
        if not _is_quote(block, [Path(folder, name) for name in sources[language]])
    ]


def _code_blocks(page: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the language and the text of each block of code in one of the languages."""
    pattern = rf"^```({'|'.join(languages)})\n(.*?)^```$"
    text = Path(page).read_text(encoding="utf-8")
    return re.findall(pattern, text, re.MULTILINE | re.DOTALL)


def _is_quote(block: str, files: Sequence[Path]) -> bool:
    quoted = block.rstrip("\n")
    return any(f"\n{quoted}\n" in file.read_text(encoding="utf-8") for file in files)
