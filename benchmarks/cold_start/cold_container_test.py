# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the benchmark with a small model."""

import os

import pytest

from benchmarks.cold_start import cold_container


def test_one_run_prints_the_times_of_the_image_and_a_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: containers without root need a configuration of the system")
    code = cold_container.main(["--runs=1", "--mib=16"])
    output = capsys.readouterr()
    if "containers cannot run here" in output.err:
        pytest.skip(output.err)
    assert code == 0, output.err
    lines = output.out.splitlines()
    assert [line for line in lines if line.startswith("podman pull from loopback: ")]
    assert [line for line in lines if line.startswith("podman load: ")]
    assert "| part | loopback | S3-like |" in lines
    assert [line for line in lines if line.startswith("| container, ms | ")]
    assert "| mebibytes, MiB | 16 | 16 |" in lines
