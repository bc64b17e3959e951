// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_LISTENER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_LISTENER_H_

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <string>

#include "absl/status/status.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"

// Listens at a port or a UNIX socket.
//
//   Acceptor acceptor(io);
//   absl::Status status = ListenOnPort("127.0.0.1", 0, &acceptor);
//   int port = PortOf(acceptor);
//
// Errors name the address, the cause and the cure.
namespace tfs3::net {

using Acceptor =
    boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol,
                                       Executor>;

// Listens at the first address of `address`, a host name or an IP address.
absl::Status ListenOnPort(const std::string& address, int port,
                          Acceptor* acceptor);

// Listens at a UNIX socket. Replaces a socket file that no process listens at.
absl::Status ListenOnUnixSocket(const std::string& path, Acceptor* acceptor);

int PortOf(const Acceptor& acceptor);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_LISTENER_H_
