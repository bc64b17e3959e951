// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Gzip around a handler: what it gets is inflated, what it returns compressed.
//
//   PaddedBuffer inflated;
//   std::optional<BodyError> error =
//       InflateBody({max_bytes, max_ratio}, &request, &inflated);
//   HttpResponse response = error ? Refuse(*error) : handler(request);
//   CompressAnswer(request, min_bytes, &response);
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_CONTENT_CODING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_CONTENT_CODING_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

namespace tfs3::rest {

// Why a body cannot be used.
struct BodyError {
  // Of HTTP: 400, 413 or 415.
  int status = 0;
  std::string message;
};

// How long a body may become.
struct InflateLimits {
  // Of any body.
  uint64_t max_bytes = 0;
  // So many bytes for each compressed byte, and kFreeInflatedBytes at least; 0:
  // any number.
  uint64_t max_ratio = 0;
};

// A body may inflate to so many bytes whatever its ratio: it holds no more
// memory than one of that size that is not compressed.
inline constexpr uint64_t kFreeInflatedBytes = uint64_t{64} << 20;

// If the request says that its body is gzip, points it to `inflated`, which
// gets the body as it was before.
std::optional<BodyError> InflateBody(const InflateLimits& limits,
                                     HttpRequest* request,
                                     PaddedBuffer* inflated);

// Compresses an answer of at least `min_bytes` if the client accepts it and the
// answer gets smaller.
void CompressAnswer(const HttpRequest& request, uint64_t min_bytes,
                    HttpResponse* response);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_CONTENT_CODING_H_
