// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A multipart upload that a thread of its own begins and goes on with.
//
//   BackgroundUpload upload(client, uri, ObjectInfo());
//   upload.Send(std::move(bytes));           // waits for no answer
//   Result<std::string> etag = upload.Complete();
//
// No call but Complete and Abort waits for the network, except that Send waits
// for memory while all uploads of the process have used up theirs
// (upload_memory.h). An upload that is destroyed before it is complete is
// aborted. Not thread-safe.
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
  // Of the object `uri`, which begins with a copy of what is there: the object
  // that `base` tells of, of at least 5 MiB, or nothing where its size is 0.
  // `client` must outlive the upload.
  BackgroundUpload(Client* client, const S3Uri& uri, const ObjectInfo& base);
  ~BackgroundUpload();

  // The number of the part that comes next. While the base is being copied,
  // how many parts that takes is an estimate.
  size_t next_part() const;

  // Adds a part. A failure is told by status() and by Complete().
  void Send(std::string bytes);

  // What has gone wrong so far.
  Status status() const;

  // Waits until all is sent, and makes the object. Its ETag.
  Result<std::string> Complete();

  // Ends the upload. Says what is wrong when the store may still hold parts of
  // it.
  Status Abort();

  BackgroundUpload(const BackgroundUpload&) = delete;
  BackgroundUpload& operator=(const BackgroundUpload&) = delete;

 private:
  void Run();
  // Makes `upload_`, base included.
  void Begin();
  // Sends a part, or gives its memory back where the upload has failed.
  void SendPart(std::string bytes);
  // Whether the upload has neither failed nor been aborted.
  bool IsWanted() const;
  // Lets the thread end when all is sent, and waits for it.
  void Join();

  Client* const client_;
  const S3Uri uri_;
  const ObjectInfo base_;
  bool ended_ = false;
  // False when the system had no thread to give: then Send does its work.
  bool has_thread_ = true;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  bool is_last_ = false;  // Nothing more comes into the queue.
  bool cancelled_ = false;
  size_t next_part_;  // After all parts that have left the queue.
  Status failure_;
  // Set once, by the thread. Parts are added by the thread alone, until it has
  // ended.
  std::unique_ptr<MultipartUpload> upload_;
  std::thread thread_;  // Ends first.
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_BACKGROUND_UPLOAD_H_
