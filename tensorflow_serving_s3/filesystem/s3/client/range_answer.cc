// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/range_answer.h"

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

RangeAnswer Wrong(const char* why) {
  RangeAnswer answer;
  answer.verdict = RangeVerdict::kWrong;
  answer.wrong = why;
  return answer;
}

RangeAnswer Failed(bool retryable) {
  RangeAnswer answer;
  answer.retryable = retryable;
  return answer;
}

RangeAnswer AskHead(bool optional) {
  RangeAnswer answer;
  answer.verdict = RangeVerdict::kAskHead;
  answer.head_is_optional = optional;
  return answer;
}

RangeAnswer End(const ObjectInfo& object) {
  RangeAnswer answer;
  answer.verdict = RangeVerdict::kEnd;
  answer.object = object;
  return answer;
}

RangeAnswer Bytes(const ObjectInfo& object, uint64_t expected) {
  RangeAnswer answer;
  answer.verdict = RangeVerdict::kBytes;
  answer.object = object;
  answer.expected = expected;
  return answer;
}

// Status 416.
RangeAnswer JudgeNoRange(const RangeQuestion& question,
                         const std::optional<ContentRange>& range,
                         const Result<ObjectInfo>* head) {
  ObjectInfo object;
  if (range.has_value() && !range->satisfied && range->total.has_value()) {
    object.size = *range->total;
  } else if (head == nullptr) {
    // rclone does not send the size of the object.
    return AskHead(/*optional=*/false);
  } else if (head->ok()) {
    object.size = (*head)->size;
  } else {
    return Failed(/*retryable=*/false);
  }
  return object.size > question.first ? Failed(/*retryable=*/false)
                                      : End(object);
}

// Neither 200 nor 206.
RangeAnswer JudgeError(const RangeQuestion& question,
                       const HttpResponse& response) {
  if (question.checksum_mode && MayRefuseHeader(response)) {
    RangeAnswer answer;
    answer.verdict = RangeVerdict::kSendWithoutChecksumMode;
    return answer;
  }
  return Failed(IsRetryableAnswer(response));
}

RangeAnswer JudgeLostBody(const RangeQuestion& question,
                          const HttpResponse& response,
                          const Result<ObjectInfo>* head) {
  if (response.status == 200 && !question.resumed) {
    if (head == nullptr) {
      return AskHead(/*optional=*/true);
    }
    // An empty object has no body that could be lost.
    if (head->ok() && (*head)->size == 0 &&
        (question.etag.empty() || (*head)->etag == question.etag)) {
      return End(**head);
    }
  }
  RangeAnswer answer;
  answer.verdict = RangeVerdict::kLostBody;
  return answer;
}

// A response with a Content-Range or status 206.
RangeAnswer JudgePart(const RangeQuestion& question,
                      const HttpResponse& response,
                      const std::optional<ContentRange>& range) {
  if (!range.has_value() || !range->satisfied ||
      range->first != question.first) {
    return Wrong("the answer holds another range than the requested one");
  }
  if (!range->total.has_value()) {
    return Wrong("the answer does not have the size of the object");
  }
  return Bytes(InfoFrom(response, *range->total),
               std::min(question.size, *range->total - question.first));
}

// A response without a Content-Range and with status 200.
RangeAnswer JudgeWhole(const RangeQuestion& question,
                       const HttpResponse& response) {
  if (question.first != 0 || response.crt_error == AWS_ERROR_SHORT_BUFFER) {
    // SeaweedFS sometimes does this.
    return Wrong(
        "the answer holds the whole object instead of the requested range");
  }
  std::optional<uint64_t> length =
      ParseUnsigned(response.Header("Content-Length"));
  if (!length.has_value()) {
    // The length is known only if the whole body was received.
    if (response.crt_error != 0) {
      return Failed(IsRetryableAnswer(response));
    }
    length = response.sink_bytes;
  }
  const ObjectInfo object = InfoFrom(response, *length);
  // Only the ETag distinguishes an object from the web page of a proxy.
  if (object.etag.empty()) {
    return Wrong("the answer has no ETag");
  }
  return Bytes(object, *length);
}

}  // namespace

ObjectInfo InfoFrom(const HttpResponse& response, uint64_t size) {
  ObjectInfo info;
  info.size = size;
  info.etag = response.Header("ETag");
  info.mtime_nsec = ParseTime(response.Header("Last-Modified"));
  return info;
}

RangeAnswer JudgeRangeAnswer(const RangeQuestion& question,
                             const HttpResponse& response,
                             const Result<ObjectInfo>* head) {
  std::optional<ContentRange> range =
      ParseContentRange(response.Header("Content-Range"));
  if (response.crt_error == 0 && response.status == 416 && !question.resumed) {
    return JudgeNoRange(question, range, head);
  }
  if (response.status != 200 && response.status != 206) {
    return JudgeError(question, response);
  }
  if (response.body_lost) {
    return JudgeLostBody(question, response, head);
  }
  if (range.has_value() && range->satisfied && !range->total.has_value()) {
    if (head == nullptr) {
      return AskHead(/*optional=*/false);
    }
    // Accept the size of a HEAD that seems to describe the same object.
    if (head->ok() && (*head)->etag == response.Header("ETag") &&
        (*head)->size > range->last) {
      range->total = (*head)->size;
    }
  }
  // rclone responds with 200 to range requests too.
  RangeAnswer answer = response.status == 206 || range.has_value()
                           ? JudgePart(question, response, range)
                           : JudgeWhole(question, response);
  if (answer.verdict != RangeVerdict::kBytes) {
    return answer;
  }
  if (response.crt_error == AWS_ERROR_SHORT_BUFFER ||
      response.sink_bytes > answer.expected) {
    // Do not use any bytes: they may not be the first bytes of the range.
    return Wrong("the answer holds more bytes than its range");
  }
  // Some stores ignore If-Match.
  if (!question.etag.empty() && !answer.object.etag.empty() &&
      answer.object.etag != question.etag) {
    answer.verdict = RangeVerdict::kReplaced;
  }
  return answer;
}

}  // namespace s3
}  // namespace tfs3
