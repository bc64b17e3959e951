// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_UNSUPPORTED_FLAGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_UNSUPPORTED_FLAGS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tfs3 {

// A flag of some release of TensorFlow Serving that does nothing here. The
// server takes it, so that launch scripts keep working, and logs a warning if
// its value is not the default.
struct UnsupportedFlag {
  using Value = std::variant<bool, int64_t, double, std::string>;

  const char* name;
  Value default_value;
  // A sentence without its full stop: why it does nothing, and what does.
  const char* reason;
  // Whether a value other than the default is an error, as the server would be
  // less secure than the command line asks for.
  bool refused = false;
};

// All of them, of the releases 1.0 to 2.20.
const std::vector<UnsupportedFlag>& UnsupportedFlags();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_UNSUPPORTED_FLAGS_H_
