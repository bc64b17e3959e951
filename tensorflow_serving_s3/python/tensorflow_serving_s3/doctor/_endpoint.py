# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the endpoint and the clock with one request that is not signed."""

from __future__ import annotations

import datetime
import email.utils
import os
import socket
import ssl
import urllib.parse
import urllib.request
from typing import Any

import urllib3

from tensorflow_serving_s3.doctor._finding import Finding, failed, passed, skipped, warned
from tensorflow_serving_s3.storage import S3Settings

_SECONDS = 5.0
_HINTS = ("HTTP request to an HTTPS", "plain HTTP request", "https port", "use https")
# S3 refuses signatures that are older.
_REFUSED_SECONDS = 15 * 60
_NOTABLE_SECONDS = 60


def check_endpoint(settings: S3Settings) -> Finding:
    """Checks the form of the endpoint."""
    if not settings.endpoint:
        return passed("endpoint", "AWS (no endpoint is set)")
    source = f"{settings.endpoint_from}={settings.endpoint}"
    parts = urllib.parse.urlsplit(settings.endpoint)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
        return failed(
            "endpoint",
            "invalid-endpoint",
            f"{source} is not a URL of a store",
            "write http://HOST:PORT or https://HOST",
        )
    return passed("endpoint", source)


def check_connection(url: str, settings: S3Settings) -> tuple[Finding, Finding]:
    """Sends a request to the endpoint; returns the findings on the connection and the clock.

    Args:
        url: The URL of the endpoint.
        settings: The settings of the environment.
    """
    try:
        answer = _ask(url, settings)
    except urllib3.exceptions.SSLError as error:
        return _tls_fault(url, settings, error), skipped("clock", "no answer with a date")
    except urllib3.exceptions.HTTPError as error:
        return _connection_fault(url, error), skipped("clock", "no answer with a date")
    hints = answer.data[:2000].decode(errors="replace")
    wrong = answer.status == 400 and any(hint.lower() in hints.lower() for hint in _HINTS)
    if url.startswith("http:") and wrong:
        return _speaks_https(url), skipped("clock", "no answer of the store")
    return (
        passed("connection", f"{url} answers (HTTP {answer.status})"),
        _check_clock(answer.headers.get("Date")),
    )


def _ask(url: str, settings: S3Settings) -> Any:
    options: dict[str, Any] = {"timeout": _SECONDS, "retries": False}
    if settings.verify is False:
        options["cert_reqs"] = "CERT_NONE"
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    elif settings.verify is not True:
        options["ca_certs"] = str(settings.verify)
    parts = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if proxy and not urllib.request.proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, **options).request("GET", f"{url}/", redirect=False)
    return urllib3.PoolManager(**options).request("GET", f"{url}/", redirect=False)


def _tls_fault(url: str, settings: S3Settings, error: Exception) -> Finding:
    plain = "http:" + url.partition(":")[2]
    try:
        _ask(plain, settings)
    except urllib3.exceptions.HTTPError:
        return failed(
            "connection",
            "untrusted-certificate",
            f"{url}: the TLS handshake failed: {_reason(error)}",
            "for a private certificate authority, set AWS_CA_BUNDLE to its PEM file",
        )
    return failed(
        "connection",
        "wrong-scheme",
        f"{url}: the endpoint speaks http, and the request was https",
        f"write {plain}, or set S3_USE_HTTPS=0 for an endpoint without a scheme",
    )


def _connection_fault(url: str, error: Exception) -> Finding:
    if url.startswith("http:") and _accepts_tls(url):
        return _speaks_https(url)
    reason = _reason(error)
    if isinstance(getattr(error, "reason", error), urllib3.exceptions.NameResolutionError):
        return failed(
            "connection",
            "unknown-host",
            f"{url}: the name of the host cannot be resolved",
            "check the endpoint and the DNS server",
        )
    return failed(
        "connection",
        "unreachable",
        f"{url}: no answer: {reason}",
        "check the host, the port, firewalls and security groups; is the store running?",
    )


def _speaks_https(url: str) -> Finding:
    return failed(
        "connection",
        "wrong-scheme",
        f"{url}: the endpoint speaks https, and the request was http",
        f"write https:{url.partition(':')[2]}",
    )


def _accepts_tls(url: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Only the protocol is of interest here; nothing is sent.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        address = (parts.hostname or "", parts.port or 80)
        with (
            socket.create_connection(address, _SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname),
        ):
            return True
    except OSError:
        return False


def _check_clock(date: str | None) -> Finding:
    if not date:
        return skipped("clock", "the answer has no date")
    try:
        there = email.utils.parsedate_to_datetime(date)
    except ValueError:
        return skipped("clock", f"the date of the answer is not valid: {date}")
    now = datetime.datetime.now(datetime.UTC)
    skew = (now - there.astimezone(datetime.UTC)).total_seconds()
    message = f"this machine is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the store"
    cure = "set the clock of this machine, for example with chrony; S3 tolerates 15 minutes"
    if abs(skew) >= _REFUSED_SECONDS:
        return failed("clock", "clock-skew", message, cure)
    if abs(skew) >= _NOTABLE_SECONDS:
        return warned("clock", "clock-skew", message, cure)
    return passed("clock", f"differs from the store by {abs(skew):.0f} s")


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error)


def bundle_fault() -> Finding | None:
    """Returns the fault of a file of authorities that does not exist; None if there is none."""
    for name in ("S3_CA_FILE", "AWS_CA_BUNDLE"):
        path = os.environ.get(name)
        if path and not os.path.isfile(path):
            return failed(
                "connection",
                "no-such-file",
                f"{name}={path}: the file does not exist",
                f"set {name} to a PEM file of certificate authorities, or unset it",
            )
    return None
