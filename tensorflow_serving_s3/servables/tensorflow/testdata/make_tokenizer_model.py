# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the SavedModel of a tensorflow-text tokenizer.

    make_tokenizer_model --output DIR

creates DIR if it does not exist and writes the folder whitespace_tokenizer:
serving_default: texts string[-1] -> tokens string[-1, -1], the words of each text. Shorter rows are
padded with empty strings.
"""

from __future__ import annotations

import argparse
import importlib.machinery
import os
import pathlib
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow as tf


def _make_package_without_init(name: str) -> None:
    """Makes the modules of a package importable without its __init__, which imports Keras."""
    parent = name.rpartition(".")[0]
    path = sys.modules[parent].__path__ if parent else None
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit(f"make_tokenizer_model: no package {name!r} on sys.path")
    package = types.ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package


for _package in ("tensorflow_text", "tensorflow_text.python", "tensorflow_text.python.ops"):
    _make_package_without_init(_package)

from tensorflow_text.python.ops import whitespace_tokenizer  # noqa: E402


class Tokenizer(tf.Module):  # type: ignore[misc]
    """Splits texts into words."""

    def __init__(self) -> None:
        super().__init__()
        self.tokenizer = whitespace_tokenizer.WhitespaceTokenizer()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")])  # type: ignore[untyped-decorator]
    def tokenize(self, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns a row of words for each text."""
        return {"tokens": self.tokenizer.tokenize(texts).to_tensor()}


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    path = parser.parse_args().output / "whitespace_tokenizer"
    tokenizer = Tokenizer()
    tf.saved_model.save(tokenizer, str(path), signatures={"serving_default": tokenizer.tokenize})


if __name__ == "__main__":
    main()
