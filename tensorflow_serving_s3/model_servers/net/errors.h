// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// How a status looks to a REST client: an HTTP status code and the body
// {"error": "<message>"}.
//
//   HttpStatusOf(absl::NotFoundError("no such model"))  // 404
//   ErrorBody("no such model")  // {"error": "no such model"}
//
// Follows TensorFlow Serving's REST API. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_ERRORS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_ERRORS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tfs3::rest {

// The HTTP status code of `status`; 200 when it is OK.
int HttpStatusOf(const absl::Status& status);

// Valid JSON in valid UTF-8, whatever bytes `message` holds.
std::string ErrorBody(std::string_view message);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_ERRORS_H_
