# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Serves a model from S3 and requests predictions, on this computer.

It starts SeaweedFS (an S3 server), publishes two models to it, serves them with the model server,
requests predictions by REST and gRPC, then publishes a second version of one model and waits until
the server uses it. The second model has the signatures of TensorFlow Serving's example. Everything
runs on free ports of 127.0.0.1 and is removed at the end.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tensorflow_serving_s3.errors import Error, ProgramError
from tensorflow_serving_s3.publish import publish_version
from tensorflow_serving_s3.testing.model_server import ModelServer
from tensorflow_serving_s3.testing.seaweedfs import SeaweedFS

_MODEL = "half_plus_three"
_BASE_PATH = f"s3://models/{_MODEL}"
# TensorFlow Serving's example.
_TF1_MODEL = "saved_model_half_plus_three"
_TF1_BASE_PATH = f"s3://models/{_TF1_MODEL}"
_CONFIG = "".join(
    f'config {{ name: "{name}" base_path: "{base_path}" model_platform: "tensorflow" }}\n'
    for name, base_path in ((_MODEL, _BASE_PATH), (_TF1_MODEL, _TF1_BASE_PATH))
)
_INSTANCES = [1.0, 2.0, 5.0]
_FIRST_ANSWER = [3.5, 4.0, 5.5]  # x / 2 + 3
_SECOND_ANSWER = [102.0, 104.0, 110.0]  # 2 * x + 100
_STEPS = 7
_REQUEST_SECONDS = 10.0
_SWITCH_SECONDS = 30.0
_INTERRUPTED = 130


class _Interrupts:
    """Raises KeyboardInterrupt on Ctrl-C and on SIGTERM, so that both clean up.

    Python prints and drops an exception in a callback of the interpreter, such as the callback of a
    weak reference. So `check` raises it again at the next step.
    """

    def __init__(self) -> None:
        self._arrived = False

    def catch(self) -> None:
        """Installs the signal handlers."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)

    def check(self) -> None:
        """Raises KeyboardInterrupt if a signal has arrived."""
        if self._arrived:
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: object) -> None:
        self._arrived = True
        raise KeyboardInterrupt


_INTERRUPTS = _Interrupts()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the quickstart.

    Args:
        arguments: The arguments of the command line; None: those of this process.

    Returns:
        The exit code: 0, 1 after a failure, 130 after Ctrl-C or SIGTERM.
    """
    options = _parse(arguments)
    _INTERRUPTS.catch()
    try:
        with tempfile.TemporaryDirectory(prefix="quickstart-") as folder:
            _run(Path(folder), options)
    except KeyboardInterrupt:
        print("\nInterrupted. Everything that was started is stopped.", file=sys.stderr)
        return _INTERRUPTED
    except Exception as error:
        # Prints the cause and the output of the server instead of a Python traceback.
        kind = "" if isinstance(error, Error) else f"{type(error).__name__}: "
        print(f"\n\nThe quickstart failed: {kind}{error}", file=sys.stderr)
        log = error.log if isinstance(error, ProgramError) else ()
        if log:
            print("The last lines of its output:", *log, sep="\n  ", file=sys.stderr)
        return 1
    print("Done. Everything that was started is stopped.", flush=True)
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="quickstart",
        description="Serves a small model from S3 on this computer and asks it for predictions.",
    )
    parser.add_argument(
        "--keep", action="store_true", help="Keep the server running until Ctrl-C, to try it."
    )
    parser.add_argument(
        "--model_server",
        type=Path,
        metavar="PATH",
        help="The tensorflow_model_server to run; by default the one that Bazel built.",
    )
    return parser.parse_args(arguments)


def _run(folder: Path, options: argparse.Namespace) -> None:
    with contextlib.ExitStack() as running:
        with _step(1, "Starting SeaweedFS, an S3 server"):
            storage = SeaweedFS(buckets=["models"])
            # Registered before the start, because Ctrl-C may arrive at any time.
            running.push(storage)
            storage.start()
        _detail(f'{storage.endpoint}, bucket "models"')

        with _step(2, "Making half_plus_three, y = x / 2 + 3, with TensorFlow"):
            # This import takes seconds, so it comes after the first step.
            from tensorflow_serving_s3.testing import saved_models

            first = saved_models.save_half_plus_three(folder / "first")
            second = saved_models.save_linear(folder / "second", slope=2.0, offset=100.0)
            tf1 = saved_models.save_tf1_half_plus_three(folder / "tf1")

        with _step(3, "Publishing it, and TensorFlow Serving's example, as version 00000123"):
            urls = [
                publish_version(model, base_path, "00000123", client=storage.client())
                for model, base_path in ((first, _BASE_PATH), (tf1, _TF1_BASE_PATH))
            ]
        for url in urls:
            _detail(url)

        config = folder / "models.config"
        config.write_text(f"model_config_list {{\n{_CONFIG}}}\n")
        server = ModelServer(
            model_config_file=config,
            model_name=_MODEL,
            env=storage.env(),
            binary=options.model_server,
        )
        with _step(4, "Starting tensorflow_model_server on both"):
            running.push(server)
            server.start()
            server.wait_until_available(123, model_name=_TF1_MODEL)
            server.wait_until_available(123)
        _detail(f"REST on {server.rest_url}, gRPC on {server.grpc_address}")

        try:
            with _step(5, "Asking both by REST"):
                answers = [_ask_by_rest(server, name) for name in (_MODEL, _TF1_MODEL)]
            for name, answer in zip((_MODEL, _TF1_MODEL), answers, strict=True):
                _detail(f"POST {_predict_url(server, name)}")
                _detail(f"     {json.dumps({'instances': _INSTANCES})}")
                _detail(f"200  {json.dumps(answer)}")
                _expect(answer, _FIRST_ANSWER)

            with _step(6, "Asking the first by gRPC, with the client of tensorflow-serving-api"):
                request, response = _ask_by_grpc(server)
            _detail(f"Predict {_one_line(request)}")
            _detail(f"OK      {_one_line(response)}")

            with _step(7, "Publishing y = 2 x + 100 as version 00000124, asking all the while"):
                publish_version(second, _BASE_PATH, "00000124", client=storage.client())
                seconds, answered = _ask_until_switched(server)
            _detail(f"version 123 answered {answered} more requests, none failed, and then")
            _detail(f"version 124, {seconds:.1f} s after its publication: {_SECOND_ANSWER}")

            if options.keep:
                _serve_until_interrupted(server)
        except Exception as error:
            raise ProgramError(str(error), server.log_tail()) from error


@contextlib.contextmanager
def _step(number: int, title: str) -> Iterator[None]:
    print(f"[{number}/{_STEPS}] {title} ... ", end="", flush=True)
    started = time.monotonic()
    yield
    _INTERRUPTS.check()
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def _detail(text: str) -> None:
    print(f"      {text}", flush=True)


def _one_line(message: object) -> str:
    return " ".join(str(message).split())


def _predict_url(server: ModelServer, model_name: str) -> str:
    return f"{server.rest_url}/v1/models/{model_name}:predict"


def _ask_by_rest(server: ModelServer, model_name: str = _MODEL) -> Any:
    body = json.dumps({"instances": _INSTANCES}).encode()
    url = _predict_url(server, model_name)
    request = urllib.request.Request(url, body)
    # Ignores the proxy of the environment, because the server is on this computer.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_REQUEST_SECONDS) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
        raise ProgramError(f"{url}: HTTP {error.code}: {text}") from error


def _ask_by_grpc(server: ModelServer) -> tuple[Any, Any]:
    import grpc
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    request = predict_pb2.PredictRequest()
    request.model_spec.name = _MODEL
    x = request.inputs["x"]
    x.dtype = tf.float32.as_datatype_enum
    x.tensor_shape.dim.add(size=len(_INSTANCES))
    x.float_val.extend(_INSTANCES)
    no_proxy = [("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(server.grpc_address, options=no_proxy) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response = stub.Predict(request, timeout=_REQUEST_SECONDS)
    _expect({"predictions": tf.make_ndarray(response.outputs["y"]).tolist()}, _FIRST_ANSWER)
    return request, response


def _ask_until_switched(server: ModelServer) -> tuple[float, int]:
    """Returns the seconds until the second version answered, and the responses of the first one."""
    started = time.monotonic()
    answered_by_first = 0
    while True:
        answer = _ask_by_rest(server)
        passed = time.monotonic() - started
        if answer == {"predictions": _SECOND_ANSWER}:
            return passed, answered_by_first
        _expect(answer, _FIRST_ANSWER)
        answered_by_first += 1
        if passed > _SWITCH_SECONDS:
            raise ProgramError(f"{_BASE_PATH}/00000124 is not served after {_SWITCH_SECONDS:g} s")
        time.sleep(0.02)


def _expect(answer: Any, predictions: Sequence[float]) -> None:
    if answer != {"predictions": predictions}:
        raise ProgramError(f"the server answered {answer}, expected {predictions}")


def _serve_until_interrupted(server: ModelServer) -> None:
    body = json.dumps({"instances": _INSTANCES})
    try:
        print("\nServing until Ctrl-C. Try in another terminal:")
        print(f"  curl -d '{body}' {server.predict_url}", flush=True)
        while server.process.exit_code is None:
            time.sleep(0.2)
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return
    raise ProgramError(f"the server ended by itself, with exit code {server.process.exit_code}")


if __name__ == "__main__":
    sys.exit(main())
