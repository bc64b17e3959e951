// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The body of a predict request, straight into the tensors that the signature
// asks for.
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
// format), and perhaps `signature_name`, as TensorFlow Serving's REST API
// describes it; json_text.h describes the text. What goes beyond that
// description:
//   - Keys may come in any order. Of a key that comes twice the first value
//     counts. Other keys are checked as text and ignored. In a row, other
//     values of an input must have the type and shape of the first.
//   - Types: float, double, half, bfloat16, the integers of 8 to 64 bits, bool,
//     string. Integers, half and bfloat16 are checked against the range of the
//     type; floating types are correctly rounded.
//   - The shape is that of the first element, whatever shape the spec has. An
//     empty list takes its missing dimensions from the spec.
//   - In columnar format, names that the signature does not have are ignored.
//     In row format they are an error.
//
// Errors: InvalidArgument with the input's name, the place of the element and
// what was expected ("JSON Parse error: ..." with a byte offset where the text
// is no JSON); Unimplemented for an input of a type that JSON cannot carry;
// errors of `inputs_of`. Thread-safe. Time and memory are linear in the size of
// the body, for bodies that are refused too.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_TENSORS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_TENSORS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"
#include "tensorflow_serving_s3/model_servers/rest/json/predict_input.h"

namespace tfs3::rest {

// Calls `inputs_of` more than once if the data come before the name of the
// signature. Refuses lists and objects that nest deeper than `max_nesting`
// levels.
absl::StatusOr<PredictInput> JsonToTensors(
    const PaddedBuffer& body, SignatureInputs inputs_of,
    int64_t max_nesting = kDefaultMaxJsonNesting);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_TENSORS_H_
