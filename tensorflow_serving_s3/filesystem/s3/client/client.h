// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The requests of S3 that this filesystem needs, as blocking calls.
//
//   Result<std::unique_ptr<Client>> client =
//       Client::New(options, ProcessGetenv);
//   Result<Listing> page =
//       (*client)->ListObjects(*ParseUri("s3://models/half/"), ListRequest());
//
// Every call signs, sends and, where that can help, tries again (retry.h). How
// long it may go without any progress, in S3_REQUEST_TIMEOUT_MSEC:
//
//   what                                        one attempt   all attempts
//   a read, since the last byte came            1             1.5
//   a write, for its answer                     4             6
//   a copy, the completion of an upload         40            60
//   a body of more than 256 KiB that is         10            10 for each that
//   being sent, since the last byte went                      got on
//
// since stores answer a write when it is stored on several disks, and a copy
// when all of it has been moved; and the system tells only now and then what of
// a body has gone. Errors are those of errors.h. Everything is counted in
// stats.h. Thread-safe; calls run in parallel, each on a connection of its own.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_CLIENT_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_CLIENT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"
#include "tensorflow_serving_s3/filesystem/s3/client/request_sender.h"
#include "tensorflow_serving_s3/filesystem/s3/client/store_limits.h"
#include "tensorflow_serving_s3/filesystem/s3/client/write_messages.h"

struct aws_client_bootstrap;

namespace tfs3 {
namespace s3 {

struct ListRequest {
  // Collapse what lies behind the next slash into common prefixes.
  bool delimit = false;
  int max_keys = 1000;             // 1 to 1000; S3 gives no more in one page.
  std::string continuation_token;  // Of the page before; "" for the first.
  // Only entries after this one; "" for all. For stores whose pages have no
  // token (list_pages.h).
  std::string start_after;
};

// What a store keeps with an object beside its bytes, as headers: the type of
// its content and its kin, and the metadata of users.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// What becomes of an empty object whose key ends in a slash.
enum class Markers {
  kUnknown,
  kKept,
  kTakenForFiles,  // It turns up without the slash.
};

struct ObjectRange {
  size_t bytes = 0;  // Received; less than asked for at the object's end.
  // The whole object. Without ETag and time where the range began beyond it.
  ObjectInfo object;
};

class Client {
 public:
  // Starts the AWS runtime; contacts nobody.
  static Result<std::unique_ptr<Client>> New(const Options& options,
                                             const GetenvFn& getenv_fn);

  // Size, time and ETag of one object.
  Result<ObjectInfo> HeadObject(const S3Uri& uri);

  // The metadata that a copy of the object should have; tags are not in it.
  Result<Metadata> GetMetadata(const S3Uri& uri);

  // Reads up to `size` (> 0) bytes from `offset` on into `buffer`, without a
  // copy in between. A connection that breaks is taken up where it broke. With
  // an `if_match` (an ETag), FAILED_PRECONDITION when the object is another
  // now; also without it all bytes of one call are of one object. Where the
  // whole object is read and the store sends a checksum of it, bytes that do
  // not match are fetched once more, and then are DATA_LOSS. A range that
  // begins at the end or beyond has 0 bytes.
  Result<ObjectRange> GetObject(const S3Uri& uri, uint64_t offset, char* buffer,
                                size_t size, const std::string& if_match,
                                Cancellation* cancellation = nullptr);

  // One page of the objects whose keys begin with `prefix.key`; list_pages.h
  // asks for all pages. Sorted by key, but for a directory bucket: there the
  // objects are in no order, a page may lack any of them, and where the key of
  // `prefix` does not end in a slash, the pages are those of the directory
  // above, without what begins otherwise.
  Result<Listing> ListObjects(const S3Uri& prefix, const ListRequest& request);

  // Makes an object of `body`, in place of what was there. Bodies are sent from
  // the caller's memory, and again for another attempt. The ETag.
  Result<std::string> PutObject(const S3Uri& uri, std::string_view body);

  // An object in up to 10,000 parts: begin, send every part from 1 on, in any
  // order and in parallel, complete. Every part but the last has at least 5 MiB
  // and none more than 5 GiB. Nothing is visible, and everything is stored and
  // paid for, until the upload is completed or aborted.
  // The upload's ID.
  Result<std::string> CreateMultipartUpload(const S3Uri& uri,
                                            const Metadata& metadata = {});
  // The part's ETag.
  Result<std::string> UploadPart(const S3Uri& uri, const std::string& upload_id,
                                 int part_number, std::string_view body,
                                 Cancellation* cancellation = nullptr);
  // A part made by the store of the bytes [offset, offset + size) of `from`.
  // FAILED_PRECONDITION when that has another ETag than `if_match`;
  // UNIMPLEMENTED when the store makes no such parts: it may have put an empty
  // one instead.
  Result<std::string> UploadPartCopy(const S3Uri& from, uint64_t offset,
                                     uint64_t size, const std::string& if_match,
                                     const S3Uri& to,
                                     const std::string& upload_id,
                                     int part_number);
  // `etags` of the parts from 1 on. The object's ETag.
  Result<std::string> CompleteMultipartUpload(
      const S3Uri& uri, const std::string& upload_id,
      const std::vector<std::string>& etags);
  // OK also when there is no such upload (any more).
  Status AbortMultipartUpload(const S3Uri& uri, const std::string& upload_id);

  // A copy made by the store, of at most 5 GiB, in place of what was there.
  // FAILED_PRECONDITION when `from` has another ETag than `if_match`; "" takes
  // any.
  Status CopyObject(const S3Uri& from, const std::string& if_match,
                    const S3Uri& to);

  // OK also when there is no such object.
  Status DeleteObject(const S3Uri& uri);

  // Whether the store may keep directories as such, which AWS's does not.
  bool may_keep_directories() const { return sender_.has_custom_endpoint(); }

  // What its users have found out.
  Markers markers() const { return markers_; }
  void NoteMarkers(Markers markers) { markers_ = markers; }

  // Deletes objects of one bucket, up to 1000 of them by one request, or one by
  // one if the store does not know DeleteObjects. The keys
  // that are still there, each with its reason; an error when none of them was
  // tried. Those on which the store fails for now are tried again, unless not
  // `patient`.
  Result<std::vector<UndeletedObject>> DeleteObjects(
      const S3Uri& bucket, const std::vector<std::string>& keys,
      bool patient = true);

 private:
  // The operations; what they fail with is not counted yet.
  // With `metadata`, that is filled in as well.
  Result<ObjectInfo> Head(const S3Uri& uri, Metadata* metadata = nullptr);
  // Headers of the object's HEAD.
  Result<HttpResponse> SendHead(const S3Uri& uri);
  // For Get, which asks with a HEAD for a size that its own answer lacks. An
  // answer without Content-Length is an error.
  Result<ObjectInfo> HeadWithLength(const S3Uri& uri);
  Result<ObjectRange> Get(const S3Uri& uri, uint64_t offset, char* buffer,
                          size_t size, const std::string& if_match,
                          Cancellation* cancellation);
  Result<Listing> List(const S3Uri& prefix, const ListRequest& list);

  // Of those that write; see client_writing.cc.
  struct Write;
  Result<HttpResponse> Send(const Write& write, Retry* retry = nullptr);
  // Adds to `undeleted`. At most 1000 keys, which fit into XML.
  Status DeleteBatch(const S3Uri& bucket, std::vector<std::string> keys,
                     bool patient, std::vector<UndeletedObject>& undeleted);
  // The same with a DeleteObject for each key.
  Status DeleteEach(const S3Uri& bucket, const std::vector<std::string>& keys,
                    std::vector<UndeletedObject>& undeleted);
  // The answer told of success and is not what it should be: `why`.
  Status Malformed(const S3Uri& uri, Operation operation, const Status& why);

  Client(const Options& options, const GetenvFn& getenv_fn,
         aws_client_bootstrap* bootstrap);

  RequestSender sender_;
  StoreLimits limits_;
  std::atomic<Markers> markers_{Markers::kUnknown};
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_CLIENT_H_
