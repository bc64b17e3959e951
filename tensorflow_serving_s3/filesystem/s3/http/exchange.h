// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs one HTTP request: waits for a connection of a CRT connection manager,
// sends the request and receives the response.
//
//   HttpResponse response =
//       RunExchange(connections, message, {buffer, size}, timeouts, body);
//
// Does not use the caller's memory after its return. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_EXCHANGE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_EXCHANGE_H_

#include <memory>
#include <string_view>

#include "tensorflow_serving_s3/filesystem/s3/http/http_response.h"

struct aws_http_connection_manager;
struct aws_http_message;

namespace tfs3 {
namespace s3 {

// The exchanges that wait for a connection of one manager. As a defence against
// timing attacks, s2n reports a failed TLS handshake to the manager only after
// tens of seconds; the handshake callback reports it to this watch immediately.
struct HandshakeWatch;

std::shared_ptr<HandshakeWatch> NewHandshakeWatch();

// Ends the exchange that has waited longest with the error of the handshake.
void RecordHandshakeFailure(HandshakeWatch& watch, int crt_error);

// The pool of connections to one endpoint.
struct Connections {
  std::shared_ptr<aws_http_connection_manager> manager;
  std::shared_ptr<HandshakeWatch> watch;
};

HttpResponse RunExchange(const Connections& connections,
                         aws_http_message* message, HttpSink sink,
                         const HttpTimeouts& timeouts, std::string_view body);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_EXCHANGE_H_
