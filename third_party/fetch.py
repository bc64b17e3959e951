# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fetches packages from the package registries for Bazel's repository rules.

`unpack` downloads one package by name with the client of its registry, checks its SHA-256 and
unpacks it. The client's own configuration applies: mirrors, proxies, credentials. `install`
installs pinned wheels into a folder for sys.path. `npm-install` installs the packages of the
package-lock.json in a folder. An error names the package, its version and the cure, and ends the
program with exit code 1.

Example:
    fetch.py unpack --registry=pypi-wheel --package=NAME --version=V --sha256=HEX --output=DIR
    fetch.py install --requirements=FILE --output=DIR
    fetch.py npm-install --folder=DIR
"""

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

_RETRY_CURE = (
    "Check the network, the proxy variables and the registry client's own configuration, then run"
    " the command again; fetched packages are kept."
)


class FetchError(Exception):
    """A pinned package could not be fetched."""


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise FetchError(f"{what} failed. {_RETRY_CURE}\n--- output of the client ---\n{said}")


def _pip(*arguments: str) -> list[str]:
    # Retries a stalled connection after 20 s.
    options = ["--disable-pip-version-check", "--timeout=20", "--retries=8"]
    return [sys.executable, "-m", "pip", *options, *arguments]


def _npm(*arguments: str) -> list[str]:
    node = pathlib.Path(os.environ["TFS3_NODE"])
    npm = node.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    return [str(node), str(npm), *arguments]


def _check_sha256(path: pathlib.Path, wanted: str, label: str) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    if digest.hexdigest() != wanted:
        raise FetchError(
            f"{label}: the downloaded file {path.name} has SHA-256 {digest.hexdigest()}, but"
            f" third_party/packages.bzl pins {wanted}. If a mirror serves another file, use the"
            " original; if the pin is to change, set the new value there."
        )


def _download(registry: str, package: str, version: str, folder: pathlib.Path) -> pathlib.Path:
    label = f"download of {package} {version}"
    if registry == "npm":
        command = _npm("pack", "--ignore-scripts", "--loglevel=error")
        command += [f"--pack-destination={folder}", f"{package}@{version}"]
    else:
        # Only this package must be an sdist; the packages of its build backend may be wheels.
        form = {"pypi-wheel": "--only-binary=:all:", "pypi-sdist": f"--no-binary={package}"}[
            registry
        ]
        command = _pip("download", "--no-deps", form, f"--dest={folder}", f"{package}=={version}")
    _run(command, label)
    files = list(folder.iterdir())
    if len(files) != 1:
        names = sorted(file.name for file in files)
        raise FetchError(f"{label}: expected one file, got {names}. {_RETRY_CURE}")
    return files[0]


def _unpack_zip(archive: pathlib.Path, output: pathlib.Path) -> None:
    """Unpacks a wheel and keeps the executable bits, unlike ZipFile.extractall."""
    with zipfile.ZipFile(archive) as zipped:
        for entry in zipped.infolist():
            path = zipped.extract(entry, output)
            if mode := entry.external_attr >> 16 & 0o777:
                os.chmod(path, mode | 0o600)


def _unpack_tar(archive: pathlib.Path, output: pathlib.Path, leave_out: list[str]) -> None:
    """Unpacks an sdist or npm package without its top folder and the folders in `leave_out`."""
    with tarfile.open(archive) as tar:
        for member in tar:
            _, _, path = member.name.partition("/")
            left_out = any(f"{path}/".startswith(f"{folder}/") for folder in leave_out)
            if path and not left_out:
                member.name = path
                tar.extract(member, output)


def unpack(
    registry: str,
    package: str,
    version: str,
    sha256: str,
    output: pathlib.Path,
    leave_out: list[str],
) -> None:
    """Downloads one package, checks it and unpacks it into `output`."""
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as scratch:
        archive = _download(registry, package, version, pathlib.Path(scratch))
        _check_sha256(archive, sha256, f"{package} {version}")
        try:
            if archive.suffix == ".whl":
                _unpack_zip(archive, output)
            else:
                _unpack_tar(archive, output, leave_out)
        except OSError as error:
            raise FetchError(
                f"{package} {version}: cannot unpack: {error}. Is the disk full?"
            ) from error


def install(requirements: pathlib.Path, output: pathlib.Path) -> None:
    """Installs the wheels that a requirements file pins by hash into `output`."""
    command = _pip(
        "install",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
        "--no-warn-script-location",
    )
    command += [f"--requirement={requirements}", f"--target={output}"]
    _run(command, f"installation of the Python packages pinned in {requirements.name}")


def npm_install(folder: pathlib.Path) -> None:
    """Installs the packages that package-lock.json pins by hash into `folder`/node_modules."""
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    command = _npm("ci", f"--prefix={folder}", *quiet)
    _run(command, "installation of the npm packages pinned in package-lock.json")


def main() -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("unpack")
    one.add_argument("--registry", required=True, choices=("pypi-wheel", "pypi-sdist", "npm"))
    one.add_argument("--package", required=True)
    one.add_argument("--version", required=True)
    one.add_argument("--sha256", required=True)
    one.add_argument("--output", required=True, type=pathlib.Path)
    one.add_argument("--leave-out", action="append", default=[], metavar="FOLDER")
    many = commands.add_parser("install")
    many.add_argument("--requirements", required=True, type=pathlib.Path)
    many.add_argument("--output", required=True, type=pathlib.Path)
    npm = commands.add_parser("npm-install")
    npm.add_argument("--folder", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        if arguments.command == "unpack":
            unpack(
                arguments.registry,
                arguments.package,
                arguments.version,
                arguments.sha256,
                arguments.output.absolute(),
                arguments.leave_out,
            )
        elif arguments.command == "npm-install":
            npm_install(arguments.folder.absolute())
        else:
            install(arguments.requirements, arguments.output.absolute())
    except FetchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
