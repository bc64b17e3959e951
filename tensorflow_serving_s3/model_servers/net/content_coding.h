// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_CONTENT_CODING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_CONTENT_CODING_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

// Content codings of HTTP (RFC 9110, 8.4): gzip for requests and responses.
//
//   PaddedBuffer inflated;
//   std::optional<HttpError> error = InflateBody(limits, &request, &inflated);
//   HttpResponse response = error ? ErrorResponse(*error) : handler(request);
//   CompressResponse(request, min_bytes, &response);
//
// Thread-safe.
namespace tfs3::net {

// Inflates the body of a request that has Content-Encoding: gzip into
// `inflated`, and sets request->body to `inflated`. Returns an error (400, 413
// or 415) if that is not possible.
std::optional<HttpError> InflateBody(const InflateLimits& limits,
                                     HttpRequest* request,
                                     PaddedBuffer* inflated);

// Compresses a response of at least `min_bytes` if the client accepts gzip and
// it makes the response smaller.
void CompressResponse(const HttpRequest& request, uint64_t min_bytes,
                      HttpResponse* response);

// Returns true if the value of an Accept-Encoding header allows gzip.
bool AcceptsGzip(std::string_view accept_encoding);

enum class ContentCoding : uint8_t {
  kIdentity,
  kGzip,
  // Another coding, or several codings.
  kOther,
};

// Parses the value of a Content-Encoding header.
ContentCoding ContentCodingOf(std::string_view content_encoding);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_CONTENT_CODING_H_
