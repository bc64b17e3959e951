// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A multipart upload on a background thread.
//
//   BackgroundUpload upload(client, uri, ObjectInfo());
//   upload.Send(std::move(bytes));           // does not wait for a response
//   Result<std::string> etag = upload.Complete();
//
// Only Complete and Abort wait for the network. Send waits while the uploads of
// the process use all upload memory (upload_limits.h). The destructor aborts an
// upload that is not complete. Not thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_BACKGROUND_UPLOAD_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_BACKGROUND_UPLOAD_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/multipart_upload.h"

namespace tfs3 {
namespace s3 {

class BackgroundUpload {
 public:
  // Uploads the object `uri`. If the size of `base` is not 0, the upload begins
  // with a copy of the existing object, which `base` describes; it must have at
  // least 5 MiB. `client` must outlive the upload.
  BackgroundUpload(Client* client, const S3Uri& uri, const ObjectInfo& base);
  ~BackgroundUpload();

  // Returns the number of the next part; an estimate during the copy of the
  // base.
  size_t next_part() const;

  // Adds a part. status() and Complete() report a failure.
  void Send(std::string bytes);

  // Returns the first failure so far.
  Status status() const;

  // Waits for all parts, and creates the object. Returns its ETag.
  Result<std::string> Complete();

  // Ends the upload. An error means that the store may still have its parts.
  Status Abort();

  BackgroundUpload(const BackgroundUpload&) = delete;
  BackgroundUpload& operator=(const BackgroundUpload&) = delete;

 private:
  void Run();
  // Creates `upload_` and copies the base.
  void Begin();
  // Sends a part; releases its memory if the upload has failed.
  void SendPart(std::string bytes);
  // Returns false if the upload has failed or was aborted.
  bool IsWanted() const;
  // Waits until the thread has sent all parts.
  void Join();

  Client* const client_;
  const S3Uri uri_;
  const ObjectInfo base_;
  bool ended_ = false;
  // False if the system could not start a thread: then Send does the work.
  bool has_thread_ = true;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  bool is_last_ = false;  // The queue is complete.
  bool cancelled_ = false;
  size_t next_part_;  // After the parts that have left the queue.
  Status failure_;
  // Set once, by the thread. Only the thread adds parts, until it has ended.
  std::unique_ptr<MultipartUpload> upload_;
  std::thread thread_;  // The last member: destroyed first.
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_BACKGROUND_UPLOAD_H_
