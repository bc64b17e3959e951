// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Requests and errors for the tests of error messages.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_ERRORS_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_ERRORS_TEST_UTIL_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"

namespace tfs3 {
namespace s3 {

// Returns a request for s3://models/half/1 at http://127.0.0.1:9000.
inline RequestContext TestContext(const std::string& operation) {
  RequestContext context;
  context.uri = *ParseUri("s3://models/half/1");
  context.operation = operation;
  context.action =
      operation == "ListObjectsV2" ? "s3:ListBucket" : "s3:GetObject";
  context.endpoint.https = false;
  context.endpoint.host = "127.0.0.1";
  context.endpoint.port = 9000;
  context.endpoint_source = "S3_ENDPOINT";
  context.region = "us-east-1";
  context.region_source = "the default";
  context.credentials_source = "the profile \"ci\"";
  return context;
}

inline HttpError TestError(int status, const std::string& code,
                           const std::string& message = "") {
  HttpError error;
  error.status = status;
  error.code = code;
  error.message = message;
  return error;
}

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_ERRORS_TEST_UTIL_H_
