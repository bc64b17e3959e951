// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CHANNEL_ARGUMENTS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CHANNEL_ARGUMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/grpc/message_coding.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"

namespace tfs3::grpc {

// The settings of a server that gRPC calls channel arguments.
struct ChannelArguments {
  // Changes the defaults by the arguments, in order: the last of a name counts.
  explicit ChannelArguments(
      const std::vector<std::pair<std::string, std::string>>& arguments);

  net::http2::ConnectionOptions connections;
  bool has_handshake_timeout = false;
  // Whether other sockets may listen on the same port.
  bool share_port = false;
  // The longest messages; -1: no limit; absent: not set.
  std::optional<int64_t> max_receive_bytes;
  std::optional<int64_t> max_send_bytes;
  // The coding of responses, if the client accepts it.
  Coding response_coding = Coding::kIdentity;
  // Sentences for the log: the arguments without effect, and the values that
  // are not valid.
  std::vector<std::string> warnings;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CHANNEL_ARGUMENTS_H_
