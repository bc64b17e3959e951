// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SLICE_STREAM_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SLICE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "google/protobuf/io/zero_copy_stream.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// Lets protobuf parse a message from slices without joining them.
//
//   SliceStream stream(call.request());
//   bool ok = request.ParseFromZeroCopyStream(&stream);
//
// The slices must outlive the stream. Not thread-safe.
class SliceStream final : public google::protobuf::io::ZeroCopyInputStream {
 public:
  // Called before each part of at most kMaxPartBytes bytes, except the first.
  // If it returns false, the stream ends and parsing fails.
  using ContinueFn = std::function<bool(int64_t bytes_read)>;
  static constexpr size_t kMaxPartBytes = size_t{256} << 10;

  explicit SliceStream(const std::vector<Slice>& slices,
                       ContinueFn go_on = nullptr)
      : slices_(slices), go_on_(std::move(go_on)) {}

  bool Next(const void** data, int* size) override;
  void BackUp(int count) override;
  bool Skip(int count) override;
  int64_t ByteCount() const override { return bytes_; }

 private:
  const std::vector<Slice>& slices_;
  const ContinueFn go_on_;
  // The next byte is slices_[slice_].data[offset_].
  size_t slice_ = 0;
  size_t offset_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_SLICE_STREAM_H_
