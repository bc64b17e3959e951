// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The body of a classify or regress request, straight into the Examples that
// it stands for.
//
//   // {"signature_name": "s", "context": {"user": "u"},
//   //  "examples": [{"age": 41, "name": "Ann"}, {"age": [1, 2], ...}]}
//   absl::Status status = JsonToExamples(body, kDefaultMaxJsonNesting,
//                                        request->mutable_input(),
//                                        &signature_name);
//
// Follows TensorFlow Serving's REST API. A feature is a value or a list of
// values of one kind:
//   whole numbers, true (1) and false (0)  int64_list
//   numbers with a fraction or an exponent, NaN, Infinity  float_list
//   strings, {"b64": "..."}  bytes_list
// An empty list is a feature without a kind. Keys may come in any order. Of a
// key that comes twice the first value counts, of a feature the last. Other
// keys are checked as text and ignored. json_text.h describes the text.
//
// Errors: InvalidArgument with the example, the feature and what was expected
// ("JSON Parse error: ..." with a byte offset where the text is no JSON).
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TO_EXAMPLES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TO_EXAMPLES_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving_s3/model_servers/rest/padded_buffer.h"

namespace tfs3::rest {

// Fills `input`, which is empty and may be on an arena: example_list, or
// example_list_with_context when the request has a context. `signature_name`
// is empty afterwards when the request names none.
absl::Status JsonToExamples(const PaddedBuffer& body, int64_t max_nesting,
                            tensorflow::serving::Input* input,
                            std::string* signature_name);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TO_EXAMPLES_H_
