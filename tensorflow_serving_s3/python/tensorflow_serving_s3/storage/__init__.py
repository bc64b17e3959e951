# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Base paths and their versions, in S3 or in a local folder, as the server sees them.

Example:
    listing = find_versions("s3://my-models/half")
    newest = next(version for version in listing.versions if version.is_complete)
"""

from tensorflow_serving_s3.storage._explain import Explanation, explain, storage_errors
from tensorflow_serving_s3.storage._settings import S3Settings, aws_session, s3_client, s3_settings
from tensorflow_serving_s3.storage._stores import (
    LocalStore,
    S3Store,
    Store,
    StoredFile,
    open_store,
)
from tensorflow_serving_s3.storage._versions import (
    SAVED_MODEL,
    Version,
    VersionListing,
    find_versions,
    group_versions,
    missing_file,
)

__all__ = [
    "SAVED_MODEL",
    "Explanation",
    "LocalStore",
    "S3Settings",
    "S3Store",
    "Store",
    "StoredFile",
    "Version",
    "VersionListing",
    "aws_session",
    "explain",
    "find_versions",
    "group_versions",
    "missing_file",
    "open_store",
    "s3_client",
    "s3_settings",
    "storage_errors",
]
