// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/api/api_call.h"

#include <cstddef>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/api/model_path.h"
#include "tensorflow_serving_s3/model_servers/rest/api/request_log.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_examples.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"
#include "tensorflow_serving_s3/model_servers/rest/json/metadata_json.h"
#include "tensorflow_serving_s3/model_servers/rest/json/results_to_json.h"
#include "tensorflow_serving_s3/model_servers/rest/json/status_json.h"
#include "tensorflow_serving_s3/model_servers/rest/json/tensors_to_json.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_metrics.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/metadata.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::serving::ClassificationRequest;
using ::tensorflow::serving::ClassificationResponse;
using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::PredictionLog;
using ::tensorflow::serving::RegressionRequest;
using ::tensorflow::serving::RegressionResponse;

constexpr absl::string_view kModels = "/v1/models";

// What a deferred request returns; nobody sees it.
absl::Status DeferredError() { return absl::CancelledError(); }

net::HttpResponse Json(std::string body) {
  return {200, net::kJsonContentType, std::move(body)};
}

}  // namespace

net::HttpResponse ApiCall::Handle(const net::HttpRequest& request) {
  charge_ = request.charge;
  const int64_t charged_before = charge_ == nullptr ? 0 : charge_->bytes();
  net::HttpResponse response;
  try {
    response = HandleOrThrow(request);
  } catch (const std::bad_alloc&) {
    response = FailForMemory();
  }
  // Only the request body and the response still use memory.
  if (charge_ != nullptr) {
    charge_->ShrinkTo(charged_before +
                      static_cast<int64_t>(response.body.capacity()));
  }
  return response;
}

net::HttpResponse ApiCall::FailForMemory() {
  const RequestMemory* const memory =
      charge_ == nullptr ? nullptr : charge_->memory();
  net::HttpResponse response = Fail(absl::UnavailableError(
      memory == nullptr ? "The server has not enough memory"
                        : memory->RefusalMessage()));
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

net::HttpResponse ApiCall::HandleOrThrow(const net::HttpRequest& request) {
  if (!absl::StartsWithIgnoreCase(request.path, kApiPrefix)) {
    return Fail(absl::NotFoundError(absl::StrCat(
        "Not found: ", request.path, "; the API is under ", kModelsPrefix)));
  }
  std::optional<ModelPath> path = ParseModelPath(request.method, request.path);
  if (!path.has_value()) {
    if ((request.method == "GET" || request.method == "HEAD") &&
        absl::EqualsIgnoreCase(request.path, kModels)) {
      api_ = "ListModels";
      return Json(ModelListJson(server_.ListModels(), ActiveLoads(),
                                server_.SourceProblem()));
    }
    return Fail(absl::InvalidArgumentError(absl::StrCat(
        "Malformed request: ", request.method, " ", request.path)));
  }
  spec_ = std::move(path->spec);
  static const net::PaddedBuffer& no_body = *new net::PaddedBuffer();
  const net::PaddedBuffer& body =
      request.body == nullptr ? no_body : *request.body;
  absl::StatusOr<std::string> result;
  switch (path->action) {
    case ModelAction::kPredict:
      api_ = "Predict";
      result = Predict(body);
      break;
    case ModelAction::kClassify:
      api_ = "Classify";
      result = Classify(body);
      break;
    case ModelAction::kRegress:
      api_ = "Regress";
      result = Regress(body);
      break;
    case ModelAction::kMetadata:
      api_ = "GetModelMetadata";
      result = Metadata();
      break;
    case ModelAction::kStatus:
      api_ = "GetModelStatus";
      result = Status();
      break;
  }
  if (!result.ok()) {
    return Fail(result.status());
  }
  return Json(*std::move(result));
}

net::HttpResponse ApiCall::Fail(absl::Status status) {
  status_ = std::move(status);
  return {net::HttpStatusOf(status_), net::kJsonContentType,
          net::ErrorBody(status_.message())};
}

absl::StatusOr<ApiCall::Model> ApiCall::FindModel() {
  absl::StatusOr<Model> model = lookup_.GetModel(spec_);
  if (model.ok()) {
    model_version_ = model->id().version;
  }
  return model;
}

bool ApiCall::Defers(const Model& model, absl::string_view signature_name) {
  if (!options_.only_quick) {
    return false;
  }
  const absl::StatusOr<const SignatureRunner*> signature =
      model->GetSignature(signature_name);
  deferred_ = signature.ok() && !(*signature)->quick();
  return deferred_;
}

bool ApiCall::IsLogged(const Model& model) const {
  return options_.request_logger != nullptr &&
         options_.request_logger->Samples(model.id().name);
}

absl::StatusOr<std::string> ApiCall::Predict(const net::PaddedBuffer& body) {
  const absl::StatusOr<Model> model = FindModel();
  if (!model.ok()) {
    return model.status();
  }
  // Most requests name no signature. So this avoids parsing them twice.
  if (Defers(*model, /*signature_name=*/"")) {
    return DeferredError();
  }

  const auto inputs_of = [&](absl::string_view signature_name)
      -> absl::StatusOr<const std::vector<TensorSpec>*> {
    absl::StatusOr<const SignatureRunner*> signature =
        (*model)->GetSignature(signature_name);
    if (!signature.ok()) {
      return signature.status();
    }
    return &(*signature)->inputs();
  };
  const int64_t charged_before = charge_ == nullptr ? 0 : charge_->bytes();
  absl::StatusOr<PredictInput> input =
      JsonToTensors(body, inputs_of, options_.max_json_nesting);
  if (!input.ok()) {
    return input.status();
  }
  signature_name_ = std::move(input->signature_name);
  if (!signature_name_.empty() && Defers(*model, signature_name_)) {
    return DeferredError();
  }
  const absl::StatusOr<const SignatureRunner*> signature =
      (*model)->GetSignature(signature_name_);
  if (!signature.ok()) {
    return signature.status();
  }

  const bool is_logged = IsLogged(*model);
  std::vector<tensorflow::Tensor> logged_inputs;
  if (is_logged) {
    logged_inputs = input->tensors;  // Shares the memory.
  }
  SignatureRunner::RunOptions run_options;
  run_options.deadline = options_.inference.deadline;
  const RunTimer timer;
  const absl::StatusOr<std::vector<tensorflow::Tensor>> outputs =
      (*signature)->Run(std::move(input->tensors), run_options);
  if (!outputs.ok()) {
    return outputs.status();
  }
  timer.Record(model->id().name, "Predict");
  // Run has freed its inputs.
  if (!is_logged && charge_ != nullptr) {
    charge_->ShrinkTo(charged_before);
  }
  Charge(MemoryOf(*outputs));
  if (is_logged) {
    RequestMemory::Part log_charge(charge_);
    log_charge.Grow(MemoryOf(logged_inputs) + MemoryOf(*outputs));
    options_.request_logger->Log(
        model->id(), signature_name_,
        PredictLogOf(model->id(), signature_name_, **signature, logged_inputs,
                     *outputs));
  }

  std::vector<NamedOutput> named;
  named.reserve(outputs->size());
  for (size_t i = 0; i < outputs->size(); ++i) {
    named.push_back({(*signature)->outputs()[i].alias, (*outputs)[i]});
  }
  return TensorsToJson(input->format, named, charge_);
}

absl::StatusOr<std::string> ApiCall::Classify(const net::PaddedBuffer& body) {
  return HandleExamples<ClassificationRequest, ClassificationResponse>(
      body, CheckClassifySignature, tfs3::Classify,
      &PredictionLog::mutable_classify_log);
}

absl::StatusOr<std::string> ApiCall::Regress(const net::PaddedBuffer& body) {
  return HandleExamples<RegressionRequest, RegressionResponse>(
      body, CheckRegressSignature, tfs3::Regress,
      &PredictionLog::mutable_regress_log);
}

template <typename Request, typename Response, typename Check, typename Infer,
          typename LogOf>
absl::StatusOr<std::string> ApiCall::HandleExamples(
    const net::PaddedBuffer& body, Check check, Infer infer, LogOf log_of) {
  const absl::StatusOr<Model> model = FindModel();
  if (!model.ok()) {
    return model.status();
  }
  if (Defers(*model, /*signature_name=*/"")) {
    return DeferredError();
  }
  google::protobuf::Arena arena;
  auto* const request = google::protobuf::Arena::Create<Request>(&arena);
  InferenceOptions inference = options_.inference;
  if (charge_ != nullptr) {
    inference.charge = [this](int64_t bytes) { charge_->Grow(bytes); };
  }
  const auto check_signature = [&](absl::string_view signature_name) {
    return check(**model, signature_name, inference);
  };
  absl::Status status =
      JsonToExamples(body, options_.max_json_nesting, check_signature,
                     request->mutable_input(), &signature_name_);
  if (!status.ok()) {
    return status;
  }
  if (!signature_name_.empty() && Defers(*model, signature_name_)) {
    return DeferredError();
  }
  request->mutable_model_spec()->set_signature_name(signature_name_);
  auto* const response = google::protobuf::Arena::Create<Response>(&arena);
  status = infer(*request, model->id(), **model, inference, response);
  if (!status.ok()) {
    return status;
  }
  if (IsLogged(*model)) {
    request->mutable_model_spec()->set_name(model->id().name);
    RequestMemory::Part log_charge(charge_);
    log_charge.Grow(static_cast<int64_t>(arena.SpaceUsed() + body.size()));
    PredictionLog log;
    *(log.*log_of)()->mutable_request() = *request;
    *(log.*log_of)()->mutable_response() = *response;
    options_.request_logger->Log(model->id(), signature_name_, std::move(log));
  }
  return ResultsToJson(response->result(), charge_);
}

absl::StatusOr<std::string> ApiCall::Metadata() {
  const absl::StatusOr<Model> model = FindModel();
  if (!model.ok()) {
    return model.status();
  }
  ModelSpec effective;
  effective.set_name(model->id().name);
  effective.mutable_version()->set_value(model->id().version);
  return MetadataJson(effective, GetSignatureDefMap(**model));
}

absl::StatusOr<std::string> ApiCall::Status() {
  const absl::StatusOr<GetModelStatusResponse> status =
      lookup_.GetModelStatus(spec_);
  if (!status.ok()) {
    return status.status();
  }
  return ModelStatusJson(spec_.name(), *status, ActiveLoads());
}

}  // namespace tfs3::rest
