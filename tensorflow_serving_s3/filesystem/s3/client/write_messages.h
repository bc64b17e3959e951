// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The XML that writing to S3 takes: bodies to send, and what answers say.
//
//   std::string body = DeleteBody({"half/1/saved_model.pb"});
//   ... DeleteObjects ...
//   Result<std::vector<UndeletedObject>> left = ParseDeleteResult(answer);
//
// Parsers fail with INTERNAL, saying what is wrong, when the answer is not what
// they read. Pure functions, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_WRITE_MESSAGES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_WRITE_MESSAGES_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

// A key that DeleteObjects could not delete.
struct UndeletedObject {
  std::string key;
  std::string code;  // As S3 calls it: "AccessDenied".
  std::string message;
};

// Whether XML can carry the key. It has no way to write most control
// characters.
bool FitsIntoXml(const std::string& key);

// The body of DeleteObjects. Asks to be told of failures only. Every key must
// fit into XML.
std::string DeleteBody(const std::vector<std::string>& keys);
Result<std::vector<UndeletedObject>> ParseDeleteResult(const std::string& xml);

// The body of CompleteMultipartUpload, of the parts' ETags from 1 on.
std::string CompleteBody(const std::vector<std::string>& etags);

// The ID out of the answer to CreateMultipartUpload.
Result<std::string> ParseUploadId(const std::string& xml);

// The ETag out of the answers to CopyObject, UploadPartCopy and
// CompleteMultipartUpload.
Result<std::string> ParseEtag(const std::string& xml);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_WRITE_MESSAGES_H_
