// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Signs requests with AWS Signature Version 4.
//
//   HttpMessagePtr message = NewMessage("GET", "/models/half?x=y");
//   AddHeader(message.get(), "Host", "127.0.0.1:9000");
//   Status status = SignRequest(message.get(), credentials, "us-east-1");
//
// The path must be percent-encoded by UriEncode. It is signed unchanged,
// because S3 neither normalises paths nor encodes them twice. Thread-safe for
// different messages.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SIGNER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SIGNER_H_

#include <string>
#include <string_view>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_message.h"

namespace tfs3 {
namespace s3 {

// Adds the headers of the signature, with the current time. The signature
// covers the SHA-256 of `body`, so the store detects changed bytes. Does
// nothing for anonymous credentials. `express_session`: the credentials are a
// session of a directory bucket, whose token has another header.
Status SignRequest(aws_http_message* message, const Credentials& credentials,
                   const std::string& region, std::string_view body = {},
                   const std::string& service = "s3",
                   bool express_session = false);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SIGNER_H_
