// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What an HTTP response that is no success says, as far as any request needs to
// know: the S3 error in it, and whether another attempt may help.
//
//   if (IsRetryableAnswer(response) && retry.Again()) continue;
//   return FromHttpError(context, ErrorFrom(response));
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_ANSWER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_ANSWER_H_

#include <chrono>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_response.h"

namespace tfs3 {
namespace s3 {

// The error of a complete response, from its body and its headers.
HttpError ErrorFrom(const HttpResponse& response);

// How long the store asks to be left alone, by its Retry-After: a number of
// seconds or a time.
std::chrono::milliseconds WaitAskedFor(const std::string& retry_after);

// Whether the same request may get a better answer if it is sent again.
bool IsRetryableAnswer(const HttpResponse& response);

// Whether the store may take the same request without a header that S3 knows
// and other stores need not know.
bool MayRefuseHeader(const HttpResponse& response);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_ANSWER_H_
