// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/error_answer.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

namespace tfs3 {
namespace s3 {
namespace {

// A day: nobody waits as long, and it is far from the limits of a time.
constexpr uint64_t kLongestWaitAskedForInSeconds = 24 * 60 * 60;

// Where S3 refuses a request for its time, it is by more than this.
constexpr int64_t kTolerableSkewNsec = int64_t{15} * 60 * 1000 * 1000 * 1000;

std::string NowAsText() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

bool IsSkewed(const std::string& date) {
  const int64_t theirs = ParseTime(date);
  if (theirs == 0) return false;
  const int64_t ours = ParseTime(NowAsText());
  return std::abs(theirs - ours) > kTolerableSkewNsec;
}

}  // namespace

HttpError ErrorFrom(const HttpResponse& response) {
  HttpError error = ParseErrorBody(response.body);
  error.status = response.status;
  error.body_lost = response.body_lost;
  const std::string region = response.Header("x-amz-bucket-region");
  if (!region.empty()) error.bucket_region = region;
  const std::string request_id = response.Header("x-amz-request-id");
  if (!request_id.empty()) error.request_id = request_id;
  error.retry_after = response.Header("Retry-After");
  // To a HEAD it cannot be said in a body.
  const std::string date = response.Header("Date");
  if (error.status == 403 && error.code.empty() && IsSkewed(date)) {
    error.code = "RequestTimeTooSkewed";
    error.request_time = NowAsText();
    error.server_time = date;
  }
  return error;
}

std::chrono::milliseconds WaitAskedFor(const std::string& retry_after) {
  if (const std::optional<uint64_t> seconds = ParseUnsigned(retry_after)) {
    return std::chrono::seconds(
        std::min<uint64_t>(*seconds, kLongestWaitAskedForInSeconds));
  }
  const int64_t time = ParseTime(retry_after);
  const int64_t now = ParseTime(NowAsText());
  if (time <= now) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds((time - now) / 1000000);
}

bool IsRetryableAnswer(const HttpResponse& response) {
  if (response.crt_error != 0) {
    return IsRetryableTransportError(response.crt_error);
  }
  return response.status >= 400 && IsRetryable(ErrorFrom(response));
}

bool MayRefuseHeader(const HttpResponse& response) {
  if (response.crt_error != 0) return false;
  // An expired token or another region has nothing to do with the headers.
  const HttpError error = ErrorFrom(response);
  return (error.status == 400 || error.status == 501) && !IsStaleToken(error) &&
         error.bucket_region.empty();
}

}  // namespace s3
}  // namespace tfs3
