// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Converts a failed request to a TensorFlow error code and a message that names
// the resource, the cause and the cure:
//
//   s3://models/half/: 403 AccessDenied for ListObjectsV2: Access Denied. The
//   credentials came from the profile "ci"; their policy must allow
//   s3:ListBucket on arn:aws:s3:::models
//
//   failure                                      code
//   403                                          PERMISSION_DENIED
//   KMS.*: the state of the key                  FAILED_PRECONDITION
//   encrypted with a key of the uploader (SSE-C) FAILED_PRECONDITION
//   401, expired or invalid session token        UNAUTHENTICATED
//   NoSuchBucket, NoSuchKey, 404 to a HEAD       NOT_FOUND
//   301 and the like: another region             FAILED_PRECONDITION
//   InvalidObjectState: archived                 FAILED_PRECONDITION
//   409: another object or directory of the name FAILED_PRECONDITION
//   409: a conflict with another request         UNAVAILABLE
//   412: replaced during a read or a copy        FAILED_PRECONDITION
//   NoSuchUpload: the upload was aborted         ABORTED
//   416                                          OUT_OF_RANGE
//   checksum mismatch                            DATA_LOSS
//   408, 429, 5xx, no connection, no response,
//   TLS failure, an endpoint that is not S3      UNAVAILABLE
//   501                                          UNIMPLEMENTED
//   400                                          INVALID_ARGUMENT
//
// Pure functions, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERRORS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERRORS_H_

#include <chrono>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"

namespace tfs3 {
namespace s3 {

// A request, as far as error messages describe it.
struct RequestContext {
  S3Uri uri;
  bool directory_bucket = false;
  bool requester_pays = false;
  // The encryption in the request's headers, "aws:kms"; or "".
  std::string encryption;
  std::string operation;  // The S3 name: "GetObject".
  std::string action;     // What a policy must allow: "s3:GetObject".
  Endpoint endpoint;
  std::string endpoint_source;  // "S3_ENDPOINT"; "" for AWS itself.
  std::string proxy;  // "http://proxy:3128, set by HTTPS_PROXY"; or "".
  std::string region;
  std::string region_source;       // "AWS_REGION"
  std::string credentials_source;  // "the profile \"ci\""
  bool anonymous = false;
};

Status FromHttpError(const RequestContext& context, const HttpError& error);

// `crt_error` is the reason why the last of `attempts` got no complete
// response.
Status FromTransportError(const RequestContext& context, int crt_error,
                          int attempts, std::chrono::milliseconds elapsed);

// DATA_LOSS: the bytes of two responses do not match the store's checksum, for
// example "crc32c", of the object.
Status FromWrongChecksum(const RequestContext& context,
                         const std::string& checksum);

// UNAVAILABLE: the response has a success status and is not one of S3, because
// of `problem`.
Status FromMalformedResponse(const RequestContext& context,
                             const std::string& problem);

// UNAVAILABLE: the body of a success cannot be read; see
// HttpResponse::body_lost.
Status FromLostBody(const RequestContext& context);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERRORS_H_
