// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_ERROR_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"

// Errors in HTTP: a status code and the body {"error": "<message>"}, as in
// TensorFlow Serving's REST API. Thread-safe.
//
//   HttpStatusOf(absl::NotFoundError("no such model"))  // 404
//   ErrorBody("no such model")  // {"error": "no such model"}
namespace tfs3::net {

// Returns the HTTP status code for `status`; 200 if it is OK.
int HttpStatusOf(const absl::Status& status);

// Returns valid JSON in valid UTF-8 for any bytes in `message`. Shortens long
// messages.
std::string ErrorBody(std::string_view message);

struct HttpError {
  // An HTTP status code.
  int status = 0;
  std::string message;
};

// Returns the response for `error`, with the headers that its status needs:
// Retry-After for 429 and 503, Accept-Encoding for 415.
HttpResponse ErrorResponse(const HttpError& error);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_ERROR_H_
