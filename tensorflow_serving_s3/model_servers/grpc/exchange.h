// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_EXCHANGE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_EXCHANGE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// The name of a method. Must outlive its calls.
struct MethodName {
  std::string api;   // "Predict"
  std::string full;  // "/tensorflow.serving.PredictionService/Predict"
};

// Parses the request of one call, serializes its response and reports the call
// to the RequestObserver.
//
//   void Handle(Call call) {
//     Exchange exchange(call, &name, observer);
//     StatusRequest request;
//     absl::Status status = exchange.Parse(call, &request);
//     if (!status.ok()) return exchange.Respond(std::move(call), status);
//     exchange.SetModel(&request.model_spec());
//     exchange.Respond(std::move(call), MakeResponse(request));
//   }
//
// One thread at a time may use it.
class Exchange {
 public:
  // Call it when the call arrives: it starts the measured duration. `observer`
  // may be null. Both pointers must outlive this object.
  Exchange(const Call& call, const MethodName* method,
           RequestObserver* observer);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  size_t request_bytes() const { return request_bytes_; }

  const MethodName& method() const { return *method_; }

  // Parses the request. If `request` is on an arena, charges its memory to the
  // call. Errors:
  //   InvalidArgument: the bytes are not a message of this type.
  //   ResourceExhausted: the memory budget has no room for it.
  absl::Status Parse(const Call& call,
                     google::protobuf::MessageLite* request) const {
    return Parse(call, call.request(), request);
  }
  // The same for other bytes than those of the request.
  absl::Status Parse(const Call& call, const std::vector<Slice>& bytes,
                     google::protobuf::MessageLite* request) const;

  // Sets the model and the version that the observer gets. `spec` must stay
  // valid until the response.
  void SetModel(const tensorflow::serving::ModelSpec* spec) { spec_ = spec; }
  void SetVersion(int64_t version) { version_ = version; }

  // Answers the call and reports it to the observer.
  void Respond(Call call, const absl::Status& error) const;
  // `pieces` come after the bytes of `response`. Their memory is charged.
  void Respond(Call call, const google::protobuf::MessageLite& response,
               std::vector<Payload::Piece> pieces = {}) const;

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

// The error of a call for which the memory budget has no room.
absl::Status NoMemoryError(const Call& call);

// The error of a request without a model_spec.
absl::Status NoModelSpecError();

// Returns the client's deadline; InfiniteFuture without one.
absl::Time DeadlineOf(const Call& call);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_EXCHANGE_H_
