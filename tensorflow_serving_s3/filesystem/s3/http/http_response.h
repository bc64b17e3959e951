// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// An HTTP response, the buffer for its body and the timeouts for it.
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

// The buffer for the body of a 200 or 206. Other bodies go to
// HttpResponse::body; if `data` is null, all do.
struct HttpSink {
  char* data = nullptr;
  size_t size = 0;
  // Incremented by the number of bytes written into `data`.
  std::vector<ReadWatch::Counter> counters = {};
};

// Limits of the silence in an exchange.
struct HttpTimeouts {
  // From the start to the first byte of the response. A request with a body
  // starts it again when the body has been sent.
  std::chrono::milliseconds first_byte;
  // For the next 4 KiB, or for the rest of the body. Applies to the request's
  // body too.
  std::chrono::milliseconds between_bytes;
  // Ends the exchange earlier; may be null.
  Cancellation* cancellation = nullptr;
  // For a large request body: replaces the other limits if it is longer. The
  // kernel does not report the progress of its send buffer.
  std::chrono::milliseconds sending = std::chrono::milliseconds(0);
};

struct HttpResponse {
  // 0 if the response is complete. Otherwise an error of the CRT:
  //   AWS_IO_SOCKET_TIMEOUT: a timeout before there was a connection
  //   AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT: a later timeout
  //   AWS_ERROR_HTTP_STREAM_CANCELLED: cancelled
  //   AWS_ERROR_SHORT_BUFFER: the body is larger than the sink
  int crt_error = 0;
  int status = 0;  // 0 if no status line was received.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // The response may have a body, and the CRT cannot read it: the response has
  // neither a Content-Length nor exactly the transfer coding "chunked"
  // (HTTP/1.0, "Connection: close").
  bool body_lost = false;
  // Bytes in the sink, also if the response is incomplete.
  size_t sink_bytes = 0;
  size_t body_sent = 0;  // Bytes of the request's body.

  // Returns the value of a header, or "". The case of `name` does not matter.
  std::string Header(const char* name) const;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_RESPONSE_H_
