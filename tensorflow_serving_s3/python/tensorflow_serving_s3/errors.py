# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The exceptions of this package: one base class, one subclass for each kind of failure.

Every message names the resource, the cause and the cure. Programming errors, such as an argument of
the wrong type, raise the built-in exceptions instead.
"""

from __future__ import annotations

import dataclasses


class Error(Exception):
    """Base class of the exceptions of this package."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """A fault in a configuration file.

    Attributes:
        message: What is wrong and how to fix it.
        file: The path or URL of the file.
        line: The line, from 1; 0 if the fault has no place.
        column: The column, from 1; 0 if the fault has no place.
    """

    message: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Returns `file:line:column: message`."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" if place else self.message


class ConfigError(Error):
    """A configuration file cannot be read, parsed or used by the server.

    Attributes:
        problems: All faults that were found, in the order of the file.
    """

    def __init__(self, *problems: Problem) -> None:
        """Creates the error from its faults."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class StorageError(Error):
    """S3 or a local folder cannot be read or written."""


class PublishError(Error):
    """A model could not be published. Servers ignore the files that were stored."""


class RequestError(Error):
    """A model server did not answer, or answered with an error.

    Attributes:
        code: The HTTP status, or the name of the gRPC status; "" if there was no answer.
    """

    def __init__(self, message: str, code: int | str = "") -> None:
        """Creates the error from its message and the status of the answer."""
        super().__init__(message)
        self.code = code


class FilesystemError(Error):
    """The S3 filesystem could not be registered with TensorFlow, or is not registered."""


class LibraryError(Error):
    """The shared library of the serving core, or the TensorFlow that it needs, does not load."""


class ServingError(Error):
    """The serving core or the server in this process reports an error.

    Attributes:
        code: The name of the error code as in gRPC, such as "NOT_FOUND".
    """

    def __init__(self, code: str, message: str) -> None:
        """Creates the error from the name of its code and its message."""
        super().__init__(message)
        self.code = code


class InvalidArgumentError(ServingError, ValueError):
    """An argument, an option or a list of versions is not valid. Nothing has changed."""


class NotFoundError(ServingError, LookupError):
    """There is no such model or version."""


class DeadlineExceededError(ServingError, TimeoutError):
    """The state that was awaited was not reached in time."""


class ProgramError(Error):
    """A program is missing, ended too early or did not become ready in time.

    Attributes:
        log: The last lines that the program printed, oldest first; empty if it did not run. A
            traceback of the exception includes them.
    """

    def __init__(self, message: str, log: tuple[str, ...] = ()) -> None:
        """Creates the error from its message and the last lines of the program."""
        super().__init__(message)
        self.log = log
        if log:
            self.add_note("\n  ".join(["The last lines of its output:", *log]))
