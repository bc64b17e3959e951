// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A multipart upload that sends its parts in parallel.
//
//   Result<std::unique_ptr<MultipartUpload>> upload =
//       MultipartUpload::Begin(client, uri);
//   (*upload)->Send(std::move(bytes));          // does not wait for a response
//   Result<std::string> etag = (*upload)->Complete();
//
// The first 1000 parts have 8 MiB each; later parts are larger, so that 10,000
// parts have the 5 TiB of the largest object. A part stays in memory until it
// is sent. Send waits while the uploads of the process use all upload memory
// (upload_limits.h). Each part has its own thread: the upload memory limits the
// number of threads, and a shared pool would let slow uploads delay reads.
//
// Aborts an upload that fails or is destroyed before it is complete: the store
// keeps neither an object nor parts. Not thread-safe, except for Cancel and
// status.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_MULTIPART_UPLOAD_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_MULTIPART_UPLOAD_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

// The minimum size of a part that is not the last.
inline constexpr uint64_t kMinPartBytes = uint64_t{5} << 20;

// Returns the size of a part. `part_number` starts at 1.
uint64_t PartBytes(size_t part_number);

class MultipartUpload {
 public:
  // `client` must outlive the upload.
  static Result<std::unique_ptr<MultipartUpload>> Begin(
      Client* client, const S3Uri& uri, const Metadata& metadata = {});
  ~MultipartUpload();

  // Returns the number of the next part. The first is 1.
  size_t next_part() const { return etags_.size() + 1; }

  // Adds a part. status() and Complete() report a failure.
  void Send(std::string bytes);

  // Adds a part that already has its share of the upload memory. Releases the
  // share after the part is sent.
  void SendReserved(std::string bytes);

  // Copies the object `from`, of at least 5 MiB, before any other part is sent.
  // The store copies it in sections of `section_bytes`, or larger ones for a
  // very large object; if the store does not support this, downloads and
  // uploads the bytes. FAILED_PRECONDITION: the object is not the one of
  // `info`.
  Status Copy(const S3Uri& from, const ObjectInfo& info,
              uint64_t section_bytes = kSectionBytes);

  // Returns the first failure so far.
  Status status() const;

  // Waits for all parts, and creates the object. Returns its ETag.
  Result<std::string> Complete();

  // Cancels the parts that are being sent. Any thread may call it.
  void Cancel() { cancellation_.Cancel(); }

  // Cancels and ends the upload. An error means that the store may still have
  // its parts.
  Status Abort();

  MultipartUpload(const MultipartUpload&) = delete;
  MultipartUpload& operator=(const MultipartUpload&) = delete;

  static constexpr uint64_t kSectionBytes = uint64_t{512} << 20;

 private:
  // A part that is being sent.
  struct Sending {
    std::string bytes;
    std::thread thread;
    bool done = false;  // Guarded by `mutex_`.
  };

  MultipartUpload(Client* client, const S3Uri& uri, const Metadata& metadata,
                  std::string id);

  Status CopyOnStore(const S3Uri& from, const ObjectInfo& info,
                     uint64_t section_bytes);
  Status CopyThroughClient(const S3Uri& from, const ObjectInfo& info);
  // Adds a part without an ETag, and returns its number.
  size_t AddPart();
  void SendOnThread(Sending& sending, size_t part);
  // Joins the threads that are done, or all threads.
  void Join(bool all);
  void RecordPart(size_t part, const Result<std::string>& etag);

  Client* const client_;
  const S3Uri uri_;
  const Metadata metadata_;
  std::string id_;
  bool ended_ = false;
  Cancellation cancellation_;
  std::list<Sending> sending_;

  mutable std::mutex mutex_;
  std::vector<std::string> etags_;  // Of all parts; "" until a part is sent.
  Status failure_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_MULTIPART_UPLOAD_H_
