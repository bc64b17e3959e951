// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/byte_buffers.h"

#include <utility>

namespace tfs3::grpc {

::grpc::ByteBuffer MakeBuffer(std::string payload) {
  if (payload.empty()) {
    ::grpc::Slice empty;
    return ::grpc::ByteBuffer(&empty, 1);
  }
  auto* owned = new std::string(std::move(payload));
  ::grpc::Slice slice(
      owned->data(), owned->size(),
      [](void* owned) { delete static_cast<std::string*>(owned); }, owned);
  return ::grpc::ByteBuffer(&slice, 1);
}

std::vector<Slice> SlicesOf(const std::vector<::grpc::Slice>& slices) {
  std::vector<Slice> parts;
  parts.reserve(slices.size());
  for (const ::grpc::Slice& slice : slices) {
    parts.push_back(
        {reinterpret_cast<const char*>(slice.begin()), slice.size()});
  }
  return parts;
}

}  // namespace tfs3::grpc
