// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: JSON as TensorFlow Serving reads it, by RapidJSON.
//
//   if (!HasAccident(json)) EXPECT_EQ(ReadsAsObject(json),
//   ReferenceAccepts(json));
//
// RapidJSON takes stack for each level of nesting. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REFERENCE_JSON_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REFERENCE_JSON_H_

#include <optional>
#include <string>
#include <string_view>

namespace tfs3::rest {

// True if TensorFlow Serving takes `json` for an object.
bool ReferenceAccepts(std::string_view json);

// The string named `key` of the object `json`, as TensorFlow Serving reads it;
// nothing if there is none.
std::optional<std::string> ReferenceString(std::string_view json,
                                           const char* key);

// True if `json` is one value by RFC 8259, and valid UTF-8.
bool IsStrictJson(std::string_view json);

// True if `json` may have a number that RapidJSON reads by accident, such as
// NInf and NaNe2. See json_number.h.
bool HasAccident(std::string_view json);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REFERENCE_JSON_H_
