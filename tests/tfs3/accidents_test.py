# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Accidents on the command line: each ends in one message and a documented exit code."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

_SECONDS = 60
_BATCHING = "max_batch_size { value: 8 }\n"


def _command(*arguments: str | bytes) -> list[str | bytes]:
    return [sys.executable, "-c", "from tensorflow_serving_s3.cli import main; main()", *arguments]


def _environment(**more: str) -> dict[str, str]:
    return {
        **os.environ,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TFS3_REST": "http://127.0.0.1:1",
        **more,
    }


def _run(
    *arguments: str | bytes, stdin: bytes | None = None, shell: str = "", **env: str
) -> subprocess.CompletedProcess[bytes]:
    """Runs tfs3, below a shell command if `shell` is given: there `"$@"` is the command."""
    command = _command(*arguments)
    if shell:
        command = ["bash", "-c", shell, "bash", *command]
    done = subprocess.run(
        command,
        input=stdin,
        env=_environment(**env),
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a model, a configuration and broken files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "saved_model.pb").write_bytes(b"model")
    (tmp_path / "b.config").write_text(_BATCHING)
    (tmp_path / "empty.npy").touch()
    (tmp_path / "zip.npy").write_bytes(b"PK\x03\x04")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "latin.json").write_bytes(b'"\xff"')
    (tmp_path / "deep.yaml").write_text("[" * 5_000)
    (tmp_path / "junk.pem").write_text("junk")
    (tmp_path / "twice.yaml").write_text("max_batch_size: 1\nmax_batch_size: 2\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["publish", "model", ""], 2, "the base path is empty"),
        (["publish", "model", "gs://b/m"], 2, "gs:// is not supported"),
        (["publish", "model", "b.config"], 3, "b.config: Not a directory"),
        (["publish", "model", "out", "--version", "-5"], 2, "'-5' is not a version"),
        (["publish", "model", "s3://bucket/m"], 3, "127.0.0.1:1"),
        (["versions", ""], 2, "the base path is empty"),
        (["versions", "s3://bucket/m"], 3, "127.0.0.1:1"),
        (["rollback", "s3://bucket/m"], 3, "127.0.0.1:1"),
        (["predict", "half", "@empty.npy"], 3, "empty.npy: not an array of numpy.save"),
        (["predict", "half", "@zip.npy"], 3, "zip.npy: not an array of numpy.save"),
        (["predict", "half", "@deep.json"], 3, "deep.json: the lists are nested too deeply"),
        (["predict", "half", "@latin.json"], 3, "latin.json: not JSON in UTF-8"),
        (["predict", "half", "@."], 3, "cannot be read: Is a directory"),
        (["predict", "half", "[" * 100_000], 3, "DATA: the lists are nested too deeply"),
        (["predict", b"\xff", "[1.0]"], 2, "is not UTF-8 text"),
        (["predict", "half", "[1.0]", "--version", "1", "--label", "a"], 2, "a version or a label"),
        (["status"], 3, "check the address"),
        (["status", "--rest", "ftp://host"], 3, "check the address"),
        (["status", "--rest", "https://host", "--ca-file", "junk.pem"], 3, "no certificates in"),
        (["status", "m", "--grpc", "host:1", "--ca-file", "junk.pem"], 3, "no certificates in"),
        (["config", "check", ""], 3, "the name of a file is empty"),
        (["config", "check", "."], 3, "Is a directory"),
        (["config", "check", "deep.yaml"], 3, "deep.yaml: not valid YAML: nested too deeply"),
        (["config", "check", "twice.yaml"], 3, "twice.yaml:2:1: "),
        (["config", "convert", "b.config", "absent/b.yaml"], 3, "absent/b.yaml: cannot be written"),
        (["reload", "b.config"], 3, 'b.config:1:1: Message type "tensorflow.serving.Model'),
        (["doctor", "model"], 2, "give an S3 URL"),
    ],
)
def test_a_mistake_is_one_message_and_a_documented_exit_code(
    folder: Path, arguments: list[str | bytes], code: int, part: str
) -> None:
    done = _run(*arguments)
    assert (done.returncode, part in done.stderr.decode()) == (code, True), done.stderr.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", "absent", "s3://bucket/m"],
        ["publish"],
        ["publish", "model", ""],
        ["versions", "model", "--nonsense"],
        ["predict", "half"],
        ["predict", b"\xff", "[1.0]"],
        ["config", "check"],
        ["bench", "half", "--clients", "0"],
    ],
)
def test_a_wrong_command_line_with_json_is_a_document(
    folder: Path, arguments: list[str | bytes]
) -> None:
    done = _run(*arguments, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == "UsageError"


@pytest.mark.parametrize(
    "arguments",
    [["versions", "model"], ["config", "check", "b.config"], ["config", "convert", "b.config"]],
)
def test_a_full_disk_for_the_output_is_an_error(folder: Path, arguments: list[str]) -> None:
    for more in ([], ["--json"]):
        done = _run(*arguments, *more, shell='"$@" > /dev/full')
        assert (done.returncode, b"No space left on device" in done.stderr) == (3, True)


@pytest.mark.parametrize(
    "arguments", [["versions", "model"], ["config", "convert", "b.config"], ["--help"]]
)
def test_a_reader_that_has_seen_enough_ends_the_command(folder: Path, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        _command(*arguments),
        env=_environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=_SECONDS,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("program", ["/absent/server", "/dev/null"])
def test_a_server_program_that_cannot_be_run_is_an_error(folder: Path, program: str) -> None:
    done = _run("serve", "--rest_api_port=8501", TFS3_MODEL_SERVER=program)
    assert (done.returncode, f"{program}: cannot be run" in done.stderr.decode()) == (3, True)


@pytest.mark.parametrize("arguments", [["predict", "half", "-"], ["config", "check", "-"]])
def test_a_closed_stdin_is_an_error(folder: Path, arguments: list[str]) -> None:
    done = _run(*arguments, shell='"$@" <&-')
    assert (done.returncode, b"stdin is closed" in done.stderr) == (3, True)


def test_a_configuration_is_written_to_a_device_and_through_a_link(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("target.yaml")
    assert _run("config", "convert", "b.config", "link.yaml").returncode == 0
    assert (folder / "link.yaml").is_symlink()
    assert (folder / "target.yaml").read_text() == "max_batch_size: 8\n"
    piped = _run("config", "convert", "b.config", "/dev/stdout", "--to", "yaml", shell='"$@" | cat')
    assert piped.stdout.decode().startswith("max_batch_size: 8\n")
    assert Path("/dev/stdout").is_symlink()


def test_a_conversion_to_stdout_with_json_is_one_document(folder: Path) -> None:
    document = json.loads(_run("config", "convert", "b.config", "--json").stdout)
    assert (document["format"], document["text"]) == ("yaml", "max_batch_size: 8\n")


def test_windows_line_ends_and_names_that_are_not_utf_8_are_no_problem(folder: Path) -> None:
    name = os.fsencode(folder / "windows") + b"\xff.config"
    Path(os.fsdecode(name)).write_bytes(_BATCHING.replace("\n", "\r\n").encode())
    done = _run("config", "check", name, LC_ALL="C.UTF-8")
    assert (done.returncode, b"valid (--batching_parameters_file)" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", "model", "s3://bucket/m"],
        ["versions", "s3://bucket/m"],
        ["rollback", "s3://bucket/m"],
        ["doctor", "s3://bucket/m"],
        ["config", "check", "s3://bucket/m.config"],
        ["predict", "half", "[1.0]"],
        ["bench", "half"],
        ["status", "--wait"],
        ["status", "--watch"],
    ],
)
def test_ctrl_c_ends_a_command_that_waits(folder: Path, arguments: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            _command(*arguments),
            env=_environment(AWS_ENDPOINT_URL_S3=url, TFS3_REST=url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as waiting:
            silent.settimeout(_SECONDS)
            connection, _ = silent.accept()
            with connection:
                waiting.send_signal(signal.SIGINT)
                _, errors = waiting.communicate(timeout=_SECONDS)
    assert (waiting.returncode, errors.decode().strip()) == (130, "Interrupted.")


def test_a_narrow_terminal_hides_nothing(folder: Path) -> None:
    (folder / "base" / "1").mkdir(parents=True)
    (folder / "base" / "1" / "variables").touch()
    terminal, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
    with subprocess.Popen(
        _command("versions", "base"), env=_environment(TERM="xterm"), stdout=other_end
    ) as listing:
        os.close(other_end)
        shown = b""
        # Reading fails when the program has closed its end.
        with contextlib.suppress(OSError):
            while piece := os.read(terminal, 65_536):
                shown += piece
    os.close(terminal)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()
    assert listing.returncode == 0
    assert "…" not in shown.decode()
    assert len(lines) > 2  # The cells are folded.
    assert max(map(len, lines)) <= 30
