// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Handles one request of the REST API. Used only by Routes.
//
//   ApiCall call(lookup, server, options);
//   HttpResponse response = call.Handle(request);
//   Record(call.api(), call.model_version(), call.status());
//
// Create an object for each request. Not thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_API_CALL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_API_CALL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"

namespace tfs3::rest {

class ApiCall {
 public:
  struct Options {
    InferenceOptions inference;
    int64_t max_json_nesting = 0;
    // Handle does not handle a request that may take long; see deferred().
    bool only_quick = false;
    // Logs successful requests; may be null.
    RequestLogger* request_logger = nullptr;
  };

  // All must outlive the call.
  ApiCall(const ModelLookup& lookup, const ServerStatus& server,
          const Options& options)
      : lookup_(lookup), server_(server), options_(options) {}

  // Handles a request with a path under /v1/. Call it only once.
  net::HttpResponse Handle(const net::HttpRequest& request);

  // Returns true if Handle did nothing because of Options::only_quick. Its
  // response is not valid then.
  bool deferred() const { return deferred_; }

  // Returns the response for an error of the caller.
  net::HttpResponse Fail(absl::Status status);

  // The fields of RequestRecord, valid after the response.
  absl::string_view api() const { return api_; }
  absl::string_view model_name() const { return spec_.name(); }
  int64_t model_version() const { return model_version_; }
  absl::string_view signature_name() const { return signature_name_; }
  const absl::Status& status() const { return status_; }

 private:
  using Model = ServableHandle<SavedModelBundle>;

  net::HttpResponse HandleOrThrow(const net::HttpRequest& request);
  // Returns the response for a request that exceeds the memory budget.
  net::HttpResponse FailForMemory();

  absl::StatusOr<std::string> Predict(const net::PaddedBuffer& body);
  absl::StatusOr<std::string> Classify(const net::PaddedBuffer& body);
  absl::StatusOr<std::string> Regress(const net::PaddedBuffer& body);
  // Implements Classify and Regress. `check` and `infer` are the functions of
  // servables/tensorflow/apis, and `log_of` returns the log in a PredictionLog.
  template <typename Request, typename Response, typename Check, typename Infer,
            typename LogOf>
  absl::StatusOr<std::string> HandleExamples(const net::PaddedBuffer& body,
                                             Check check, Infer infer,
                                             LogOf log_of);
  absl::StatusOr<std::string> Metadata();
  absl::StatusOr<std::string> Status();

  // Returns true if the request must be deferred, because `signature_name` is
  // a signature of the model that is not quick.
  bool Defers(const Model& model, absl::string_view signature_name);

  // Returns whether to log the request.
  bool IsLogged(const Model& model) const;

  // Charges `bytes` to the request. May throw RequestMemoryExceeded.
  void Charge(int64_t bytes) {
    if (charge_ != nullptr) {
      charge_->Grow(bytes);
    }
  }

  // Finds the model of spec_ and sets model_version_.
  absl::StatusOr<Model> FindModel();

  const ModelLookup& lookup_;
  const ServerStatus& server_;
  const Options& options_;

  RequestMemory::Charge* charge_ = nullptr;
  absl::string_view api_;
  tensorflow::serving::ModelSpec spec_;
  int64_t model_version_ = -1;
  std::string signature_name_;
  absl::Status status_;
  bool deferred_ = false;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_API_CALL_H_
