// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"

#include <cmath>
#include <memory>

#include "aws/common/byte_buf.h"
#include "aws/common/error.h"
#include "aws/common/json.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

struct Visit {
  std::string prefix;
  FlatJson* flat;
};

std::string Text(aws_byte_cursor cursor) {
  return std::string(reinterpret_cast<const char*>(cursor.ptr), cursor.len);
}

int OnMember(const aws_byte_cursor* key, const aws_json_value* value, bool*,
             void* user_data) {
  const Visit& visit = *static_cast<const Visit*>(user_data);
  const std::string name = visit.prefix + Text(*key);
  aws_byte_cursor text = {};
  double number = 0;
  if (aws_json_value_is_string(value) &&
      aws_json_value_get_string(value, &text) == AWS_OP_SUCCESS) {
    (*visit.flat)[name] = Text(text);
  } else if (aws_json_value_is_number(value) &&
             aws_json_value_get_number(value, &number) == AWS_OP_SUCCESS &&
             std::abs(number) < 9e15) {
    (*visit.flat)[name] = std::to_string(static_cast<long long>(number));
  } else if (aws_json_value_is_object(value)) {
    Visit inner = {name + ".", visit.flat};
    aws_json_const_iterate_object(value, OnMember, &inner);
  }
  return AWS_OP_SUCCESS;
}

}  // namespace

std::optional<FlatJson> FlattenJson(const std::string& text) {
  const std::unique_ptr<aws_json_value, void (*)(aws_json_value*)> root(
      aws_json_value_new_from_string(
          AwsRuntime::allocator(),
          aws_byte_cursor_from_array(text.data(), text.size())),
      aws_json_value_destroy);
  if (root == nullptr || !aws_json_value_is_object(root.get())) {
    return std::nullopt;
  }
  FlatJson flat;
  Visit visit = {"", &flat};
  aws_json_const_iterate_object(root.get(), OnMember, &visit);
  return flat;
}

}  // namespace s3
}  // namespace tfs3
