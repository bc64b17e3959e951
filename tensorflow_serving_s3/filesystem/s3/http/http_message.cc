// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/http_message.h"

#include <string_view>

#include "aws/common/byte_buf.h"
#include "aws/http/request_response.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

aws_byte_cursor Cursor(std::string_view text) {
  return aws_byte_cursor_from_array(text.data(), text.size());
}

}  // namespace

void HttpMessageDeleter::operator()(aws_http_message* message) const {
  aws_http_message_release(message);
}

HttpMessagePtr NewMessage(const std::string& method, const std::string& path) {
  HttpMessagePtr message(aws_http_message_new_request(AwsRuntime::allocator()));
  aws_http_message_set_request_method(message.get(), Cursor(method));
  aws_http_message_set_request_path(message.get(), Cursor(path));
  return message;
}

void AddHeader(aws_http_message* message, const std::string& name,
               const std::string& value) {
  aws_http_header header = {};
  header.name = Cursor(name);
  header.value = Cursor(value);
  aws_http_message_add_header(message, header);
}

}  // namespace s3
}  // namespace tfs3
