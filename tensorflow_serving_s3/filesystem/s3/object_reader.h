// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// An object, read at random.
//
//   Result<std::unique_ptr<ObjectReader>> reader =
//       ObjectReader::Open(client, uri);
//   Result<size_t> got = (*reader)->Read(offset, buffer, size);
//   // fewer than `size` bytes: the object ends there
//
// Opening reads the first 8 MiB in one request, which is all there ever is for
// a small object. Of a larger one, reads that go forward are served from 8 MiB
// read ahead; any other read, and what is larger than that, is a request for
// exactly its range, straight into the caller's buffer. Every range asks for
// the ETag seen at the opening: an object that is replaced in the meantime is
// FAILED_PRECONDITION, never a mixture. At most 8 MiB are kept. Thread-safe;
// reads beside the read-ahead run in parallel.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_OBJECT_READER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_OBJECT_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "tensorflow_serving_s3/filesystem/s3/client.h"
#include "tensorflow_serving_s3/filesystem/s3/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/status.h"
#include "tensorflow_serving_s3/filesystem/s3/uri.h"

namespace tfs3 {
namespace s3 {

class ObjectReader {
 public:
  // How much is read at the opening and ahead.
  static constexpr size_t kWindowBytes = size_t{8} << 20;

  // `client` must outlive the reader.
  static Result<std::unique_ptr<ObjectReader>> Open(Client* client,
                                                    const S3Uri& uri);

  const ObjectInfo& info() const { return info_; }

  // Reads `size` bytes from `offset` on, or what there is of them. On failure
  // the contents of `buffer` are undefined.
  Result<size_t> Read(uint64_t offset, char* buffer, size_t size);

 private:
  ObjectReader(Client* client, const S3Uri& uri);

  // Copies what the window has of the range. Requires `mutex_`.
  size_t CopyFromWindow(uint64_t offset, char* buffer, size_t size) const;
  // Requires `mutex_`.
  Status FillWindow(uint64_t offset);
  Result<size_t> Fetch(uint64_t offset, char* buffer, size_t size);

  Client* const client_;
  const S3Uri uri_;
  ObjectInfo info_;

  std::mutex mutex_;
  std::unique_ptr<char[]> window_;
  uint64_t window_offset_ = 0;
  size_t window_size_ = 0;
  uint64_t next_offset_ = 0;  // Where the last read ended.
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_OBJECT_READER_H_
