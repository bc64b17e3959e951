// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/custom_servable/hashmap_source_adapter.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/simple_loader.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace custom_servable {
namespace {

std::string TablePath(const tfs3::StoragePath& version_path) {
  return tensorflow::io::JoinPath(version_path, kTableFile);
}

// Reads and parses a file. Errors name the file.
absl::StatusOr<std::unique_ptr<Hashmap>> ReadTable(tensorflow::Env* env,
                                                   const std::string& file) {
  std::string text;
  const absl::Status read = tensorflow::ReadFileToString(env, file, &text);
  if (!read.ok()) {
    return read;
  }
  absl::StatusOr<Hashmap> table = ParseTable(text);
  if (!table.ok()) {
    return absl::Status(table.status().code(),
                        absl::StrCat(file, ": ", table.status().message()));
  }
  return std::make_unique<Hashmap>(*std::move(table));
}

}  // namespace

absl::StatusOr<Hashmap> ParseTable(absl::string_view text) {
  Hashmap table;
  size_t line_number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    absl::ConsumeSuffix(&line, "\r");
    if (line.empty()) {
      continue;
    }
    const size_t tab = line.find('\t');
    if (tab == 0 || tab == absl::string_view::npos ||
        line.find('\t', tab + 1) != absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", line_number, ": \"", line,
          "\" is not a key, one tab and a value; correct it, and upload the "
          "table as a new version"));
    }
    const absl::string_view key = line.substr(0, tab);
    const bool is_new = table.emplace(key, line.substr(tab + 1)).second;
    if (!is_new) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", line_number, ": the key \"", key,
          "\" is on an earlier line too; remove one of them, and upload the "
          "table as a new version"));
    }
  }
  return table;
}

absl::Status CheckTableComplete(tensorflow::Env* env,
                                const tfs3::StoragePath& version_path) {
  const absl::Status status = env->FileExists(TablePath(version_path));
  if (!absl::IsNotFound(status)) {
    return status;
  }
  return absl::FailedPreconditionError(
      absl::StrCat(version_path, " is not complete: ", kTableFile,
                   " is missing; upload it, or delete the folder"));
}

absl::StatusOr<std::unique_ptr<tfs3::Loader>> HashmapSourceAdapter::Convert(
    const tfs3::StoragePath& path) {
  return std::make_unique<tfs3::SimpleLoader<Hashmap>>(
      [env = env_, file = TablePath(path)](const tfs3::LoadContext&) {
        return ReadTable(env, file);
      });
}

}  // namespace custom_servable
