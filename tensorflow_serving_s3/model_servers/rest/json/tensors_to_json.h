// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The outputs of a model as the body of a REST answer.
//
//   absl::StatusOr<std::string> body =
//       TensorsToJson(JsonFormat::kRow, {{"y", y}});
//   // {"predictions": [3.5, 4.0, 5.5]}
//
// Follows TensorFlow Serving's REST API: in row format one output drops its
// name, several make one object a row; in columnar format ({"outputs": ...})
// one output drops its name too. Floats are written in the shortest form that
// reads back to the same value, whole ones with `.0`; NaN, Infinity and
// -Infinity stand bare. A string is written as
// {"b64": "..."} when its output's name ends in `_bytes` or when it is not
// valid UTF-8, so the answer is valid UTF-8 whatever the model returns. The
// text is spaced as Python's json module does it.
//
// Errors: InvalidArgument when rows cannot be made (a scalar, or batches of
// unequal size), naming the output; Unimplemented for a type that JSON cannot
// carry. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSORS_TO_JSON_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSORS_TO_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"

namespace tfs3::rest {

// One output under the name that the client knows it by. Refers to both; they
// must outlive it.
struct NamedOutput {
  std::string_view alias;
  const tensorflow::Tensor& tensor;
};

// The text is charged to `charge` as it grows, which may throw
// RequestMemoryExceeded; null: no charge.
//
// At least one output, or an answer without values: {"predictions": []},
// {"outputs": {}}.
absl::StatusOr<std::string> TensorsToJson(
    JsonFormat format, absl::Span<const NamedOutput> outputs,
    RequestMemory::Charge* charge = nullptr);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSORS_TO_JSON_H_
