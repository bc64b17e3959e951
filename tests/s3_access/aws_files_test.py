# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares our parser of the AWS files with botocore, the library of the AWS CLI."""

from __future__ import annotations

import configparser
import random
import re
from pathlib import Path
from typing import Any

import botocore.exceptions
import botocore.session
import pytest

from tests.s3_access.probe import Probe

CONFIGS = {
    "plain": "[default]\nregion = eu-west-1\n[profile ci]\nregion=eu-west-2\n",
    "indented keys": "[profile ci]\n  region = a\n  output = json\n[default]\n\tregion = b\n",
    "indented sections": "  [default]\n  region = a\n    [profile ci]\n    region = b\n",
    "indented less and less": "[default]\n    region = a\n  output = b\nretry_mode = c\n",
    "indented more and more": "[default]\nregion = a\n  output = b\n    retry_mode = c\n",
    "a group": "[default]\ns3 =\n  addressing_style = path\n  Max = 1\nregion = a\n",
    "a group in an indented section": "[default]\n  s3 =\n    addressing_style = path\n",
    "a group that is not indented deeper": "[default]\n  s3 =\n  addressing_style = path\n",
    "a group with blanks and comments": (
        "[default]\ns3 =\n\n  # c\n  addressing_style = path\n\n  ; d\n  x = y\n\nregion = a\n"
    ),
    "a group at the end": "[default]\ns3 =\n  addressing_style=path",
    "a group with = in a value": "[default]\ns3 =\n  endpoint_url = http://h/?a=b\n",
    "a group with a colon": "[default]\ns3 =\n  a:b = c\n",
    "a group with a bad line": "[default]\ns3 =\n  addressing_style\n",
    "a value on the next line": "[default]\nregion =\n  eu-west-1\n",
    "a group behind a value": "[default]\ns3 = x\n  addressing_style = path\n",
    "comments": "# a\n; b\n[default] # c\n  # d\nregion = a\n;output = b\n",
    "comments behind values": "[default]\nregion = a # b\noutput = c ; d\nretry_mode = e#f\n",
    "a comment inside a value": "[default]\nregion = a\n# b\n c\n",
    "a section behind a section": "[default] [profile ci]\nregion = a\n",
    "brackets in a name": "[profile a[1]]\nregion = a\n",
    "delimiters": "[default]\nregion: a\noutput :b\nretry_mode=c:d=e\nca_bundle : =f\n",
    "the first delimiter": "[default]\na:b=c\nd=e:f\n",
    "cases": (
        "[default]\nREGION = Eu\nOutput = B\n[Default]\nregion = c\n[profile CI]\nRegion = d\n"
    ),
    "empty values": "[default]\nregion =\noutput = \n\nretry_mode:\n[profile ci]\n",
    "blank lines": "\n\n[default]\n\nregion = a\n\n\noutput = b\n   \n",
    "a value that goes on": "[default]\nregion = a\n  b\n\n  c\noutput = d\n",
    "a value that goes on with a header": "[default]\nregion = a\n  [profile ci]\noutput = d\n",
    "quoted names": (
        "[profile \"a b\"]\nregion = 1\n[profile 'c d']\nregion = 2\n[profile e\\ f]\nregion = 3\n"
    ),
    "escapes in names": '[profile "a\\"b"]\nregion = 1\n[profile "c\\d"]\nregion = 2\n',
    "a quote that is not closed": '[profile "a]\nregion = 1\n[default]\nregion = b\n',
    "three words": "[profile a b]\nregion = 1\n[default]\nregion = b\n",
    "no name": "[profile]\nregion = 1\n[default]\nregion = b\n",
    "an empty name": '[profile ""]\nregion = 1\n[default]\nregion = b\n',
    "tabs": "[profile\tci]\nregion\t=\ta\t\n[default]\nregion\t:b\n",
    "spaces in brackets": "[ default ]\nregion = a\n[ profile ci ]\nregion = b\n",
    "more spaces in brackets": "[profile   ci  ]\nregion = b\n",
    "no keyword": "[ci]\nregion = a\n[default]\nregion = b\n",
    "another keyword": "[profiles ci]\nregion = a\n[default]\nregion = b\n",
    "two defaults": "[default]\nregion = a\noutput = b\n[profile default]\nregion = c\n",
    "two defaults, the other way": "[profile default]\nregion = c\n[default]\noutput = b\n",
    "one profile, spelt twice": '[profile x]\nregion = a\n[profile "x"]\noutput = b\n',
    "values for all": "[DEFAULT]\nregion = a\n[default]\noutput = b\n[profile ci]\nregion = c\n",
    "only values for all": "[DEFAULT]\nregion = a\n",
    "a group for all": (
        "[DEFAULT]\ns3 =\n  addressing_style = path\n[default]\n[profile ci]\ns3 =\n  a = b\n"
    ),
    "carriage returns": "[default]\r\nregion = a\r\n\r\ns3 =\r\n  addressing_style = path\r\n",
    "carriage returns alone": "[default]\rregion = a\routput = b\r",
    "no end of the last line": "[default]\nregion = a",
    "letters of the world": "[profile \u00fc]\nregion = \u6a21\n[default]\noutput = \u00e9 x\n",
    "spaces of the world": "[default]\nregion = a\u00a0\n\u2003output = b\n",
    "quotes around values": "[default]\nregion = \"a\"\noutput = 'b'\n",
    "percent signs": "[default]\nregion = %(x)s\noutput = 100%\n",
    "strange names": "[default]\na.b = c\nd-e = f\ng h = i\n",
    "services": (
        "[default]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = http://a\n"
        "sts =\n  endpoint_url = http://b\n"
    ),
    "a key without a section": "region = a\n[default]\n",
    "an indented key without a section": "\n   region = a\n",
    "a line without a delimiter": "[default]\nregion = a\noutput\n",
    "a name without letters": "[default]\n= a\n",
    "a header that is not closed": "[default\nregion = a\n",
    "a later header that is not closed": "[default]\nregion = a\n[profile ci\nregion = b\n",
    "an empty header": "[default]\n[]\nregion = a\n",
    "nothing": "",
    "only comments": "# a\n\n; b\n",
}
# In this file, a section has only the name of the profile.
CREDENTIALS = {
    name: text.replace("[profile ", "[")
    for name, text in CONFIGS.items()
    if "[profile default]" not in text
}
# Errors in botocore, but not in other AWS SDKs.
TAKEN_ALL_THE_SAME = {
    "a section twice": "[default]\nregion = a\n[profile x]\n[default]\noutput = b\n",
    "a key twice": "[default]\nregion = b\nregion = a\noutput = b\n",
    "a byte order mark": "\ufeff[default]\nregion = a\noutput = b\n",
}


class Files:
    """The AWS files of a home folder, for both parsers."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._home = home
        self._config = home / ".aws" / "config"
        self._credentials = home / ".aws" / "credentials"
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(self._config))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(self._credentials))

    def write(self, config: str, credentials: str = "") -> None:
        """Replaces both files."""
        self._config.write_bytes(config.encode())
        self._credentials.write_bytes(credentials.encode())

    def of_botocore(self) -> dict[str, Any]:
        """Returns the profiles.

        Raises:
            ConfigParseError: A file has an error.
        """
        profiles: dict[str, Any] = botocore.session.Session().full_config["profiles"]
        return profiles

    def probe(self) -> Probe:
        """Returns our parser."""
        return Probe({}, self._home)


@pytest.fixture
def files(home: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Empty AWS files."""
    return Files(home, monkeypatch)


def flat(profile: dict[str, Any]) -> dict[str, str]:
    """Returns the values of a profile; values of a group have names like "group.name"."""
    values = {}
    for key, value in profile.items():
        if isinstance(value, dict):
            values.update({f"{key}.{inner}": text for inner, text in value.items()})
        else:
            values[key] = value
    return values


def compare(files: Files) -> None:
    """Checks that both parsers return the same profiles and values."""
    theirs = {name: flat(profile) for name, profile in files.of_botocore().items()}
    every_key = {key for profile in theirs.values() for key in profile}
    every_key |= {"region", "output", "s3.addressing_style", "retry_mode"}
    with files.probe() as probe:
        for name in {*theirs, "default", "ci", "CI", "a", "x", "profile ci"}:
            assert probe.ask(f"profile {name}") == ("yes" if name in theirs else "no"), name
            # The probe cannot request a key with a space; a key with a dot means a group.
            for key in every_key:
                if " " in key or (key.count(".") == 1 and key.startswith("a.")):
                    continue
                value = theirs.get(name, {}).get(key)
                expected = "absent" if value is None else "=" + value.replace("\n", " ")
                assert probe.ask(f"property {name} {key}") == expected, (name, key)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_config_file(files: Files, name: str) -> None:
    files.write(CONFIGS[name])
    try:
        files.of_botocore()
    except botocore.exceptions.ConfigParseError:
        with files.probe() as probe:
            said = probe.ask("profile default")
        assert re.search(r"/\.aws/config cannot be understood: line \d+, column \d+: ", said)
    else:
        compare(files)


@pytest.mark.parametrize("name", CREDENTIALS)
def test_the_credentials_file(files: Files, name: str) -> None:
    files.write("", CREDENTIALS[name])
    try:
        files.of_botocore()
    except botocore.exceptions.ConfigParseError:
        with files.probe() as probe:
            said = probe.ask("profile default")
        assert re.search(r"/\.aws/credentials cannot be understood: line \d+, column \d+: ", said)
    else:
        compare(files)


PIECES = [
    *("[default]", "[profile a]", '[profile "a b"]', "[x]", "[DEFAULT]", "[services m]", "[", "]"),
    *("region", "s3", "X", "path", "a=b", "=", ":", "#", ";", '"', "\\", "\u00e9"),
    *(" ", "  ", "\t", "\u00a0", "\u2003", "\n", "\n", "\n", "\n  ", "\n    ", "\n\t", "\r\n"),
]


@pytest.mark.parametrize("seed", range(60))
def test_random_files(files: Files, seed: int) -> None:
    choice = random.Random(seed)
    text = "".join(choice.choices(PIECES, k=choice.randint(1, 40)))
    if seed % 4:
        text = f"[default]\n{text}"
    files.write("", text) if seed % 3 == 0 else files.write(text)
    try:
        files.of_botocore()
    except botocore.exceptions.ConfigParseError as error:
        with files.probe() as probe:
            said = probe.ask("profile default")
        # Our parser accepts duplicate sections and keys.
        twice = (configparser.DuplicateSectionError, configparser.DuplicateOptionError)
        if not isinstance(error.__context__, twice):
            assert "cannot be understood: line " in said, text
    else:
        compare(files)


@pytest.mark.parametrize("name", TAKEN_ALL_THE_SAME)
def test_files_that_only_botocore_rejects(files: Files, name: str) -> None:
    files.write(TAKEN_ALL_THE_SAME[name])
    with pytest.raises(botocore.exceptions.ConfigParseError):
        files.of_botocore()
    with files.probe() as probe:
        assert probe.ask("property default region") == "=a"
        assert probe.ask("property default output") == "=b"


def test_values_in_both_files(files: Files) -> None:
    files.write(
        "[default]\nregion = a\noutput = b\ns3 =\n  addressing_style = path\n"
        "[profile ci]\nregion = c\n[profile only-here]\nregion = d\n",
        "[default]\nregion = e\ns3 =\n  x = y\n[ci]\noutput = f\n[profile ci]\nregion = g\n"
        "[DEFAULT]\nretry_mode = h\n",
    )
    compare(files)


@pytest.mark.parametrize(
    ("config", "credentials"),
    [
        ("aws_access_key_id = a\naws_secret_access_key = b\naws_session_token = c", ""),
        ("", "aws_access_key_id = d\naws_secret_access_key = e\naws_session_token = f"),
        (
            "aws_access_key_id = a\naws_secret_access_key = b\naws_session_token = c",
            "aws_access_key_id = d\naws_secret_access_key = e",
        ),
        (
            "aws_access_key_id = a\naws_secret_access_key = b\naws_session_token = c",
            "aws_secret_access_key = e",
        ),
        ("aws_access_key_id = a\naws_secret_access_key = b", "aws_session_token = f"),
    ],
)
def test_the_parts_of_a_key(files: Files, config: str, credentials: str) -> None:
    files.write(f"[default]\n{config}\n", f"[default]\n{credentials}\n")
    keys = botocore.session.Session().get_credentials()
    assert keys is not None
    with files.probe() as probe:
        assert probe.ask("property default aws_access_key_id") == f"={keys.access_key}"
        assert probe.ask("property default aws_secret_access_key") == f"={keys.secret_key}"
        token = probe.ask("property default aws_session_token")
        assert token == (f"={keys.token}" if keys.token else "absent")


def test_services(files: Files) -> None:
    files.write(CONFIGS["services"])
    services = botocore.session.Session().full_config["services"]["mine"]
    with files.probe() as probe:
        for service in ("s3", "sts"):
            url = services[service]["endpoint_url"]
            assert probe.ask(f"property default services/{service}.endpoint_url") == f"={url}"
