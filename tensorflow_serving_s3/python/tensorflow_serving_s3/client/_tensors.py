# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Converts between numpy arrays and TensorProto without TensorFlow's runtime."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensorflow_serving_s3 import _messages
from tensorflow_serving_s3.errors import Error

# DataType -> the numpy type. bfloat16 needs ml_dtypes, a dependency of TensorFlow.
_NUMPY = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_HALF": "float16",
    "DT_INT8": "int8",
    "DT_INT16": "int16",
    "DT_INT32": "int32",
    "DT_INT64": "int64",
    "DT_UINT8": "uint8",
    "DT_UINT16": "uint16",
    "DT_UINT32": "uint32",
    "DT_UINT64": "uint64",
    "DT_BOOL": "bool",
    "DT_COMPLEX64": "complex64",
    "DT_COMPLEX128": "complex128",
    "DT_BFLOAT16": "bfloat16",
}
_BY_NUMPY = {name: data_type for data_type, name in _NUMPY.items()}
# The field of the values that are not in tensor_content.
_FIELDS = {
    "DT_FLOAT": "float_val",
    "DT_DOUBLE": "double_val",
    "DT_INT64": "int64_val",
    "DT_BOOL": "bool_val",
    "DT_UINT32": "uint32_val",
    "DT_UINT64": "uint64_val",
}
_HALVES = ("DT_HALF", "DT_BFLOAT16")


def numpy_type(data_type: str) -> np.dtype[Any]:
    """Returns the numpy type of a DataType such as `DT_FLOAT`; `object` for DT_STRING.

    Raises:
        Error: numpy has no such type.
    """
    if data_type == "DT_STRING":
        return np.dtype(object)
    name = _NUMPY.get(data_type)
    if name is None:
        raise Error(f"tensors of the type {data_type} are not supported")
    if name == "bfloat16":
        import ml_dtypes

        brain: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
        return brain
    return np.dtype(name)


def to_tensor(array: Any) -> Any:
    """Returns a TensorProto of an array. Arrays of text or bytes become DT_STRING.

    Raises:
        Error: TensorFlow has no such type.
    """
    messages = _messages.apis()
    values = np.asarray(array)
    tensor = messages.TensorProto()
    for size in values.shape:
        tensor.tensor_shape.dim.add(size=size)
    tensor.tensor_shape.SetInParent()
    if values.dtype.kind in "OSU":
        tensor.dtype = messages.DT_STRING
        for value in values.ravel().tolist():
            if not isinstance(value, str | bytes):
                raise Error(f"{value!r} is neither a text nor bytes; a tensor has one type")
            tensor.string_val.append(value.encode() if isinstance(value, str) else value)
        return tensor
    data_type = _BY_NUMPY.get(values.dtype.name)
    if data_type is None:
        raise Error(f"arrays of the type {values.dtype} are not supported")
    tensor.dtype = getattr(messages, data_type)
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    tensor.tensor_content = np.ascontiguousarray(little).tobytes()
    return tensor


def to_array(tensor: Any) -> np.ndarray[Any, Any]:
    """Returns the array of a TensorProto; DT_STRING becomes an array of bytes objects.

    Raises:
        Error: numpy has no such type.
    """
    data_type = _messages.apis().DataType.Name(tensor.dtype)
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    dtype = numpy_type(data_type)
    if data_type == "DT_STRING":
        return _filled(list(tensor.string_val), shape, dtype)
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, dtype).reshape(shape).copy()
    if data_type in _HALVES:
        raw = np.array(list(tensor.half_val), np.uint16).view(dtype)
        return _filled(list(raw), shape, dtype)
    if data_type in ("DT_COMPLEX64", "DT_COMPLEX128"):
        numbers = tensor.scomplex_val if data_type == "DT_COMPLEX64" else tensor.dcomplex_val
        pairs = [complex(a, b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
        return _filled(pairs, shape, dtype)
    return _filled(list(getattr(tensor, _FIELDS.get(data_type, "int_val"))), shape, dtype)


def _filled(values: list[Any], shape: list[int], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Returns an array; the last value stands for all that follow, as in TensorProto."""
    count = int(np.prod(shape, dtype=np.int64))
    result = np.empty(count, dtype)
    fallback: Any = b"" if dtype.kind == "O" else 0
    last = values[-1] if values else fallback
    for number in range(count):
        result[number] = values[number] if number < len(values) else last
    return result.reshape(shape)
