// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// AWS Signature Version 4 for S3 requests.
//
//   HttpMessagePtr message = NewMessage("GET", "/models/half?x=y");
//   AddHeader(message.get(), "Host", "127.0.0.1:9000");
//   Status status = SignRequest(message.get(), credentials, "us-east-1");
//
// The path must be percent-encoded already, as UriEncode does it; it is signed
// as it stands (S3 neither normalises paths nor encodes them twice).
// Thread-safe for different messages.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SIGNER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SIGNER_H_

#include <string>
#include <string_view>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_message.h"

namespace tfs3 {
namespace s3 {

// Adds the headers of the signature, with the present time. It covers `body`,
// by its SHA-256: the store refuses one that was changed on its way. Anonymous
// credentials add nothing. With `express_session`, the credentials are those of
// a session of a directory bucket, whose token has a header of its own.
Status SignRequest(aws_http_message* message, const Credentials& credentials,
                   const std::string& region, std::string_view body = {},
                   const std::string& service = "s3",
                   bool express_session = false);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SIGNER_H_
