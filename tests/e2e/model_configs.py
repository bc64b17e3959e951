# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Configuration files of several models."""

from __future__ import annotations

from collections.abc import Mapping


def model_config_list(base_paths: Mapping[str, str]) -> str:
    """Returns a ModelServerConfig as text, with the models named by their base paths."""
    models = "".join(
        f'  config {{ name: "{name}" base_path: "{base_path}" model_platform: "tensorflow" }}\n'
        for name, base_path in base_paths.items()
    )
    return f"model_config_list {{\n{models}}}\n"
