// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The operations of the client that change something. The others are in
// client.cc.
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
#include "tensorflow_serving_s3/filesystem/s3/http/retry.h"

namespace tfs3 {
namespace s3 {
namespace {

// A store answers a body when it has stored it, on several disks.
constexpr int kStoringPatience = 4;
// And a copy or the completion of an upload when all bytes have been moved;
// S3 allows itself minutes.
constexpr int kCopyingPatience = 40;

constexpr size_t kMostKeysOfARequest = 1000;
constexpr char kPutObject[] = "s3:PutObject";

constexpr size_t kDeletesAtOnce = 8;

// What names the object in x-amz-copy-source.
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

// The answer is to a request for the new object; most of its reasons are of the
// one that is copied.
Status CopyFailed(const S3Uri& from, Status status) {
  if (status.code == TF_UNAVAILABLE) return status;
  status.message = from.ToString() + " cannot be copied to " + status.message;
  return status;
}

bool Failed(const Status& status) {
  return !status.ok() && status.code != TF_NOT_FOUND &&
         status.code != TF_CANCELLED;
}

// Whether the request makes an object, whose encryption is chosen by it. The
// parts of an upload have that of the upload. A copy does not keep that of what
// is copied.
bool StoresObject(Operation operation) {
  return operation == Operation::kPutObject ||
         operation == Operation::kCreateMultipartUpload ||
         operation == Operation::kCopyObject;
}

// Whether the store takes no body without a checksum in a header. AWS says so
// of buckets with Object Lock, by InvalidRequest and a text that names the
// headers.
bool WantsChecksum(const HttpError& error) {
  if (error.status != 400) return false;
  const std::string said = Lowercase(error.message + error.text);
  return error.code == "MissingContentMD5" || error.code == "MissingDigest" ||
         said.find("content-md5") != std::string::npos ||
         said.find("checksum") != std::string::npos;
}

// Content-MD5 is the checksum that stores of any age know, and that needs no
// word of it when an upload begins or ends. A cryptographic library that is
// bound to FIPS has no MD5.
std::pair<std::string, std::string> ChecksumHeader(std::string_view body) {
  const std::string md5 = Md5InBase64(body);
  if (!md5.empty()) return {"Content-MD5", md5};
  return {"x-amz-checksum-sha256", Sha256InBase64(body)};
}

enum class DeleteObjectsSupport { kYes, kUnclear, kNo };

// What a refusal of DeleteObjects says about the store. A POST to a bucket may
// also be taken for the upload of a form, or for no request at all.
DeleteObjectsSupport SupportAfter(const HttpError& error) {
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

// One request that writes. What is the same for all of them is in Send.
struct Client::Write {
  S3Uri uri;
  Operation operation;
  const char* action;
  const char* method;
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view body = {};
  // The store moves bytes before it answers, and may fail in the middle of it.
  bool copies = false;
  Cancellation* cancellation = nullptr;
  // Called with what the store says when it refuses.
  std::function<void(const HttpError&)> on_error = {};
};

Result<HttpResponse> Client::Send(const Write& write, Retry* retry) {
  Result<RequestContext> context =
      sender_.MakeContext(write.uri, write.operation, write.action);
  if (!context.ok()) return context.status();
  Request request;
  request.operation = write.operation;
  request.method = write.method;
  request.path = context->endpoint.path_prefix + "/" +
                 UriEncode(write.uri.key, true) + write.query;
  request.headers = write.headers;
  request.body = write.body;
  request.answer_patience = write.copies ? kCopyingPatience : kStoringPatience;
  request.silence_patience = write.copies ? kCopyingPatience : 1;
  request.may_fail_late = write.copies;
  request.stores_object = StoresObject(write.operation);
  request.cancellation = write.cancellation;
  const bool may_have_checksum = (write.operation == Operation::kPutObject ||
                                  write.operation == Operation::kUploadPart) &&
                                 !IsDirectoryBucket(write.uri.bucket);
  bool has_checksum =
      may_have_checksum && (sender_.options().checksum_of_requests ||
                            limits_.wants_checksums(write.uri.bucket));
  if (has_checksum) request.headers.push_back(ChecksumHeader(write.body));
  bool checksum_was_asked_for = false;
  request.amend = [&](const HttpError& error) {
    if (write.on_error) write.on_error(error);
    if (!may_have_checksum || has_checksum || !WantsChecksum(error)) {
      return false;
    }
    request.headers.push_back(ChecksumHeader(write.body));
    has_checksum = checksum_was_asked_for = true;
    return true;
  };
  Retry own_retry = sender_.NewRetry(request.answer_patience);
  Result<HttpResponse> response = sender_.SendUntilAnswered(
      *context, request, retry == nullptr ? own_retry : *retry);
  if (Failed(response.status())) CountError(write.operation);
  if (response.ok() && checksum_was_asked_for) {
    limits_.NoteWantsChecksums(write.uri.bucket);
  }
  return response;
}

Result<std::string> Client::PutObject(const S3Uri& uri, std::string_view body) {
  Write write = {uri, Operation::kPutObject, kPutObject, "PUT", ""};
  write.body = body;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) return response.status();
  return response->Header("ETag");
}

Result<std::string> Client::CreateMultipartUpload(const S3Uri& uri,
                                                  const Metadata& metadata) {
  Write write = {uri, Operation::kCreateMultipartUpload, kPutObject, "POST",
                 "?uploads"};
  write.headers = metadata;
  Result<HttpResponse> response = Send(write);
  if (!response.ok()) return response.status();
  Result<std::string> upload_id = ParseUploadId(response->body);
  if (upload_id.ok()) return upload_id;
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
  if (!response.ok()) return response.status();
  const std::string etag = response->Header("ETag");
  if (!etag.empty()) return etag;
  return Malformed(uri, Operation::kUploadPart,
                   {TF_INTERNAL, "the answer has no ETag"});
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
  if (!response.ok()) return CopyFailed(from, response.status());
  if (response->body.empty()) {
    return Status{TF_UNIMPLEMENTED,
                  from.ToString() + " cannot be copied to " + to.ToString() +
                      ": the store took UploadPartCopy for an empty part"};
  }
  Result<std::string> etag = ParseEtag(response->body);
  if (etag.ok()) return etag;
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
  Retry retry = sender_.NewRetry(kCopyingPatience);
  Result<HttpResponse> response = Send(write, &retry);
  if (!response.ok()) {
    // Where an answer was lost, the upload may be gone because it is complete.
    if (response.status().code != TF_ABORTED &&
        response.status().code != TF_UNAVAILABLE) {
      return response.status();
    }
    const std::string etag = MultipartEtag(etags);
    Result<ObjectInfo> object = HeadObject(uri);
    if (!etag.empty() && object.ok() && object->etag == etag) return etag;
    return response.status();
  }
  Result<std::string> etag = ParseEtag(response->body);
  if (etag.ok()) return etag;
  return Malformed(uri, Operation::kCompleteMultipartUpload, etag.status());
}

Status Client::AbortMultipartUpload(const S3Uri& uri,
                                    const std::string& upload_id) {
  const Status status =
      Send({uri, Operation::kAbortMultipartUpload, "s3:AbortMultipartUpload",
            "DELETE", "?uploadId=" + UriEncode(upload_id, false)})
          .status();
  if (status.code == TF_ABORTED || status.code == TF_NOT_FOUND) return {};
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
  if (!response.ok()) return CopyFailed(from, response.status());
  const Status etag = ParseEtag(response->body).status();
  if (etag.ok()) return {};
  return Malformed(to, Operation::kCopyObject, etag);
}

Status Client::DeleteObject(const S3Uri& uri) {
  const Status status =
      Send({uri, Operation::kDeleteObject, "s3:DeleteObject", "DELETE", ""})
          .status();
  // Some stores tell that there was none.
  if (status.code == TF_NOT_FOUND &&
      status.message.find("NoSuchBucket") == std::string::npos) {
    return {};
  }
  return status;
}

Result<std::vector<UndeletedObject>> Client::DeleteObjects(
    const S3Uri& bucket, const std::vector<std::string>& keys, bool patient) {
  std::vector<UndeletedObject> undeleted;
  std::vector<std::string> batch;
  const auto delete_batch = [&]() -> Status {
    if (batch.empty()) return {};
    Status status = DeleteBatch(bucket, std::move(batch), patient, undeleted);
    batch.clear();
    return status;
  };
  for (const std::string& key : keys) {
    if (!FitsIntoXml(key)) {
      S3Uri uri = bucket;
      uri.key = key;
      const Status status = DeleteObject(uri);
      if (!status.ok()) undeleted.push_back({key, "", status.message});
      continue;
    }
    batch.push_back(key);
    if (batch.size() < kMostKeysOfARequest) continue;
    const Status status = delete_batch();
    if (!status.ok()) return status;
  }
  const Status status = delete_batch();
  if (!status.ok()) return status;
  return undeleted;
}

Status Client::DeleteBatch(const S3Uri& bucket, std::vector<std::string> keys,
                           bool patient,
                           std::vector<UndeletedObject>& undeleted) {
  if (limits_.lacks_delete_objects()) {
    return DeleteEach(bucket, keys, undeleted);
  }
  S3Uri uri = bucket;
  uri.key.clear();
  auto support = DeleteObjectsSupport::kYes;
  Retry retry = sender_.NewRetry(kStoringPatience);
  while (true) {
    const std::string body = DeleteBody(keys);
    Write write = {uri, Operation::kDeleteObjects, "s3:DeleteObject", "POST",
                   "?delete"};
    // S3 takes no request without a checksum here. Content-MD5 is the one that
    // every store knows; directory buckets take the others.
    write.headers = {{"Content-Type", "application/xml"}};
    if (IsDirectoryBucket(uri.bucket)) {
      write.headers.emplace_back("x-amz-sdk-checksum-algorithm", "CRC32");
      write.headers.emplace_back("x-amz-checksum-crc32", Crc32InBase64(body));
    } else {
      write.headers.emplace_back("Content-MD5", Md5InBase64(body));
    }
    write.body = body;
    write.on_error = [&support](const HttpError& error) {
      support = SupportAfter(error);
    };
    Result<HttpResponse> response = Send(write);
    if (!response.ok()) {
      if (support == DeleteObjectsSupport::kYes) return response.status();
      const size_t undeleted_before = undeleted.size();
      const Status status = DeleteEach(bucket, keys, undeleted);
      const bool some_deleted =
          undeleted.size() - undeleted_before < keys.size();
      if (some_deleted && support == DeleteObjectsSupport::kNo) {
        limits_.NoteNoDeleteObjects();
      }
      return status;
    }
    Result<std::vector<UndeletedObject>> left =
        ParseDeleteResult(response->body);
    if (!left.ok()) {
      return Malformed(uri, Operation::kDeleteObjects, left.status());
    }
    keys.clear();
    for (const UndeletedObject& object : *left) {
      if (IsRetryable(HttpError{0, object.code})) {
        keys.push_back(object.key);
      } else if (object.code != "NoSuchKey") {
        undeleted.push_back(object);
      }
    }
    if (keys.empty()) return {};
    if (patient && TryAgain(retry)) continue;
    for (const UndeletedObject& object : *left) {
      if (IsRetryable(HttpError{0, object.code})) undeleted.push_back(object);
    }
    return {};
  }
}

Status Client::DeleteEach(const S3Uri& bucket,
                          const std::vector<std::string>& keys,
                          std::vector<UndeletedObject>& undeleted) {
  std::mutex mutex;
  std::optional<std::string> away;  // Why no more keys are tried.
  return ForEachInParallel(
      keys.size(), kDeletesAtOnce, [&](size_t i) -> Status {
        {
          std::lock_guard<std::mutex> lock(mutex);
          if (away.has_value()) {
            undeleted.push_back({keys[i], "", *away});
            return {};
          }
        }
        const Status status = DeleteObject(WithKey(bucket, keys[i]));
        if (status.ok()) return {};
        std::lock_guard<std::mutex> lock(mutex);
        if (status.code == TF_UNAVAILABLE) away = status.message;
        undeleted.push_back({keys[i], "", status.message});
        return {};
      });
}

Status Client::Malformed(const S3Uri& uri, Operation operation,
                         const Status& why) {
  CountError(operation);
  Result<RequestContext> context = sender_.MakeContext(uri, operation, "");
  if (!context.ok()) return context.status();
  return FromMalformedAnswer(*context, why.message);
}

}  // namespace s3
}  // namespace tfs3
