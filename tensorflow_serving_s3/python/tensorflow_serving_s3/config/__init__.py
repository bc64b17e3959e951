# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads, writes, validates, compares and checks the configuration files of the server.

Example:
    document = config.read("models.yaml")
    for problem in config.validate(document):
        print(problem)  # models.yaml:4:5: the base_path "half" is relative; ...
    config.write(document, "s3://my-models/models.config")

Three kinds of files exist: models (`--model_config_file`), batching (`--batching_parameters_file`)
and monitoring (`--monitoring_config_file`). Each can be in protobuf's text format, which the server
reads, or in YAML.
"""

from tensorflow_serving_s3.config._check import (
    ModelReport,
    VersionReport,
    check,
    served_versions,
)
from tensorflow_serving_s3.config._diff import Difference, diff
from tensorflow_serving_s3.config._document import Document, Format, Kind
from tensorflow_serving_s3.config._files import format_of, parse, read, render, write
from tensorflow_serving_s3.config._validate import validate, warnings

__all__ = [
    "Difference",
    "Document",
    "Format",
    "Kind",
    "ModelReport",
    "VersionReport",
    "check",
    "diff",
    "format_of",
    "parse",
    "read",
    "render",
    "served_versions",
    "validate",
    "warnings",
    "write",
]
