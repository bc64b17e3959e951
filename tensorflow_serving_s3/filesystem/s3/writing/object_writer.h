// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes an object sequentially.
//
//   std::unique_ptr<ObjectWriter> writer = ObjectWriter::New(client, uri);
//   Status status = writer->Append(bytes);
//   status = writer->Close();  // publishes the object
//
// Only Sync and Close publish the appended bytes; they replace the object in
// one step. An object of up to 8 MiB is sent by one PUT, a larger one by a
// multipart upload in the background (background_upload.h): Append waits for
// memory, not for responses.
//
// A failure ends the upload; all later calls, including Close, return it. The
// destructor without Close or Drop discards the object. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_OBJECT_WRITER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_OBJECT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/background_upload.h"

namespace tfs3 {
namespace s3 {

class ObjectWriter {
 public:
  // Creates or replaces an object. Sends no request. `client` must outlive the
  // writer.
  static std::unique_ptr<ObjectWriter> New(Client* client, const S3Uri& uri);

  // Appends to the object that `existing` describes. The store copies the
  // existing bytes; below 5 MiB, which the store cannot copy, this call reads
  // them. FAILED_PRECONDITION, here or later: the object was replaced.
  static Result<std::unique_ptr<ObjectWriter>> AtEndOf(
      Client* client, const S3Uri& uri, const ObjectInfo& existing);

  Status Append(std::string_view bytes);

  // Appends without waiting. Returns false if that is not possible; call Append
  // then.
  bool TryAppend(std::string_view bytes);

  // Returns true if Close has nothing to do: after Close, or without changes.
  bool settled() const;

  // Returns the size of the object, including unpublished bytes.
  uint64_t size() const;

  // Returns the first failure so far.
  Status Flush();

  // Publishes all bytes so far. Bytes can be appended afterwards; the store
  // then copies the published bytes.
  Status Sync();

  // Publishes all bytes and ends the writer. Creates a new object even if it is
  // empty; does not touch an existing object without changes.
  Status Close();

  // Ends a writer whose file was released without Close. Publishes a file of up
  // to kMaxDroppedBytes bytes, as a local file system does. Discards the
  // unpublished bytes of a larger file: FAILED_PRECONDITION. Does nothing after
  // Close, after a failure and without changes.
  Status Drop();

  // Larger than the lock and marker files that TensorFlow does not close.
  // Smaller than the first read of a TensorFlow copy (128 KiB), because a
  // failed copy does not close its target and must not be published.
  static constexpr uint64_t kMaxDroppedBytes = uint64_t{64} << 10;

 private:
  ObjectWriter(Client* client, const S3Uri& uri);

  // The functions below require `mutex_`.
  Status CheckUsable();
  Status Publish();
  // Returns true if `bytes` more fit into the buffer.
  bool Fits(size_t bytes) const;
  Status SendBuffer();
  // Ends the upload. All later calls return `why`.
  Status Fail(const Status& why);

  Client* const client_;
  const S3Uri uri_;

  mutable std::mutex mutex_;
  Status failure_;
  bool closed_ = false;
  bool changed_ = true;  // There are unpublished bytes.
  uint64_t size_ = 0;
  // The object consists of the base, which the store copies, the parts of the
  // upload and the buffer. The size of the base is 0 after an upload has taken
  // it over.
  ObjectInfo base_;
  std::unique_ptr<BackgroundUpload> upload_;
  std::string buffer_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_OBJECT_WRITER_H_
