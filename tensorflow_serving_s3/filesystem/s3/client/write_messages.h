// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes the XML bodies of requests and parses the XML of their responses, for
// the operations that write.
//
//   std::string body = DeleteBody({"half/1/saved_model.pb"});
//   ... DeleteObjects ...
//   Result<std::vector<DeleteFailure>> failures = ParseDeleteResult(body);
//
// The parsers return INTERNAL, with the reason, for an unexpected response.
// Pure functions, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_WRITE_MESSAGES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_WRITE_MESSAGES_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

// A key that DeleteObjects could not delete.
struct DeleteFailure {
  std::string key;
  std::string code;  // The S3 code: "AccessDenied".
  std::string message;
};

// Returns false for keys with characters that XML does not support, for example
// most control characters.
bool FitsIntoXml(const std::string& key);

// Returns the body of DeleteObjects in quiet mode, in which the response lists
// only failures. All keys must fit into XML.
std::string DeleteBody(const std::vector<std::string>& keys);
Result<std::vector<DeleteFailure>> ParseDeleteResult(const std::string& xml);

// Returns the body of CompleteMultipartUpload. `etags` are the parts' ETags,
// from part 1.
std::string CompleteBody(const std::vector<std::string>& etags);

// Parses the ID in the response to CreateMultipartUpload.
Result<std::string> ParseUploadId(const std::string& xml);

// Parses the ETag in the responses to CopyObject, UploadPartCopy and
// CompleteMultipartUpload.
Result<std::string> ParseEtag(const std::string& xml);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_WRITE_MESSAGES_H_
