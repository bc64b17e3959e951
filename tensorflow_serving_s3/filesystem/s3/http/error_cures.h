// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Explains refused requests, for errors.cc: the error code, the cause and the
// cure.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CURES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CURES_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"

namespace tfs3 {
namespace s3 {

// Returns "http://127.0.0.1:9000, set by S3_ENDPOINT", or the endpoint of AWS
// with the source of its region.
std::string DescribeEndpoint(const RequestContext& context);
std::string DescribeCredentials(const RequestContext& context);

Status BadRequest(const RequestContext& context, const HttpError& error);
Status Forbidden(const RequestContext& context, const HttpError& error);
Status Conflict(const RequestContext& context, const HttpError& error);
Status PreconditionFailed(const RequestContext& context,
                          const HttpError& error);
Status NotImplemented(const RequestContext& context, const HttpError& error);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERROR_CURES_H_
