// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_LISTENER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_LISTENER_H_

#include <string>

#include "absl/status/statusor.h"

// Listens at a port or a UNIX socket.
//
//   absl::StatusOr<int> listener = ListenOnPort("127.0.0.1", 0);
//   int port = PortOf(*listener);
//   ...
//   close(*listener);
//
// The sockets are non-blocking. Errors name the address, the cause and the
// cure.
namespace tfs3::net {

// Listens at the first address of `address`, a host name or an IP address.
absl::StatusOr<int> ListenOnPort(const std::string& address, int port);

// Listens at a UNIX socket. Replaces a socket file that no process listens at.
absl::StatusOr<int> ListenOnUnixSocket(const std::string& path);

int PortOf(int listener);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_LISTENER_H_
