// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_PROTO_TEXT_FILE_H_
#define TENSORFLOW_SERVING_S3_PROTO_TEXT_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "tensorflow/core/platform/env.h"

namespace tfs3 {

// Reads a message in the text format of protobuf from a file, in any filesystem
// of TensorFlow.
//
//   tensorflow::serving::SSLConfig config;
//   absl::Status status =
//       ReadTextFile("/etc/serving/ssl.txt", "server_key: \"-----BEGIN ...\"",
//                    &config);
//
// An error is one line with the path. The error of invalid text begins in the
// same way as an error of protobuf: "Error parsing text-format TYPE:
// LINE:COLUMN: ", with the full name of the message and the place of the first
// error. It ends with `example`, an example of a valid file.
absl::Status ReadTextFile(const std::string& path, absl::string_view example,
                          google::protobuf::Message* message,
                          tensorflow::Env* env = tensorflow::Env::Default());

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_PROTO_TEXT_FILE_H_
