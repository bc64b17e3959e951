// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The cause and the cure of refusals, for errors.cc: a code, and the text that
// follows the headline.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CURES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CURES_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"

namespace tfs3 {
namespace s3 {

// "http://127.0.0.1:9000, set by S3_ENDPOINT", or how AWS was chosen.
std::string DescribeEndpoint(const RequestContext& context);
std::string DescribeCredentials(const RequestContext& context);

// Of 400, of 403 and of any status for the reasons that S3 gives with both.
Status BadRequest(const RequestContext& context, const HttpError& error);
Status Forbidden(const RequestContext& context, const HttpError& error);
// Of 409, 412 and 501.
Status Conflict(const RequestContext& context, const HttpError& error);
Status PreconditionFailed(const RequestContext& context,
                          const HttpError& error);
Status NotImplemented(const RequestContext& context, const HttpError& error);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CURES_H_
