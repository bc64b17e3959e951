# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""What CountingProxy promises, in front of a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

from tests.support.counting_proxy import CountingProxy

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="module")
def storage() -> Iterator[SeaweedFS]:
    """A running server."""
    with SeaweedFS(buckets=["models"]) as server:
        yield server


@pytest.fixture
def proxy(storage: SeaweedFS) -> Iterator[CountingProxy]:
    """A proxy in front of it."""
    with CountingProxy(storage.endpoint) as running:
        yield running


def _client(storage: SeaweedFS, url: str) -> S3Client:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=storage.access_key,
        aws_secret_access_key=storage.secret_key,
        region_name=storage.region,
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def _lines(proxy: CountingProxy) -> list[str]:
    return [f"{got.method} {got.path} {got.status}" for got in proxy.requests()]


def test_what_is_signed_for_the_proxy_is_taken_by_the_server(
    storage: SeaweedFS, proxy: CountingProxy
) -> None:
    client = _client(storage, proxy.url)
    content = bytes(range(256)) * 1000
    client.put_object(Bucket="models", Key="a folder/object", Body=content)
    assert client.get_object(Bucket="models", Key="a folder/object")["Body"].read() == content


def test_every_request_is_recorded_once_with_its_status(
    storage: SeaweedFS, proxy: CountingProxy
) -> None:
    client = _client(storage, proxy.url)
    client.put_object(Bucket="models", Key="a b", Body=b"content")
    client.head_object(Bucket="models", Key="a b")
    client.get_object(Bucket="models", Key="a b", Range="bytes=1-3")
    client.delete_object(Bucket="models", Key="a b")
    with pytest.raises(ClientError, match="NoSuchKey"):
        client.get_object(Bucket="models", Key="a b")
    assert _lines(proxy) == [
        "PUT /models/a%20b 200",
        "HEAD /models/a%20b 200",
        "GET /models/a%20b 206",
        "DELETE /models/a%20b 204",
        "GET /models/a%20b 404",
    ]


def test_a_head_tells_the_length_of_the_object(storage: SeaweedFS, proxy: CountingProxy) -> None:
    client = _client(storage, proxy.url)
    client.put_object(Bucket="models", Key="object", Body=b"content")
    assert client.head_object(Bucket="models", Key="object")["ContentLength"] == 7


def test_the_parameters_of_a_list_are_recorded_decoded(
    storage: SeaweedFS, proxy: CountingProxy
) -> None:
    _client(storage, proxy.url).list_objects_v2(Bucket="models", Prefix="a/b c", Delimiter="/")
    (request,) = proxy.requests()
    wanted = {name: request.query[name] for name in ("list-type", "prefix", "delimiter")}
    assert wanted == {"list-type": "2", "prefix": "a/b c", "delimiter": "/"}
    assert request.is_list


def test_cleared_requests_are_forgotten(storage: SeaweedFS, proxy: CountingProxy) -> None:
    client = _client(storage, proxy.url)
    client.list_buckets()
    proxy.clear()
    client.list_objects_v2(Bucket="models")
    assert _lines(proxy) == ["GET /models 200"]


def test_waiting_ends_with_the_request_waited_for(storage: SeaweedFS, proxy: CountingProxy) -> None:
    _client(storage, proxy.url).list_buckets()
    assert len(proxy.wait_for(1, timeout_seconds=10)) == 1
    with pytest.raises(TimeoutError, match="1 of 2 requests"):
        proxy.wait_for(2, timeout_seconds=0.01)


def test_a_server_that_does_not_answer_is_a_502(storage: SeaweedFS) -> None:
    (port,) = pick_free_ports(1)
    with CountingProxy(f"http://127.0.0.1:{port}") as proxy:
        with pytest.raises(ClientError, match="502"):
            _client(storage, proxy.url).list_buckets()
        assert _lines(proxy) == ["GET / 502"]


def test_a_url_without_a_port_is_refused() -> None:
    with pytest.raises(ValueError, match="give a URL like"):
        CountingProxy("127.0.0.1")
