// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/request_observer.h"

namespace tfs3 {

// Counts the requests to models and how long they took, in TensorFlow's
// registry under TensorFlow Serving's names:
//
//   /tensorflow/serving/request_count{model_name, status}
//   /tensorflow/serving/request_latency{model_name, API, entrypoint}, in
//       microseconds, of the requests that were answered OK
//
//   RequestMetrics metrics([&](absl::string_view model) {
//     return core.IsConfigured(model);
//   });
//   metrics.OnRequest(record);
//
// Requests that ask for no model are not counted. Those for a model that is not
// configured have the model_name "": a client that asks for names that it makes
// up does not fill the server's memory. Thread-safe.
class RequestMetrics final : public RequestObserver {
 public:
  // `is_configured` is asked when a request was not answered OK. Thread-safe.
  explicit RequestMetrics(
      std::function<bool(absl::string_view model)> is_configured);

  void OnRequest(const RequestRecord& record) override;

 private:
  const std::function<bool(absl::string_view)> is_configured_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REQUEST_METRICS_H_
