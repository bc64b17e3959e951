// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"

namespace tfs3 {

// Counts the requests to models and how long they took, in TensorFlow's
// registry under TensorFlow Serving's names:
//
//   /tensorflow/serving/request_count{model_name, status}
//   /tensorflow/serving/request_latency{model_name, API, entrypoint}, in
//       microseconds, of the requests that were answered OK
//
// and, where it is asked for, under names of its own:
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
// Requests that ask for no model are not counted. Those for a model that is not
// configured have the model_name "": a client that asks for names that it makes
// up does not fill the server's memory. For the same reason a signature_name is
// "" until a request with that name has been answered OK; that of a request
// that names none is "serving_default". Thread-safe.
class RequestMetrics final : public RequestObserver {
 public:
  struct Options {
    // Asked when a request was not answered OK. Thread-safe.
    std::function<bool(absl::string_view model)> is_configured;
    // Whether signatures are told apart.
    bool by_signature = false;
  };

  explicit RequestMetrics(Options options);

  void OnRequest(const RequestRecord& record) override;

 private:
  // `model` is a label that the request may have.
  void CountSignature(absl::string_view model, const RequestRecord& record);

  const Options options_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_
