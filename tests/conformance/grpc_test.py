# Copyright 2026 The tf-serving-s3 Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests the prediction APIs by gRPC with the official client."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
    session_service_pb2,
)
from tensorflow_serving_s3.testing import saved_models
from tensorflow_serving_s3.testing.model_server import ModelServer

from tests.conformance.servers import Served, serving
from tests.e2e import clients
from tests.e2e.waiting import wait_for

_SECONDS = 30.0
_FOREVER = 10**15  # Turns of a loop.
_INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
_OTHER_TYPES = ["float32", "float64", "float16", "bfloat16", "bool", "complex64"]


@pytest.fixture(scope="session")
def prediction(channel: Any) -> Any:
    """The official stub of PredictionService."""
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


@pytest.fixture(scope="session")
def models(channel: Any) -> Any:
    """The official stub of ModelService."""
    return model_service_pb2_grpc.ModelServiceStub(channel)


def _predict_request(model: str, signature: str = "", **inputs: Any) -> Any:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        tensor = value if isinstance(value, tf.Tensor) else tf.constant(value)
        request.inputs[name].CopyFrom(tf.make_tensor_proto(tensor))
    return request


def _many_request() -> Any:
    return _predict_request(
        "many",
        floats=[[1.0, 2.0], [3.0, 4.0]],
        ints=tf.constant([5, 6], tf.int64),
        texts=[b"a", b"b"],
        flag=True,
    )


def _fill_examples(request: Any, signature: str, *values: float, model: str = "examples") -> Any:
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    for value in values:
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(value)
    return request


def _error(call: Any, request: Any, seconds: float = _SECONDS) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as raised:
        call(request, timeout=seconds)
    return raised.value


def _refusal(call: Any, request: Any) -> tuple[grpc.StatusCode, str]:
    error = _error(call, request)
    return error.code(), error.details()


def test_predict_answers_with_the_outputs(prediction: Any) -> None:
    response = prediction.Predict(_predict_request("half", x=[1.0, 2.0, 5.0]), timeout=_SECONDS)
    assert tf.make_ndarray(response.outputs["y"]).tolist() == [3.5, 4.0, 5.5]


def test_predict_returns_the_effective_model_spec(prediction: Any) -> None:
    response = prediction.Predict(_predict_request("two", x=[1.0]), timeout=_SECONDS)
    spec = response.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("two", 2, "serving_default")


@pytest.mark.parametrize(
    ("version", "label", "y"), [(1, "", 3.5), (2, "", 102.0), (0, "stable", 3.5)]
)
def test_predict_by_a_version_or_label(prediction: Any, version: int, label: str, y: float) -> None:
    request = _predict_request("two", x=[1.0])
    if label:
        request.model_spec.version_label = label
    else:
        request.model_spec.version.value = version
    response = prediction.Predict(request, timeout=_SECONDS)
    assert tf.make_ndarray(response.outputs["y"]).tolist() == [y]


def test_predict_by_a_signature(prediction: Any) -> None:
    request = _predict_request("many", "statistics", values=tf.constant([1.0, 2.0], tf.float64))
    response = prediction.Predict(request, timeout=_SECONDS)
    assert tf.make_ndarray(response.outputs["mean"]) == 1.5
    assert response.model_spec.signature_name == "statistics"


def test_predict_with_several_inputs_and_outputs(prediction: Any) -> None:
    response = prediction.Predict(_many_request(), timeout=_SECONDS)
    answer = {name: tf.make_ndarray(tensor).tolist() for name, tensor in response.outputs.items()}
    assert answer == {
        "doubled": [[2.0, 4.0], [6.0, 8.0]],
        "negated": [-5, -6],
        "shouted_bytes": [b"A", b"B"],
        "inverted": False,
    }


def test_predict_output_filter_chooses_outputs(prediction: Any) -> None:
    request = _many_request()
    request.output_filter.extend(["negated", "doubled"])
    response = prediction.Predict(request, timeout=_SECONDS)
    assert set(response.outputs) == {"negated", "doubled"}


def test_predict_output_filter_with_an_unknown_alias(prediction: Any) -> None:
    request = _many_request()
    request.output_filter.append("halved")
    code, message = _refusal(prediction.Predict, request)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert '"halved"' in message


def test_predict_lists_the_names_of_missing_inputs(prediction: Any) -> None:
    request = _many_request()
    del request.inputs["ints"]
    del request.inputs["flag"]
    code, message = _refusal(prediction.Predict, request)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert "missing: flag, ints" in message


def test_predict_with_an_unknown_input(prediction: Any) -> None:
    code, message = _refusal(prediction.Predict, _predict_request("half", x=[1.0], z=[1.0]))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert "z" in message


@pytest.mark.parametrize(
    ("model", "signature", "code"),
    [
        ("nobody", "", grpc.StatusCode.NOT_FOUND),
        ("half", "nothing", grpc.StatusCode.FAILED_PRECONDITION),
        ("", "", grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_predict_of_an_unknown_model_or_signature(
    prediction: Any, model: str, signature: str, code: grpc.StatusCode
) -> None:
    assert _error(prediction.Predict, _predict_request(model, signature, x=[1.0])).code() == code


def test_predict_of_an_unknown_version_or_label(prediction: Any) -> None:
    version = _predict_request("two", x=[1.0])
    version.model_spec.version.value = 7
    assert _error(prediction.Predict, version).code() == grpc.StatusCode.NOT_FOUND
    label = _predict_request("two", x=[1.0])
    label.model_spec.version_label = "nightly"
    code, message = _refusal(prediction.Predict, label)
    assert "nightly" in message
    assert code in {grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT}


def test_predict_with_a_tensor_of_another_type(prediction: Any) -> None:
    request = _predict_request("half", x=tf.constant([1, 2], tf.int32))
    assert _error(prediction.Predict, request).code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    "dtype",
    [*_INTEGERS, *_OTHER_TYPES],
)
def test_predict_with_every_element_type(prediction: Any, dtype: str) -> None:
    x = tf.cast([[0, 1], [1, 0]], tf.as_dtype(dtype))
    response = prediction.Predict(_predict_request("identity", dtype, x=x), timeout=_SECONDS)
    assert response.outputs["y"].dtype == tf.as_dtype(dtype).as_datatype_enum
    assert tf.make_ndarray(response.outputs["y"]).tolist() == x.numpy().tolist()


def test_predict_with_strings_that_are_not_text(prediction: Any) -> None:
    request = _predict_request("identity", "string", x=[b"\xff\x00", b""])
    response = prediction.Predict(request, timeout=_SECONDS)
    assert list(response.outputs["y"].string_val) == [b"\xff\x00", b""]


def test_classify(prediction: Any) -> None:
    request = _fill_examples(classification_pb2.ClassificationRequest(), "classify", 0.25, 0.75)
    response = prediction.Classify(request, timeout=_SECONDS)
    answer = [
        [(entry.label, entry.score) for entry in row.classes]
        for row in response.result.classifications
    ]
    assert answer == [[("high", 0.25), ("low", 0.75)], [("high", 0.75), ("low", 0.25)]]
    assert (response.model_spec.name, response.model_spec.version.value) == ("examples", 1)


def test_regress(prediction: Any) -> None:
    request = _fill_examples(regression_pb2.RegressionRequest(), "regress", 0.25, 0.75)
    response = prediction.Regress(request, timeout=_SECONDS)
    assert [row.value for row in response.result.regressions] == [0.5, 1.5]


def test_classify_and_regress_a_model_that_tensorflow_2_has_exported(prediction: Any) -> None:
    classify = _fill_examples(classification_pb2.ClassificationRequest(), "", 0.25, model="native")
    classes = prediction.Classify(classify, timeout=_SECONDS).result.classifications[0].classes
    assert [entry.label for entry in classes] == ["high", "low"]
    regress = _fill_examples(regression_pb2.RegressionRequest(), "regress", 0.25, model="native")
    assert prediction.Regress(regress, timeout=_SECONDS).result.regressions[0].value == 0.5


def test_classify_with_a_context(prediction: Any) -> None:
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = "examples"
    shared = request.input.example_list_with_context
    shared.context.features.feature["x"].float_list.value.append(0.25)
    shared.examples.add()
    response = prediction.Classify(request, timeout=_SECONDS)
    assert response.result.classifications[0].classes[0].score == 0.25


def test_classify_without_an_input(prediction: Any) -> None:
    request = _fill_examples(classification_pb2.ClassificationRequest(), "classify")
    assert _error(prediction.Classify, request).code() == grpc.StatusCode.INVALID_ARGUMENT


def _multi_inference_request(*tasks: tuple[str, str], model: str = "examples") -> Any:
    request = inference_pb2.MultiInferenceRequest()
    for method, signature in tasks:
        task = request.tasks.add(method_name=f"tensorflow/serving/{method}")
        task.model_spec.CopyFrom(model_pb2.ModelSpec(name=model, signature_name=signature))
    example = request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(0.25)
    return request


def test_multi_inference(prediction: Any) -> None:
    request = _multi_inference_request(("classify", "classify"), ("regress", "regress"))
    first, second = prediction.MultiInference(request, timeout=_SECONDS).results
    assert first.classification_result.classifications[0].classes[0].label == "high"
    assert second.regression_result.regressions[0].value == 0.5
    assert second.model_spec.signature_name == "regress"


def test_multi_inference_with_an_unknown_method(prediction: Any) -> None:
    code, _ = _refusal(prediction.MultiInference, _multi_inference_request(("guess", "classify")))
    assert code in {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INVALID_ARGUMENT}


def test_get_model_metadata(prediction: Any) -> None:
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "half"
    response = prediction.GetModelMetadata(request, timeout=_SECONDS)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert signatures.signature_def["serving_default"].inputs["x"].dtype == tf.float32
    assert response.model_spec.version.value == 1


@pytest.mark.parametrize("fields", [[], ["graph_def"], ["signature_def", "graph_def"]])
def test_get_model_metadata_has_signature_def_only(prediction: Any, fields: list[str]) -> None:
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = "half"
    assert _error(prediction.GetModelMetadata, request).code() == grpc.StatusCode.INVALID_ARGUMENT


def test_get_model_status_lists_versions(models: Any) -> None:
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "two"
    answer = models.GetModelStatus(request, timeout=_SECONDS).model_version_status
    available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert [(entry.version, entry.state) for entry in answer] == [(2, available), (1, available)]
    request.model_spec.version_label = "stable"
    (entry,) = models.GetModelStatus(request, timeout=_SECONDS).model_version_status
    assert entry.version == 1


def test_get_model_status_of_an_unknown_model(models: Any) -> None:
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "nobody"
    code, message = _refusal(models.GetModelStatus, request)
    assert code == grpc.StatusCode.NOT_FOUND
    assert "nobody" in message


def _session_run(channel: Any) -> Any:
    return channel.unary_unary(
        "/tensorflow.serving.SessionService/SessionRun",
        request_serializer=session_service_pb2.SessionRunRequest.SerializeToString,
        response_deserializer=session_service_pb2.SessionRunResponse.FromString,
    )


def _tensor_names(prediction: Any, model: str) -> tuple[str, str]:
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = model
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response = prediction.GetModelMetadata(request, timeout=_SECONDS)
    response.metadata["signature_def"].Unpack(signatures)
    signature = signatures.signature_def["serving_default"]
    return signature.inputs["x"].name, signature.outputs["y"].name


def test_session_run(channel: Any, prediction: Any) -> None:
    x, y = _tensor_names(prediction, "half")
    request = session_service_pb2.SessionRunRequest(fetch=[y])
    request.model_spec.name = "half"
    request.feed.add(name=x).tensor.CopyFrom(tf.make_tensor_proto([1.0, 2.0]))
    response = _session_run(channel)(request, timeout=_SECONDS)
    (fetched,) = response.tensor
    assert (fetched.name, tf.make_ndarray(fetched.tensor).tolist()) == (y, [3.5, 4.0])


def test_session_run_of_an_unknown_tensor(channel: Any) -> None:
    request = session_service_pb2.SessionRunRequest(fetch=["nothing:0"])
    request.model_spec.name = "half"
    code, message = _refusal(_session_run(channel), request)
    assert code in {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
    assert "nothing" in message


def test_a_deadline_ends_the_run_of_the_model(prediction: Any) -> None:
    request = _predict_request("many", "wait", loops=tf.constant(_FOREVER, tf.int64))
    error = _error(prediction.Predict, request, seconds=0.3)
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_runs_beyond_their_deadline_release_their_threads(tmp_path: Path) -> None:
    with (
        serving(tmp_path, {"many": Served("many_types")}, flags=["--grpc_max_threads=2"]) as server,
        clients.channel(server) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        endless = _predict_request("many", "wait", loops=tf.constant(_FOREVER, tf.int64))
        for call in [stub.Predict.future(endless, timeout=0.5) for _ in range(4)]:
            assert call.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        short = _predict_request("many", "wait", loops=tf.constant(1, tf.int64))
        response = stub.Predict(short, timeout=_SECONDS)
        assert tf.make_ndarray(response.outputs["turns"]) == 1


def test_cancelled_requests_that_wait_for_a_thread_do_not_run(tmp_path: Path) -> None:
    saved_models.save_waiting(tmp_path / "waiting" / "1")
    # The model polls: with few threads one run may block the first operation of another.
    flags = ["--grpc_max_threads=2", "--tensorflow_inter_op_parallelism=8"]
    running = ModelServer(str(tmp_path / "waiting"), model_name="waiting", flags=flags)

    def request(number: int, awaited: Path) -> Any:
        started = str(tmp_path / f"started-{number}").encode()
        return _predict_request(
            "waiting", x=[1.0], started=[started], awaited=[str(awaited).encode()]
        )

    with running as server, clients.channel(server) as channel:
        server.wait_until_available()
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        release = tmp_path / "release"
        first = [stub.Predict.future(request(n, release), timeout=_SECONDS) for n in range(2)]
        wait_for(lambda count: count == 2, lambda: len(list(tmp_path.glob("started-*"))))
        never = tmp_path / "never"
        for call in [stub.Predict.future(request(n, never), timeout=600) for n in range(2, 8)]:
            call.cancel()
        # These calls need no thread and follow the cancellations on the same connection. So the
        # server has received the cancellations when it has answered them.
        status = get_model_status_pb2.GetModelStatusRequest()
        status.model_spec.name = "waiting"
        for _ in range(20):
            model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(
                status, timeout=_SECONDS
            )
        last = stub.Predict.future(request(8, release), timeout=_SECONDS)
        release.touch()
        assert [call.result().outputs["y"].float_val[0] for call in [*first, last]] == [1.0] * 3


def test_profiles_are_captured_by_the_client_of_tensorflow(
    server: ModelServer, prediction: Any, tmp_path: Path
) -> None:
    done = threading.Event()

    def keep_busy() -> None:
        while not done.is_set():
            prediction.Predict(_predict_request("half", x=[1.0]), timeout=_SECONDS)

    busy = threading.Thread(target=keep_busy)
    busy.start()
    try:
        tf.profiler.experimental.client.trace(
            f"grpc://{server.grpc_address}", str(tmp_path), duration_ms=500
        )
    finally:
        done.set()
        busy.join()
    assert list(tmp_path.glob("plugins/profile/*/*.xplane.pb"))


def test_tensors_are_written_as_content_by_a_flag(tmp_path: Path) -> None:
    flags = ["--enable_serialization_as_tensor_content"]
    with (
        serving(tmp_path, {"half": Served("half_plus_three")}, flags=flags) as server,
        clients.channel(server) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response = stub.Predict(_predict_request("half", x=[1.0, 2.0]), timeout=_SECONDS)
        assert not response.outputs["y"].float_val
        assert tf.make_ndarray(response.outputs["y"]).tolist() == [3.5, 4.0]


def test_limits_and_channel_arguments_by_flag(tmp_path: Path) -> None:
    flags = [
        "--grpc_max_receive_message_bytes=4096",
        "--grpc_channel_arguments=grpc.max_connection_age_ms=200,grpc.max_connection_age_grace_ms=50",
    ]
    with (
        serving(tmp_path, {"half": Served("half_plus_three")}, flags=flags) as server,
        clients.channel(server) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        error = _error(stub.Predict, _predict_request("half", x=[1.0] * 2048))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        states: list[grpc.ChannelConnectivity] = []
        gone = threading.Event()

        def note(state: grpc.ChannelConnectivity) -> None:
            states.append(state)
            if grpc.ChannelConnectivity.READY in states and state in {
                grpc.ChannelConnectivity.IDLE,
                grpc.ChannelConnectivity.TRANSIENT_FAILURE,
            }:
                gone.set()

        channel.subscribe(note, try_to_connect=True)
        stub.Predict(_predict_request("half", x=[1.0]), timeout=_SECONDS)
        # The server ends the connection because of its age.
        assert gone.wait(_SECONDS), states
