// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SOCKET_INFO_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SOCKET_INFO_H_

#include <linux/tcp.h>
#include <sys/types.h>

#include <optional>
#include <string>

// What the system knows about an open socket.
namespace tfs3::grpc {

// Returns the inode of an open socket; 0 if `fd` is not an open socket.
ino_t InodeOf(int fd);

// Returns TCP_INFO; nullopt if `fd` is not a TCP socket.
std::optional<tcp_info> TcpInfoOf(int fd);

// Returns the peer of a TCP connection in gRPC's format: "ipv4:1.2.3.4:5" or
// "ipv6:%5B::1%5D:5". Empty for another socket.
std::string PeerOf(int fd);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SOCKET_INFO_H_
