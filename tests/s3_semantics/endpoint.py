# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes a store the endpoint of TensorFlow's filesystem in this process.

Example:
    with Aws() as aws, endpoint(aws.url, aws.writer, home=tmp_path):
        tf.io.gfile.exists(f"s3://{BUCKET}/key")
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tensorflow_serving_s3 import filesystem
from tests.s3_access.aws import Keys


@contextlib.contextmanager
def endpoint(
    url: str, keys: Keys, *, home: Path, region: str = "us-east-1", **variables: str
) -> Iterator[None]:
    """Sets the environment of the filesystem and registers it.

    Args:
        url: The URL of the store.
        keys: The keys for the store.
        home: The home folder.
        region: The region of the store.
        variables: More environment variables.
    """
    environment = {
        **keys.env(),
        "S3_ENDPOINT": url,
        "AWS_REGION": region,
        "HOME": os.fspath(home),
        **variables,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            if value:
                patch.setenv(name, value)
            else:
                patch.delenv(name, raising=False)
        filesystem.register()
        yield
