// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Prepares the log before main, in programs that link this library
// (alwayslink). A shared library cannot have a .preinit_array.

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/base/stderr_lines.h"

namespace tfs3 {
namespace {

// Returns whether the arguments contain --log_format=json.
bool AskForJson(char** arguments) {
  bool json = false;
  bool is_value = false;
  for (; *arguments != nullptr; ++arguments) {
    absl::string_view argument = *arguments;
    if (is_value) {
      json = argument == "json";
      is_value = false;
      continue;
    }
    if (!absl::ConsumePrefix(&argument, "-")) {
      continue;
    }
    absl::ConsumePrefix(&argument, "-");
    if (!absl::ConsumePrefix(&argument, "log_format")) {
      continue;
    }
    if (argument.empty()) {
      is_value = true;
    } else if (argument[0] == '=') {
      json = argument == "=json";
    }
  }
  return json;
}

// Filters the log of TensorFlow's libraries, which begin to log before main.
// Functions in .preinit_array run before the initialisers of all libraries and
// of this program, and before getenv works. So this function reads
// `environment` and stores only numbers.
void PrepareForLibraries(int, char** arguments, char** environment) {
  absl::LogSeverityAtLeast level = absl::LogSeverityAtLeast::kWarning;
  for (; *environment != nullptr; ++environment) {
    absl::string_view variable = *environment;
    if (absl::ConsumePrefix(&variable, "TF_CPP_MIN_LOG_LEVEL=")) {
      level = ParseMinLogLevel(variable);
    }
  }
  absl::log_internal::RawSetMinLogLevel(level);
  if (AskForJson(arguments)) {
    RedirectStderr();
  }
}

__attribute__((section(".preinit_array"),
               used)) void (*const prepare_for_libraries)(int, char**, char**) =
    &PrepareForLibraries;

}  // namespace
}  // namespace tfs3
