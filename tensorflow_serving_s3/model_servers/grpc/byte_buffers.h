// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_BYTE_BUFFERS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_BYTE_BUFFERS_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// Makes a buffer that owns `payload`: gRPC sends the bytes without a copy.
::grpc::ByteBuffer MakeBuffer(std::string payload);

// Returns views of `slices`, which must outlive them.
std::vector<Slice> SlicesOf(const std::vector<::grpc::Slice>& slices);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_BYTE_BUFFERS_H_
