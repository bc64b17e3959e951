# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Protobuf's text format: parsing with the place of each field, and writing."""

from __future__ import annotations

import collections

from google.protobuf import text_format

from tensorflow_serving_s3.config._document import Document, Kind, Path
from tensorflow_serving_s3.errors import ConfigError, Problem

_CLOSING = {"{": "}", "<": ">", "[": "]"}


def parse_text(text: str, kind: Kind, name: str) -> Document:
    """Parses a file in text format.

    Raises:
        ConfigError: The text is not a message of this kind.
    """
    message = kind.new_message()
    try:
        text_format.Parse(text, message)
    except text_format.ParseError as error:
        raise ConfigError(_problem(error, name)) from error
    except UnicodeError as error:
        raise ConfigError(Problem(f"a string is not valid UTF-8: {error}", name)) from error
    return Document(kind, message, name, _places(text, message.DESCRIPTOR))


def to_text(document: Document) -> str:
    """Returns the text format of a configuration; comments are not kept."""
    return text_format.MessageToString(document.message, as_utf8=True)


def outermost_fields(text: str, name: str) -> set[str]:
    """Returns the names of the outermost fields.

    Raises:
        ConfigError: The text does not consist of tokens of the text format.
    """
    try:
        return {str(path[0]) for path in _Scanner(text).scan(None) if len(path) == 1}
    except text_format.ParseError as error:
        raise ConfigError(_problem(error, name)) from error


def _problem(error: text_format.ParseError, name: str) -> Problem:
    line, column = error.GetLine() or 0, error.GetColumn() or 0
    message = str(error).removeprefix(f"{line}:{column} : ")
    return Problem(message, name, line, column or (1 if line else 0))


def _places(text: str, descriptor: object) -> dict[Path, tuple[int, int]]:
    return _Scanner(text).scan(descriptor)


class _Scanner:
    """Finds the place of each field in a text that has already been parsed."""

    def __init__(self, text: str) -> None:
        self._tokens = text_format.Tokenizer(text.split("\n"))
        self._places: dict[Path, tuple[int, int]] = {}

    def scan(self, descriptor: object) -> dict[Path, tuple[int, int]]:
        self._fields((), descriptor, end="")
        return self._places

    def _fields(self, path: Path, descriptor: object, end: str) -> None:
        counts: dict[str, int] = collections.defaultdict(int)
        while not self._tokens.AtEnd() and self._tokens.token != end:
            place = self._place()
            name = self._take()
            if name == "[":  # The name of an extension or of the type of an Any.
                while self._take() != "]":
                    pass
                name = "[]"
            field = getattr(descriptor, "fields_by_name", {}).get(name)
            repeated = field is not None and field.is_repeated
            if self._tokens.token == ":":
                self._take()
            self._value((*path, name), field, place, counts, repeated)
            if self._tokens.token in (",", ";"):
                self._take()

    def _value(
        self,
        path: Path,
        field: object,
        place: tuple[int, int],
        counts: dict[str, int],
        repeated: bool,
    ) -> None:
        name = str(path[-1])
        if self._tokens.token == "[":
            self._take()
            while self._tokens.token != "]":
                self._value(path, field, self._place(), counts, repeated)
                if self._tokens.token == ",":
                    self._take()
            self._take()
            return
        self._places.setdefault(path, place)
        if repeated:
            path = (*path, counts[name])
            counts[name] += 1
            self._places[path] = place
        if self._tokens.token in ("{", "<"):
            closing = _CLOSING[self._take()]
            self._fields(path, getattr(field, "message_type", None), closing)
            self._take()
            return
        quoted = self._take()[:1] in ("'", '"')
        while quoted and self._tokens.token[:1] in ("'", '"'):
            self._take()  # Adjacent strings are one string.

    def _place(self) -> tuple[int, int]:
        # The stubs declare another type of the argument.
        here = self._tokens.ParseError("")  # type: ignore[arg-type]
        return here.GetLine() or 0, here.GetColumn() or 0

    def _take(self) -> str:
        if self._tokens.AtEnd():
            line, column = self._place()
            raise text_format.ParseError("the text ends within a field", line, column)
        token = str(self._tokens.token)
        self._tokens.NextToken()
        return token
