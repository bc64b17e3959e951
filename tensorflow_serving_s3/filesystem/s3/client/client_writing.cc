// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The operations of the client that write or delete objects.
#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/address/access_point.h"
#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"
#include "tensorflow_serving_s3/filesystem/s3/base/parallel.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"
#include "tensorflow_serving_s3/filesystem/s3/http/retry.h"

namespace tfs3 {
namespace s3 {
namespace {

// A store responds when several disks have the body.
constexpr int kStoringTimeoutMultiplier = 4;
// A store responds to a copy and to the completion of an upload when it has
// copied all bytes, which may take S3 minutes.
constexpr int kCopyingTimeoutMultiplier = 40;

constexpr size_t kMaxKeysPerRequest = 1000;
constexpr char kPutObject[] = "s3:PutObject";

constexpr size_t kMaxParallelDeletes = 8;

// Returns the value of x-amz-copy-source.
std::string CopySource(const S3Uri& uri) {
  if (IsArn(uri.bucket)) {
    return UriEncode(uri.bucket + "/object/" + uri.key, true);
  }
  return "/" + UriEncode(uri.bucket, false) + "/" + UriEncode(uri.key, true);
}

std::string PartQuery(const std::string& upload_id, int part_number) {
  return "?partNumber=" + std::to_string(part_number) +
         "&uploadId=" + UriEncode(upload_id, false);
}

// Adds the source to the error message of a copy: most causes are there.
Status CopyFailed(const S3Uri& from, Status status) {
  if (status.code == TF_UNAVAILABLE) {
    return status;
  }
  status.message = from.ToString() + " cannot be copied to " + status.message;
  return status;
}

bool Failed(const Status& status) {
  return !status.ok() && status.code != TF_NOT_FOUND &&
         status.code != TF_CANCELLED;
}

// Returns true for requests that choose the encryption of an object. The parts
// of an upload have its encryption. A copy does not keep the source's.
bool StoresObject(Operation operation) {
  return operation == Operation::kPutObject ||
         operation == Operation::kCreateMultipartUpload ||
         operation == Operation::kCopyObject;
}

// Returns true if the store requires a checksum header. AWS requires one for
// buckets with Object Lock; its InvalidRequest names the headers.
bool WantsChecksum(const HttpError& error) {
  if (error.status != 400) {
    return false;
  }
  const std::string said = Lowercase(error.message + error.text);
  return error.code == "MissingContentMD5" || error.code == "MissingDigest" ||
         said.find("content-md5") != std::string::npos ||
         said.find("checksum") != std::string::npos;
}

// Returns Content-MD5, which all stores support, and which
// CreateMultipartUpload and CompleteMultipartUpload need not announce; SHA-256
// if the cryptographic library runs in FIPS mode and has no MD5.
std::pair<std::string, std::string> ChecksumHeader(std::string_view body) {
  const std::string md5 = Md5InBase64(body);
  if (!md5.empty()) {
    return {"Content-MD5", md5};
  }
  return {"x-amz-checksum-sha256", Sha256InBase64(body)};
}

enum class DeleteObjectsSupport { kYes, kUnclear, kNo };

// Returns whether the store supports DeleteObjects, after an error. A store
// without it may treat the POST as a form upload or as a malformed request.
DeleteObjectsSupport SupportFrom(const HttpError& error) {
  if (error.status == 405 || error.status == 501 ||
      error.code == "MethodNotAllowed" || error.code == "NotImplemented") {
    return DeleteObjectsSupport::kNo;
  }
  const bool other_reason = IsStaleToken(error) || IsRetryable(error) ||
                            !error.bucket_region.empty() ||
                            error.code == "NoSuchBucket";
  const bool unclear = error.status == 400 || error.status == 404 ||
                       error.status == 411 || error.status == 412 ||
                       error.status == 415;
  return unclear && !other_reason ? DeleteObjectsSupport::kUnclear
                                  : DeleteObjectsSupport::kYes;
}

}  // namespace

// A request that writes. Send has the common parts of these requests.
struct Client::Write {
  S3Uri uri;
  Operation operation;
  const char* action;
  const char* method;
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view body = {};
  // The store copies bytes before it responds, and may fail after the status.
  bool copies = false;
  Cancellation* cancellation = nullptr;
  // Called with every error response.
  std::function<void(const HttpError&)> on_error = {};
};

Result<HttpResponse> Client::Send(const Write& write) {
  Result<RequestContext> context =
      sender_.MakeContext(write.uri, write.operation, write.action);
  if (!context.ok()) {
    return context.status();
  }
  Request request;
  request.operation = write.operation;
  request.method = write.method;
  request.path = context->endpoint.path_prefix + "/" +
                 UriEncode(write.uri.key, true) + write.query;
  request.headers = write.headers;
  request.body = write.body;
  request.response_timeout_multiplier =
      write.copies ? kCopyingTimeoutMultiplier : kStoringTimeoutMultiplier;
  request.silence_timeout_multiplier =
      write.copies ? kCopyingTimeoutMultiplier : 1;
  request.may_fail_after_success_status = write.copies;
  request.stores_object = StoresObject(write.operation);
  request.cancellation = write.cancellation;
  const bool may_have_checksum = (write.operation == Operation::kPutObject ||
                                  write.operation == Operation::kUploadPart) &&
                                 !IsDirectoryBucket(write.uri.bucket);
  bool has_checksum =
      may_have_checksum && (sender_.options().checksum_of_requests ||
                            limits_.requires_checksum(write.uri.bucket));
  if (has_checksum) {
    request.headers.push_back(ChecksumHeader(write.body));
  }
  bool checksum_was_asked_for = false;
  request.amend = [&](const HttpError& error) {
    if (write.on_error) {
      write.on_error(error);
    }
    if (!may_have_checksum || has_checksum || !WantsChecksum(error)) {
      return false;
    }
    request.headers.push_back(ChecksumHeader(write.body));
    has_checksum = checksum_was_asked_for = true;
    return true;
  };
  Result<HttpResponse> response = sender_.SendWithRetries(*context, request);
  if (Failed(response.status())) {
    CountError(write.operation);
  }
  if (response.ok() && checksum_was_asked_for) {
    limits_.set_requires_checksum(write.uri.bucket);
  }
  return response;
}

Result<std::string> Client::PutObject(const S3Uri& uri, std::string_view body) {
  Write write = {uri, Operation::kPutObject, kPutObject, "PUT", ""};
  write.body = body;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) {
    return response.status();
  }
  return response->Header("ETag");
}

Result<std::string> Client::CreateMultipartUpload(const S3Uri& uri,
                                                  const Metadata& metadata) {
  Write write = {uri, Operation::kCreateMultipartUpload, kPutObject, "POST",
                 "?uploads"};
  write.headers = metadata;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) {
    return response.status();
  }
  Result<std::string> upload_id = ParseUploadId(response->body);
  if (upload_id.ok()) {
    return upload_id;
  }
  return Malformed(uri, Operation::kCreateMultipartUpload, upload_id.status());
}

Result<std::string> Client::UploadPart(const S3Uri& uri,
                                       const std::string& upload_id,
                                       int part_number, std::string_view body,
                                       Cancellation* cancellation) {
  Write write = {uri, Operation::kUploadPart, kPutObject, "PUT",
                 PartQuery(upload_id, part_number)};
  write.body = body;
  write.cancellation = cancellation;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) {
    return response.status();
  }
  const std::string etag = response->Header("ETag");
  if (!etag.empty()) {
    return etag;
  }
  return Malformed(uri, Operation::kUploadPart,
                   {TF_INTERNAL, "the response has no ETag"});
}

Result<std::string> Client::UploadPartCopy(const S3Uri& from, uint64_t offset,
                                           uint64_t size,
                                           const std::string& if_match,
                                           const S3Uri& to,
                                           const std::string& upload_id,
                                           int part_number) {
  Write write = {to, Operation::kUploadPartCopy, kPutObject, "PUT",
                 PartQuery(upload_id, part_number)};
  write.headers = {
      {"x-amz-copy-source", CopySource(from)},
      {"x-amz-copy-source-range", "bytes=" + std::to_string(offset) + "-" +
                                      std::to_string(offset + size - 1)}};
  if (!if_match.empty()) {
    write.headers.emplace_back("x-amz-copy-source-if-match", if_match);
  }
  write.copies = true;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) {
    return CopyFailed(from, response.status());
  }
  if (response->body.empty()) {
    return Status{TF_UNIMPLEMENTED,
                  from.ToString() + " cannot be copied to " + to.ToString() +
                      ": the store stored an empty part for UploadPartCopy"};
  }
  Result<std::string> etag = ParseEtag(response->body);
  if (etag.ok()) {
    return etag;
  }
  return Malformed(to, Operation::kUploadPartCopy, etag.status());
}

Result<std::string> Client::CompleteMultipartUpload(
    const S3Uri& uri, const std::string& upload_id,
    const std::vector<std::string>& etags) {
  const std::string body = CompleteBody(etags);
  Write write = {uri, Operation::kCompleteMultipartUpload, kPutObject, "POST",
                 "?uploadId=" + UriEncode(upload_id, false)};
  write.body = body;
  write.copies = true;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) {
    // If the response of an earlier attempt was lost, the upload may be
    // complete.
    if (response.status().code != TF_ABORTED &&
        response.status().code != TF_UNAVAILABLE) {
      return response.status();
    }
    const std::string etag = MultipartEtag(etags);
    Result<ObjectInfo> object = HeadObject(uri);
    if (!etag.empty() && object.ok() && object->etag == etag) {
      return etag;
    }
    return response.status();
  }
  Result<std::string> etag = ParseEtag(response->body);
  if (etag.ok()) {
    return etag;
  }
  return Malformed(uri, Operation::kCompleteMultipartUpload, etag.status());
}

Status Client::AbortMultipartUpload(const S3Uri& uri,
                                    const std::string& upload_id) {
  const Status status =
      Send({uri, Operation::kAbortMultipartUpload, "s3:AbortMultipartUpload",
            "DELETE", "?uploadId=" + UriEncode(upload_id, false)})
          .status();
  if (status.code == TF_ABORTED || status.code == TF_NOT_FOUND) {
    return {};
  }
  return status;
}

Status Client::CopyObject(const S3Uri& from, const std::string& if_match,
                          const S3Uri& to) {
  Write write = {to, Operation::kCopyObject, kPutObject, "PUT", ""};
  write.headers = {{"x-amz-copy-source", CopySource(from)}};
  if (!if_match.empty()) {
    write.headers.emplace_back("x-amz-copy-source-if-match", if_match);
  }
  write.copies = true;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) {
    return CopyFailed(from, response.status());
  }
  const Status etag = ParseEtag(response->body).status();
  if (etag.ok()) {
    return {};
  }
  return Malformed(to, Operation::kCopyObject, etag);
}

Status Client::DeleteObject(const S3Uri& uri) {
  const Status status =
      Send({uri, Operation::kDeleteObject, "s3:DeleteObject", "DELETE", ""})
          .status();
  // Some stores report that the object does not exist.
  if (status.code == TF_NOT_FOUND &&
      status.message.find("NoSuchBucket") == std::string::npos) {
    return {};
  }
  return status;
}

Result<std::vector<DeleteFailure>> Client::DeleteObjects(
    const S3Uri& bucket, const std::vector<std::string>& keys,
    bool retry_keys) {
  std::vector<DeleteFailure> failures;
  std::vector<std::string> batch;
  const auto delete_batch = [&]() -> Status {
    if (batch.empty()) {
      return {};
    }
    Status status = DeleteBatch(bucket, std::move(batch), retry_keys, failures);
    batch.clear();
    return status;
  };
  for (const std::string& key : keys) {
    if (!FitsIntoXml(key)) {
      S3Uri uri = bucket;
      uri.key = key;
      const Status status = DeleteObject(uri);
      if (!status.ok()) {
        failures.push_back({key, "", status.message});
      }
      continue;
    }
    batch.push_back(key);
    if (batch.size() < kMaxKeysPerRequest) {
      continue;
    }
    const Status status = delete_batch();
    if (!status.ok()) {
      return status;
    }
  }
  const Status status = delete_batch();
  if (!status.ok()) {
    return status;
  }
  return failures;
}

Status Client::DeleteBatch(const S3Uri& bucket, std::vector<std::string> keys,
                           bool retry_keys,
                           std::vector<DeleteFailure>& failures) {
  if (limits_.refuses_delete_objects()) {
    return DeleteEach(bucket, keys, failures);
  }
  S3Uri uri = bucket;
  uri.key.clear();
  auto support = DeleteObjectsSupport::kYes;
  // Not a loop of attempts: each round is a new request, with its own attempts,
  // for the keys that the store could not delete in the previous round.
  Retry retry = sender_.NewRetry(kStoringTimeoutMultiplier);
  while (true) {
    const std::string body = DeleteBody(keys);
    Write write = {uri, Operation::kDeleteObjects, "s3:DeleteObject", "POST",
                   "?delete"};
    // S3 requires a checksum here. All stores support Content-MD5; directory
    // buckets accept only the others.
    write.headers = {{"Content-Type", "application/xml"}};
    if (IsDirectoryBucket(uri.bucket)) {
      write.headers.emplace_back("x-amz-sdk-checksum-algorithm", "CRC32");
      write.headers.emplace_back("x-amz-checksum-crc32", Crc32InBase64(body));
    } else {
      write.headers.emplace_back("Content-MD5", Md5InBase64(body));
    }
    write.body = body;
    write.on_error = [&support](const HttpError& error) {
      support = SupportFrom(error);
    };
    Result<HttpResponse> response = Send(write);
    if (!response.ok()) {
      if (support == DeleteObjectsSupport::kYes) {
        return response.status();
      }
      const size_t failures_before = failures.size();
      const Status status = DeleteEach(bucket, keys, failures);
      const bool some_deleted = failures.size() - failures_before < keys.size();
      if (some_deleted && support == DeleteObjectsSupport::kNo) {
        limits_.set_refuses_delete_objects();
      }
      return status;
    }
    Result<std::vector<DeleteFailure>> left = ParseDeleteResult(response->body);
    if (!left.ok()) {
      return Malformed(uri, Operation::kDeleteObjects, left.status());
    }
    keys.clear();
    for (const DeleteFailure& object : *left) {
      if (IsRetryable(HttpError{0, object.code})) {
        keys.push_back(object.key);
      } else if (object.code != "NoSuchKey") {
        failures.push_back(object);
      }
    }
    if (keys.empty()) {
      return {};
    }
    if (retry_keys && StartNextAttempt(retry)) {
      continue;
    }
    for (const DeleteFailure& object : *left) {
      if (IsRetryable(HttpError{0, object.code})) {
        failures.push_back(object);
      }
    }
    return {};
  }
}

Status Client::DeleteEach(const S3Uri& bucket,
                          const std::vector<std::string>& keys,
                          std::vector<DeleteFailure>& failures) {
  std::mutex mutex;
  std::optional<std::string> unavailable;  // The error; ends the attempts.
  return ForEachInParallel(
      keys.size(), kMaxParallelDeletes, [&](size_t i) -> Status {
        {
          std::lock_guard<std::mutex> lock(mutex);
          if (unavailable.has_value()) {
            failures.push_back({keys[i], "", *unavailable});
            return {};
          }
        }
        const Status status = DeleteObject(WithKey(bucket, keys[i]));
        if (status.ok()) {
          return {};
        }
        std::lock_guard<std::mutex> lock(mutex);
        if (status.code == TF_UNAVAILABLE) {
          unavailable = status.message;
        }
        failures.push_back({keys[i], "", status.message});
        return {};
      });
}

Status Client::Malformed(const S3Uri& uri, Operation operation,
                         const Status& why) {
  CountError(operation);
  Result<RequestContext> context = sender_.MakeContext(uri, operation, "");
  if (!context.ok()) {
    return context.status();
  }
  return FromMalformedResponse(*context, why.message);
}

}  // namespace s3
}  // namespace tfs3
