// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_VERSION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_VERSION_H_

namespace tfs3 {

// The release of this project; see CHANGELOG.md.
inline constexpr char kServerVersion[] = "0.1.0";

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_VERSION_H_
