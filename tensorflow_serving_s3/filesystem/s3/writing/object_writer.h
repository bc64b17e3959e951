// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// An object, written from its beginning to its end.
//
//   std::unique_ptr<ObjectWriter> writer = ObjectWriter::New(client, uri);
//   Status status = writer->Append(bytes);
//   status = writer->Close();  // now it is there, whole
//
// What is appended becomes visible by Sync and by Close and at no other time:
// then the object is replaced in one step. A small object (up to 8 MiB) is sent
// by one PUT, a larger one as a multipart upload that goes on while the caller
// does (background_upload.h, where the bounds of memory are told): Append waits
// for memory and for no answer.
//
// A failure ends the upload, and is told by every call from then on, Close
// included. A writer that is destroyed without Close or Drop leaves nothing
// behind. Thread-safe.
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
  // Of a new object, which takes the place of one that there is. Sends nothing.
  // `client` must outlive the writer.
  static std::unique_ptr<ObjectWriter> New(Client* client, const S3Uri& uri);

  // Goes on at the end of the object that `existing` tells of. The store copies
  // what there is; less than 5 MiB, which it cannot, are read here.
  // FAILED_PRECONDITION, here or later, when the object is another one by then.
  static Result<std::unique_ptr<ObjectWriter>> AtEndOf(
      Client* client, const S3Uri& uri, const ObjectInfo& existing);

  Status Append(std::string_view bytes);

  // Appends if that needs no waiting at all. Whether it has; if not, Append
  // does, or says why it cannot.
  bool TryAppend(std::string_view bytes);

  // Whether the end has nothing more to do: after Close, and where nothing was
  // changed.
  bool settled() const;

  // The size of the object so far, what is not visible included.
  uint64_t size() const;

  // Whether all is well so far.
  Status Flush();

  // Makes everything so far visible. The writer can go on; the store then
  // copies what is there.
  Status Sync();

  // As Sync, and the end. A new object is there even when it is empty; one that
  // nothing was appended to is left alone.
  Status Close();

  // The end for want of a Close: who wrote has let go of the file and said
  // nothing. A file of up to kMostDropped bytes is published as by Close, as
  // files of the local disk have it; of a larger one what is not published is
  // given up, which is FAILED_PRECONDITION. Nothing happens after Close, after
  // a failure, and where nothing was appended.
  Status Drop();

  // Enough for the lock and marker files that TensorFlow does not close, and
  // less than the first read of TensorFlow's copies (128 KiB): a copy that
  // breaks off, whose target nobody closes either, is never taken for whole.
  static constexpr uint64_t kMostDropped = uint64_t{64} << 10;

 private:
  ObjectWriter(Client* client, const S3Uri& uri);

  // These require `mutex_`.
  Status Usable();
  Status Publish();
  // Whether `bytes` more fit into the buffer.
  bool Fits(size_t bytes) const;
  Status SendBuffer();
  // Ends the upload for `why`, which every call tells from then on.
  Status Fail(const Status& why);

  Client* const client_;
  const S3Uri uri_;

  mutable std::mutex mutex_;
  Status failure_;
  bool closed_ = false;
  bool changed_ = true;  // There is something that is not visible yet.
  uint64_t size_ = 0;
  // The object is the base, which the store is to copy, then what the upload
  // has, then the buffer. A base that an upload has taken over has no bytes.
  ObjectInfo base_;
  std::unique_ptr<BackgroundUpload> upload_;
  std::string buffer_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_OBJECT_WRITER_H_
