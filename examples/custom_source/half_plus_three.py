# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Serves half_plus_three by REST: `half_plus_three.py 8501 s3://models/half/7`."""

import sys

from tensorflow_serving_s3.sourcing import Source, StoragePath

from tensorflow_serving_s3 import ModelServer, ServerOptions


class HalfPlusThree(Source[StoragePath]):
    """Reports one version, which never changes."""

    def run(self) -> None:
        """Reports it."""
        self.aspired("half_plus_three", [(7, sys.argv[2])])


if __name__ == "__main__":
    options = ServerOptions(rest_api_port=int(sys.argv[1]))
    with ModelServer(options, source=HalfPlusThree()) as server:
        server.wait()
