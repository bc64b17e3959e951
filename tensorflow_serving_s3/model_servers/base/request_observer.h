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

// What is known of a request when it has been answered. Views live as long as
// the call that gets the record.
struct RequestRecord {
  enum class Entrypoint { kGrpc, kRest };

  Entrypoint entrypoint = Entrypoint::kGrpc;
  // What was asked for: "Predict", "Classify", "Regress", "MultiInference",
  // "GetModelMetadata", "GetModelStatus", ...; empty if nothing that there is.
  std::string_view api;
  // The model as the request names it; empty if it names none.
  std::string_view model_name;
  // The version that answered; -1 if none did.
  int64_t model_version = -1;
  // As the request names it; empty for the default one.
  std::string_view signature_name;
  absl::Status status;

  // "POST" and "/v1/models/half:predict", or "" and the full name of the gRPC
  // method.
  std::string_view method;
  std::string_view target;
  // The status code of HTTP; 0 for gRPC.
  int http_status = 0;
  // As "ipv4:127.0.0.1:40000"; empty if it is not known, or not wanted (see
  // wants_client).
  std::string_view peer;
  // The header of that name (W3C Trace Context); empty if there is none, or it
  // is not wanted.
  std::string_view traceparent;
  uint64_t request_bytes = 0;
  uint64_t response_bytes = 0;
  // When the request had arrived, and how long the answer took.
  std::chrono::system_clock::time_point start;
  std::chrono::nanoseconds duration{0};
};

// Is told of every request of the APIs when its answer is known: metrics, an
// access log. Thread-safe; called on the threads that answer, so it must be
// quick.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;

  virtual void OnRequest(const RequestRecord& record) = 0;

  // Whether it wants to know of the client: peer and traceparent, which take
  // time to find out. Constant.
  virtual bool wants_client() const { return false; }
};

// Several observers as one. Thread-safe when they are.
class RequestObservers final : public RequestObserver {
 public:
  // Before the first request; `observer` must outlive this.
  void Add(RequestObserver* observer) { observers_.push_back(observer); }

  void OnRequest(const RequestRecord& record) override {
    for (RequestObserver* observer : observers_) observer->OnRequest(record);
  }
  bool wants_client() const override {
    for (const RequestObserver* observer : observers_) {
      if (observer->wants_client()) return true;
    }
    return false;
  }

 private:
  std::vector<RequestObserver*> observers_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_OBSERVER_H_
