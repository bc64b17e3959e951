# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Returns configuration files with several models."""

from __future__ import annotations

from collections.abc import Mapping


def model_config(
    name: str,
    base_path: str,
    *,
    versions: str = "",
    labels: Mapping[str, int] | None = None,
    platform: str = "tensorflow",
) -> str:
    """Returns the entry of one model as text, for `model_configs`.

    Args:
        name: The name of the model.
        base_path: The base path.
        versions: The version policy, such as "latest { num_versions: 2 }"; empty: none.
        labels: The versions of the labels.
        platform: The platform.
    """
    policy = f" model_version_policy {{ {versions} }}" if versions else ""
    pointers = "".join(
        f' version_labels {{ key: "{label}" value: {version} }}'
        for label, version in (labels or {}).items()
    )
    return (
        f'  config {{ name: "{name}" base_path: "{base_path}" model_platform: "{platform}"'
        f"{policy}{pointers} }}\n"
    )


def model_configs(*entries: str) -> str:
    """Returns a ModelServerConfig in text format with entries of `model_config`."""
    return f"model_config_list {{\n{''.join(entries)}}}\n"


def model_config_list(base_paths: Mapping[str, str]) -> str:
    """Returns a ModelServerConfig in text format with the base path of each model."""
    return model_configs(*(model_config(name, path) for name, path in base_paths.items()))
