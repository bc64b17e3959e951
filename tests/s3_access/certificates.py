# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""A certificate authority for the TLS servers of tests."""

from __future__ import annotations

import datetime
import hashlib
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _der(tag: int, content: bytes) -> bytes:
    """Returns a DER element with a short content."""
    return bytes([tag, len(content)]) + content


_DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates.

    Args:
        folder: The folder for its own certificate (`ca_file`) and the signed certificates.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
        self._contexts: dict[str, ssl.SSLContext] = {}
        certificate = (
            self._builder(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str) -> ssl.SSLContext:
        """Returns the TLS settings of a server with the name or IP address `host`."""
        if host not in self._contexts:
            self._contexts[host] = self._new_context(host)
        return self._contexts[host]

    def context_of_any_name(self) -> ssl.SSLContext:
        """Returns the TLS settings of a server with a certificate for any requested name."""
        context = self._new_context("localhost")

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            if name is not None:
                connection.context = self.context(name)

        context.sni_callback = choose
        return context

    def subject_hash(self) -> str:
        """Returns the file name by which OpenSSL finds `ca_file` in a folder, without ".0"."""
        # SHA-1 of the name in OpenSSL's canonical form: lower case, each value a UTF8String.
        value = b"authority of a test"
        attribute = _der(0x30, bytes.fromhex("0603550403") + _der(0x0C, value))
        digest = hashlib.sha1(_der(0x31, attribute)).digest()
        return f"{int.from_bytes(digest[:4], 'little'):08x}"

    def _new_context(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name: x509.GeneralName
        try:
            name = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A server")])
        certificate = (
            self._builder(subject, key.public_key())
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / f"{len(list(self._folder.iterdir()))}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
        )
