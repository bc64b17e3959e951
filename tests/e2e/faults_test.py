# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests faults between the server and its model: the errors and the recovery."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping

import pytest
from tensorflow_serving_s3.testing._ports import pick_free_ports
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.e2e import clients, ports
from tests.e2e.world import BUCKET, World

_REPORT_SECONDS = 5.0
_RECOVERY_SECONDS = 30.0
_STACK_TRACE = re.compile(r"stack trace|Check failed|\*\*\* |^ +@ +0x|terminate called", re.I)


@dataclasses.dataclass
class Fault:
    """A fault.

    Attributes:
        base_path: The base path of the server.
        cause: A regular expression for the cause in a message.
        cure: A regular expression for the cure in a message.
        env: Environment variables in addition to those of the S3 server; they have precedence.
        repair: Ends the fault, so that half_plus_three is served; None: the server must restart.
    """

    base_path: str
    cause: str
    cure: str
    env: Mapping[str, str] = dataclasses.field(default_factory=dict)
    repair: Callable[[], object] | None = None


@contextlib.contextmanager
def _wrong_port(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    (port,) = pick_free_ports(1)
    with contextlib.ExitStack() as later:
        yield Fault(
            base_path,
            cause=rf"127\.0\.0\.1:{port}.*(refused|connect)|(refused|connect).*127\.0\.0\.1:{port}",
            cure="AWS_ENDPOINT_URL",
            env={"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"},
            repair=lambda: later.enter_context(ports.forwarding(port, to=world.storage.port)),
        )


@contextlib.contextmanager
def _endpoint_that_is_not_s3(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    (port,) = pick_free_ports(1)
    with contextlib.ExitStack() as other, contextlib.ExitStack() as right:
        other.enter_context(ports.web_pages(port))

        def repair() -> None:
            other.close()
            right.enter_context(ports.forwarding(port, to=world.storage.port))

        yield Fault(
            base_path,
            cause=r"127\.0\.0\.1.*\bS3\b|\bS3\b.*127\.0\.0\.1|XML",
            cure="AWS_ENDPOINT_URL",
            env={"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"},
            repair=repair,
        )


@contextlib.contextmanager
def _endpoint_without_address(world: World) -> Iterator[Fault]:
    yield Fault(
        world.new_base_path(),
        cause=r"no-such-host\.invalid.*(resolve|DNS|host)|(resolve|DNS).*no-such-host\.invalid",
        cure="AWS_ENDPOINT_URL",
        env={"AWS_ENDPOINT_URL_S3": "http://no-such-host.invalid:8333"},
    )


@contextlib.contextmanager
def _endpoint_that_is_no_url(world: World) -> Iterator[Fault]:
    yield Fault(
        world.new_base_path(),
        cause=r"ftp://127\.0\.0\.1",
        cure="AWS_ENDPOINT_URL",
        env={"AWS_ENDPOINT_URL_S3": "ftp://127.0.0.1"},
    )


@contextlib.contextmanager
def _unknown_access_key(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    yield Fault(
        base_path,
        cause="InvalidAccessKeyId",
        cure="AWS_ACCESS_KEY_ID",
        env={"AWS_ACCESS_KEY_ID": "new-key", "AWS_SECRET_ACCESS_KEY": "new-secret"},
        repair=lambda: world.storage.add_user(
            "new", access_key="new-key", secret_key="new-secret", bucket=BUCKET
        ),
    )


@contextlib.contextmanager
def _wrong_secret_key(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    world.storage.add_user("rotated", access_key="its-key", secret_key="old", bucket=BUCKET)
    yield Fault(
        base_path,
        cause="SignatureDoesNotMatch",
        cure="AWS_SECRET_ACCESS_KEY",
        env={"AWS_ACCESS_KEY_ID": "its-key", "AWS_SECRET_ACCESS_KEY": "rotated-secret"},
        repair=lambda: world.storage.add_user(
            "rotated", access_key="its-key", secret_key="rotated-secret", bucket=BUCKET
        ),
    )


@contextlib.contextmanager
def _missing_rights(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.publish(world.half_plus_three, base_path, 1)
    key = {"access_key": "others-key", "secret_key": "others-secret"}
    world.storage.add_user("other", **key, bucket="of-others", actions=["Read"])
    yield Fault(
        base_path,
        cause="AccessDenied",
        cure="s3:ListBucket",
        env={"AWS_ACCESS_KEY_ID": "others-key", "AWS_SECRET_ACCESS_KEY": "others-secret"},
        repair=lambda: world.storage.add_user("other", **key, bucket=BUCKET),
    )


@contextlib.contextmanager
def _no_credentials(world: World) -> Iterator[Fault]:
    yield Fault(
        world.new_base_path(),
        cause="[Cc]redentials",
        cure="AWS_ACCESS_KEY_ID",
        env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
    )


@contextlib.contextmanager
def _missing_bucket(world: World) -> Iterator[Fault]:
    def repair() -> None:
        world.storage.client().create_bucket(Bucket="came-later")
        world.publish(world.half_plus_three, "s3://came-later/m", 1)

    yield Fault("s3://came-later/m", cause="NoSuchBucket", cure="[Cc]reate|[Cc]heck", repair=repair)


@contextlib.contextmanager
def _missing_model(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    yield Fault(
        base_path,
        cause=r"this file or directory does not exist",
        cure="check the base path",
        repair=lambda: world.publish(world.half_plus_three, base_path, 1),
    )


@contextlib.contextmanager
def _empty_version_folder(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.put(f"{base_path}/1/", b"")  # As a web console makes a folder.
    yield Fault(
        base_path,
        cause=r"saved_model\.pb",
        cure="[Pp]ut|[Pp]ublish|[Uu]pload|[Cc]heck|[Cc]opy",
        repair=lambda: world.publish(world.half_plus_three, base_path, 1),
    )


@contextlib.contextmanager
def _corrupt_saved_model(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.put(f"{base_path}/1/saved_model.pb", b"this is no SavedModel")
    yield Fault(
        base_path,
        cause=r"saved_model\.pb: not a SavedModel",
        cure="export or copy the model again",
        repair=lambda: world.publish(world.half_plus_three, base_path, 2),
    )


@contextlib.contextmanager
def _saved_model_repaired_in_its_place(world: World) -> Iterator[Fault]:
    base_path = world.new_base_path()
    world.put(f"{base_path}/1/saved_model.pb", b"this is no SavedModel")

    def repair() -> None:
        for file in world.half_plus_three.rglob("*"):
            if file.is_file():
                name = file.relative_to(world.half_plus_three).as_posix()
                world.put(f"{base_path}/1/{name}", file.read_bytes())

    yield Fault(
        base_path,
        cause=r"saved_model\.pb: not a SavedModel",
        cure="export or copy the model again",
        repair=repair,
    )


@contextlib.contextmanager
def _name_that_is_no_bucket(world: World) -> Iterator[Fault]:
    yield Fault("s3://Not_A_Bucket/m", cause="bucket", cure="name|letters|check")


_MENDABLE = [
    _wrong_port,
    _endpoint_that_is_not_s3,
    _unknown_access_key,
    _wrong_secret_key,
    _missing_rights,
    _missing_bucket,
    _missing_model,
    _empty_version_folder,
    _corrupt_saved_model,
    _saved_model_repaired_in_its_place,
]
_ALL = [
    *_MENDABLE,
    _endpoint_without_address,
    _endpoint_that_is_no_url,
    _no_credentials,
    _name_that_is_no_bucket,
]


@dataclasses.dataclass
class Faulty:
    """A fault and a server that was started with it."""

    fault: Fault
    server: ModelServer


@pytest.fixture(scope="module")
def faulty(request: pytest.FixtureRequest, world: World) -> Iterator[Faulty]:
    """A fault and a server that was started with it, shared by the tests of this fault."""
    with (
        request.param(world) as fault,
        world.serving(fault.base_path, env=fault.env) as server,
    ):
        yield Faulty(fault, server)


def _all_of(*patterns: str) -> str:
    return "".join(f"(?=.*(?:{pattern}))" for pattern in patterns)


def _name(fault: Callable[[World], object]) -> str:
    return fault.__name__.strip("_").replace("_", " ")


each_fault = pytest.mark.parametrize("faulty", _ALL, indirect=True, scope="module", ids=_name)
each_repairable_fault = pytest.mark.parametrize(
    "faulty", _MENDABLE, indirect=True, scope="module", ids=_name
)


@each_fault
def test_one_log_line_names_the_url_the_cause_and_the_cure(faulty: Faulty) -> None:
    fault = faulty.fault
    line = _all_of(re.escape(fault.base_path), fault.cause, fault.cure)
    faulty.server.process.wait_for_line(line, timeout_seconds=_REPORT_SECONDS)


@each_fault
def test_the_status_endpoint_has_the_error(faulty: Faulty) -> None:
    fault = faulty.fault
    said = re.compile(_all_of(re.escape(fault.base_path), fault.cause, fault.cure), re.DOTALL)
    deadline = time.monotonic() + _REPORT_SECONDS
    while not said.search(text := _messages(faulty.server)):
        assert time.monotonic() < deadline, f"the status says {text}"
        time.sleep(0.05)


def _messages(server: ModelServer) -> str:
    return json.dumps(server.status().body, ensure_ascii=False)


@each_fault
def test_a_request_is_answered_with_an_error(faulty: Faulty) -> None:
    response = clients.post(faulty.server, {"instances": [1.0]})
    assert (response.status_code in (404, 503), "error" in response.json()) == (True, True)


@each_fault
def test_the_server_continues_without_a_stack_trace(faulty: Faulty) -> None:
    process = faulty.server.process
    traces = [line for line in process.lines() if _STACK_TRACE.search(line)]
    assert (process.exit_code, traces) == (None, [])


@each_repairable_fault
def test_the_server_recovers_after_the_fault(faulty: Faulty) -> None:
    assert faulty.fault.repair is not None
    faulty.fault.repair()
    faulty.server.wait_until_available(timeout_seconds=_RECOVERY_SECONDS)
    response = clients.post(faulty.server, {"instances": [1.0]})
    assert response.json() == {"predictions": [3.5]}


@each_repairable_fault
def test_a_recovered_server_ends_with_exit_code_0(faulty: Faulty) -> None:
    assert faulty.server.stop() == 0
