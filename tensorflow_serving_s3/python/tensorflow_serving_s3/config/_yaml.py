# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""YAML with the fields of the protobuf messages: parsing with places, and writing.

Fields have their protobuf names. A message is a mapping, a repeated field a list, a protobuf map a
mapping, a wrapper such as Int64Value a bare value.
"""

from __future__ import annotations

import base64
import difflib
from typing import Any

import yaml

from tensorflow_serving_s3.config._document import Document, Kind, Path
from tensorflow_serving_s3.errors import ConfigError, Problem

_WRAPPERS = "google.protobuf."
_INTEGERS = {3: (-(2**63), 2**63 - 1), 4: (0, 2**64 - 1), 5: (-(2**31), 2**31 - 1)}
_INTEGERS |= {13: (0, 2**32 - 1), 18: _INTEGERS[3], 17: _INTEGERS[5], 16: _INTEGERS[3]}
_INTEGERS |= {15: _INTEGERS[5], 6: _INTEGERS[4], 7: (0, 2**32 - 1)}
_DOUBLE, _FLOAT, _BOOL, _STRING, _BYTES, _ENUM = 1, 2, 8, 9, 12, 14


def parse_yaml(text: str, kind: Kind, name: str) -> Document:
    """Parses a file in YAML.

    Raises:
        ConfigError: The text is not YAML, or not a message of this kind. It has all faults.
    """
    root = _compose(text, name)
    message = kind.new_message()
    reader = _Reader(name)
    if root is not None:
        reader.fill(message, root, ())
    if reader.problems:
        raise ConfigError(*reader.problems)
    return Document(kind, message, name, reader.places)


def to_yaml(document: Document) -> str:
    """Returns the YAML of a configuration; comments are not kept."""
    value = message_to_value(document.message)
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return text


def outermost_fields(text: str, name: str) -> set[str]:
    """Returns the names of the outermost fields.

    Raises:
        ConfigError: The text is not YAML.
    """
    root = _compose(text, name)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    return {str(key.value) for key, _ in pairs if isinstance(key, yaml.ScalarNode)}


def message_to_value(message: Any) -> Any:
    """Returns a message as dictionaries, lists and scalars, as in YAML."""
    if _is_wrapper(message.DESCRIPTOR):
        return message.value
    result: dict[str, Any] = {}
    for field, value in message.ListFields():
        if _is_map(field):
            entry = field.message_type.fields_by_name["value"]
            result[field.name] = {k: _to_value(entry, value[k]) for k in sorted(value)}
        elif field.is_repeated:
            result[field.name] = [_to_value(field, item) for item in value]
        else:
            result[field.name] = _to_value(field, value)
    return result


def _to_value(field: Any, value: Any) -> Any:
    if field.message_type is not None:
        return message_to_value(value)
    if field.type == _ENUM:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known is not None else value
    if field.type == _BYTES:
        return base64.b64encode(value).decode()
    return value


def _compose(text: str, name: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        what = " ".join(filter(None, (error.context, error.problem)))
        raise ConfigError(Problem(f"not valid YAML: {what}", name, line, column)) from error
    except RecursionError as error:
        raise ConfigError(Problem("not valid YAML: nested too deeply", name)) from error
    except yaml.YAMLError as error:
        raise ConfigError(Problem(f"not valid YAML: {error}", name)) from error


def _is_wrapper(descriptor: Any) -> bool:
    name: str = descriptor.full_name
    return (
        name.startswith(_WRAPPERS)
        and name.endswith("Value")
        and "value" in (descriptor.fields_by_name)
    )


def _is_map(field: Any) -> bool:
    return bool(field.message_type is not None and field.message_type.GetOptions().map_entry)


class _Reader:
    """Fills messages from YAML nodes; collects the faults and the places of fields."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.problems: list[Problem] = []
        self.places: dict[Path, tuple[int, int]] = {}

    def fill(self, message: Any, node: yaml.Node, path: Path) -> None:
        """Sets the fields of a message."""
        if _is_null(node):
            return
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, f"{_shown(path)} must be a mapping, not {_kind(node)}")
            return
        fields = message.DESCRIPTOR.fields_by_name
        for key, value in self._pairs(node):
            name = str(key.value)
            field = fields.get(name)
            if field is None:
                near = difflib.get_close_matches(name, fields, 1)
                cure = f'did you mean "{near[0]}"?' if near else f"the fields: {', '.join(fields)}"
                self._fault(key, f'{_shown(path)} has no field "{name}"; {cure}')
                continue
            oneof = field.containing_oneof
            if oneof is not None and message.WhichOneof(oneof.name) is not None:
                self._fault(
                    key, f'"{name}" excludes "{message.WhichOneof(oneof.name)}"; remove one of them'
                )
                continue
            self._mark((*path, name), key)
            self._set(message, field, value, (*path, name))

    def _set(self, message: Any, field: Any, node: yaml.Node, path: Path) -> None:
        if _is_map(field):
            self._set_map(message, field, node, path)
        elif field.is_repeated:
            self._set_list(message, field, node, path)
        elif field.message_type is None:
            if not _is_null(node):
                value = self._scalar(field, node, path)
                if value is not None:
                    setattr(message, field.name, value)
        else:
            inner = getattr(message, field.name)
            if _is_wrapper(field.message_type):
                self._set_wrapper(inner, node, path)
            else:
                inner.SetInParent()
                self.fill(inner, node, path)

    def _set_wrapper(self, inner: Any, node: yaml.Node, path: Path) -> None:
        if _is_null(node):
            return
        field = inner.DESCRIPTOR.fields_by_name["value"]
        # {value: 3}, as in the text format, is accepted too.
        if isinstance(node, yaml.MappingNode):
            inner.SetInParent()
            self.fill(inner, node, path)
            return
        value = self._scalar(field, node, path)
        if value is not None:
            inner.value = value
            inner.SetInParent()

    def _set_list(self, message: Any, field: Any, node: yaml.Node, path: Path) -> None:
        if _is_null(node):
            return
        if not isinstance(node, yaml.SequenceNode):
            self._fault(node, f"{_shown(path)} must be a list, not {_kind(node)}")
            return
        values = getattr(message, field.name)
        for number, item in enumerate(node.value):
            self._mark((*path, number), item)
            if field.message_type is not None:
                self.fill(values.add(), item, (*path, number))
                continue
            value = self._scalar(field, item, (*path, number))
            if value is not None:
                values.append(value)

    def _set_map(self, message: Any, field: Any, node: yaml.Node, path: Path) -> None:
        if _is_null(node):
            return
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, f"{_shown(path)} must be a mapping, not {_kind(node)}")
            return
        entry = field.message_type.fields_by_name
        values = getattr(message, field.name)
        for key, item in self._pairs(node):
            name = self._scalar(entry["key"], key, path)
            self._mark((*path, str(key.value)), key)
            if name is None:
                continue
            if entry["value"].message_type is not None:
                self.fill(values[name], item, (*path, name))
                continue
            value = self._scalar(entry["value"], item, (*path, name))
            if value is not None:
                values[name] = value

    def _pairs(self, node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        """Returns the pairs of a mapping without repeated keys."""
        pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, "a key must be a name")
            elif key.value in pairs:
                line = pairs[key.value][0].start_mark.line + 1
                self._fault(key, f'"{key.value}" is here twice, first in line {line}')
            else:
                pairs[key.value] = (key, value)
        return list(pairs.values())

    def _scalar(self, field: Any, node: yaml.Node, path: Path) -> Any:
        """Returns the value of a scalar field; None after a fault."""
        if not isinstance(node, yaml.ScalarNode):
            self._fault(node, f"{_shown(path)} must be {_wanted(field)}, not {_kind(node)}")
            return None
        value = yaml.SafeLoader("").construct_object(node)
        converted = _converted(field, value, node)
        if converted is None:
            self._fault(node, f'{_shown(path)} is "{node.value}"; it must be {_wanted(field)}')
        return converted

    def _mark(self, path: Path, node: yaml.Node) -> None:
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)

    def _fault(self, node: yaml.Node, message: str) -> None:
        mark = node.start_mark
        self.problems.append(Problem(message, self._name, mark.line + 1, mark.column + 1))


def _converted(field: Any, value: Any, node: yaml.ScalarNode) -> Any:
    """Returns a YAML value as the type of a field; None if it does not fit."""
    number = field.type
    if number in _INTEGERS:
        low, high = _INTEGERS[number]
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return value if fits else None
    if number in (_DOUBLE, _FLOAT):
        fits = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if fits else None
    if number == _BOOL:
        return value if isinstance(value, bool) else None
    if number == _STRING:
        # A name such as 123 or yes needs no quotes.
        return None if value is None else str(node.value)
    if number == _BYTES:
        try:
            return base64.b64decode(str(node.value), validate=True)
        except ValueError:
            return None
    known = field.enum_type.values_by_name.get(str(node.value))
    return known.number if known is not None else None


def _wanted(field: Any) -> str:
    if field.type in _INTEGERS:
        low, high = _INTEGERS[field.type]
        return f"a whole number from {low} to {high}"
    if field.type == _ENUM:
        return f"one of {', '.join(field.enum_type.values_by_name)}"
    names = {_DOUBLE: "a number", _FLOAT: "a number", _BOOL: "true or false"}
    return names.get(field.type, "base64" if field.type == _BYTES else "a text")


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, yaml.SequenceNode) else f'"{node.value}"'


def _shown(path: Path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".") or "the file"
