# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Random mutations of valid messages, which depend only on a seed.

Example:
    mutator = Mutator(seed(), tokens=[b"[", b"]"])
    mutator.mutate(b'{"instances": [1.0]}')  # Other bytes.
    mutator.distort(PredictRequest(...))  # Other values in a message that can still be parsed.

TFS3_HOSTILE_SEED in the environment sets the seed of a run to repeat:

    ./bazelw test --test_env=TFS3_HOSTILE_SEED=7 //tests/conformance:hostile_test
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_VARIABLE = "TFS3_HOSTILE_SEED"
_MOST_CHANGES = 4
_LONGEST_RUN = 16
# Invalid values of most fields: types, sizes, versions, indices. No value makes a valid large
# tensor, which would need much memory.
_NUMBERS = (-1, 0, 1, 2, 3, 7, 19, 21, 23, 101, 2**10, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63))


def seed() -> int:
    """Returns the seed of this run and prints it. pytest shows it if the test fails."""
    chosen = int(os.environ.get(_VARIABLE, "") or random.SystemRandom().randrange(2**32))
    print(f"{_VARIABLE}={chosen}")
    return chosen


class Mutator:
    """Changes messages at random."""

    def __init__(self, seed: int, tokens: Sequence[bytes] = ()) -> None:
        """Creates a mutator.

        Args:
            seed: The seed of all choices.
            tokens: Bytes that are inserted sometimes, in addition to random bytes.
        """
        self._random = random.Random(seed)
        self._tokens = list(tokens) or [b"\x00"]

    def below(self, count: int) -> int:
        """Returns a number from 0 to `count` - 1."""
        return self._random.randrange(count)

    def distort(self, message: Message) -> bytes:
        """Returns the bytes of the message with other values of one or two fields."""
        distorted = type(message)()
        distorted.CopyFrom(message)
        for _ in range(self._random.randint(1, 2)):
            places = list(_fields_of(distorted))
            if places:
                self._distort_field(*self._random.choice(places))
        return distorted.SerializeToString()

    def mutate(self, message: bytes) -> bytes:
        """Returns the message with one to four random changes."""
        changed = bytearray(message)
        for _ in range(self._random.randint(1, _MOST_CHANGES)):
            self._change(changed)
        return bytes(changed)

    def _change(self, message: bytearray) -> None:
        place = self._random.randint(0, len(message))
        end = min(len(message), place + self._random.randint(1, _LONGEST_RUN))
        match self._random.randrange(7):
            case 0:  # One bit.
                if place < len(message):
                    message[place] ^= 1 << self._random.randrange(8)
            case 1:  # One byte.
                message[place : place + 1] = self._random.randbytes(1)
            case 2:  # Less.
                del message[place:end]
            case 3:  # Twice the same.
                message[place:place] = message[place:end]
            case 4:  # Cut off.
                del message[place:]
            case 5:  # A part elsewhere.
                part = message[place:end]
                del message[place:end]
                elsewhere = self._random.randint(0, len(message))
                message[elsewhere:elsewhere] = part
            case _:
                message[place:place] = self._random.choice(self._tokens)

    def _distort_field(self, parent: Any, field: FieldDescriptor) -> None:
        name = field.name
        if self._random.randrange(8) == 0 or field.message_type is not None:
            parent.ClearField(name)
        elif field.is_repeated:
            values = getattr(parent, name)
            if values and self._random.randrange(3) == 0:
                del values[self._random.randrange(len(values))]
            else:
                values.append(self._value(field))
        else:
            setattr(parent, name, self._value(field))

    def _value(self, field: FieldDescriptor) -> Any:
        match field.cpp_type:
            case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
                return self._random.randbytes(self._random.randrange(40))
            case FieldDescriptor.CPPTYPE_STRING:
                return self._random.choice(["", "x", "y:0", "half", "/", "é" * 100, "inputs"])
            case FieldDescriptor.CPPTYPE_BOOL:
                return self._random.random() < 0.5
            case FieldDescriptor.CPPTYPE_FLOAT | FieldDescriptor.CPPTYPE_DOUBLE:
                return self._random.choice([float("nan"), float("inf"), -1e30, 0.5])
            case FieldDescriptor.CPPTYPE_UINT32:
                return self._random.choice(_NUMBERS) % 2**32
            case FieldDescriptor.CPPTYPE_UINT64:
                return self._random.choice(_NUMBERS) % 2**64
            case FieldDescriptor.CPPTYPE_INT64:
                return self._random.choice(_NUMBERS)
            case _:  # 32 bits, and enumerations.
                return max(-(2**31), min(2**31 - 1, self._random.choice(_NUMBERS)))


def _fields_of(message: Any) -> Iterator[tuple[Any, FieldDescriptor]]:
    """Yields every field that is set in a message or its submessages."""
    for field, value in message.ListFields():
        yield message, field
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [part for part in value.values() if isinstance(part, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        for part in parts:
            yield from _fields_of(part)
