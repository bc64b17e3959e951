// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The answer to one HTTP request, where its body goes and how long it may take.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_RESPONSE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_RESPONSE_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"

namespace tfs3 {
namespace s3 {

// Where the body of a 200 or 206 goes; any other body is an error's and becomes
// HttpResponse::body. Without data, every body does.
struct HttpSink {
  char* data = nullptr;
  size_t size = 0;
  // Rise with every byte that comes into `data`.
  std::vector<ReadWatch::Counter> counters = {};
};

// How long nothing may happen before the exchange is given up. Where there is a
// body to send, the wait for the first byte begins anew when it is sent, and
// until then each byte that is sent counts as one that came.
struct HttpPatience {
  std::chrono::milliseconds until_first_byte;
  // Within this time 4 KiB must come, or the rest of the body.
  std::chrono::milliseconds between_bytes;
  // Ends it before that; may be null.
  Cancellation* cancellation = nullptr;
  // Of a large body, instead of the others where it is longer: what is in the
  // system's buffers goes without a sign of it.
  std::chrono::milliseconds while_sending = std::chrono::milliseconds(0);
};

struct HttpResponse {
  // 0 when the answer is complete. Else why not, as an error of the CRT:
  // AWS_IO_SOCKET_TIMEOUT when patience ended before there was a connection,
  // AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT when it ended later,
  // AWS_ERROR_HTTP_STREAM_CANCELLED when it was cancelled,
  // AWS_ERROR_SHORT_BUFFER when there was more than the sink can take.
  int crt_error = 0;
  int status = 0;  // 0 when not even the status line came.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // The answer may have had a body and none of it was read: it has neither a
  // Content-Length nor the transfer coding "chunked" alone, so only the end of
  // the connection would end it (HTTP/1.0, "Connection: close").
  bool body_lost = false;
  size_t sink_bytes = 0;  // Received into the sink, also of a broken answer.
  size_t body_sent = 0;   // Of the request's body.

  // The value of the header, by its name in any case; "" when there is none.
  std::string Header(const char* name) const;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_RESPONSE_H_
