# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""The inputs of a prediction: from JSON, .npy files and images to arrays of a signature's types."""

from __future__ import annotations

import base64
import dataclasses
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tensorflow_serving_s3 import _messages
from tensorflow_serving_s3.client._grpc import GrpcClient
from tensorflow_serving_s3.client._rest import RestClient
from tensorflow_serving_s3.client._spec import ModelSpec
from tensorflow_serving_s3.client._tensors import numpy_type
from tensorflow_serving_s3.errors import Error, RequestError

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
_DEFAULT_SIGNATURE = "serving_default"
_INTERNAL = "__"


@dataclasses.dataclass(frozen=True)
class InputSpec:
    """An input of a signature.

    Attributes:
        data_type: Such as `DT_FLOAT`.
        shape: The sizes, -1 for any size; None for any rank.
    """

    data_type: str
    shape: tuple[int, ...] | None


@dataclasses.dataclass(frozen=True)
class Image:
    """An encoded image.

    Attributes:
        name: The name of the file, for messages.
        content: The bytes of the file.
    """

    name: str
    content: bytes


def signature_by_rest(client: RestClient, spec: ModelSpec) -> dict[str, InputSpec]:
    """Returns the inputs of a signature by name.

    Raises:
        RequestError: The server did not answer, or the model has no such signature.
    """
    path = f"{spec.path}/metadata"
    document = client.get(path)
    with client.expecting(path, document):
        signatures = document["metadata"]["signature_def"]["signature_def"]
        chosen = _choose(signatures, spec)
        return {
            name: InputSpec(
                info.get("dtype", "DT_INVALID"),
                None
                if info.get("tensor_shape", {}).get("unknown_rank")
                else tuple(int(dim["size"]) for dim in info.get("tensor_shape", {}).get("dim", [])),
            )
            for name, info in chosen.get("inputs", {}).items()
        }


def signature_by_grpc(client: GrpcClient, spec: ModelSpec) -> dict[str, InputSpec]:
    """Returns the inputs of a signature by name.

    Raises:
        RequestError: The server did not answer, or the model has no such signature.
    """
    names = _messages.apis().DataType
    chosen = _choose(client.signatures(spec), spec)
    return {
        name: InputSpec(
            names.Name(info.dtype),
            None
            if info.tensor_shape.unknown_rank
            else tuple(dim.size for dim in info.tensor_shape.dim),
        )
        for name, info in chosen.inputs.items()
    }


def to_inputs(value: Any, inputs: Mapping[str, InputSpec]) -> dict[str, Any]:
    """Assigns values to the inputs of a signature.

    Args:
        value: A mapping from the names of inputs to values, or the value of the only input.
        inputs: The inputs of the signature.

    Raises:
        Error: An input is missing or unknown.
    """
    if isinstance(value, dict) and set(value) != {"b64"}:
        unknown = sorted(set(value) - set(inputs))
        missing = sorted(set(inputs) - set(value))
        if unknown or missing:
            raise Error(
                f"the inputs are {', '.join(value) or 'none'}; the signature has "
                f"{_described(inputs)}"
            )
        return dict(value)
    if len(inputs) != 1:
        raise Error(f"name the inputs; the signature has {_described(inputs)}")
    return {next(iter(inputs)): value}


def to_values(values: Mapping[str, Any], inputs: Mapping[str, InputSpec]) -> dict[str, Any]:
    """Returns arrays of the types of the inputs.

    Args:
        values: Lists, numbers, texts, `{"b64": ...}`, arrays or images by the name of the input.
        inputs: The inputs of the signature.

    Raises:
        Error: A value does not have the type of the input.
    """
    arrays = {}
    for name, value in values.items():
        spec = inputs[name]
        try:
            arrays[name] = _array(value, spec)
        except (ValueError, TypeError, OverflowError) as error:
            raise Error(f"input {name} ({_shown(spec)}): {error}") from error
    return arrays


def zeros(inputs: Mapping[str, InputSpec], batch: int) -> dict[str, Any]:
    """Returns zeros (empty texts for DT_STRING) in the declared shapes.

    Args:
        inputs: The inputs of the signature.
        batch: The first size, if the shape leaves it open; other open sizes are 1.

    Raises:
        Error: An input has no declared shape.
    """
    arrays = {}
    for name, spec in inputs.items():
        if spec.shape is None:
            raise Error(f"input {name} ({_shown(spec)}) has no declared shape; give the data")
        shape = [
            (batch if position == 0 else 1) if size < 0 else size
            for position, size in enumerate(spec.shape)
        ]
        dtype = numpy_type(spec.data_type)
        filler: Any = b"" if dtype.kind == "O" else 0
        arrays[name] = np.full(shape, filler, dtype)
    return arrays


def to_json_value(value: Any, name: str) -> Any:
    """Returns a value as JSON for REST: lists, and `{"b64": ...}` for bytes that are not text."""
    if isinstance(value, np.ndarray):
        return to_json_value(value.tolist(), name)
    if isinstance(value, list):
        return [to_json_value(item, name) for item in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return {"b64": base64.b64encode(value).decode()}
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | bool) else float(value)


def _array(value: Any, spec: InputSpec) -> Any:
    dtype = numpy_type(spec.data_type)
    if isinstance(value, Image):
        return _image_array(value, spec, dtype)
    if isinstance(value, np.ndarray):
        if dtype.kind == "O":
            return value.astype(object)
        return value.astype(dtype, casting="same_kind")
    if dtype.kind == "O":
        return np.array(_texts(value), dtype=object)
    try:
        array = np.array(value)
    except ValueError as error:
        raise ValueError("the lists have different lengths") from error
    if array.dtype.kind == "O":
        raise ValueError("it is neither a number nor lists of numbers")
    if array.size and array.dtype.kind in "US":
        raise ValueError("it is a text")
    if dtype.kind in "iu" and array.dtype.kind == "f":
        raise ValueError("it has a fraction")
    if dtype.kind in "iu" and array.size:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        if int(array.min()) < low or int(array.max()) > high:
            raise ValueError(f"the values must be from {low} to {high}")
    return array.astype(dtype)


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, dict) and set(value) == {"b64"}:
        return base64.b64decode(value["b64"])
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    raise ValueError(f"{value!r} is not a text")


def _image_array(image: Image, spec: InputSpec, dtype: np.dtype[Any]) -> Any:
    """Returns the bytes of the file for DT_STRING, else a batch of one image."""
    if dtype.kind == "O":
        shape = spec.shape if spec.shape is not None else (1,)
        return np.full([1] * len(shape), image.content, dtype=object)
    try:
        import PIL.Image
    except ImportError as error:
        raise Error(
            f"{image.name}: the model takes numbers, and decoding an image needs the package "
            "pillow; install it"
        ) from error
    shape = spec.shape if spec.shape is not None else (-1, -1, -1, 3)
    if len(shape) not in (3, 4):
        raise ValueError("an image needs an input of the shape [batch, height, width, channels]")
    height, width, channels = shape[-3:]
    try:
        with PIL.Image.open(io.BytesIO(image.content)) as opened:
            picture = opened.convert({1: "L", 4: "RGBA"}.get(channels, "RGB"))
    except (OSError, SyntaxError, PIL.Image.DecompressionBombError) as error:
        raise Error(f"{image.name}: cannot be decoded: {error}; is it an image?") from error
    if height > 0 and width > 0:
        picture = picture.resize((width, height))
    pixels = np.asarray(picture)
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    return (pixels[np.newaxis] if len(shape) == 4 else pixels).astype(dtype)


def _choose(signatures: Any, spec: ModelSpec) -> Any:
    name = spec.signature or _DEFAULT_SIGNATURE
    if name not in signatures:
        named = sorted(key for key in signatures if not key.startswith(_INTERNAL))
        raise RequestError(
            f'the model "{spec.name}" has no signature "{name}"; it has: {", ".join(named)}'
        )
    return signatures[name]


def _described(inputs: Mapping[str, InputSpec]) -> str:
    return ", ".join(f"{name} ({_shown(spec)})" for name, spec in sorted(inputs.items()))


def _shown(spec: InputSpec) -> str:
    shape = "..." if spec.shape is None else ", ".join(map(str, spec.shape))
    return f"{spec.data_type.removeprefix('DT_').lower()}[{shape}]"


def load_file(path: Path) -> Any:
    """Returns the contents of a file: an array of .npy, an image, or parsed JSON.

    Raises:
        Error: The file cannot be read.
    """
    import json

    try:
        if path.suffix.lower() == ".npy":
            with path.open("rb") as file:
                return np.lib.format.read_array(file, allow_pickle=False)
        if path.suffix.lower() in IMAGE_ENDINGS:
            return Image(path.name, path.read_bytes())
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise Error(f"{path}: the lists are nested too deeply") from error
    except OSError as error:
        raise Error(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        kind = {".npy": "an array of numpy.save"}.get(path.suffix.lower(), "JSON in UTF-8")
        raise Error(f"{path}: not {kind}: {error}; give JSON, .npy or an image") from error
