// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes the outputs of a model as the body of a REST response.
//
//   absl::StatusOr<std::string> body =
//       TensorsToJson(JsonFormat::kRow, {{"y", y}});
//   // {"predictions": [3.5, 4.0, 5.5]}
//
// Follows TensorFlow Serving's REST API:
//   - A single output is written without its name. Several outputs become one
//     object for each row, or one object in columnar format ({"outputs": ...}).
//   - Floats have the shortest form that reads back as the same value, with
//     `.0` if they are whole. NaN, Infinity and -Infinity have no quotes.
//   - A string is written as {"b64": "..."} if the output's name ends in
//     `_bytes` or if it is not valid UTF-8. The response is always valid UTF-8.
//   - White space is that of Python's json module.
//
// Errors, with the name of the output:
//   - InvalidArgument: there are no rows, because an output is a scalar or
//     batch sizes differ.
//   - Unimplemented: JSON cannot represent the type.
//
// Thread-safe.
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

// An output and its name for the client. Both must outlive this struct.
struct NamedOutput {
  std::string_view alias;
  const tensorflow::Tensor& tensor;
};

// Writes `outputs`; without outputs, writes {"predictions": []} or
// {"outputs": {}}. Charges the memory of the text to `charge`, which may throw
// RequestMemoryExceeded. Null: no charge.
absl::StatusOr<std::string> TensorsToJson(
    JsonFormat format, absl::Span<const NamedOutput> outputs,
    RequestMemory::Charge* charge = nullptr);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSORS_TO_JSON_H_
