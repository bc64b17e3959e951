// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One multipart upload: an object whose parts are on their way in parallel.
//
//   Result<std::unique_ptr<MultipartUpload>> upload =
//       MultipartUpload::Begin(client, uri);
//   (*upload)->Send(std::move(bytes));          // returns before it is sent
//   Result<std::string> etag = (*upload)->Complete();
//
// The first 1000 parts have 8 MiB each; then they grow, so that 10,000 of them
// make the 5 TiB that an object can have. Each is held in memory until it is
// sent; all uploads of the process share what there is for that
// (upload_memory.h), and Send waits while it is used up. An upload that fails,
// or that is destroyed before it is complete, is aborted: nothing becomes
// visible and nothing is left to pay for. Not thread-safe, except for Cancel
// and status.
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

// A part that is not the last has at least so many bytes.
inline constexpr uint64_t kLeastPartBytes = uint64_t{5} << 20;

// How many bytes the part with this number (from 1 on) should have.
uint64_t PartBytes(size_t part_number);

class MultipartUpload {
 public:
  // `client` must outlive the upload.
  static Result<std::unique_ptr<MultipartUpload>> Begin(
      Client* client, const S3Uri& uri, const Metadata& metadata = {});
  ~MultipartUpload();

  // The number of the part that comes next, from 1 on.
  size_t next_part() const { return etags_.size() + 1; }

  // Adds a part. A failure is told by status() and by Complete().
  void Send(std::string bytes);

  // The same, of bytes that have their share of the upload memory already. It
  // is given back when they are sent.
  void SendTaken(std::string bytes);

  // Begins with the object `from` of `info.size` bytes, at least 5 MiB, in
  // parts that the store makes of at most `section_bytes` each, or more where
  // there would be too many parts; a store that makes none is sent what it has.
  // Before any other part. Returns when it is done.
  // FAILED_PRECONDITION when the object is another than `info` tells of.
  Status Copy(const S3Uri& from, const ObjectInfo& info,
              uint64_t section_bytes = kSectionBytes);

  // What has gone wrong so far.
  Status status() const;

  // Makes the object. Its ETag.
  Result<std::string> Complete();

  // Lets parts that are on their way fail. Any thread may call it.
  void Cancel() { cancellation_.Cancel(); }

  // Cancels what is under way. Says what is wrong when the store may still hold
  // parts of the upload.
  Status Abort();

  MultipartUpload(const MultipartUpload&) = delete;
  MultipartUpload& operator=(const MultipartUpload&) = delete;

  static constexpr uint64_t kSectionBytes = uint64_t{512} << 20;

 private:
  // A part on its way.
  struct Sending {
    std::string bytes;
    std::thread thread;
    bool over = false;  // Guarded by `mutex_`.
  };

  MultipartUpload(Client* client, const S3Uri& uri, const Metadata& metadata,
                  std::string id);

  // The two ways of Copy.
  Status CopyOnStore(const S3Uri& from, const ObjectInfo& info,
                     uint64_t section_bytes);
  Status CopyThroughHere(const S3Uri& from, const ObjectInfo& info);
  // The number of a new part, which is on its way.
  size_t AddPart();
  void SendOnThread(Sending& sending, size_t part);
  // The threads whose part is over, or all.
  void Join(bool all);
  void Note(size_t part, const Result<std::string>& etag);

  Client* const client_;
  const S3Uri uri_;
  const Metadata metadata_;
  std::string id_;
  bool ended_ = false;
  Cancellation cancellation_;
  std::list<Sending> sending_;

  mutable std::mutex mutex_;
  std::vector<std::string> etags_;  // Of all parts; "" while on their way.
  Status failure_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_MULTIPART_UPLOAD_H_
