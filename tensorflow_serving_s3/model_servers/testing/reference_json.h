// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REFERENCE_JSON_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REFERENCE_JSON_H_

#include <optional>
#include <string>
#include <string_view>

// Parses JSON with RapidJSON, like TensorFlow Serving, for comparison in tests.
//
//   if (!DeviatesFromJson(json)) {
//     EXPECT_EQ(ParsesAsObject(json), ReferenceAccepts(json));
//   }
//
// RapidJSON uses stack for each level of nesting. Thread-safe.
namespace tfs3::rest {

// Returns true if TensorFlow Serving parses `json` as an object.
bool ReferenceAccepts(std::string_view json);

// Returns the string `key` of the object `json`; nullopt if there is none.
std::optional<std::string> ReferenceString(std::string_view json,
                                           const char* key);

// Returns true if `json` is one value of RFC 8259 in valid UTF-8.
bool IsStrictJson(std::string_view json);

// Returns true if `json` may contain a number that RapidJSON accepts because of
// its parsing errors, such as NInf and NaNe2. See json_number.h.
bool DeviatesFromJson(std::string_view json);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REFERENCE_JSON_H_
