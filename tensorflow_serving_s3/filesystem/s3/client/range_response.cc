// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/range_response.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "aws/common/error.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"

namespace tfs3 {
namespace s3 {
namespace {

// Content-Range: "bytes 0-99/1000", "bytes 0-99/*" or, for a range after the
// end of the object, "bytes */1000".
struct ContentRange {
  bool satisfied = false;
  uint64_t first = 0;
  uint64_t last = 0;
  std::optional<uint64_t> total;  // Nothing for "*".
};

std::optional<ContentRange> ParseContentRange(const std::string& text) {
  const std::string unit = "bytes ";
  const size_t slash = text.find('/');
  if (text.compare(0, unit.size(), unit) != 0 || slash == std::string::npos) {
    return std::nullopt;
  }
  ContentRange range;
  const std::string total = text.substr(slash + 1);
  range.total = ParseUnsigned(total);
  if (!range.total.has_value() && total != "*") {
    return std::nullopt;
  }
  const std::string span = text.substr(unit.size(), slash - unit.size());
  if (span == "*") {
    return range;
  }
  const size_t hyphen = span.find('-');
  if (hyphen == std::string::npos) {
    return std::nullopt;
  }
  const std::optional<uint64_t> first = ParseUnsigned(span.substr(0, hyphen));
  const std::optional<uint64_t> last = ParseUnsigned(span.substr(hyphen + 1));
  if (!first.has_value() || !last.has_value() || *first > *last ||
      (range.total.has_value() && *last >= *range.total)) {
    return std::nullopt;
  }
  range.satisfied = true;
  range.first = *first;
  range.last = *last;
  return range;
}

RangeResult Invalid(const char* why) {
  RangeResult result;
  result.outcome = RangeOutcome::kInvalid;
  result.error = why;
  return result;
}

RangeResult ErrorResponse(bool retryable) {
  RangeResult result;
  result.retryable = retryable;
  return result;
}

RangeResult NeedsHead(bool optional) {
  RangeResult result;
  result.outcome = RangeOutcome::kNeedsHead;
  result.head_is_optional = optional;
  return result;
}

RangeResult PastEnd(const ObjectInfo& object) {
  RangeResult result;
  result.outcome = RangeOutcome::kPastEnd;
  result.object = object;
  return result;
}

RangeResult ObjectBytes(const ObjectInfo& object, uint64_t expected) {
  RangeResult result;
  result.outcome = RangeOutcome::kBytes;
  result.object = object;
  result.expected = expected;
  return result;
}

// Status 416.
RangeResult InterpretUnsatisfiableRange(
    const RangeRequest& request, const std::optional<ContentRange>& range,
    const Result<ObjectInfo>* head) {
  ObjectInfo object;
  if (range.has_value() && !range->satisfied && range->total.has_value()) {
    object.size = *range->total;
  } else if (head == nullptr) {
    // rclone does not send the size of the object.
    return NeedsHead(/*optional=*/false);
  } else if (head->ok()) {
    object.size = (*head)->size;
  } else {
    return ErrorResponse(/*retryable=*/false);
  }
  return object.size > request.first ? ErrorResponse(/*retryable=*/false)
                                     : PastEnd(object);
}

// Neither 200 nor 206.
RangeResult InterpretError(const RangeRequest& request,
                           const HttpResponse& response) {
  if (request.checksum_mode && MayRefuseHeader(response)) {
    RangeResult result;
    result.outcome = RangeOutcome::kRetryWithoutChecksumMode;
    return result;
  }
  return ErrorResponse(IsRetryableResponse(response));
}

RangeResult InterpretLostBody(const RangeRequest& request,
                              const HttpResponse& response,
                              const Result<ObjectInfo>* head) {
  if (response.status == 200 && !request.resumed) {
    if (head == nullptr) {
      return NeedsHead(/*optional=*/true);
    }
    // An empty object has no body that could be lost.
    if (head->ok() && (*head)->size == 0 &&
        (request.etag.empty() || (*head)->etag == request.etag)) {
      return PastEnd(**head);
    }
  }
  RangeResult result;
  result.outcome = RangeOutcome::kBodyLost;
  return result;
}

// A response with a Content-Range or status 206.
RangeResult InterpretPart(const RangeRequest& request,
                          const HttpResponse& response,
                          const std::optional<ContentRange>& range) {
  if (!range.has_value() || !range->satisfied ||
      range->first != request.first) {
    return Invalid("the response holds another range than the requested one");
  }
  if (!range->total.has_value()) {
    return Invalid("the response does not have the size of the object");
  }
  return ObjectBytes(InfoFrom(response, *range->total),
                     std::min(request.size, *range->total - request.first));
}

// A response without a Content-Range and with status 200.
RangeResult InterpretWholeObject(const RangeRequest& request,
                                 const HttpResponse& response) {
  if (request.first != 0 || response.crt_error == AWS_ERROR_SHORT_BUFFER) {
    // SeaweedFS sometimes does this.
    return Invalid(
        "the response holds the whole object instead of the requested range");
  }
  std::optional<uint64_t> length =
      ParseUnsigned(response.Header("Content-Length"));
  if (!length.has_value()) {
    // The length is known only if the whole body was received.
    if (response.crt_error != 0) {
      return ErrorResponse(IsRetryableResponse(response));
    }
    length = response.sink_bytes;
  }
  const ObjectInfo object = InfoFrom(response, *length);
  // Only the ETag distinguishes an object from the web page of a proxy.
  if (object.etag.empty()) {
    return Invalid("the response has no ETag");
  }
  return ObjectBytes(object, *length);
}

}  // namespace

ObjectInfo InfoFrom(const HttpResponse& response, uint64_t size) {
  ObjectInfo info;
  info.size = size;
  info.etag = response.Header("ETag");
  info.mtime_nsec = ParseTime(response.Header("Last-Modified"));
  return info;
}

RangeResult InterpretRangeResponse(const RangeRequest& request,
                                   const HttpResponse& response,
                                   const Result<ObjectInfo>* head) {
  std::optional<ContentRange> range =
      ParseContentRange(response.Header("Content-Range"));
  if (response.crt_error == 0 && response.status == 416 && !request.resumed) {
    return InterpretUnsatisfiableRange(request, range, head);
  }
  if (response.status != 200 && response.status != 206) {
    return InterpretError(request, response);
  }
  if (response.body_lost) {
    return InterpretLostBody(request, response, head);
  }
  if (range.has_value() && range->satisfied && !range->total.has_value()) {
    if (head == nullptr) {
      return NeedsHead(/*optional=*/false);
    }
    // Accept the size of a HEAD that seems to describe the same object.
    if (head->ok() && (*head)->etag == response.Header("ETag") &&
        (*head)->size > range->last) {
      range->total = (*head)->size;
    }
  }
  // rclone responds with 200 to range requests too.
  RangeResult result = response.status == 206 || range.has_value()
                           ? InterpretPart(request, response, range)
                           : InterpretWholeObject(request, response);
  if (result.outcome != RangeOutcome::kBytes) {
    return result;
  }
  if (response.crt_error == AWS_ERROR_SHORT_BUFFER ||
      response.sink_bytes > result.expected) {
    // Do not use any bytes: they may not be the first bytes of the range.
    return Invalid("the response holds more bytes than its range");
  }
  // Some stores ignore If-Match.
  if (!request.etag.empty() && !result.object.etag.empty() &&
      result.object.etag != request.etag) {
    result.outcome = RangeOutcome::kObjectReplaced;
  }
  return result;
}

}  // namespace s3
}  // namespace tfs3
