// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/run_error.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace tfs3 {
namespace {

// Removes the names of nodes: "[[...]]" on a separate line or at the end of the
// line.
absl::string_view WithoutNodes(absl::string_view line) {
  return absl::StripAsciiWhitespace(line.substr(0, line.find("[[")));
}

// Returns "text" for "(0) INVALID_ARGUMENT: text", the first of several errors.
absl::string_view WithoutBullet(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "(0) ")) {
    return line;
  }
  const size_t colon = line.find(": ");
  return colon == absl::string_view::npos ? line : line.substr(colon + 2);
}

// Returns whether the line announces or locates an error without the cause.
bool IsFrame(absl::string_view line) {
  return line.empty() || absl::EndsWith(line, "root error(s) found.") ||
         line == "Graph execution error:" ||
         absl::StartsWith(line, "Detected at node") ||
         absl::StartsWith(line, "Traceback (most recent call last)") ||
         absl::StartsWith(line, "File \"");
}

}  // namespace

std::string FirstMeaningfulLine(absl::string_view message) {
  for (absl::string_view line : absl::StrSplit(message, '\n')) {
    line = WithoutBullet(WithoutNodes(absl::StripAsciiWhitespace(line)));
    if (!IsFrame(line)) {
      return std::string(line);
    }
  }
  return "TensorFlow gave no reason";
}

absl::Status CleanRunError(const absl::Status& status) {
  if (status.ok()) {
    return status;
  }
  return absl::Status(status.code(), FirstMeaningfulLine(status.message()));
}

}  // namespace tfs3
