// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_ROUTES_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_ROUTES_TEST_UTIL_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/api/routes.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3::rest {

// Returns name, version and label.
inline std::string Describe(const tensorflow::serving::ModelSpec& spec) {
  std::string text = spec.name();
  if (spec.has_version()) {
    absl::StrAppend(&text, " ", spec.version().value());
  }
  if (!spec.version_label().empty()) {
    absl::StrAppend(&text, " \"", spec.version_label(), "\"");
  }
  return text;
}

// Serves one model as version 7 of "half".
class OneModel final : public ModelLookup,
                       public ServerStatus,
                       private ServableLease {
 public:
  explicit OneModel(const std::string& name)
      : model_(SavedModelBundle::Load(TestModelPath(name), SavedModelOptions())
                   .value()) {}

  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const override {
    requested_ = Describe(spec);
    if (spec.name() != "half") {
      return absl::NotFoundError("no such model");
    }
    return ServableHandle<SavedModelBundle>(
        UntypedServableHandle(const_cast<OneModel*>(this)));
  }

  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const override {
    requested_ = Describe(spec);
    if (spec.name() != "half") {
      return absl::NotFoundError("no such model");
    }
    tensorflow::serving::GetModelStatusResponse response;
    tensorflow::serving::ModelVersionStatus* status =
        response.add_model_version_status();
    status->set_version(7);
    status->set_state(tensorflow::serving::ModelVersionStatus::LOADING);
    status->mutable_status()->set_error_code(tensorflow::error::UNAVAILABLE);
    status->mutable_status()->set_error_message("a \"reason\"");
    return response;
  }

  bool IsReady() const override { return true; }
  bool IsStopping() const override { return is_stopping_; }

  std::vector<ModelSummary> ListModels() const override {
    ModelSummary model;
    model.name = "half";
    model.available = true;
    model.problem = "a \"problem\"";
    tensorflow::serving::ModelVersionStatus* version =
        model.versions.add_model_version_status();
    version->set_version(7);
    version->set_state(tensorflow::serving::ModelVersionStatus::AVAILABLE);
    return {model};
  }

  void BeginStop() { is_stopping_ = true; }

  const std::string& requested() const { return requested_; }
  void Forget() { requested_.clear(); }

 private:
  const ServableId& id() const override { return id_; }
  AnyPtr servable() const override { return AnyPtr(model_.get()); }
  void Release() override {}

  const ServableId id_{"half", 7};
  const std::unique_ptr<SavedModelBundle> model_;
  mutable std::string requested_;
  bool is_stopping_ = false;
};

class RoutesTest : public ::testing::Test {
 protected:
  explicit RoutesTest(const std::string& model = "half_plus_three")
      : model_(model) {}

  // Calls `handle` with the routes and a request.
  template <typename Function>
  auto Handle(std::string_view method, std::string_view path,
              std::string_view body, Function handle) {
    net::PaddedBuffer buffer(charge_);
    buffer.Append(body);
    net::HttpRequest request;
    request.method = method;
    request.target = path;
    request.path = path;
    request.headers = {{"Host", "h"}, {"Traceparent", "00-1-2-01"}};
    request.body = &buffer;
    request.charge = charge_;
    request.peer = "ipv4:127.0.0.1:40000";
    return handle(Routes(&model_, &model_, &gate_, options_), request);
  }

  net::HttpResponse Send(std::string_view method, std::string_view path,
                         std::string_view body = "") {
    return Handle(method, path, body,
                  [](const Routes& routes, const net::HttpRequest& request) {
                    return routes(request);
                  });
  }

  // Posts a request to Routes::HandleQuickly.
  std::optional<net::HttpResponse> SendQuickly(std::string_view path,
                                               std::string_view body) {
    return Handle("POST", path, body,
                  [](const Routes& routes, const net::HttpRequest& request) {
                    return routes.HandleQuickly(request);
                  });
  }

  OneModel model_;
  RequestGate gate_;
  Routes::Options options_;
  RequestMemory::Charge* charge_ = nullptr;
};

// Returns the value of a header of a response, or an empty string.
inline std::string HeaderOf(const net::HttpResponse& response,
                            std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_ROUTES_TEST_UTIL_H_
