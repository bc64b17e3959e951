# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests that HAProxy accepts the configuration for users."""

from __future__ import annotations

import subprocess

from tests.scale import balancer


def test_haproxy_accepts_the_configuration_without_a_warning() -> None:
    done = subprocess.run(
        [*balancer.program(), "-c", "-f", balancer.users_config()],
        env=balancer.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "Configuration file is valid\n")
