// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Translates the environment variables of docs/s3.md for tensorflow-io, which
// reads fewer of them.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_SETTINGS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_SETTINGS_H_

#include <map>
#include <optional>
#include <string>

namespace tfs3 {

// Environment variable -> value.
using Environment = std::map<std::string, std::string>;

// Environment variable -> new value; nullopt removes the variable.
using EnvironmentChanges = std::map<std::string, std::optional<std::string>>;

// Returns the changes with which tensorflow-io interprets `environment` like
// the flavour crt:
//
//   S3_ENDPOINT                     from AWS_ENDPOINT_URL_S3 or
//                                   AWS_ENDPOINT_URL; always with a scheme,
//                                   which S3_USE_HTTPS selects
//   S3_DISABLE_MULTI_PART_DOWNLOAD  1 for stores other than AWS, which answer
//                                   a HEAD with a Range with the whole length:
//                                   tensorflow-io would read too many bytes
//   S3_CA_FILE                      from AWS_CA_BUNDLE
//   AWS_DEFAULT_REGION              from AWS_REGION, which crt prefers
//   AWS_EC2_METADATA_DISABLED       "true" for 1, yes and on
//
// An empty variable counts as unset. Pure function.
EnvironmentChanges TensorflowIoSettings(const Environment& environment);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_SETTINGS_H_
