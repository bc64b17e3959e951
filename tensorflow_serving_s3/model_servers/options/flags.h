// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_FLAGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_FLAGS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tfs3 {

// One flag of a command line and the variable that gets its value. What the
// variable holds before parsing is the default.
//
//   int64_t port = 8500;
//   bool verbose = false;
//   std::vector<FlagGroup> groups = {
//       {"Network", {{"port", &port, "TCP port to listen on.", 0, 65535}}},
//       {"Logs", {{"verbose", &verbose, "Say more."}}}};
//   absl::Status status = ParseFlags(groups, arguments);
struct Flag {
  std::string name;
  std::variant<bool*, int64_t*, double*, std::string*> value;
  // Whole sentences; --help prints them.
  std::string help;
  // The range of a whole number, both ends included.
  int64_t min = INT64_MIN;
  int64_t max = INT64_MAX;
};

// Flags about one thing.
struct FlagGroup {
  std::string title;
  std::vector<Flag> flags;
};

// Sets the variables of all flags from arguments of the forms --name=value and
// --name value, and for a bool --name, --name=true, --name true and the same
// with false, 1 or 0. One dash does as well as two. A flag that comes twice has
// its last value. Empty arguments, and "--" at the end, are skipped.
//
// INVALID_ARGUMENT for an unknown flag (naming the flag with the most similar
// spelling), a value that is none or out of range, or an argument that is no
// flag. The status is about the first error; the arguments after it are parsed
// all the same.
absl::Status ParseFlags(const std::vector<FlagGroup>& groups,
                        absl::Span<const char* const> arguments);

// The groups and their flags with defaults and help, for a terminal of 80
// columns. Call it before ParseFlags, while the variables hold the defaults.
std::string FlagsHelp(const std::vector<FlagGroup>& groups);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_FLAGS_H_
