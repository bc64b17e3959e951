// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The head of an HTTP request.
//
//   HttpMessagePtr message = NewMessage("GET", "/models/half?x=y");
//   AddHeader(message.get(), "Host", "127.0.0.1:9000");
//
// The path must be percent-encoded (UriEncode in url.h). Requires a started AWS
// runtime.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_MESSAGE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_MESSAGE_H_

#include <memory>
#include <string>

struct aws_http_message;

namespace tfs3 {
namespace s3 {

struct HttpMessageDeleter {
  void operator()(aws_http_message* message) const;
};
using HttpMessagePtr = std::unique_ptr<aws_http_message, HttpMessageDeleter>;

HttpMessagePtr NewMessage(const std::string& method, const std::string& path);
void AddHeader(aws_http_message* message, const std::string& name,
               const std::string& value);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_MESSAGE_H_
