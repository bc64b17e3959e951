// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SOCKET_INFO_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SOCKET_INFO_H_

#include <string>

// What the system knows about an open socket.
namespace tfs3::grpc {

// Returns the peer of a TCP connection in gRPC's format: "ipv4:1.2.3.4:5" or
// "ipv6:%5B::1%5D:5". Empty for another socket.
std::string PeerOf(int fd);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SOCKET_INFO_H_
