// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_PROBE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_PROBE_H_

#include <chrono>
#include <string>

#include "absl/status/statusor.h"

namespace tfs3::net {

// Asks a server for its health: sends one GET and returns the address, the
// status code and the first line of the body if the status code is 200.
//
//   absl::StatusOr<std::string> answer =
//       Probe("http://localhost:8501/readyz", std::chrono::seconds(10));
//
// `address` is one of these; /readyz is the default path:
//   http://HOST:PORT[/PATH]
//   https://HOST:PORT[/PATH]: accepts any certificate, because the caller
//       probes its own server under another name than the certificate has
//   unix:SOCKET[:/PATH]
// HOST is a name, an IPv4 address or an IPv6 address in brackets.
//
// Errors name the address:
//   InvalidArgument: `address` has another form.
//   Unavailable: another status code, no connection, or no answer before
//       `timeout`, which does not include the look-up of a host name.
absl::StatusOr<std::string> Probe(const std::string& address,
                                  std::chrono::milliseconds timeout);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_PROBE_H_
