# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests pick_free_ports."""

import socket

import pytest

from tensorflow_serving_s3.testing import _ports


def test_the_ports_differ() -> None:
    assert len(set(_ports.pick_free_ports(50))) == 50


def test_the_ports_can_be_listened_on() -> None:
    for port in _ports.pick_free_ports(5):
        with socket.create_server(("127.0.0.1", port)) as server:
            assert server.getsockname()[1] == port


def test_the_companion_ports_can_be_listened_on() -> None:
    for port in _ports.pick_free_ports(5, companion_offset=10_000):
        with socket.create_server(("127.0.0.1", port + 10_000)) as server:
            assert server.getsockname()[1] == port + 10_000


def test_a_port_in_use_is_not_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    used, free = _ports.pick_free_ports(2)
    candidates = iter([used, free])
    monkeypatch.setattr("random.randint", lambda low, high: next(candidates))
    with socket.create_server(("127.0.0.1", used)):
        assert _ports.pick_free_ports(1) == (free,)


def test_too_many_ports_are_an_error() -> None:
    with pytest.raises(RuntimeError, match="found only"):
        _ports.pick_free_ports(100_000)
