// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the body of a classify or regress request to Examples.
//
//   // {"signature_name": "s", "context": {"user": "u"},
//   //  "examples": [{"age": 41, "name": "Ann"}, {"age": [1, 2], ...}]}
//   absl::Status status = JsonToExamples(body, kDefaultMaxJsonNesting,
//                                        check_signature,
//                                        request->mutable_input(),
//                                        &signature_name);
//
// Follows TensorFlow Serving's REST API. A feature is a value or a list of
// values of one kind:
//   int64_list  whole numbers, true (1), false (0)
//   float_list  numbers with a fraction or an exponent, NaN, Infinity
//   bytes_list  strings, {"b64": "..."}
// An empty list is a feature without a kind. The order of keys does not matter.
// Of a repeated key, the first value is used; of a repeated feature, the last.
// Other keys are ignored, but their text is validated (json_text.h).
//
// Checks the signature before it creates Examples. If the signature cannot be
// used, keeps no Examples, but reads the whole body first: errors of the body
// take precedence.
//
// Charges the memory of the Examples to the charge of the body, which may throw
// RequestMemoryExceeded. The end of the request returns the charge.
//
// Errors:
//   - InvalidArgument with the example, the feature and the expected value, or
//     "JSON Parse error: ..." with a byte offset.
//   - The errors of `check_signature`.
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_EXAMPLES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_EXAMPLES_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

namespace tfs3::rest {

// Returns OK if the signature can be used. An empty name means the default
// signature.
using CheckSignature = absl::FunctionRef<absl::Status(absl::string_view)>;

// Sets example_list of the empty `input`, or example_list_with_context if the
// request has a context. Sets `signature_name` to an empty string if the
// request names none.
absl::Status JsonToExamples(const net::PaddedBuffer& body, int64_t max_nesting,
                            CheckSignature check_signature,
                            tensorflow::serving::Input* input,
                            std::string* signature_name);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_EXAMPLES_H_
