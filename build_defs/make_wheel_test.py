# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the maker of wheels with small files."""

from __future__ import annotations

import argparse
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from build_defs import make_wheel

_METADATA = """Metadata-Version: 2.4
Name: my-package
Version: 1.2
Entry-Point: [console_scripts] mine = my_package.cli:main
Entry-Point: [console_scripts] other = my_package.cli:other
Entry-Point: [pytest11] my_package = my_package.plugin

# my-package
"""


@pytest.fixture
def arguments(tmp_path: Path) -> argparse.Namespace:
    """The arguments for a wheel with a module and a program."""
    (tmp_path / "METADATA.in").write_text(_METADATA)
    (tmp_path / "__init__.py").write_text("VALUE = 7\n")
    (tmp_path / "LICENSE").write_text("Free.\n")
    return argparse.Namespace(
        output=tmp_path / "wheel",
        metadata=tmp_path / "METADATA.in",
        file=[f"my_package/__init__.py={tmp_path}/__init__.py", f"my_package/bin/ls={_program()}"],
        license=[tmp_path / "LICENSE"],
        debian_package=["libc6"],
    )


def _program() -> str:
    return str(Path("/bin/ls").resolve())


def test_the_tag_states_the_glibc_of_the_binaries(arguments: argparse.Namespace) -> None:
    glibc = make_wheel.glibc_of(Path(_program()))
    wheel = make_wheel.make(arguments)
    assert wheel.name == f"my_package-1.2-py3-none-manylinux_2_{glibc}_x86_64.whl"


def test_the_wheel_can_be_installed(arguments: argparse.Namespace, tmp_path: Path) -> None:
    wheel = make_wheel.make(arguments)
    target = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
    subprocess.run([*command, f"--target={target}", wheel], check=True)
    assert (target / "my_package" / "__init__.py").read_text() == "VALUE = 7\n"
    assert (target / "my_package" / "bin" / "ls").stat().st_mode & 0o111
    assert "from my_package.cli import main" in (target / "bin" / "mine").read_text()


def test_the_licences_and_the_metadata_are_in_the_wheel(arguments: argparse.Namespace) -> None:
    with zipfile.ZipFile(make_wheel.make(arguments)) as archive:
        names = archive.namelist()
        metadata = archive.read("my_package-1.2.dist-info/METADATA").decode()
    assert "my_package-1.2.dist-info/licenses/debian/libc6/copyright" in names
    assert any(name.endswith("/LICENSE") for name in names)
    assert "Entry-Point" not in metadata


def test_entry_points_are_in_their_groups(arguments: argparse.Namespace) -> None:
    with zipfile.ZipFile(make_wheel.make(arguments)) as archive:
        text = archive.read("my_package-1.2.dist-info/entry_points.txt").decode()
    assert text == (
        "[console_scripts]\nmine = my_package.cli:main\nother = my_package.cli:other\n\n"
        "[pytest11]\nmy_package = my_package.plugin\n"
    )


def test_an_entry_point_without_a_group_is_an_error(arguments: argparse.Namespace) -> None:
    arguments.metadata.write_text(_METADATA.replace("[pytest11] ", ""))
    with pytest.raises(make_wheel.WheelError, match=r"write Entry-Point: \[GROUP\]"):
        make_wheel.make(arguments)


def test_the_record_has_the_digest_of_every_file(arguments: argparse.Namespace) -> None:
    with zipfile.ZipFile(make_wheel.make(arguments)) as archive:
        record = archive.read("my_package-1.2.dist-info/RECORD").decode().splitlines()
        for name in archive.namelist():
            if name.endswith("/RECORD"):
                assert f"{name},," in record
            else:
                assert make_wheel.record_line(name, archive.read(name)).strip() in record


def test_the_same_files_make_the_same_wheel(arguments: argparse.Namespace) -> None:
    first = make_wheel.make(arguments).read_bytes()
    assert make_wheel.make(arguments).read_bytes() == first


def test_a_missing_licence_of_debian_is_an_error(arguments: argparse.Namespace) -> None:
    arguments.debian_package = ["no-such-package"]
    with pytest.raises(make_wheel.WheelError, match="install no-such-package"):
        make_wheel.make(arguments)
