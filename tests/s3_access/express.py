# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A readable directory bucket (S3 Express One Zone), as AWS documents it.

It issues sessions to one pair of keys, checks all signatures, sends unsorted lists, and rejects the
requests that directory buckets reject.

    bucket = DirectoryBucket({"half/1/saved_model.pb": "graph"}, KEYS)
    with Front(0, bucket.answer) as front: ...
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from tests.s3_access.aws import Keys, Reply, Seen

BUCKET = "models--usw2-az1--x-s3"
HOST = f"{BUCKET}.s3express-usw2-az1.us-west-2.amazonaws.com"
_PAGE = 2


def _sign(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature_of(seen: Seen, secret: str) -> str:
    """Returns the correct signature of the request: Signature Version 4 for S3."""
    credential, signed = re.findall(r"(?:Credential|SignedHeaders)=([^,]+)", _authorization(seen))
    _, date, region, service, end = credential.split("/")
    path, _, query = seen.path.partition("?")
    pairs = sorted(pair if "=" in pair else f"{pair}=" for pair in query.split("&") if pair)
    request = "\n".join(
        [
            seen.method,
            path,
            "&".join(pairs),
            *(f"{name}:{seen.headers[name].strip()}" for name in signed.split(";")),
            "",
            signed,
            seen.headers["x-amz-content-sha256"],
        ]
    )
    text = "\n".join(
        [
            "AWS4-HMAC-SHA256",
            seen.headers["x-amz-date"],
            "/".join((date, region, service, end)),
            hashlib.sha256(request.encode()).hexdigest(),
        ]
    )
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, end):
        key = _sign(key, part)
    return _sign(key, text).hex()


def _authorization(seen: Seen) -> str:
    return seen.headers.get("authorization", "")


def _error(status: int, code: str, message: str = "") -> Reply:
    return Reply(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")


class DirectoryBucket:
    """Answers requests like a directory bucket.

    Args:
        objects: The keys and their bytes.
        keys: The credentials that may create sessions.
        lifetime: The lifetime of a session.

    Attributes:
        region: The region of the signatures.
        sessions: All sessions so far, the oldest first.
    """

    def __init__(
        self,
        objects: Mapping[str, str],
        keys: Keys,
        lifetime: timedelta = timedelta(minutes=5),
        region: str = "us-west-2",
    ) -> None:
        self._objects = dict(objects)
        self._keys = keys
        self._lifetime = lifetime
        self.region = region
        self.sessions: list[Keys] = []

    def answer(self, seen: Seen) -> Reply:
        """Answers a request with path or virtual-host addressing."""
        path, _, query = seen.path.partition("?")
        key = unquote(path).removeprefix("/")
        if seen.host != HOST:
            bucket, _, key = key.partition("/")
            if bucket != BUCKET:
                return _error(404, "NoSuchBucket")
        parameters = parse_qs(query, keep_blank_values=True)
        refusal = self._check(seen, session="session" not in parameters)
        if refusal is not None:
            return refusal
        if "session" in parameters:
            return self._create_session()
        if "list-type" in parameters:
            return self._list(parameters)
        if key not in self._objects:
            return _error(404, "NoSuchKey")
        return self._get(seen, self._objects[key])

    def _check(self, seen: Seen, session: bool) -> Reply | None:
        if seen.scope != f"{self.region}/s3express":
            return _error(400, "AuthorizationHeaderMalformed", f"the scope is {seen.scope}")
        token = seen.headers.get("x-amz-s3session-token", "")
        if session != bool(token) or (session and "x-amz-security-token" in seen.headers):
            return _error(403, "AccessDenied", "this request takes another token")
        if not session:
            keys = self._keys
        else:
            keys = next(made for made in self.sessions if made.token == token)
            if keys.expiration <= datetime.now(UTC):
                return _error(400, "ExpiredToken")
        match = re.search(r"Credential=([^/]+)/.*Signature=(\w+)", _authorization(seen))
        if (
            match is None
            or match[1] != keys.access_key
            or match[2] != signature_of(seen, keys.secret_key)
        ):
            return _error(403, "SignatureDoesNotMatch")
        return None

    def _create_session(self) -> Reply:
        number = len(self.sessions) + 1
        made = Keys(
            f"session{number}",
            f"secret{number}",
            f"token{number}",
            datetime.now(UTC) + self._lifetime,
        )
        self.sessions.append(made)
        return Reply(
            200,
            "<CreateSessionResult><Credentials>"
            f"<SessionToken>{made.token}</SessionToken>"
            f"<SecretAccessKey>{made.secret_key}</SecretAccessKey>"
            f"<AccessKeyId>{made.access_key}</AccessKeyId>"
            f"<Expiration>{made.expiration:%Y-%m-%dT%H:%M:%SZ}</Expiration>"
            "</Credentials></CreateSessionResult>",
        )

    def _list(self, parameters: Mapping[str, list[str]]) -> Reply:
        prefix = parameters.get("prefix", [""])[0]
        if prefix and not prefix.endswith("/"):
            return _error(400, "InvalidRequest", "a prefix must end in a slash")
        if "start-after" in parameters:
            return _error(501, "NotImplemented")
        entries: list[str] = []
        # Not in alphabetical order.
        for key in sorted(self._objects, key=lambda key: hashlib.sha256(key.encode()).digest()):
            if not key.startswith(prefix):
                continue
            name, slash, _ = key.removeprefix(prefix).partition("/")
            entry = prefix + name + slash if "delimiter" in parameters else key
            if entry not in entries:
                entries.append(entry)
        begin = int(parameters.get("continuation-token", ["0"])[0])
        end = begin + min(_PAGE, int(parameters.get("max-keys", ["1000"])[0]))
        body = "".join(
            f"<CommonPrefixes><Prefix>{escape(entry)}</Prefix></CommonPrefixes>"
            if entry not in self._objects
            else f"<Contents><Key>{escape(entry)}</Key>"
            f"<Size>{len(self._objects[entry])}</Size>"
            "<LastModified>2026-01-31T12:00:00.000Z</LastModified>"
            "<ETag>&quot;r4nd0m&quot;</ETag></Contents>"
            for entry in entries[begin:end]
        )
        more = end < len(entries)
        token = f"<NextContinuationToken>{end}</NextContinuationToken>" if more else ""
        return Reply(
            200,
            f"<ListBucketResult>{body}<IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{token}</ListBucketResult>",
        )

    def _get(self, seen: Seen, body: str) -> Reply:
        headers = {"ETag": '"r4nd0m"', "Last-Modified": "Sat, 31 Jan 2026 12:00:00 GMT"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", seen.headers.get("range", ""))
        if wanted is None:
            return Reply(200, body, headers)
        first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
        if first >= len(body):
            return Reply(
                416,
                "<Error><Code>InvalidRange</Code></Error>",
                {"Content-Range": f"bytes */{len(body)}"},
            )
        headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        return Reply(206, body[first : last + 1], headers)
