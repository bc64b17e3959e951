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

// Reads a message in protobuf's text format from a file of any file system that
// TensorFlow knows.
//
//   tensorflow::serving::SSLConfig config;
//   absl::Status status =
//       ReadTextFile("/etc/serving/ssl.txt", "server_key: \"-----BEGIN ...\"",
//                    &config);
//
// The error is one line that names the path, and the line and column of the
// first thing that is wrong; `example` is told as what the file may look like.
absl::Status ReadTextFile(const std::string& path, absl::string_view example,
                          google::protobuf::Message* message,
                          tensorflow::Env* env = tensorflow::Env::Default());

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_PROTO_TEXT_FILE_H_
