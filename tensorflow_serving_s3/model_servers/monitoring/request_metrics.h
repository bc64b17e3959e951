// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"

namespace tfs3 {

// Counts the requests to models and their latency, in TensorFlow's registry
// with the names of TensorFlow Serving:
//
//   /tensorflow/serving/request_count{model_name, status}
//   /tensorflow/serving/request_latency{model_name, API, entrypoint}, in
//       microseconds, of successful requests
//
// and, with Options::by_signature, the following:
//
//   /tensorflow/serving/signature_request_count{model_name, signature_name,
//       status}
//   /tensorflow/serving/signature_request_latency{model_name, signature_name,
//       API, entrypoint}, as request_latency
//
//   RequestMetrics::Options options;
//   options.is_configured = [&](absl::string_view model) {
//     return core.IsConfigured(model);
//   };
//   RequestMetrics metrics(options);
//   metrics.OnRequest(record);
//
// Does not count requests without a model. The model_name is "" for a model
// that is not configured, so that clients cannot fill the memory with invented
// names. For the same reason the signature_name is "" until a request with this
// name has been successful. A request without a signature counts for
// "serving_default". Thread-safe.
class RequestMetrics final : public RequestObserver {
 public:
  struct Options {
    // Called for failed requests. Must be thread-safe.
    std::function<bool(absl::string_view model)> is_configured;
    // Whether to count by signature too.
    bool by_signature = false;
  };

  explicit RequestMetrics(Options options);

  void OnRequest(const RequestRecord& record) override;

 private:
  // `model` is the value of the label model_name.
  void CountSignature(absl::string_view model, const RequestRecord& record);

  const Options options_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_
