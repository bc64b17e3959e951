// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/routes.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/model_servers/request_gate.h"
#include "tensorflow_serving_s3/model_servers/rest/errors.h"
#include "tensorflow_serving_s3/model_servers/rest/health.h"
#include "tensorflow_serving_s3/model_servers/rest/json_to_tensors.h"
#include "tensorflow_serving_s3/model_servers/rest/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/status_json.h"
#include "tensorflow_serving_s3/model_servers/rest/tensors_to_json.h"
#include "tensorflow_serving_s3/servables/tensorflow/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensor_spec.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelSpec;

constexpr absl::string_view kApiPrefix = "/v1/";
constexpr absl::string_view kModels = "/v1/models";
constexpr absl::string_view kModelsPrefix = "/v1/models/";
constexpr absl::string_view kPredict = "predict";

// What stands behind /v1/models/ in a path.
struct ModelPath {
  ModelSpec spec;
  // The part behind the colon; empty if there is none.
  absl::string_view verb;
};

// Nothing if `path` is not made like the paths of the API.
std::optional<ModelPath> ParseModelPath(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, kModelsPrefix)) return std::nullopt;
  ModelPath parsed;
  const size_t slash = path.find('/');
  absl::string_view last = slash == path.npos ? path : path.substr(slash + 1);
  if (const size_t colon = last.find(':'); colon != last.npos) {
    parsed.verb = last.substr(colon + 1);
    if (parsed.verb.empty()) return std::nullopt;
    last = last.substr(0, colon);
  }
  const absl::string_view name =
      slash == path.npos ? last : path.substr(0, slash);
  if (name.empty() || name.find(':') != name.npos) return std::nullopt;
  parsed.spec.set_name(std::string(name));
  if (slash == path.npos) return parsed;

  if (absl::ConsumePrefix(&last, "versions/")) {
    int64_t version;
    if (!absl::SimpleAtoi(last, &version) || version < 0) return std::nullopt;
    parsed.spec.mutable_version()->set_value(version);
    return parsed;
  }
  if (absl::ConsumePrefix(&last, "labels/")) {
    if (last.empty() || last.find('/') != last.npos) return std::nullopt;
    parsed.spec.set_version_label(std::string(last));
    return parsed;
  }
  return std::nullopt;
}

HttpResponse Error(int http_status, absl::string_view message) {
  return {http_status, kJsonContentType, ErrorBody(message)};
}

HttpResponse Error(const absl::Status& status) {
  return Error(HttpStatusOf(status), status.message());
}

absl::StatusOr<std::string> Predict(const ModelLookup& lookup,
                                    const ModelSpec& spec,
                                    const PaddedBuffer& body,
                                    absl::Time deadline) {
  absl::StatusOr<ServableHandle<SavedModelBundle>> model =
      lookup.GetModel(spec);
  if (!model.ok()) return model.status();

  const auto inputs_of = [&](absl::string_view signature_name)
      -> absl::StatusOr<const std::vector<TensorSpec>*> {
    absl::StatusOr<const SignatureRunner*> signature =
        (*model)->GetSignature(signature_name);
    if (!signature.ok()) return signature.status();
    return &(*signature)->inputs();
  };
  absl::StatusOr<PredictInput> input = JsonToTensors(body, inputs_of);
  if (!input.ok()) return input.status();
  absl::StatusOr<const SignatureRunner*> signature =
      (*model)->GetSignature(input->signature_name);
  if (!signature.ok()) return signature.status();

  SignatureRunner::RunOptions run_options;
  run_options.deadline = deadline;
  absl::StatusOr<std::vector<tensorflow::Tensor>> outputs =
      (*signature)->Run(std::move(input->tensors), run_options);
  if (!outputs.ok()) return outputs.status();

  std::vector<NamedOutput> named;
  named.reserve(outputs->size());
  for (size_t i = 0; i < outputs->size(); ++i) {
    named.push_back({(*signature)->outputs()[i].alias, (*outputs)[i]});
  }
  return TensorsToJson(input->format, named);
}

}  // namespace

Routes::Routes(const ModelLookup* lookup, const ServerStatus* server,
               RequestGate* gate, const Options& options)
    : lookup_(lookup), server_(server), gate_(gate), options_(options) {}

HttpResponse Routes::operator()(const HttpRequest& request) const {
  const absl::Time deadline = absl::Now() + options_.timeout;
  if (std::optional<HttpResponse> health = AnswerHealth(*server_, request)) {
    return *std::move(health);
  }
  const RequestGate::Pass pass = gate_->Enter();
  if (!pass) {
    HttpResponse response =
        Error(503, "This server is stopping; send the request to another one");
    response.close = true;
    return response;
  }
  HttpResponse response = AnswerApi(request, deadline);
  response.close = gate_->closed();
  return response;
}

HttpResponse Routes::AnswerApi(const HttpRequest& request,
                               absl::Time deadline) const {
  if (request.path.substr(0, kApiPrefix.size()) != kApiPrefix) {
    return Error(404, absl::StrCat("Not found: ", request.path,
                                   "; the API is under ", kModelsPrefix));
  }
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (is_get && request.path == kModels) {
    return {200, kJsonContentType, ModelListJson(server_->ListModels())};
  }
  const std::optional<ModelPath> path = ParseModelPath(request.path);
  if (path.has_value() && path->verb.empty() && is_get) {
    absl::StatusOr<GetModelStatusResponse> status =
        lookup_->GetModelStatus(path->spec);
    if (!status.ok()) return Error(status.status());
    return {200, kJsonContentType, ModelStatusJson(*status)};
  }
  if (path.has_value() && path->verb == kPredict && request.method == "POST") {
    static const PaddedBuffer& no_body = *new PaddedBuffer();
    absl::StatusOr<std::string> answer =
        Predict(*lookup_, path->spec,
                request.body == nullptr ? no_body : *request.body, deadline);
    if (!answer.ok()) return Error(answer.status());
    return {200, kJsonContentType, *std::move(answer)};
  }
  return Error(400, absl::StrCat("Malformed request: ", request.method, " ",
                                 request.path));
}

}  // namespace tfs3::rest
