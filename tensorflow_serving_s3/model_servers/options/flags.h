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

// A command-line flag and the variable that gets its value. The value of the
// variable before parsing is the default.
//
//   int64_t port = 8500;
//   bool verbose = false;
//   std::vector<FlagGroup> groups = {
//       {"Network", {{"port", &port, "TCP port to listen on.", 0, 65535}}},
//       {"Logs", {{"verbose", &verbose, "Log details."}}}};
//   absl::Status status = ParseFlags(groups, arguments);
struct Flag {
  std::string name;
  std::variant<bool*, int64_t*, double*, std::string*> value;
  // Sentences for --help.
  std::string help;
  // The inclusive range of a whole number.
  int64_t min = INT64_MIN;
  int64_t max = INT64_MAX;
  // The value of a string flag without one: "--name" or "--name=". Another
  // value must follow an equals sign. Empty: the flag needs a value.
  std::string value_if_alone;
};

// Flags about one subject; a section of --help.
struct FlagGroup {
  std::string title;
  std::vector<Flag> flags;
};

// Sets the variables of `groups` from the arguments of a command line:
//
//  - Any flag: --name=value or --name value, with one dash or two.
//  - A bool flag also: --name. Its values are true, false, 1 and 0.
//  - A flag with value_if_alone: --name=value or --name, not --name value.
//  - The last of several values for a flag counts.
//  - Empty arguments, and "--" at the end, are ignored.
//
// Returns INVALID_ARGUMENT for
//
//  - an unknown flag; the message suggests the flag with the closest spelling
//  - a missing or invalid value, or a number out of range
//  - an argument that is not a flag
//
// The status describes the first error; ParseFlags still parses the arguments
// after it.
absl::Status ParseFlags(const std::vector<FlagGroup>& groups,
                        absl::Span<const char* const> arguments);

// Returns the text for --help: the groups and their flags with defaults and
// help, in 80 columns. Call it before ParseFlags, while the variables hold the
// defaults.
std::string FlagsHelp(const std::vector<FlagGroup>& groups);

// Returns `status` with " (--flag)" after its message. The flag comes last
// because scripts match the beginning of parse errors.
absl::Status WithFlag(absl::string_view flag, const absl::Status& status);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_FLAGS_H_
