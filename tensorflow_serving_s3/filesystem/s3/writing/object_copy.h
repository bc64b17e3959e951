// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Copies an object of any size on the store.
//
//   Status status = CopyWholeObject(client, from, info, to);
//
// Thread-safe, as the client is.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_OBJECT_COPY_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_OBJECT_COPY_H_

#include <cstdint>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

// Copies an object and its metadata: with one request, or in parts if it is
// larger than `most_by_one` bytes (S3 allows 5 GiB). A copy in parts loses the
// tags.
Status CopyWholeObject(Client& client, const S3Uri& from,
                       const ObjectInfo& info, const S3Uri& to,
                       uint64_t most_by_one = uint64_t{1} << 30);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_OBJECT_COPY_H_
