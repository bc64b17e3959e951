// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Interprets the response to a GetObject of a range: the rules of the protocol
// and the deviations of stores. range_read.h has the attempts and checksums.
//
//   RangeRequest request;
//   request.first = 0;
//   request.size = 100;
//   RangeResult result = InterpretRangeResponse(request, response);
//   if (result.outcome == RangeOutcome::kBytes) Use(response.sink_bytes);
//
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_RESPONSE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_RESPONSE_H_

#include <cstdint>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"

namespace tfs3 {
namespace s3 {

struct RangeRequest {
  uint64_t first = 0;  // The first requested byte.
  uint64_t size = 0;   // The number of requested bytes, at least 1.
  // Earlier responses had the bytes before `first`.
  bool resumed = false;
  std::string etag;            // Sent as If-Match; "" accepts any object.
  bool checksum_mode = false;  // x-amz-checksum-mode was sent.
};

enum class RangeOutcome {
  // The response has the next bytes of the object. Fewer bytes than `expected`
  // mean that the response was cut.
  kBytes,
  // The range begins after the end of the object.
  kPastEnd,
  // The meaning depends on a HEAD of the object: send it, then interpret again.
  kNeedsHead,
  // The object does not have the requested ETag.
  kObjectReplaced,
  // The store may accept the request without x-amz-checksum-mode.
  kRetryWithoutChecksumMode,
  // The response does not match the request; `error` has the reason. Some
  // stores respond correctly to the next attempt.
  kInvalid,
  // The body of the response could not be read (HttpResponse::body_lost).
  kBodyLost,
  // The response is an error.
  kError,
};

struct RangeResult {
  RangeOutcome outcome = RangeOutcome::kError;
  // kBytes, kPastEnd, kObjectReplaced: the whole object.
  ObjectInfo object;
  // kBytes, kObjectReplaced: the number of bytes that the response should have.
  uint64_t expected = 0;
  // kNeedsHead: the response can be interpreted if the HEAD fails.
  bool head_is_optional = false;
  // kInvalid: the reason.
  const char* error = nullptr;
  // kError: another attempt may succeed.
  bool retryable = false;
};

// Interprets a response. `head` is the result of the HEAD after kNeedsHead, or
// null.
RangeResult InterpretRangeResponse(const RangeRequest& request,
                                   const HttpResponse& response,
                                   const Result<ObjectInfo>* head = nullptr);

// Returns the ETag and time in the headers of a GET or HEAD, with `size`.
ObjectInfo InfoFrom(const HttpResponse& response, uint64_t size);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_RESPONSE_H_
