// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Classifies errors: whether another attempt may succeed, and under which
// condition.
//
//   if (IsRetryableResponse(response) && retry.WaitForNextAttempt()) continue;
//
// Pure functions, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CLASSES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CLASSES_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_response.h"

namespace tfs3 {
namespace s3 {

// Returns true if the same request may succeed when it is sent again.
bool IsRetryable(const HttpError& error);

// Returns true if the request may succeed with new credentials.
bool IsStaleToken(const HttpError& error);

// Returns true if the bucket is in another region than `region`.
bool NamesAnotherRegion(const HttpError& error, const std::string& region);

// Returns true if the same request may succeed when it is sent again.
// `crt_error` is a nonzero error code of the CRT.
bool IsRetryableTransportError(int crt_error);

// Returns true if the request did not reach the store, for example during its
// restart: the host has no address, no route or no listener, or a new
// connection was closed. The connection of the first attempt may be an old one;
// `attempts` counts the attempts.
bool IsUnreachable(int crt_error, int attempts);

bool IsTlsFailure(int crt_error);
bool IsDnsFailure(int crt_error);
bool IsClosed(int crt_error);

// Returns true if the same request may succeed when it is sent again.
bool IsRetryableResponse(const HttpResponse& response);

// Returns true if the store may accept the same request without an optional
// header that some stores do not support.
bool MayRefuseHeader(const HttpResponse& response);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CLASSES_H_
