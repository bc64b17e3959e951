// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_RESPONSE_WRITER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_RESPONSE_WRITER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/http/http_stream.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"

namespace tfs3::net {

// Returns the current time in the format of the Date header. Valid until the
// next call on the same thread.
std::string_view HttpDate();

// Returns true if a response with this status has no body and no
// Content-Length.
bool HasNoBody(int status);

// Writes one response after the other to a stream that does not block.
//
//   ResponseWriter writer;
//   writer.Begin(response, request.method, /*keep_alive=*/true);
//   while (!writer.done()) {
//     if (!writer.WriteSome(&stream)) return Close();
//     ...  // Wait until the stream accepts more.
//   }
//
// One thread at a time may use it.
class ResponseWriter {
 public:
  // Starts a response to a request with `method`. The body of `response` must
  // not change until done().
  void Begin(const HttpResponse& response, std::string_view method,
             bool keep_alive);

  // Writes the bytes that the stream accepts without waiting. Returns false
  // after an error of the stream.
  bool WriteSome(HttpStream* stream);

  bool done() const { return unsent_[0].size() + unsent_[1].size() == 0; }

  // Returns the number of bytes that the last WriteSome has written.
  size_t written() const { return written_; }

 private:
  // Sets head_.
  void MakeHead(const HttpResponse& response, bool keep_alive);

  std::string head_;
  // The rests of the head and the body.
  HttpStream::Buffers unsent_;
  size_t written_ = 0;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_RESPONSE_WRITER_H_
