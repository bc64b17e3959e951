# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Maps a model over a dataset in S3 with Ray Data, and writes the rows with predictions to S3.

Each worker of Ray loads the model from S3 once and runs it in its process. With --servers, the
workers send their batches to servers that run already.

Example:
    bulk_inference.py --read=s3://data/rows --write=s3://data/predicted --format=jsonl \
        --base_path=s3://models/half --input=x=feature:float32 --output=y=prediction
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import pyarrow.fs
import ray.data

from examples.bulk_inference.predictor import Column, Predictor, Task


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code.
    """
    options = _parse(arguments)
    task = Task(
        base_path=options.base_path,
        servers=options.servers,
        model=options.model,
        inputs={
            name: Column(*column.split(":"))
            for name, column in (pair.split("=") for pair in options.input)
        },
        outputs=dict(pair.split("=") for pair in options.output),
    )
    read, write = {
        "parquet": (ray.data.read_parquet, ray.data.Dataset.write_parquet),
        "jsonl": (ray.data.read_json, ray.data.Dataset.write_json),
    }[options.format]
    filesystem = s3_filesystem()
    rows = read(options.read, filesystem=filesystem)
    predicted = rows.map_batches(
        Predictor,
        fn_constructor_args=(task,),
        batch_size=options.batch_rows,
        compute=ray.data.ActorPoolStrategy(size=options.workers),
    )
    write(predicted, options.write, filesystem=filesystem)
    return 0


def s3_filesystem() -> pyarrow.fs.S3FileSystem:
    """Returns S3 with the variables that the model server uses, too."""
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3", ""))
    return pyarrow.fs.S3FileSystem(
        region=os.environ.get("AWS_REGION"),
        endpoint_override=endpoint.netloc or None,
        scheme=endpoint.scheme or "https",
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bulk_inference",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--read", required=True, metavar="URL", help="The folder of the rows.")
    parser.add_argument("--write", required=True, metavar="URL", help="A new folder.")
    parser.add_argument(
        "--format", choices=("parquet", "jsonl"), default="parquet", help="Of both."
    )
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--base_path", default="", metavar="URL", help="The folder of the model.")
    model.add_argument("--servers", default="", metavar="HOST:PORT", help="Servers, by gRPC.")
    parser.add_argument("--model", default="model", help="Its name, needed with --servers.")
    parser.add_argument(
        "--input",
        action="append",
        required=True,
        metavar="INPUT=COLUMN[:TYPE]",
        help="An input of the model and its column; TYPE, such as float32, converts it. JSON has no"
        " float32. May be repeated.",
    )
    parser.add_argument(
        "--output",
        action="append",
        required=True,
        metavar="OUTPUT=COLUMN",
        help="An output of the model and its new column. May be repeated.",
    )
    parser.add_argument("--workers", type=int, default=2, help="How many load the model.")
    parser.add_argument("--batch_rows", type=int, default=1024, help="The rows of a request.")
    options = parser.parse_args(arguments)
    for flag, form, pairs in (
        ("--input", r"[^=]+=[^=:]+(:\w+)?", options.input),
        ("--output", r"[^=]+=[^=]+", options.output),
    ):
        for pair in pairs:
            if not re.fullmatch(form, pair):
                parser.error(f"{flag}={pair} is not {flag}=NAME=COLUMN")
    return options


if __name__ == "__main__":
    sys.exit(main())
