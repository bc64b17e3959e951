// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_LISTENING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_LISTENING_H_

#include <chrono>
#include <string>
#include <vector>

namespace tfs3::grpc {

// A listening socket. The owner closes it with CloseListener.
struct Listener {
  int fd = -1;
  // The port; 1 for a UNIX socket.
  int port = 0;
  // The file of a UNIX socket; empty for a port.
  std::string path;
};

struct ListenOptions {
  // Whether other sockets may listen on the same port (SO_REUSEPORT).
  bool share_port = false;
  // How long sent bytes may stay unacknowledged before the kernel closes a
  // connection (TCP_USER_TIMEOUT); 0: the kernel's default.
  std::chrono::milliseconds unacknowledged_timeout{0};
};

struct ListenResult {
  // One for each address of the host, all on the same port.
  std::vector<Listener> listeners;
  // If `listeners` is empty: the address, the cause and the cure.
  std::string error;
};

// Listens at "HOST:PORT" or "unix:PATH" with non-blocking sockets. 0.0.0.0 and
// [::] accept IPv4 and IPv6. Replaces a socket file at PATH.
//
//   ListenResult result = Listen("0.0.0.0:8500", {});
//   if (result.listeners.empty()) Fail(result.error);
ListenResult Listen(const std::string& address, const ListenOptions& options);

// Closes the socket and removes the file of a UNIX socket.
void CloseListener(const Listener& listener);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_LISTENING_H_
