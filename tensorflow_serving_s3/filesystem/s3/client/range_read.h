// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads one range of an object with one or more GetObject requests.
//
//   RangeRead read(&sender, &limits, {uri, 0, buffer, size, if_match}, head);
//   Result<ObjectRange> got = read.Run();
//
// Continues after a broken connection at the byte where it broke, if the object
// is unchanged. range_response.h interprets the responses. Each object runs
// once, on one thread.
//
// Does not use RequestSender::SendWithRetries: each attempt is a different
// request, with another range and buffer, and a response may be partly useful.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_READ_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_READ_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"
#include "tensorflow_serving_s3/filesystem/s3/client/range_response.h"
#include "tensorflow_serving_s3/filesystem/s3/client/request_sender.h"
#include "tensorflow_serving_s3/filesystem/s3/client/store_limits.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"
#include "tensorflow_serving_s3/filesystem/s3/http/retry.h"

namespace tfs3 {
namespace s3 {

// The arguments of Client::GetObject.
struct RangeTarget {
  S3Uri uri;
  uint64_t offset = 0;
  char* buffer = nullptr;
  size_t size = 0;
  std::string if_match;
  Cancellation* cancellation = nullptr;  // May be null.
};

class RangeRead {
 public:
  // Sends a HEAD for the object. A response without its size is an error.
  using HeadFn = std::function<Result<ObjectInfo>()>;

  // All pointers must outlive the object.
  RangeRead(RequestSender* sender, StoreLimits* limits, RangeTarget target,
            HeadFn head);

  Result<ObjectRange> Run();

 private:
  // The result of Run, or nullopt if there is another attempt.
  using AttemptResult = std::optional<Result<ObjectRange>>;

  RangeRequest NextRange() const;
  Request MakeRequest(const RangeRequest& range) const;
  // Sends a HEAD if the response requires it.
  Result<RangeResult> Interpret(const RangeRequest& range,
                                const HttpResponse& response) const;

  AttemptResult HandleResult(const RangeResult& result, HttpResponse& response);
  AttemptResult HandleBytes(const RangeResult& result, HttpResponse& response);
  AttemptResult HandleInvalid(const RangeResult& result,
                              HttpResponse& response);
  // Verifies the checksum after the last byte.
  AttemptResult Complete();
  Status Replaced(const ObjectInfo& object) const;

  bool StartNextAttempt() {
    return s3::StartNextAttempt(retry_, target_.cancellation);
  }
  bool cancelled() const;
  Status FailureOf(HttpResponse& response) const;

  RequestSender* const sender_;
  StoreLimits* const limits_;
  const RangeTarget target_;
  const HeadFn head_;

  RequestContext context_;
  std::string path_;
  Retry retry_;
  std::string etag_;  // The required ETag of the next response, or "".
  ObjectRange got_;
  // Not empty only if the range is the whole object.
  ObjectChecksum checksum_;
  int mismatches_ = 0;
  bool asks_for_checksum_;
  bool checksum_mode_refused_ = false;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_RANGE_READ_H_
