// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_OBSERVER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_OBSERVER_H_

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace tfs3 {

// A request that has been answered. The views are valid during OnRequest.
struct RequestRecord {
  enum class Entrypoint { kGrpc, kRest };

  Entrypoint entrypoint = Entrypoint::kGrpc;
  // "Predict", "Classify", "Regress", "MultiInference", "GetModelMetadata",
  // "GetModelStatus", ...; empty for an unknown API.
  std::string_view api;
  // The model name in the request; may be empty.
  std::string_view model_name;
  // The version that ran the request; -1 if none did.
  int64_t model_version = -1;
  // The signature name in the request; empty: the default signature.
  std::string_view signature_name;
  absl::Status status;

  // REST: "POST" and "/v1/models/half:predict". gRPC: "" and the full name of
  // the method.
  std::string_view method;
  std::string_view target;
  // The HTTP status code; 0 for gRPC.
  int http_status = 0;
  // The client, such as "ipv4:127.0.0.1:40000"; empty if unknown or not wanted
  // (see wants_client).
  std::string_view peer;
  // The header traceparent (W3C Trace Context); empty if missing or not wanted.
  std::string_view traceparent;
  uint64_t request_bytes = 0;
  uint64_t response_bytes = 0;
  // The arrival of the request, and the time until the response.
  std::chrono::system_clock::time_point start;
  std::chrono::nanoseconds duration{0};
};

// Gets every request of the APIs after its response; for metrics and access
// logs. Implementations must be thread-safe, and quick: they run on the threads
// of the requests.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;

  virtual void OnRequest(const RequestRecord& record) = 0;

  // Returns whether the records need peer and traceparent, which take time to
  // find. The result must be constant.
  virtual bool wants_client() const { return false; }
};

// Forwards to several observers. Thread-safe if they are.
class RequestObservers final : public RequestObserver {
 public:
  // Call it before the first request. `observer` must outlive this object.
  void Add(RequestObserver* observer) { observers_.push_back(observer); }

  void OnRequest(const RequestRecord& record) override {
    for (RequestObserver* observer : observers_) {
      observer->OnRequest(record);
    }
  }
  bool wants_client() const override {
    for (const RequestObserver* observer : observers_) {
      if (observer->wants_client()) {
        return true;
      }
    }
    return false;
  }

 private:
  std::vector<RequestObserver*> observers_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_OBSERVER_H_
