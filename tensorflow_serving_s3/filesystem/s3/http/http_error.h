// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// An error that an S3 store answered with.
//
//   const HttpError error = ErrorFrom(response);
//   if (error.code == "NoSuchBucket") ...
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_ERROR_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_ERROR_H_

#include <chrono>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/http/http_response.h"

namespace tfs3 {
namespace s3 {

// A complete HTTP response with an error status. A field is empty if the
// response does not state it.
struct HttpError {
  int status = 0;
  // <Code> and <Message> of the body. The response to a HEAD has no body.
  std::string code;
  std::string message;
  std::string bucket_region;  // From x-amz-bucket-region or the body.
  std::string endpoint;       // The host of a redirect.
  std::string request_id;
  // With RequestTimeTooSkewed: the time of the request and of the store.
  std::string request_time;
  std::string server_time;
  std::string storage_class;  // Of an archived object: "GLACIER".
  std::string retry_after;    // The value of Retry-After.
  std::string text;           // The body, if it is not an S3 error.
  bool is_cut = false;        // The body is the beginning of an S3 error.
  bool body_lost = false;     // See HttpResponse::body_lost.
};

// Parses the body of an error response: S3's XML, the variants of other stores,
// or JSON. Does not set `status` and the fields that come from headers.
HttpError ParseErrorBody(const std::string& body);

// Reads the body and the headers of a complete error response.
HttpError ErrorFrom(const HttpResponse& response);

// Parses Retry-After: a number of seconds or a point in time. Returns at most a
// day.
std::chrono::milliseconds ParseRetryAfter(const std::string& retry_after);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_ERROR_H_
