# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares a model configuration with the storage: what the server would find and serve."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tensorflow_serving_s3.config._document import Document, Kind
from tensorflow_serving_s3.config._saved_model import Signature, read_signatures
from tensorflow_serving_s3.errors import ConfigError, Error, Problem
from tensorflow_serving_s3.storage import (
    SAVED_MODEL,
    Version,
    VersionListing,
    find_versions,
    open_store,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_THREADS = 8


@dataclasses.dataclass(frozen=True)
class VersionReport:
    """A version in storage.

    Attributes:
        number: The version.
        url: Its folder.
        complete: Whether the server would load it.
        missing: The first missing file of an incomplete version.
        served: Whether the version policy chooses it.
        bytes: The size of its files.
        modified: The time of the last change.
        labels: The labels that point at it.
        signatures: The signatures of the graph with the tag `serve`, by name; None if the version
            is not served.
    """

    number: int
    url: str
    complete: bool
    missing: str
    served: bool
    bytes: int
    modified: datetime.datetime
    labels: tuple[str, ...]
    signatures: dict[str, Signature] | None


@dataclasses.dataclass(frozen=True)
class ModelReport:
    """A model of the configuration.

    Attributes:
        name: Its name.
        base_path: Its base path.
        line: The line of the model in the file, from 1; 0 if it is not known.
        exists: Whether there is any file under the base path; None if the storage cannot be listed.
        policy: The version policy in words.
        versions: The versions in storage, the newest first.
        problems: What keeps the server from serving the model as configured, with the cure.
    """

    name: str
    base_path: str
    line: int
    exists: bool | None
    policy: str
    versions: tuple[VersionReport, ...]
    problems: tuple[str, ...]

    @property
    def served(self) -> tuple[int, ...]:
        """The versions that the server would load, the newest first."""
        return tuple(version.number for version in self.versions if version.served)


def check(document: Document, *, client: S3Client | None = None) -> tuple[ModelReport, ...]:
    """Lists the base path of every model, and reads the signatures of the versions to be served.

    Costs one listing for each model, and one read of saved_model.pb for each version to be served.

    Args:
        document: A model configuration.
        client: A boto3 client for S3; None: one with the settings of the environment.

    Raises:
        ConfigError: The document is not a model configuration.
    """
    if document.kind is not Kind.MODELS:
        raise ConfigError(
            Problem(
                f"has the kind {document.kind.value}; give a model configuration", document.name
            )
        )
    models = list(document.message.model_config_list.config)
    lines = [
        document.problem(("model_config_list", "config", number), "").line
        for number in range(len(models))
    ]
    with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(lambda model, line: _check_model(model, line, client), models, lines))


def served_versions(versions: Sequence[Version], policy: Any) -> tuple[Version, ...]:
    """Returns the versions that a ServableVersionPolicy chooses, the newest first.

    Args:
        versions: The versions in storage, the newest first. Incomplete ones are not chosen.
        policy: A ServableVersionPolicy; an empty one means the newest version.
    """
    complete = [version for version in versions if version.is_complete]
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return tuple(complete)
    if choice == "specific":
        wanted = set(policy.specific.versions)
        return tuple(version for version in complete if version.number in wanted)
    return tuple(complete[: max(1, policy.latest.num_versions)])


def _check_model(model: Any, line: int, client: S3Client | None) -> ModelReport:
    policy = model.model_version_policy
    try:
        listing = find_versions(model.base_path, client=client)
    except (Error, ValueError) as error:
        return ModelReport(
            model.name, model.base_path, line, None, _in_words(policy), (), (str(error),)
        )
    chosen = {version.number for version in served_versions(listing.versions, policy)}
    problems = list(_problems(model, listing, chosen))
    reports = []
    for version in listing.versions:
        signatures = None
        if version.number in chosen:
            try:
                signatures = _signatures(version, client)
            except Error as error:
                problems.append(str(error))
        reports.append(_version_report(model, version, version.number in chosen, signatures))
    return ModelReport(
        model.name,
        model.base_path,
        line,
        listing.exists,
        _in_words(policy),
        tuple(reports),
        tuple(problems),
    )


def _version_report(
    model: Any, version: Version, served: bool, signatures: dict[str, Signature] | None
) -> VersionReport:
    labels = (label for label, number in model.version_labels.items() if number == version.number)
    return VersionReport(
        version.number,
        version.url,
        version.is_complete,
        version.missing,
        served,
        version.size,
        version.modified,
        tuple(sorted(labels)),
        signatures,
    )


def _signatures(version: Version, client: S3Client | None) -> dict[str, Signature] | None:
    if SAVED_MODEL not in version.files:
        return None  # saved_model.pbtxt and .cpb are rare.
    store, _ = open_store(version.url, client)
    return read_signatures(
        store.read(version.files[SAVED_MODEL].path), f"{version.url}/{SAVED_MODEL}"
    )


def _problems(model: Any, listing: VersionListing, chosen: set[int]) -> list[str]:
    found = list(listing.problems)
    numbers = {version.number for version in listing.versions}
    if not listing.exists:
        found.append(
            f"{model.base_path} does not exist; check the base path, or publish a version there"
        )
    elif not numbers:
        found.append(
            f"{model.base_path} has no version; a version is a folder in it whose name is a "
            f"number, such as {model.base_path.rstrip('/')}/1"
        )
    elif not chosen:
        found.append("no complete version that the version policy chooses")
    policy = model.model_version_policy
    if policy.WhichOneof("policy_choice") == "specific":
        absent = sorted(set(policy.specific.versions) - numbers)
        if absent and numbers:
            found.append(f"the policy asks for versions that do not exist: {_listed(absent)}")
    for version in listing.versions:
        if not version.is_complete:
            found.append(
                f"version {version.number} is not complete: {version.missing} is missing; "
                "publish it again or delete it"
            )
    for label, number in sorted(model.version_labels.items()):
        if number not in chosen:
            found.append(f'the label "{label}" points at version {number}, which is not served')
    return found


def _in_words(policy: Any) -> str:
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return "all"
    if choice == "specific":
        return f"specific {_listed(sorted(policy.specific.versions))}"
    return f"latest {max(1, policy.latest.num_versions)}"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
