// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The texts and numbers of a small JSON object, by their names; those of an
// object inside it with the outer name and a dot before them.
//
//   FlattenJson("{\"a\": \"x\", \"b\": {\"c\": 1}}")   // {a: x, b.c: 1}
//
// Lists, booleans and nulls are left out. Nullopt for what is no JSON object.
// Needs AwsRuntime::Get() before. Pure.
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
