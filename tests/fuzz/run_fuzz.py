# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs one fuzz target on its corpus and, with --fuzz, on inputs that libFuzzer generates.

What is found (new inputs, a crash, the log) is left in a folder: that of the test's undeclared
outputs, which Bazel packs into bazel-testlogs/tests/fuzz/TARGET/test.outputs/outputs.zip, or
--output_dir. Prints how many inputs were executed and how much of the program they reached.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

_DEFAULT_SECONDS = "60"

# Limits: seconds for an input, MiB of memory for the program.
_INPUT_SECONDS = 10
_MEMORY = 2048

_LAST_LINES = 60


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, required=True, help="the fuzz target")
    parser.add_argument("--corpus", type=pathlib.Path, required=True, help="kept inputs")
    parser.add_argument("--dictionary", type=pathlib.Path, help="words that inputs are made of")
    parser.add_argument("--fuzz", action="store_true", help="make up inputs too (libFuzzer)")
    parser.add_argument(
        "--seconds",
        type=int,
        default=int(os.environ.get("FUZZ_SECONDS", _DEFAULT_SECONDS)),
        help="for how long to make up inputs; by default $FUZZ_SECONDS or %(default)s",
    )
    parser.add_argument(
        "--output_dir",
        type=pathlib.Path,
        default=os.environ.get("TEST_UNDECLARED_OUTPUTS_DIR"),
        help="where new inputs, a crash and the log go; by default a new folder",
    )
    return parser.parse_args()


def _command(args: argparse.Namespace, output: pathlib.Path) -> list[str]:
    program = str(args.program.resolve())
    if not args.fuzz:
        return [program, str(args.corpus)]
    found = output / "corpus"
    found.mkdir(exist_ok=True)
    words = [f"-dict={args.dictionary}"] if args.dictionary else []
    return [
        program,
        *words,
        f"-max_total_time={args.seconds}",
        f"-timeout={_INPUT_SECONDS}",
        f"-rss_limit_mb={_MEMORY}",
        f"-artifact_prefix={output}/",
        "-print_final_stats=1",
        # libFuzzer writes to the first folder and reads all folders.
        str(found),
        str(args.corpus),
    ]


def _last(pattern: str, log: str) -> str:
    found = re.findall(pattern, log)
    return str(found[-1]) if found else "?"


def main() -> int:
    """Runs the target and returns its exit code."""
    args = _arguments()
    output = args.output_dir or pathlib.Path(tempfile.mkdtemp(prefix="fuzz-"))
    output = pathlib.Path(output).resolve()
    output.mkdir(parents=True, exist_ok=True)
    log_path = output / "log.txt"
    with log_path.open("wb") as log_file:
        code = subprocess.run(
            _command(args, output),
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    log = log_path.read_text(errors="replace")
    if code:
        print("\n".join(log.splitlines()[-_LAST_LINES:]), file=sys.stderr)
        in_test = "TEST_UNDECLARED_OUTPUTS_DIR" in os.environ
        kept = "test.outputs/outputs.zip beside the test's log" if in_test else str(output)
        print(f"{args.program.name}: exit code {code}; the input is in {kept}", file=sys.stderr)
        return 1
    summary = f"{_last(r'stat::number_of_executed_units: *([0-9]+)', log)} inputs executed"
    if args.fuzz:
        summary += (
            f" in {args.seconds} s"
            f" ({_last(r'stat::average_exec_per_sec: *([0-9]+)', log)}/s),"
            f" coverage {_last(r' cov: ([0-9]+)', log)} edges,"
            f" {_last(r' ft: ([0-9]+)', log)} features,"
            f" peak memory {_last(r'stat::peak_rss_mb: *([0-9]+)', log)} MiB"
        )
    print(f"{args.program.name}: {summary}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
