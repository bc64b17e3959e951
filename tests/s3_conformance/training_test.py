# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Datasets, checkpoints, models, summaries."""

import os
from pathlib import Path

import pytest
import tensorflow as tf

from tests.s3_conformance.place import Place

_RECORDS = [f"record {number}".encode() for number in range(200)]


def _write_records(url: str, compression: str = "") -> None:
    with tf.io.TFRecordWriter(url, options=compression) as writer:
        for record in _RECORDS:
            writer.write(record)


@pytest.fixture
def shards(place: Place, tmp_path: Path) -> Place:
    """Eight files of records, put there from the local disk."""
    for number in range(8):
        _write_records(str(tmp_path / "shard"))
        place.put(f"shard-{number}", (tmp_path / "shard").read_bytes())
    return place


def test_records_are_read(shards: Place) -> None:
    dataset = tf.data.TFRecordDataset(shards.url("shard-0"))
    assert list(dataset.as_numpy_iterator()) == _RECORDS


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_records_are_written(place: Place, compression: str) -> None:
    _write_records(place.url("records"), compression)
    dataset = tf.data.TFRecordDataset(place.url("records"), compression_type=compression)
    assert list(dataset.as_numpy_iterator()) == _RECORDS


def test_files_are_listed_and_read_in_parallel(shards: Place) -> None:
    files = tf.data.Dataset.list_files(shards.url("shard-*"), shuffle=True, seed=1)
    records = files.interleave(
        tf.data.TFRecordDataset, cycle_length=4, num_parallel_calls=4, deterministic=False
    ).prefetch(100)
    assert sorted(records.as_numpy_iterator()) == sorted(_RECORDS * 8)


def test_text_lines_and_fixed_length_records_are_datasets(place: Place) -> None:
    url = place.put("file", b"".join(b"line %03d\n" % number for number in range(300)))
    lines = list(tf.data.TextLineDataset(url).as_numpy_iterator())
    blocks = list(tf.data.FixedLengthRecordDataset(url, 9).as_numpy_iterator())
    assert lines == [b"line %03d" % number for number in range(300)]
    assert blocks == [line + b"\n" for line in lines]


def test_a_dataset_is_saved_and_loaded(place: Place) -> None:
    tf.data.Dataset.range(1000).save(place.url("dataset"))
    loaded = tf.data.Dataset.load(place.url("dataset"))
    assert sorted(loaded.as_numpy_iterator()) == list(range(1000))


def test_a_dataset_is_cached(place: Place) -> None:
    dataset = tf.data.Dataset.range(100).cache(place.url("cache"))
    assert list(dataset.as_numpy_iterator()) == list(range(100))
    assert list(dataset.as_numpy_iterator()) == list(range(100))
    assert any(name.startswith("cache") for name in place.files())


def test_a_checkpoint_is_saved_and_restored(place: Place) -> None:
    saved = tf.Variable(tf.random.stateless_uniform([1000, 1000], seed=(1, 2)))
    path = tf.train.Checkpoint(weights=saved).save(place.url("ckpt"))
    restored = tf.Variable(tf.zeros([1000, 1000]))
    tf.train.Checkpoint(weights=restored).restore(path).assert_consumed()
    assert bool(tf.reduce_all(restored == saved))
    assert tf.train.latest_checkpoint(place.url()) == path
    assert "checkpoint" in place.files()


def test_a_checkpoint_manager_keeps_the_last_checkpoints(place: Place) -> None:
    step = tf.Variable(0)
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(step=step), place.url("manager"), max_to_keep=2
    )
    for number in range(5):
        step.assign(number)
        manager.save()
    assert [path.rpartition("/")[2] for path in manager.checkpoints] == ["ckpt-4", "ckpt-5"]
    assert place.files() == [
        "manager/checkpoint",
        "manager/ckpt-4.data-00000-of-00001",
        "manager/ckpt-4.index",
        "manager/ckpt-5.data-00000-of-00001",
        "manager/ckpt-5.index",
    ]
    step.assign(0)
    assert manager.restore_or_initialize() == manager.latest_checkpoint
    assert int(step) == 4


def test_a_checkpoint_of_several_shards_is_merged_and_restored(place: Place) -> None:
    names = [f"tensor-{number}" for number in range(3)]
    tensors = [tf.random.stateless_uniform([6_000_000], seed=(number, 0)) for number in range(3)]
    parts = [place.url(f"part-{number}-of-3") for number in range(3)]
    for part, name, tensor in zip(parts, names, tensors, strict=True):
        tf.raw_ops.SaveV2(prefix=part, tensor_names=[name], shape_and_slices=[""], tensors=[tensor])
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=parts, destination_prefix=place.url("merged"), delete_old_dirs=False
    )
    restored = tf.raw_ops.RestoreV2(
        prefix=place.url("merged"),
        tensor_names=names,
        shape_and_slices=[""] * 3,
        dtypes=[tf.float32] * 3,
    )
    assert all(bool(tf.reduce_all(a == b)) for a, b in zip(restored, tensors, strict=True))
    assert place.files() == [
        *(f"merged.data-0000{number}-of-00003" for number in range(3)),
        "merged.index",
    ]


def test_a_saved_model_is_saved_and_loaded(place: Place, tmp_path: Path) -> None:
    vocabulary = tmp_path / "vocabulary.txt"
    vocabulary.write_text("one\ntwo\n")
    model = tf.Module()
    model.weights = tf.Variable(tf.range(100_000, dtype=tf.float32))
    model.asset = tf.saved_model.Asset(os.fspath(vocabulary))
    model.scale = tf.function(
        lambda factor: model.weights * factor, input_signature=[tf.TensorSpec([], tf.float32)]
    )
    tf.saved_model.save(model, place.url("model/1"))
    assert {"model/1/assets/vocabulary.txt", "model/1/saved_model.pb"} <= set(place.files())
    assert tf.saved_model.contains_saved_model(place.url("model/1"))
    loaded = tf.saved_model.load(place.url("model/1"))
    assert bool(tf.reduce_all(loaded.scale(2.0) == 2 * model.weights))
    assert tf.io.gfile.GFile(loaded.asset.asset_path.numpy()).read() == "one\ntwo\n"


def test_summaries_are_written_at_each_flush_and_read_back(place: Place) -> None:
    writer = tf.summary.create_file_writer(place.url("logs"))
    with writer.as_default():
        for step in range(10):
            tf.summary.write("loss", tf.constant(float(step)), step=step)
            writer.flush()
    writer.close()
    (name,) = place.files()
    events = list(tf.data.TFRecordDataset(place.url(name)).as_numpy_iterator())
    parsed = [tf.compat.v1.Event.FromString(event) for event in events]
    assert [event.step for event in parsed if event.summary.value] == list(range(10))
