// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/completeness.h"

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tensorflow/cc/saved_model/constants.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {
namespace {

constexpr absl::string_view kDataPrefix = "variables.data-";

// Returns the names in a directory; none if it does not exist, because an
// object store has no empty directories.
absl::StatusOr<std::set<std::string>> ListNames(tensorflow::Env* env,
                                                const std::string& directory) {
  std::vector<std::string> children;
  const absl::Status status = env->GetChildren(directory, &children);
  if (absl::IsNotFound(status)) {
    return std::set<std::string>();
  }
  if (!status.ok()) {
    return status;
  }
  std::set<std::string> names;
  for (absl::string_view name : children) {
    while (absl::ConsumeSuffix(&name, "/")) {
    }
    names.emplace(name);
  }
  return names;
}

absl::Status Incomplete(const StoragePath& version_path,
                        absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat(
      version_path, " is not complete: ", what,
      "; the server loads it when its upload is finished. If no upload is "
      "running, upload it again or delete it"));
}

// Returns the names of all data files of the shard counts in `names`.
std::set<std::string> ExpectedDataFiles(const std::set<std::string>& names) {
  std::set<std::string> expected;
  for (const std::string& name : names) {
    if (!absl::StartsWith(name, kDataPrefix)) {
      continue;
    }
    // "variables.data-00000-of-00002"
    const std::vector<absl::string_view> parts = absl::StrSplit(
        absl::string_view(name).substr(kDataPrefix.size()), "-of-");
    int num_shards;
    if (parts.size() != 2 || parts[0].size() != 5 || parts[1].size() != 5 ||
        !absl::SimpleAtoi(parts[1], &num_shards)) {
      continue;
    }
    for (int shard = 0; shard < num_shards; ++shard) {
      expected.insert(
          absl::StrFormat("%s%05d-of-%05d", kDataPrefix, shard, num_shards));
    }
  }
  return expected;
}

}  // namespace

absl::Status CheckSavedModelComplete(tensorflow::Env* env,
                                     const StoragePath& version_path) {
  const absl::StatusOr<std::set<std::string>> names =
      ListNames(env, version_path);
  // GetChildren of a file fails on a disk and returns nothing on an object
  // store.
  if (absl::IsFailedPrecondition(names.status()) ||
      (names.ok() && names->empty() &&
       absl::IsFailedPrecondition(env->IsDirectory(version_path)))) {
    return absl::InvalidArgumentError(
        absl::StrCat(version_path,
                     " is a file, and a version is a directory; delete it, or "
                     "give it a name that is not a number"));
  }
  if (!names.ok()) {
    return names.status();
  }
  if (names->count(tensorflow::kSavedModelFilenamePb) == 0 &&
      names->count(tensorflow::kSavedModelFilenamePbTxt) == 0 &&
      names->count(tensorflow::kSavedModelFilenameCpb) == 0) {
    return Incomplete(version_path,
                      names->empty() ? "it is empty; saved_model.pb is missing"
                                     : "saved_model.pb is missing");
  }
  if (names->count(tensorflow::kSavedModelVariablesDirectory) == 0) {
    return absl::OkStatus();
  }

  const absl::StatusOr<std::set<std::string>> variables = ListNames(
      env, tensorflow::io::JoinPath(version_path,
                                    tensorflow::kSavedModelVariablesDirectory));
  if (!variables.ok()) {
    return variables.status();
  }
  const std::set<std::string> data_files = ExpectedDataFiles(*variables);
  const bool has_index = variables->count("variables.index") > 0;
  if (!has_index && data_files.empty()) {
    return absl::OkStatus();
  }
  if (!has_index) {
    return Incomplete(version_path, "variables/variables.index is missing");
  }
  if (data_files.empty()) {
    return Incomplete(version_path, "variables/variables.data-* is missing");
  }
  for (const std::string& data_file : data_files) {
    if (variables->count(data_file) == 0) {
      return Incomplete(version_path,
                        absl::StrCat("variables/", data_file, " is missing"));
    }
  }
  return absl::OkStatus();
}

}  // namespace tfs3
