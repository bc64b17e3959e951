// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/slice_stream.h"

#include <algorithm>
#include <limits>

namespace tfs3::grpc {

bool SliceStream::Next(const void** data, int* size) {
  while (slice_ < slices_.size() && offset_ == slices_[slice_].size) {
    ++slice_;
    offset_ = 0;
  }
  if (slice_ == slices_.size()) {
    return false;
  }
  if (bytes_ > 0 && go_on_ != nullptr && !go_on_(bytes_)) {
    return false;
  }
  const size_t count =
      std::min(slices_[slice_].size - offset_,
               go_on_ == nullptr ? size_t{std::numeric_limits<int>::max()}
                                 : kMaxPartBytes);
  *data = slices_[slice_].data + offset_;
  *size = static_cast<int>(count);
  offset_ += count;
  bytes_ += count;
  return true;
}

void SliceStream::BackUp(int count) {
  // `count` is at most the size of the last Next, which is in one slice.
  offset_ -= count;
  bytes_ -= count;
}

bool SliceStream::Skip(int count) {
  const void* data;
  int size;
  while (count > 0) {
    if (!Next(&data, &size)) {
      return false;
    }
    if (size > count) {
      BackUp(size - count);
    }
    count -= std::min(size, count);
  }
  return true;
}

}  // namespace tfs3::grpc
