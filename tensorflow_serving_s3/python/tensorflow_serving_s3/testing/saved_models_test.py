# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the responses of the models in TensorFlow."""

import concurrent.futures
import time
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from tensorflow_serving_s3.testing import saved_models


def _answers(folder: Path, signature: str, **inputs: Any) -> dict[str, Any]:
    outputs = tf.saved_model.load(str(folder)).signatures[signature](**inputs)
    return {name: value.numpy().tolist() for name, value in outputs.items()}


def test_half_plus_three(tmp_path: Path) -> None:
    folder = saved_models.save_half_plus_three(tmp_path / "model")
    answers = _answers(folder, "serving_default", x=tf.constant([1.0, 2.0, 5.0]))
    assert answers == {"y": [3.5, 4.0, 5.5]}


@pytest.mark.parametrize(("signature", "y"), [("serving_default", [4.0]), ("double", [8.0])])
def test_linear(tmp_path: Path, signature: str, y: list[float]) -> None:
    folder = saved_models.save_linear(tmp_path / "model", slope=1.5, offset=1.0)
    assert _answers(folder, signature, x=tf.constant([2.0])) == {"y": y}


def test_mixed(tmp_path: Path) -> None:
    folder = saved_models.save_mixed(tmp_path / "model")
    answers = _answers(
        folder,
        "serving_default",
        point=tf.constant([[1.0, 2.0]]),
        count=tf.constant([2**62], tf.int64),
        word=tf.constant([b"\xff"]),
    )
    assert answers == {
        "weighted": [5.0],
        "next": [2**62 + 1],
        "greeting": [b"hello \xff"],
        "word_bytes": [b"\xff"],
    }


def test_waiting_reports_its_start_and_answers_when_the_file_exists(tmp_path: Path) -> None:
    folder = saved_models.save_waiting(tmp_path / "model")
    started, awaited = tmp_path / "started", tmp_path / "awaited"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = pool.submit(
            _answers,
            folder,
            "serving_default",
            x=tf.constant([7.0]),
            started=tf.constant([str(started)]),
            awaited=tf.constant([str(awaited)]),
        )
        while not started.exists() and not answers.done():
            time.sleep(0.01)
        assert not answers.done()
        awaited.touch()
        assert answers.result() == {"y": [7.0]}


def test_large_has_a_variable_of_its_size(tmp_path: Path) -> None:
    folder = saved_models.save_large(tmp_path / "model", mebibytes=2)
    data = folder / "variables" / "variables.data-00000-of-00001"
    assert 0 <= data.stat().st_size - 2 * 1024 * 1024 < 65_536
    (low,) = _answers(folder, "serving_default", x=tf.constant([1.0]))["y"]
    assert 1.0 <= low < 2.0


def test_a_saved_model_has_its_files(tmp_path: Path) -> None:
    folder = saved_models.save_half_plus_three(tmp_path / "model")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"saved_model.pb", "variables/variables.index"} <= files
