// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request over a connection of a manager of the CRT, from the wait for
// the connection to the last byte of the answer.
//
//   HttpResponse response =
//       RunExchange(connections, message, {buffer, size}, patience, body);
//
// What the caller gives is not touched after the return (see http.h).
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_EXCHANGE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_EXCHANGE_H_

#include <memory>
#include <string_view>

#include "tensorflow_serving_s3/filesystem/s3/http/http_response.h"

struct aws_http_connection_manager;
struct aws_http_message;

namespace tfs3 {
namespace s3 {

// The exchanges that wait for a connection of one manager. TLS makes a failed
// handshake linger for tens of seconds before the manager hears of it (a
// defence against timing attacks), so the handshake itself tells them.
struct HandshakeWatch;

std::shared_ptr<HandshakeWatch> NewHandshakeWatch();

// Ends the exchange that has waited longest with the error of a handshake.
void NoteHandshakeFailure(HandshakeWatch& watch, int crt_error);

// The connections to one endpoint.
struct Connections {
  std::shared_ptr<aws_http_connection_manager> manager;
  std::shared_ptr<HandshakeWatch> watch;
};

HttpResponse RunExchange(const Connections& connections,
                         aws_http_message* message, HttpSink sink,
                         const HttpPatience& patience, std::string_view body);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_EXCHANGE_H_
