# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Unusual keys."""

import pytest
import tensorflow as tf

from tests.s3_conformance.place import Place

_NAMES = {
    "spaces": "with two  spaces",
    "unicode": "größe-日本語-🙂",
    "plus": "a+b",
    "percent": "100%",
    "percent_encoded": "a%20b%2Fc",
    "question_mark": "what?x=1",
    "hash": "file#1",
    "ampersand": "a&b=c;d",
    "quotes": 'it\'s "so"',
    "brackets": "{a}[b](c)<d>",
    "colon": "12:30@home",
    "leading_dot": ".hidden",
    "dots_within": "a..b",
    "tilde": "~user",
    "backslash": "a\\b",
    "dollar": "$HOME,!",
}
_names = pytest.mark.parametrize("name", _NAMES.values(), ids=_NAMES.keys())


@_names
def test_a_file_with_an_unusual_name_is_read_and_listed(place: Place, name: str) -> None:
    url = place.put(f"{name}/{name}", b"bytes")
    assert tf.io.gfile.GFile(url, "rb").read() == b"bytes"
    assert tf.io.gfile.stat(url).length == 5
    assert [entry.rstrip("/") for entry in tf.io.gfile.listdir(place.url())] == [name]
    assert tf.io.gfile.listdir(place.url(name)) == [name]


@_names
def test_a_file_with_an_unusual_name_is_written_renamed_and_removed(
    place: Place, name: str
) -> None:
    with tf.io.gfile.GFile(place.url(f"{name}/{name}"), "wb") as file:
        file.write(b"bytes")
    assert place.get(f"{name}/{name}") == b"bytes"
    tf.io.gfile.rename(place.url(f"{name}/{name}"), place.url(f"{name}/other"))
    tf.io.gfile.copy(place.url(f"{name}/other"), place.url(f"copy {name}"))
    assert place.files() == sorted([f"{name}/other", f"copy {name}"])
    tf.io.gfile.remove(place.url(f"{name}/other"))
    tf.io.gfile.remove(place.url(f"copy {name}"))
    assert place.files() == []


def test_an_empty_segment_of_a_key_is_kept(place: Place) -> None:
    url = place.put("a//b", b"bytes")
    assert tf.io.gfile.GFile(url, "rb").read() == b"bytes"
    assert not tf.io.gfile.exists(place.url("a/b"))


def test_two_dots_in_a_key_are_an_ordinary_name(place: Place) -> None:
    url = place.put("a/../b", b"bytes")
    assert tf.io.gfile.GFile(url, "rb").read() == b"bytes"
    assert not tf.io.gfile.exists(place.url("b"))


def test_an_object_and_a_prefix_may_have_the_same_name(place: Place) -> None:
    place.put("both", b"object")
    place.put("both/file", b"below")
    assert tf.io.gfile.GFile(place.url("both"), "rb").read() == b"object"
    assert tf.io.gfile.GFile(place.url("both/file"), "rb").read() == b"below"


def test_upper_and_lower_case_are_different_names(place: Place) -> None:
    place.put("File", b"upper")
    place.put("file", b"lower")
    assert tf.io.gfile.GFile(place.url("File"), "rb").read() == b"upper"
    assert sorted(tf.io.gfile.listdir(place.url())) == ["File", "file"]
