// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_UNSUPPORTED_FLAGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_UNSUPPORTED_FLAGS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tfs3 {

// A flag of a release of TensorFlow Serving that has no effect here. The server
// accepts it, so that launch scripts keep working, and logs a warning if its
// value is not the default.
struct UnsupportedFlag {
  using Value = std::variant<bool, int64_t, double, std::string>;

  const char* name;
  Value default_value;
  // Why the flag has no effect, and what to use instead. A sentence without the
  // period.
  const char* reason;
  // Whether a value other than the default is an error: without the flag the
  // server would be less secure than the command line demands.
  bool refused = false;
};

// Returns these flags of the releases 1.0 to 2.20.
const std::vector<UnsupportedFlag>& UnsupportedFlags();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_UNSUPPORTED_FLAGS_H_
