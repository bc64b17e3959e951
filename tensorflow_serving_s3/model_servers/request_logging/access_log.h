// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_ACCESS_LOG_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_ACCESS_LOG_H_

#include <functional>
#include <string>

#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"

namespace tfs3 {

// Writes one line for each request after its response:
//
//   2026-11-22T04:57:01.123456Z access: entrypoint=REST api=Predict model=half
//   version=1 method=POST target=/v1/models/half:predict status=OK
//   http_status=200 duration_ms=0.412 request_bytes=31 response_bytes=44
//   peer=ipv4:127.0.0.1:40000
//   traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-...
//
// all on one line. With LogFormat::kJson the line is an object with the same
// keys, "time" and "log": "access". The time is the arrival of the request.
// Keys without a value are omitted; a failed request has the key "error".
// Client text is escaped, so it cannot forge a line. Thread-safe.
class AccessLog final : public RequestObserver {
 public:
  // Gets whole lines with their line breaks; many threads call it concurrently.
  using Sink = std::function<void(const std::string& line)>;

  AccessLog(LogFormat format, Sink sink);

  void OnRequest(const RequestRecord& record) override;
  bool wants_client() const override { return true; }

 private:
  const LogFormat format_;
  const Sink sink_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_ACCESS_LOG_H_
