// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A client for the S3 operations of this filesystem, with blocking calls.
//
//   Result<std::unique_ptr<Client>> client =
//       Client::New(options, ProcessGetenv);
//   Result<Listing> page =
//       (*client)->ListObjects(*ParseUri("s3://models/half/"), ListRequest());
//
// Every call retries failures that may be temporary (retry.h). Time without
// progress before a call fails, in multiples of S3_REQUEST_TIMEOUT_MSEC:
//
//   wait for                                    one attempt   all attempts
//   the next byte of a read                     1             1.5
//   the response to a write                     4             6
//   the response to a copy or a completed       40            60
//   multipart upload
//   progress in sending a body above 256 KiB    10            10 after the last
//                                                             progress
//
// Stores respond to a write when several disks have it, and to a copy when all
// bytes are copied. The kernel rarely reports the progress of a body.
//
// errors.h describes the errors. stats.h counts requests and failures.
// Thread-safe; each call uses its own connection.
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
  // Combines keys with the same part up to the next slash to a common prefix.
  bool delimit = false;
  int max_keys = 1000;             // 1 to 1000, the maximum of S3.
  std::string continuation_token;  // From the previous page; "" for the first.
  // Returns only entries after this one; "" for all. For stores whose pages
  // have no token (list_pages.h).
  std::string start_after;
};

// The metadata of an object as headers: Content-Type and the like, and the
// user's x-amz-meta-*.
using Metadata = std::vector<std::pair<std::string, std::string>>;

// How the store treats an empty object whose key ends in a slash.
enum class MarkerSupport {
  kUnknown,
  kKept,
  kStoredAsFiles,  // The store removes the slash from the key.
};

struct ObjectRange {
  size_t bytes = 0;  // Received; fewer than requested at the object's end.
  // The whole object; without ETag and time if the range begins after its end.
  ObjectInfo object;
};

class Client {
 public:
  // Starts the AWS runtime. Sends no request.
  static Result<std::unique_ptr<Client>> New(const Options& options,
                                             const GetenvFn& getenv_fn);

  // Returns the size, time and ETag of an object.
  Result<ObjectInfo> HeadObject(const S3Uri& uri);

  // Returns the metadata for a copy of the object, without tags.
  Result<Metadata> GetMetadata(const S3Uri& uri);

  // Reads up to `size` (> 0) bytes at `offset` into `buffer`, without an
  // intermediate copy.
  //   - Continues after a broken connection. All bytes of one call belong to
  //     the same version of the object.
  //   - FAILED_PRECONDITION: the object does not have the ETag `if_match`; ""
  //     accepts any.
  //   - Verifies the store's checksum if the whole object is read. Reads the
  //     object again after a mismatch; a second mismatch is DATA_LOSS.
  //   - Returns 0 bytes for a range after the end of the object.
  Result<ObjectRange> GetObject(const S3Uri& uri, uint64_t offset, char* buffer,
                                size_t size, const std::string& if_match,
                                Cancellation* cancellation = nullptr);

  // Returns one page of the objects whose keys begin with `prefix.key`, sorted
  // by key; list_pages.h returns all pages. The pages of a directory bucket are
  // not sorted, and may be empty if the prefix does not end in a slash.
  Result<Listing> ListObjects(const S3Uri& prefix, const ListRequest& request);

  // Creates or replaces an object. Returns its ETag. `body` must stay unchanged
  // during the call.
  Result<std::string> PutObject(const S3Uri& uri, std::string_view body);

  // Begins the upload of an object in up to 10,000 parts, and returns its ID.
  // Parts are numbered from 1, and may be sent in any order and in parallel.
  // Each part but the last has 5 MiB to 5 GiB. The store keeps the parts, at
  // the user's cost, until the upload is completed or aborted; the object
  // becomes visible at completion.
  Result<std::string> CreateMultipartUpload(const S3Uri& uri,
                                            const Metadata& metadata = {});
  // Returns the part's ETag.
  Result<std::string> UploadPart(const S3Uri& uri, const std::string& upload_id,
                                 int part_number, std::string_view body,
                                 Cancellation* cancellation = nullptr);
  // Lets the store copy the bytes [offset, offset + size) of `from` into a
  // part.
  //   FAILED_PRECONDITION: `from` has another ETag than `if_match`
  //   UNIMPLEMENTED: the store does not support this; it may have stored an
  //       empty part
  Result<std::string> UploadPartCopy(const S3Uri& from, uint64_t offset,
                                     uint64_t size, const std::string& if_match,
                                     const S3Uri& to,
                                     const std::string& upload_id,
                                     int part_number);
  // `etags` are the parts' ETags, from part 1. Returns the object's ETag.
  Result<std::string> CompleteMultipartUpload(
      const S3Uri& uri, const std::string& upload_id,
      const std::vector<std::string>& etags);
  // Returns OK if the upload does not exist.
  Status AbortMultipartUpload(const S3Uri& uri, const std::string& upload_id);

  // Lets the store copy an object of at most 5 GiB. FAILED_PRECONDITION: `from`
  // has another ETag than `if_match`; "" accepts any.
  Status CopyObject(const S3Uri& from, const std::string& if_match,
                    const S3Uri& to);

  // Returns OK if the object does not exist.
  Status DeleteObject(const S3Uri& uri);

  // Returns true if the store may have real directories. AWS has none.
  bool may_keep_directories() const { return sender_.has_custom_endpoint(); }

  // How the store treats markers, as found by the callers (tree_changes.h).
  MarkerSupport marker_support() const { return marker_support_; }
  void set_marker_support(MarkerSupport support) { marker_support_ = support; }

  // Deletes objects of one bucket, up to 1000 in one request; one by one if the
  // store does not support DeleteObjects. Returns the keys that it could not
  // delete, each with the reason; an error if it could try none. With
  // `retry_keys`, repeats keys that failed for a temporary reason.
  Result<std::vector<DeleteFailure>> DeleteObjects(
      const S3Uri& bucket, const std::vector<std::string>& keys,
      bool retry_keys = true);

 private:
  // The operations without the count of failures. `metadata` may be null.
  Result<ObjectInfo> Head(const S3Uri& uri, Metadata* metadata = nullptr);
  Result<HttpResponse> SendHead(const S3Uri& uri);
  // For Get, if the response to a GET lacks the size of the object. A response
  // without Content-Length is an error.
  Result<ObjectInfo> HeadWithLength(const S3Uri& uri);
  Result<ObjectRange> Get(const S3Uri& uri, uint64_t offset, char* buffer,
                          size_t size, const std::string& if_match,
                          Cancellation* cancellation);
  Result<Listing> List(const S3Uri& prefix, const ListRequest& list);

  // The operations that write; see client_writing.cc.
  struct Write;
  Result<HttpResponse> Send(const Write& write);
  // Adds the failed keys to `failures`. At most 1000 keys; all must fit into
  // XML.
  Status DeleteBatch(const S3Uri& bucket, std::vector<std::string> keys,
                     bool retry_keys, std::vector<DeleteFailure>& failures);
  // Deletes each key with DeleteObject.
  Status DeleteEach(const S3Uri& bucket, const std::vector<std::string>& keys,
                    std::vector<DeleteFailure>& failures);
  // Counts and returns the error of a malformed response; `why` has the reason.
  Status Malformed(const S3Uri& uri, Operation operation, const Status& why);

  Client(const Options& options, const GetenvFn& getenv_fn,
         aws_client_bootstrap* bootstrap);

  RequestSender sender_;
  StoreLimits limits_;
  std::atomic<MarkerSupport> marker_support_{MarkerSupport::kUnknown};
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_CLIENT_H_
