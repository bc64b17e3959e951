# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes configuration files: a path, an s3:// URL, or `-` for stdin and stdout."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tensorflow_serving_s3.config import _text, _yaml
from tensorflow_serving_s3.config._document import Document, Format, Kind, kind_of_fields
from tensorflow_serving_s3.config._validate import validate
from tensorflow_serving_s3.errors import ConfigError, Error, Problem, StorageError
from tensorflow_serving_s3.storage import open_store

_YAML_ENDINGS = (".yaml", ".yml")
_BYTE_ORDER_MARK = "\ufeff"


def parse(
    text: str,
    *,
    kind: Kind | None = None,
    format: Format | None = None,
    name: str = "",
) -> Document:
    """Parses a configuration.

    Args:
        text: The contents of the file.
        kind: What it configures; None: found out from its fields.
        format: Its syntax; None: YAML if `name` ends in .yaml or .yml, else the text format.
        name: The path of the file, for messages.

    Raises:
        ConfigError: The text is not such a configuration. The faults have lines and columns.
    """
    if format is None:
        format = format_of(name)
    if format is Format.TEXT and text.startswith(_BYTE_ORDER_MARK):
        raise ConfigError(
            Problem("begins with a byte order mark; save the file without it", name, 1, 1)
        )
    fields = (_yaml if format is Format.YAML else _text).outermost_fields(text, name)
    if kind is None:
        kind = kind_of_fields(fields)
    if kind is None and not fields:
        kind = Kind.MODELS  # An empty file starts a server without models.
    if kind is None:
        raise ConfigError(_unknown_kind(fields, name))
    if format is Format.YAML:
        return _yaml.parse_yaml(text, kind, name)
    return _text.parse_text(text, kind, name)


def read(
    path: str | os.PathLike[str], *, kind: Kind | None = None, format: Format | None = None
) -> Document:
    """Reads and parses a configuration file.

    Args:
        path: A path, an s3:// URL, or `-` for stdin.
        kind: What it configures; None: found out from its fields.
        format: Its syntax; None: by its name, as in `parse`.

    Raises:
        ConfigError: The file cannot be read, or is not such a configuration.
    """
    name = _named(path)
    try:
        if name == "-":
            content = _stdin()
        elif "://" in name:
            store, rest = open_store(name)
            content = store.read(rest)
        else:
            content = Path(name).read_bytes()
        shown = "<stdin>" if name == "-" else name
        return parse(content.decode(), kind=kind, format=format, name=shown)
    except UnicodeDecodeError as error:
        raise ConfigError(Problem(f"is not UTF-8 text: {error}", name)) from error
    except OSError as error:
        raise ConfigError(Problem(f"cannot be read: {error.strerror or error}", name)) from error
    except StorageError as error:
        raise ConfigError(Problem(f"cannot be read: {error}", name)) from error


def render(document: Document, format: Format = Format.TEXT) -> str:
    """Returns a configuration in the text format or in YAML. Comments are not kept."""
    return _yaml.to_yaml(document) if format is Format.YAML else _text.to_text(document)


def write(
    document: Document, path: str | os.PathLike[str], *, format: Format | None = None
) -> None:
    """Validates a configuration and writes it. A reader never sees a part of the file.

    Args:
        document: The configuration.
        path: A path, an s3:// URL, or `-` for stdout.
        format: The syntax; None: YAML if `path` ends in .yaml or .yml, else the text format. The
            server reads the text format only.

    Raises:
        ConfigError: The configuration is not valid, or the file cannot be written.
    """
    problems = validate(document)
    if problems:
        raise ConfigError(*problems)
    name = _named(path)
    text = render(document, format if format is not None else format_of(name))
    try:
        if name == "-":
            print(text, end="", flush=True)
        elif "://" in name:
            store, rest = open_store(name)
            store.write(rest, text.encode())
        else:
            _replace(Path(name), text.encode())
    except BrokenPipeError:
        raise  # Of stdout: its reader has seen enough.
    except OSError as error:
        raise ConfigError(Problem(f"cannot be written: {error.strerror}", name)) from error
    except Error as error:
        raise ConfigError(Problem(f"cannot be written: {error}", name)) from error


def format_of(name: str) -> Format:
    """Returns the syntax of a file from the end of its name."""
    return Format.YAML if name.lower().endswith(_YAML_ENDINGS) else Format.TEXT


def _named(path: str | os.PathLike[str]) -> str:
    name = os.fspath(path)
    if not name:
        raise ConfigError(Problem("the name of a file is empty; give a path or an s3:// URL"))
    return name


def _stdin() -> bytes:
    if sys.stdin is None:
        raise ConfigError(Problem("stdin is closed; give a path or an s3:// URL", "<stdin>"))
    return sys.stdin.buffer.read()


def _replace(path: Path, content: bytes) -> None:
    """Replaces a file at once. Links stay links; devices and pipes are written."""
    # Of /dev/stdout, a rename would replace the link or the file behind the shell's back.
    is_special = path.exists() and not path.is_file()
    if is_special or path.absolute().parts[1:2] in (("dev",), ("proc",)):
        path.write_bytes(content)
        return
    target = Path(os.path.realpath(path))
    # In the same folder, because a rename cannot cross filesystems.
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, target.stat().st_mode & 0o777 if target.exists() else 0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _unknown_kind(fields: set[str], name: str) -> Problem:
    found = ", ".join(sorted(fields))
    expected = "; ".join(
        f"{kind.value}: {', '.join(kind.new_message().DESCRIPTOR.fields_by_name)}" for kind in Kind
    )
    return Problem(f"not a configuration: its fields are {found}; expected are {expected}", name)
