// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Flattens a small JSON object to its strings and numbers. The name of a nested
// value is "outer.inner".
//
//   FlattenJson("{\"a\": \"x\", \"b\": {\"c\": 1}}")   // {a: x, b.c: 1}
//
// Omits lists, booleans and nulls. Returns nullopt if the text is not a JSON
// object. Requires AwsRuntime::Get(). Pure.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_JSON_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_JSON_H_

#include <map>
#include <optional>
#include <string>

namespace tfs3 {
namespace s3 {

using FlatJson = std::map<std::string, std::string>;

std::optional<FlatJson> FlattenJson(const std::string& text);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_JSON_H_
