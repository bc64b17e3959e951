// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_EXCHANGE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_EXCHANGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// A method as the observer of requests knows it. Lives as long as the server.
struct MethodName {
  std::string api;   // "Predict"
  std::string full;  // "/tensorflow.serving.PredictionService/Predict"
};

// What is to be known of one call of a method whose messages are protos, from
// its arrival to its answer, of which the observer is told.
//
//   void Handle(Call call) {
//     Exchange exchange(call, &name, observer);
//     StatusRequest request;
//     absl::Status status = exchange.Parse(call, &request);
//     if (!status.ok()) return exchange.Answer(std::move(call), status);
//     exchange.SetModel(&request.model_spec());
//     exchange.Answer(std::move(call), MakeResponse(request));
//   }
//
// Used by one thread at a time.
class Exchange {
 public:
  // `observer` may be null; both pointers must outlive this.
  Exchange(const Call& call, const MethodName* method,
           RequestObserver* observer);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // In bytes.
  size_t request_bytes() const { return request_bytes_; }

  const MethodName& method() const { return *method_; }

  // Charges what the message takes to the call as it is parsed.
  // INVALID_ARGUMENT if what came is no message of this kind,
  // RESOURCE_EXHAUSTED if there is no memory for it. `request` should be on an
  // arena.
  absl::Status Parse(const Call& call,
                     google::protobuf::MessageLite* request) const;

  // Which model is asked for, and, once it has been found, in which version.
  // `spec` must live until the answer is given.
  void SetModel(const tensorflow::serving::ModelSpec* spec) { spec_ = spec; }
  void SetVersion(int64_t version) { version_ = version; }

  void Answer(Call call, const absl::Status& error) const;
  void Answer(Call call, const google::protobuf::MessageLite& response) const;

 private:
  void Observe(const Call& call, const absl::Status& status,
               size_t response_bytes) const;

  const MethodName* const method_;
  RequestObserver* const observer_;
  const size_t request_bytes_;
  std::chrono::system_clock::time_point start_;
  std::chrono::steady_clock::time_point steady_start_;
  const tensorflow::serving::ModelSpec* spec_ = nullptr;
  int64_t version_ = -1;
};

// What a call is told that there is no memory for.
absl::Status NoMemoryError(const Call& call);

// What a request that needs a model_spec and has none is told.
absl::Status NoModelSpecError();

// When the client of a call stops waiting.
absl::Time DeadlineOf(const Call& call);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_EXCHANGE_H_
