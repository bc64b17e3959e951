// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/custom_ops.h"

#include <memory>

#include "absl/log/absl_log.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/tf_status.h"

namespace tfs3 {
namespace {

absl::Status LoadCustomOp(const std::string& path) {
  // The linker searches the system's folders for a name without a folder.
  if (!absl::StrContains(path, '/')) {
    return absl::InvalidArgumentError(
        absl::StrCat("the custom op library \"", path,
                     "\" is not a path; give the whole path of a file"));
  }
  if (absl::StrContains(path, "://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("the custom op library ", path,
                     " is not a local file; copy it to this machine"));
  }
  const std::unique_ptr<TF_Status, void (*)(TF_Status*)> status(
      TF_NewStatus(), &TF_DeleteStatus);
  // Deletes only the list of the ops; the library stays loaded.
  const std::unique_ptr<TF_Library, void (*)(TF_Library*)> library(
      TF_LoadLibrary(path.c_str(), status.get()), &TF_DeleteLibraryHandle);
  if (library == nullptr) {
    absl::string_view cause = TF_Message(status.get());
    // The linker names the file too.
    absl::ConsumePrefix(&cause, absl::StrCat(path, ": "));
    return absl::Status(
        static_cast<absl::StatusCode>(TF_GetCode(status.get())),
        absl::StrCat("the custom op library ", path, " cannot be loaded: ",
                     cause.empty() ? "it has no ops" : cause,
                     "; it must be a shared library of ops built for "
                     "TensorFlow ",
                     TF_Version()));
  }
  ABSL_LOG(INFO) << "Loaded the custom op library " << path;
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadCustomOps(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (absl::Status status = LoadCustomOp(path); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace tfs3
