// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_C_API_C_TYPES_H_
#define TENSORFLOW_SERVING_S3_C_API_C_TYPES_H_

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/c_api/tfs3.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"
#include "tensorflow_serving_s3/sources/pushed_storage_path_source.h"

// The objects behind the pointers of tfs3.h.

struct tfs3_error {
  int32_t code;
  std::string message;
};

struct tfs3_text {
  std::string text;
};

struct tfs3_source {
  std::unique_ptr<tfs3::Source<tfs3::StoragePath>> source;
  // One of these is `source`, or both are null.
  tfs3::PushedStoragePathSource* pushed = nullptr;
  tfs3::FileSystemStoragePathSource* polled = nullptr;
  // The servables of `polled`.
  std::vector<std::string> polled_names;

  std::mutex mu;
  bool connected = false;  // Guarded by mu.
};

namespace tfs3::c_api {

// Returns null for OK.
inline tfs3_error* ErrorOf(const absl::Status& status) {
  if (status.ok()) {
    return nullptr;
  }
  return new tfs3_error{static_cast<int32_t>(status.code()),
                        std::string(status.message())};
}

// Calls `function`, which returns a Status, and turns exceptions into errors.
template <typename Function>
tfs3_error* Try(Function function) {
  try {
    return ErrorOf(function());
  } catch (const std::bad_alloc&) {
    return ErrorOf(absl::ResourceExhaustedError("There is not enough memory"));
  } catch (const std::system_error& error) {
    // std::thread throws this.
    return ErrorOf(absl::ResourceExhaustedError(absl::StrCat(
        "Cannot start a thread: ", error.what(),
        "; raise the limit of threads (ulimit -u, or pids.max of the "
        "container)")));
  } catch (const std::exception& error) {
    return ErrorOf(absl::InternalError(error.what()));
  }
}

// Reserves the only connection of a source.
absl::Status ClaimConnection(tfs3_source* source);

// Returns the problems of a source, see CustomSource.
std::map<std::string, std::string> ProblemsOf(const tfs3_source& source);

}  // namespace tfs3::c_api

#endif  // TENSORFLOW_SERVING_S3_C_API_C_TYPES_H_
