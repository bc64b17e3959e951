# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""`tfs3 publish`."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from tensorflow_serving_s3.cli._output import console, examples, is_json, json_option, show, size

if TYPE_CHECKING:
    from tensorflow_serving_s3.publishing import Progress, Published

_STEPS = {"hash": "Reading", "upload": "Uploading", "copy": "Copying"}


@click.command(
    epilog=examples(
        "tfs3 publish export/half s3://my-models/half",
        "tfs3 publish export/half s3://my-models/half --version 124 --keep-last 5",
    ),
)
@click.argument("model_dir", type=click.Path(exists=True, file_okay=False))
@click.argument("base_path")
@click.option("--version", help="The version.  [default: one above the newest complete version]")
@click.option("--overwrite", is_flag=True, help="Replace the version if it exists.")
@click.option(
    "--keep-last",
    type=click.IntRange(1),
    metavar="N",
    help="Then delete all but the N newest versions, except for those that may be served.",
)
@click.option(
    "--server",
    "servers",
    multiple=True,
    metavar="URL",
    help="A server (REST) whose loaded versions --keep-last must not delete. Can be repeated.",
)
@click.option(
    "--model",
    metavar="NAME",
    help="The name of the model on --server.  [default: the last part of BASE_PATH]",
)
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="A model configuration whose versions and labels --keep-last must not delete.",
)
@click.option("--threads", type=click.IntRange(1, 256), default=8, show_default=True)
@json_option
def publish(
    model_dir: str,
    base_path: str,
    version: str | None,
    overwrite: bool,
    keep_last: int | None,
    servers: tuple[str, ...],
    model: str | None,
    config_file: str | None,
    threads: int,
) -> None:
    """Publish the SavedModel in MODEL_DIR under BASE_PATH (s3://bucket/path or a folder).

    saved_model.pb is uploaded last: servers ignore the version until it is complete. After an
    interruption, run the same command again: what is stored with the same contents is not sent
    again.

    --keep-last never deletes a version that may be served: the version that was the newest before,
    those that a --server has loaded, and those that --config chooses or labels.
    """
    from tensorflow_serving_s3 import config, publishing

    document = config.read(config_file, kind=config.Kind.MODELS) if config_file else None
    name = model or base_path.rstrip("/").rsplit("/", 1)[-1]
    with progress_bar() as on_progress:
        published = publishing.publish(
            model_dir,
            base_path,
            version,
            overwrite=overwrite,
            keep_last=keep_last,
            protected=loaded_by(servers, name),
            configuration=document,
            threads=threads,
            on_progress=on_progress,
        )
    show(published, lambda out: out.print(_sentence(published), markup=False, soft_wrap=True))


def loaded_by(servers: tuple[str, ...], model: str) -> set[int]:
    """Returns the versions of a model that any of the servers has loaded."""
    from tensorflow_serving_s3.client import RestClient
    from tensorflow_serving_s3.client._status import loaded_versions, model_status

    loaded: set[int] = set()
    for url in servers:
        loaded |= loaded_versions(model_status(RestClient(url), model))
    return loaded


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """Shows a progress bar on stderr if that is a terminal."""
    out = console(stderr=True)
    if is_json() or not out.is_terminal:
        yield lambda _: None
        return
    from rich import progress

    bar = progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=out,
        transient=True,
    )
    tasks: dict[str, progress.TaskID] = {}
    lock = threading.Lock()

    def update(news: Progress) -> None:
        with lock:
            if news.step not in tasks:
                tasks[news.step] = bar.add_task(_STEPS[news.step], total=news.total_bytes)
            bar.update(tasks[news.step], completed=news.done_bytes)

    with bar:
        yield update


def _sentence(published: Published) -> str:
    parts = [f"{published.url}: {published.uploaded_files} files, "]
    parts.append(f"{size(published.uploaded_bytes)} uploaded")
    if published.skipped_bytes:
        parts.append(f", {size(published.skipped_bytes)} were already there")
    if published.pruned:
        parts.append(f"; deleted versions: {', '.join(map(str, published.pruned))}")
    return "".join(parts)
