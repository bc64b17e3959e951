// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REQUEST_HEAD_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REQUEST_HEAD_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_coding.h"
#include "tensorflow_serving_s3/model_servers/net/http2/stream.h"

namespace tfs3::grpc {

// What the headers of a call say.
class RequestHead {
 public:
  // No headers.
  RequestHead() = default;
  explicit RequestHead(const net::http2::HeaderList& headers);

  // Returns the HTTP status for a request that is not gRPC; 200 for gRPC.
  int http_status() const { return http_status_; }
  // Returns true if the response must have no body.
  bool is_head() const { return is_head_; }
  // Returns why the call cannot be answered; the code is OK if it can.
  const CallStatus& error() const { return error_; }

  // "/package.Service/Method".
  const std::string& path() const { return path_; }
  // time_point::max() without a deadline.
  std::chrono::system_clock::time_point deadline() const { return deadline_; }
  // The coding of compressed messages.
  Coding coding() const { return coding_; }
  // Returns true if the client accepts responses of this coding.
  bool Accepts(Coding coding) const;

  // Returns the first value of a header of the application. The value of a
  // binary header ("-bin") is decoded.
  std::optional<std::string_view> Find(std::string_view key) const;

  // Returns the memory of the headers.
  size_t bytes() const { return path_.size() + metadata_.bytes(); }

 private:
  void Read(std::string_view name, std::string_view value);
  void AddMetadata(std::string_view name, std::string_view value);
  void Fail(int code, std::string message);

  int http_status_ = 415;
  bool is_head_ = false;
  CallStatus error_;
  std::string path_;
  std::chrono::system_clock::time_point deadline_ =
      std::chrono::system_clock::time_point::max();
  Coding coding_ = Coding::kIdentity;
  bool accepts_[3] = {true, false, false};
  net::http2::HeaderList metadata_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REQUEST_HEAD_H_
