// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the answer to a GetObject of a range means. The rules of the protocol
// and of the stores that deviate from it are here; requests, attempts and
// checksums are in range_read.h.
//
//   RangeQuestion question;
//   question.first = 0;
//   question.size = 100;
//   RangeAnswer answer = JudgeRangeAnswer(question, response);
//   if (answer.verdict == RangeVerdict::kBytes) Use(response.sink_bytes);
//
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_ANSWER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_ANSWER_H_

#include <cstdint>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"

namespace tfs3 {
namespace s3 {

struct RangeQuestion {
  uint64_t first = 0;  // The first byte that is asked for.
  uint64_t size = 0;   // Bytes that are asked for, at least 1.
  // Whether earlier answers brought the bytes before `first`.
  bool resumed = false;
  std::string etag;            // Sent as If-Match; "" for any object.
  bool checksum_mode = false;  // Whether x-amz-checksum-mode was sent.
};

enum class RangeVerdict {
  // The response has the next bytes of the object. If it has fewer than
  // `expected`, it was cut short.
  kBytes,
  // The object ends before the range begins.
  kEnd,
  // Only a HEAD of the object can tell: ask for one, then judge again with it.
  kAskHead,
  // The object has another ETag than the one that was asked for.
  kReplaced,
  // The store may take the request without x-amz-checksum-mode.
  kSendWithoutChecksumMode,
  // The response is no answer to the question: `wrong`. Stores have been seen
  // to answer correctly at the next attempt.
  kWrong,
  // The same, of a response whose body could not be read.
  kLostBody,
  // The response is an error.
  kFailed,
};

struct RangeAnswer {
  RangeVerdict verdict = RangeVerdict::kFailed;
  // kBytes, kEnd, kReplaced: the whole object.
  ObjectInfo object;
  // kBytes, kReplaced: the bytes that the response should have.
  uint64_t expected = 0;
  // kAskHead: whether the response can be judged if the HEAD fails.
  bool head_is_optional = false;
  // kWrong: why.
  const char* wrong = nullptr;
  // kFailed: whether another attempt may help.
  bool retryable = false;
};

// `head` is the answer to the HEAD that an earlier call has asked for, with the
// size of the object; null for the first call.
RangeAnswer JudgeRangeAnswer(const RangeQuestion& question,
                             const HttpResponse& response,
                             const Result<ObjectInfo>* head = nullptr);

// The ETag and the time of an object of `size` bytes, from the headers of its
// GET or HEAD.
ObjectInfo InfoFrom(const HttpResponse& response, uint64_t size);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_ANSWER_H_
