// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// From what went wrong on the wire to a TensorFlow error code and a message
// that names the resource, the cause and the cure:
//
//   s3://models/half/: 403 AccessDenied for ListObjectsV2: Access Denied. The
//   credentials came from the profile "ci"; their policy must allow
//   s3:ListBucket on arn:aws:s3:::models
//
//   what                                         code
//   403                                          PERMISSION_DENIED
//   KMS.*: the state of the key                  FAILED_PRECONDITION
//   encrypted with a key of the uploader (SSE-C) FAILED_PRECONDITION
//   401, expired or invalid session token        UNAUTHENTICATED
//   NoSuchBucket, NoSuchKey, 404 to a HEAD       NOT_FOUND
//   301 and the like: another region             FAILED_PRECONDITION
//   InvalidObjectState: archived, to be restored FAILED_PRECONDITION
//   409: something else has that name            FAILED_PRECONDITION
//   409: a conflict with another request         UNAVAILABLE
//   412: replaced while it is read or copied     FAILED_PRECONDITION
//   NoSuchUpload: the upload was ended           ABORTED
//   416                                          OUT_OF_RANGE
//   another checksum than the store has          DATA_LOSS
//   408, 429, 5xx, no connection, no answer,
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

namespace tfs3 {
namespace s3 {

// What was asked, of whom, in whose name.
struct RequestContext {
  S3Uri uri;
  bool directory_bucket = false;
  bool requester_pays = false;
  // The encryption that the request asks for, "aws:kms"; or "".
  std::string encryption;
  std::string operation;  // As S3 calls it: "GetObject".
  std::string action;     // What a policy must allow: "s3:GetObject".
  Endpoint endpoint;
  std::string endpoint_source;  // "S3_ENDPOINT"; "" for AWS itself.
  std::string proxy;  // "http://proxy:3128, set by HTTPS_PROXY"; or "".
  std::string region;
  std::string region_source;       // "AWS_REGION"
  std::string credentials_source;  // "the profile \"ci\""
  bool anonymous = false;
};

// A complete HTTP answer that is an error.
struct HttpError {
  int status = 0;
  // The <Code> and <Message> of the body; "" where there was no S3 error in it,
  // as always after a HEAD.
  std::string code;
  std::string message;
  std::string bucket_region;  // From x-amz-bucket-region or the body.
  std::string endpoint;       // The host that a redirect leads to.
  std::string request_id;
  // Where the clocks differ by too much: what each says.
  std::string request_time;
  std::string server_time;
  std::string storage_class;  // Of an object that is archived: "GLACIER".
  // From Retry-After: how many seconds the store asks to be left alone; "".
  std::string retry_after;
  std::string text;  // The body, when it was not an S3 error.
  // It began like one and broke off.
  bool is_cut = false;
  // The body could not be read (HttpResponse::body_lost): the status is all
  // that is known, as after a HEAD.
  bool body_lost = false;
};

// Reads an error body; status and header values are the caller's to fill in.
HttpError ParseErrorBody(const std::string& body);

// Whether the same request may succeed if it is sent again.
bool IsRetryable(const HttpError& error);
// Whether it may succeed with credentials that are fetched anew.
bool IsStaleToken(const HttpError& error);
// Whether it may succeed in the region where the bucket is.
bool NamesAnotherRegion(const RequestContext& context, const HttpError& error);
// The same for a `crt_error`, a nonzero error code of the CRT.
bool IsRetryableTransportError(int crt_error);
// Whether nobody was reached who could have answered, as while a store starts
// anew: the connection was refused, or there was no way there, or it was closed
// in one of the `attempts` after the first, whose connection may be an old one.
bool IsUnreachable(int crt_error, int attempts);

Status FromHttpError(const RequestContext& context, const HttpError& error);

// `crt_error` is why the last of `attempts` got no complete answer.
Status FromTransportError(const RequestContext& context, int crt_error,
                          int attempts, std::chrono::milliseconds elapsed);

// The bytes that came, twice, are not those of the checksum ("crc32c") that the
// store has of the object: DATA_LOSS.
Status FromWrongChecksum(const RequestContext& context,
                         const std::string& checksum);

// The endpoint answered 200, with something else than S3 would: `what`.
Status FromMalformedAnswer(const RequestContext& context,
                           const std::string& what);

// The endpoint answered 200 or 206 with a body that has no length, so that it
// cannot be read (HttpResponse::body_lost): UNAVAILABLE.
Status FromLostBody(const RequestContext& context);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ERRORS_H_
