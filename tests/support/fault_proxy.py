# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A proxy of an S3 server that injects planned faults.

Example:
    plan = RandomFaults(seed=7, rate=0.25, kinds=TRANSIENT)
    with FaultProxy(storage.endpoint, plan) as proxy:
        subprocess.run([...], env={**storage.env(), "AWS_ENDPOINT_URL_S3": proxy.url})
        print(proxy.struck())

A plan is a function of a request and of the number of earlier requests that were the same. It
returns the fault of the request. `RandomFaults` depends only on its seed and the request, so the
same seed causes the same faults in any order of the requests.
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import enum
import os
import random
import re
import threading
import zlib
from collections.abc import Callable, Sequence
from types import TracebackType

from tests.support.reverse_proxy import Answer, Exchange, Request, ReverseProxy

OTHER_REGION = "eu-west-9"
_JUNK = b"<!doctype html><html><body>Please sign in to the network</body></html>"
_TRICKLE_SECONDS = 0.02
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Kind(enum.Enum):
    """A kind of fault. "The body" is the body of the response."""

    INTERNAL_ERROR = "500 InternalError"
    SLOW_DOWN = "503 SlowDown"
    FORBIDDEN = "403 AccessDenied"
    EXPIRED_TOKEN = "400 ExpiredToken"
    MOVED = "301 to another region"
    GARBAGE = "200 with a web page"
    NOT_HTTP = "a response that is not HTTP"
    REFUSED = "the connection is reset, and new ones are refused for a moment"
    RESET = "the connection is reset within the body"
    STALL_HEAD = "no response, the connection stays open"
    STALL_BODY = "the body stops, the connection stays open"
    TRUNCATED = "the connection is closed within the body"
    SHORT = "a part of the body, with the Content-Length of the part"
    LONG = "the body and more bytes, with the Content-Length of both"
    CORRUPTED = "one byte of a whole object is wrong, with the right checksum"
    OTHER_RANGE = "the response has the Content-Range of another range"
    SLOW_FIRST_BYTE = "a good response, after a pause"
    TRICKLE = "the rest of the body arrives byte by byte, 50 per second"
    REPLACED = "the object is replaced within the body, and the connection is reset"
    DELETED = "the object is deleted within the body, and the connection is reset"


# The faults after which a second attempt succeeds.
TRANSIENT = (
    Kind.INTERNAL_ERROR,
    Kind.SLOW_DOWN,
    Kind.REFUSED,
    Kind.RESET,
    Kind.STALL_HEAD,
    Kind.STALL_BODY,
    Kind.TRUNCATED,
    Kind.SLOW_FIRST_BYTE,
    Kind.TRICKLE,
)
_OF_OBJECTS = (Kind.CORRUPTED, Kind.OTHER_RANGE, Kind.REPLACED, Kind.DELETED)
_ERRORS = {
    Kind.INTERNAL_ERROR: (500, "InternalError", "We had an internal problem."),
    Kind.SLOW_DOWN: (503, "SlowDown", "Reduce your request rate."),
    Kind.FORBIDDEN: (403, "AccessDenied", "Access Denied"),
    Kind.EXPIRED_TOKEN: (400, "ExpiredToken", "The provided token has expired."),
    Kind.MOVED: (301, "PermanentRedirect", "The bucket must be addressed elsewhere."),
}
_INSTEAD_OF_THE_SERVER = (*_ERRORS, Kind.GARBAGE, Kind.NOT_HTTP)


@dataclasses.dataclass(frozen=True)
class Fault:
    """The fault of one request.

    Attributes:
        kind: The kind of fault.
        portion: The part of the body before the fault, from 0 to 1.
    """

    kind: Kind
    portion: float = 0.5


# Returns the fault of a request. The second argument is the number of earlier requests that were
# the same.
Plan = Callable[[Request, int], Fault | None]


def no_faults(request: Request, nth: int) -> Fault | None:
    """A plan without faults."""
    return None


def seed_of_environment() -> int:
    """Returns the seed in the environment variable FAULT_SEED.

    The default is 1; "random" selects a random seed. Print the seed, so that a run can be repeated.

    Raises:
        ValueError: FAULT_SEED is neither "random" nor a whole number.
    """
    given = os.environ.get("FAULT_SEED", "1")
    return random.SystemRandom().randrange(1 << 32) if given == "random" else int(given)


@dataclasses.dataclass(frozen=True)
class RandomFaults:
    """A plan in which each request has a fault with the same probability.

    Attributes:
        seed: The seed of the random decisions.
        rate: The probability of a fault, from 0 to 1.
        kinds: The kinds of faults, with equal probability.
    """

    seed: int
    rate: float
    kinds: Sequence[Kind] = TRANSIENT

    def __call__(self, request: Request, nth: int) -> Fault | None:
        """Decides for one request."""
        dice = random.Random(f"{self.seed} {request_key(request)} {nth}")
        if dice.random() >= self.rate:
            return None
        return Fault(dice.choice(self.kinds), dice.random())


class FaultsInARow:
    """A plan in which consecutive requests have the same fault."""

    def __init__(
        self,
        fault: Fault,
        *,
        skip: int = 0,
        times: int | None = None,
        of: Callable[[Request], bool] = lambda request: True,
    ) -> None:
        """Creates a plan.

        Args:
            fault: The fault.
            skip: The number of requests before the first fault.
            times: The number of faults; None: no limit.
            of: Selects the requests; the others have no fault.
        """
        self._fault = fault
        self._first = skip
        self._end = None if times is None else skip + times
        self._of = of
        self._seen = 0
        self._mutex = threading.Lock()

    def __call__(self, request: Request, nth: int) -> Fault | None:
        """Decides for one request."""
        if not self._of(request):
            return None
        with self._mutex:
            number, self._seen = self._seen, self._seen + 1
        ended = self._end is not None and number >= self._end
        return None if number < self._first or ended else self._fault


@dataclasses.dataclass(frozen=True)
class Struck:
    """A request that had a fault.

    Attributes:
        request: The head of the request.
        kind: The kind of fault.
    """

    request: Request
    kind: Kind


class FaultProxy(ReverseProxy):
    """Forwards HTTP requests to one server and injects the faults of a plan.

    Attributes:
        plan: The plan; may be set at any time.
    """

    def __init__(
        self,
        upstream: str,
        plan: Plan = no_faults,
        *,
        change: Callable[[Request, Kind], None] | None = None,
        pause_seconds: float = 0.2,
    ) -> None:
        """Creates a proxy; a `with` block runs it.

        Args:
            upstream: The URL of the server, as in "http://127.0.0.1:8333".
            plan: The plan.
            change: Replaces or deletes the object of a request, for `Kind.REPLACED` and
                `Kind.DELETED`.
            pause_seconds: The duration of `Kind.SLOW_FIRST_BYTE` and `Kind.REFUSED`.
        """
        super().__init__(upstream)
        self.plan = plan
        self._change = change
        self._pause_seconds = pause_seconds
        self._end = threading.Event()
        self._refusing = threading.Lock()
        self._refusals = 0
        self._refused = threading.Condition()
        self._record = threading.Lock()
        self._seen: collections.Counter[str] = collections.Counter()
        self._struck: list[Struck] = []

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stops listening and closes every connection."""
        self._end.set()
        super().__exit__(exc_type, exc, traceback)

    def struck(self) -> tuple[Struck, ...]:
        """Returns the requests that had a fault since the start, in their order.

        A fault that is not possible for a request, such as `Kind.REPLACED` for a LIST, is not
        injected and not included.
        """
        with self._record:
            return tuple(self._struck)

    def wait_until_calm(self) -> None:
        """Blocks until every `Kind.REFUSED` has ended and the proxy accepts connections.

        Several of them run one after the other, and may last longer than their client.
        """
        with self._refused:
            self._refused.wait_for(lambda: self._refusals == 0)

    def requests(self) -> int:
        """Returns the number of requests since the start."""
        with self._record:
            return self._seen.total()

    def handle(self, exchange: Exchange) -> None:
        """Forwards the request, or injects the planned fault."""
        request = exchange.request
        key = request_key(request)
        with self._record:
            nth = self._seen[key]
            self._seen[key] += 1
        fault = self.plan(request, nth)
        if fault is None or not _is_possible(fault.kind, request):
            exchange.pass_on(exchange.fetch())
            return
        if fault.kind is Kind.REFUSED:
            self._add(request, fault)
            self._refuse(exchange)
            return
        if fault.kind in _INSTEAD_OF_THE_SERVER:
            self._add(request, fault)
            self._answer(exchange, fault)
            return
        # The server executes the request; the fault is in the response.
        answer = exchange.fetch()
        if not _is_possible_for(fault.kind, answer):
            exchange.pass_on(answer)
            return
        self._add(request, fault)
        self._spoil(exchange, answer, fault)

    def _add(self, request: Request, fault: Fault) -> None:
        with self._record:
            self._struck.append(Struck(request, fault.kind))

    def _answer(self, exchange: Exchange, fault: Fault) -> None:
        if fault.kind in _ERRORS:
            _answer_error(exchange, *_ERRORS[fault.kind])
        elif fault.kind is Kind.GARBAGE:
            exchange.answer(200, _JUNK, {"Content-Type": "text/html"})
        else:
            exchange.read_request_body()
            exchange.send(b"\x16\x03\x01" + _JUNK + b"\r\n")
            exchange.close()

    def _spoil(self, exchange: Exchange, answer: Answer, fault: Fault) -> None:
        if fault.kind is Kind.STALL_HEAD:
            exchange.wait_until_client_leaves()
        elif fault.kind is Kind.SLOW_FIRST_BYTE:
            self._end.wait(self._pause_seconds)
            exchange.pass_on(answer)
        elif answer.length == 0:
            exchange.reset()
        else:
            self._spoil_body(exchange, answer, fault)

    def _spoil_body(self, exchange: Exchange, answer: Answer, fault: Fault) -> None:
        kind = fault.kind
        cut = min(int(answer.length * fault.portion), answer.length - 1)
        if kind is Kind.SHORT:
            exchange.send(answer.head({"content-length": str(cut)}))
            _send_body(exchange, answer, cut)
        elif kind is Kind.LONG:
            exchange.send(answer.head({"content-length": str(answer.length + len(_JUNK))}))
            _send_body(exchange, answer)
            exchange.send(_JUNK)
        elif kind is Kind.CORRUPTED:
            _send_corrupted(exchange, answer, cut)
        elif kind is Kind.OTHER_RANGE:
            exchange.send(answer.head({"content-range": _other_range(answer)}))
            _send_body(exchange, answer)
        else:
            exchange.send(answer.head())
            _send_body(exchange, answer, cut)
            self._break_off(exchange, answer, kind)

    def _break_off(self, exchange: Exchange, answer: Answer, kind: Kind) -> None:
        if kind is Kind.TRUNCATED:
            exchange.close()
        elif kind is Kind.STALL_BODY:
            exchange.wait_until_client_leaves()
        elif kind is Kind.TRICKLE:
            for piece in answer.body():
                for byte in piece:
                    if self._end.wait(_TRICKLE_SECONDS):
                        return
                    exchange.send(bytes([byte]))
        else:
            if kind in (Kind.REPLACED, Kind.DELETED):
                if self._change is None:
                    raise ValueError(f"{kind.name}: give FaultProxy a function `change`")
                self._change(exchange.request, kind)
            exchange.reset()

    def _refuse(self, exchange: Exchange) -> None:
        with self._refused:
            self._refusals += 1
        try:
            with self._refusing:
                self.stop_listening()
                exchange.reset()
                self._end.wait(self._pause_seconds)
                self.listen_again()
        finally:
            with self._refused:
                self._refusals -= 1
                self._refused.notify_all()


def request_key(request: Request) -> str:
    """Returns a key that is the same for every attempt of a request."""
    query = sorted(request.query.items())
    return f"{request.method} {request.path} {query} {request.headers.get('range', '')}"


def _is_possible(kind: Kind, request: Request) -> bool:
    if kind in _OF_OBJECTS:
        return request.method == "GET" and not request.is_list
    return kind is not Kind.GARBAGE or request.method == "GET"


def _answer_error(exchange: Exchange, status: int, code: str, message: str) -> None:
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code>'
        f"<Message>{message}</Message><RequestId>of-the-fault-proxy</RequestId></Error>"
    )
    headers = {"Content-Type": "application/xml", "x-amz-request-id": "of-the-fault-proxy"}
    if status == 301:
        headers["x-amz-bucket-region"] = OTHER_REGION
    exchange.answer(status, body.encode(), headers)


def _send_body(exchange: Exchange, answer: Answer, most: int | None = None) -> None:
    for piece in answer.body(most):
        exchange.send(piece)


def _range_of(answer: Answer) -> tuple[int, int, int] | None:
    """Returns the first and the last byte and the size of the object."""
    headers = {name.lower(): value for name, value in answer.headers}
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
    if found is None:
        return (0, answer.length - 1, answer.length) if answer.status == 200 else None
    first, last, size = map(int, found.groups())
    return first, last, size


def _is_possible_for(kind: Kind, answer: Answer) -> bool:
    if kind not in (Kind.CORRUPTED, Kind.OTHER_RANGE):
        return True
    bounds = _range_of(answer)
    if bounds is None or answer.length == 0:
        return False
    first, last, size = bounds
    return kind is Kind.OTHER_RANGE or (first, last + 1) == (0, size)


def _other_range(answer: Answer) -> str:
    first, last, size = _range_of(answer) or (0, 0, 0)
    return f"bytes {first + 1}-{last + 1}/{size + 1}"


def _send_corrupted(exchange: Exchange, answer: Answer, at: int) -> None:
    body = bytearray(b"".join(bytes(piece) for piece in answer.body()))
    checksum = zlib.crc32(body).to_bytes(4, "big")
    body[at] ^= 0x40
    text = base64.b64encode(checksum).decode()
    exchange.send(answer.head({"x-amz-checksum-crc32": text}))
    exchange.send(memoryview(body))
