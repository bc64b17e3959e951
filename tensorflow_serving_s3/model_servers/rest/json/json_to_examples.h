// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The body of a classify or regress request, straight into the Examples that
// it stands for.
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
//   whole numbers, true (1) and false (0)  int64_list
//   numbers with a fraction or an exponent, NaN, Infinity  float_list
//   strings, {"b64": "..."}  bytes_list
// An empty list is a feature without a kind. Keys may come in any order. Of a
// key that comes twice the first value counts, of a feature the last. Other
// keys are checked as text and ignored. json_text.h describes the text.
//
// The signature is checked before Examples are made: for one that cannot be
// used the body is read to its end for its own faults, which come first, and no
// Examples are kept.
//
// What the Examples take is charged to the charge of the body as they grow;
// that throws RequestMemoryExceeded. It is returned when the request ends.
//
// Errors: InvalidArgument with the example, the feature and what was expected
// ("JSON Parse error: ..." with a byte offset where the text is no JSON);
// those of `check_signature`. Thread-safe.
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

// Whether the signature of that name, empty for the default one, can be used.
using CheckSignature = absl::FunctionRef<absl::Status(absl::string_view)>;

// Fills `input`, which is empty and may be on an arena: example_list, or
// example_list_with_context when the request has a context. `signature_name`
// is empty afterwards when the request names none.
absl::Status JsonToExamples(const PaddedBuffer& body, int64_t max_nesting,
                            CheckSignature check_signature,
                            tensorflow::serving::Input* input,
                            std::string* signature_name);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TO_EXAMPLES_H_
