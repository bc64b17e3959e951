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
// describes it. What goes beyond that description:
//   - Keys may come in any order; a key that means something may not come
//     twice; other keys are skipped unread.
//   - Types: float, double, half, bfloat16, the integers of 8 to 64 bits, bool,
//     string. Numbers are checked against the range of the type, float and
//     double are correctly rounded; NaN, Infinity and -Infinity stand bare.
//   - The shape is that of the first element. It is not held against the shape
//     in the spec: whether a tensor of another shape is welcome is the model's
//     to say. An empty list takes its missing dimensions from the spec.
//   - An input named in the request that the signature does not have is an
//     error.
//
// Errors: InvalidArgument with the input's name, the place of the element and
// what was expected ("JSON Parse error: ..." with a byte offset where the text
// is no JSON); Unimplemented for an input of a type that JSON cannot carry;
// whatever `inputs_of` returns. Thread-safe. Time and memory are linear in the
// size of the body, for bodies that are refused too.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TO_TENSORS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TO_TENSORS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/rest/json_nesting.h"
#include "tensorflow_serving_s3/model_servers/rest/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/predict_input.h"

namespace tfs3::rest {

// `inputs_of` is asked at most twice: for the default signature when the data
// come before the signature's name. Lists and objects that nest deeper than
// `max_nesting` levels are refused before anything is parsed.
absl::StatusOr<PredictInput> JsonToTensors(
    const PaddedBuffer& body, SignatureInputs inputs_of,
    int64_t max_nesting = kDefaultMaxJsonNesting);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TO_TENSORS_H_
