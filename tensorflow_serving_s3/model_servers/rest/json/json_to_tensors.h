// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the body of a predict request to the tensors of the signature's inputs.
//
//   // absl::StatusOr<const std::vector<TensorSpec>*> Model::InputsOf(name)
//   absl::StatusOr<PredictInput> input =
//       JsonToTensors(body, [&](absl::string_view signature_name) {
//         return model.InputsOf(signature_name);
//       });
//   if (!input.ok()) return ErrorResponse(input.status());
//   Run(input->signature_name, input->tensors);  // in the order of the specs
//
// The body is an object with `instances` (row format) or `inputs` (columnar
// format) and an optional `signature_name`. For the format see TensorFlow
// Serving's REST API, for the text see json_text.h. More details:
//   - The order of keys does not matter. Of a repeated key, the first value is
//     used. Other keys are ignored, but their text is validated. If an input is
//     repeated in a row, all its values must have the type and shape of the
//     first.
//   - Types: float, double, half, bfloat16, integers of 8 to 64 bits, bool,
//     string. Integers, half and bfloat16 must be in range. Floating-point
//     numbers are correctly rounded.
//   - The first element determines the shape; the shape of the spec is ignored.
//     An empty list takes its missing dimensions from the spec.
//   - Unknown input names are ignored in columnar format, but an error in row
//     format.
//
// Errors:
//   - InvalidArgument with the name of the input, the position of the element
//     and the expected value, or "JSON Parse error: ..." with a byte offset.
//   - Unimplemented: JSON cannot represent the type of an input.
//   - The errors of `inputs_of`.
//
// Thread-safe. Time and memory are linear in the size of the body, also if the
// request is refused.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_TENSORS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_TENSORS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"
#include "tensorflow_serving_s3/model_servers/rest/json/predict_input.h"

namespace tfs3::rest {

// Calls `inputs_of` twice if `signature_name` follows the data. Refuses lists
// and objects that nest deeper than `max_nesting` levels.
absl::StatusOr<PredictInput> JsonToTensors(
    const net::PaddedBuffer& body, SignatureInputs inputs_of,
    int64_t max_nesting = kDefaultMaxJsonNesting);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_TENSORS_H_
