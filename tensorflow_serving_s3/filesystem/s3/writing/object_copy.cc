// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/object_copy.h"

#include <algorithm>
#include <memory>

#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/multipart_upload.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/upload_limits.h"

namespace tfs3 {
namespace s3 {

Status CopyWholeObject(Client& client, const S3Uri& from,
                       const ObjectInfo& info, const S3Uri& to,
                       uint64_t most_by_one) {
  if (info.size <= most_by_one) {
    const Semaphore::Hold slot(&CopySlots());
    return client.CopyObject(from, info.etag, to);
  }
  Result<Metadata> metadata = client.GetMetadata(from);
  if (!metadata.ok()) {
    return metadata.status();
  }
  Result<std::unique_ptr<MultipartUpload>> upload =
      MultipartUpload::Begin(&client, to, *metadata);
  if (!upload.ok()) {
    return upload.status();
  }
  Status status = (*upload)->Copy(
      from, info, std::min(most_by_one, MultipartUpload::kSectionBytes));
  if (status.ok()) {
    status = (*upload)->Complete().status();
  }
  if (status.ok()) {
    return status;
  }
  const Status aborted = (*upload)->Abort();
  if (!aborted.ok()) {
    status.message += "; " + aborted.message;
  }
  return status;
}

}  // namespace s3
}  // namespace tfs3
