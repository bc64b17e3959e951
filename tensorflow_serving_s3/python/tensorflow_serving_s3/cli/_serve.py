# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 serve`: replaces this process by the model server."""

from __future__ import annotations

import os
import sys

import click

from tensorflow_serving_s3._programs import MODEL_SERVER, find_program
from tensorflow_serving_s3.cli._output import examples
from tensorflow_serving_s3.errors import ProgramError


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    options_metavar="",
    epilog=examples(
        "tfs3 serve --model_name=half --model_base_path=s3://my-models/half --rest_api_port=8501",
        "tfs3 serve --model_config_file=s3://my-models/models.config --rest_api_port=8501",
    ),
)
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
def serve(flags: tuple[str, ...]) -> None:
    """Run the model server with FLAGS, in place of this process.

    FLAGS are those of tensorflow_model_server; `tfs3 serve -- --help` lists them. Signals arrive at
    the server, and its exit code is the one of this command.
    """
    program = os.fspath(find_program(MODEL_SERVER))
    arguments = flags[1:] if flags[:1] == ("--",) else flags
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(program, [program, *arguments])
    except OSError as error:
        raise ProgramError(f"{program}: cannot be run: {error.strerror}") from error
