// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_TESTING_FAKE_TARGET_H_
#define TENSORFLOW_SERVING_S3_SOURCES_TESTING_FAKE_TARGET_H_

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/core/target.h"

namespace tfs3 {

// Records the lists of a source of paths as lines of text. A version has a
// question mark if it is awaited and an exclamation mark if it is an error:
// "half: 4! 3? 2=fake://models/half/2".
class FakeTarget : public TargetBase<StoragePath> {
 public:
  ~FakeTarget() override { Detach(); }

  // Blocks until a line was recorded `times` times.
  void WaitFor(const std::string& line, int times = 1) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] {
      return std::count(lines_.begin(), lines_.end(), line) >= times;
    });
  }

  std::vector<std::string> lines() const {
    std::lock_guard<std::mutex> lock(mu_);
    return lines_;
  }

 protected:
  void SetAspiredVersions(
      absl::string_view name,
      std::vector<ServableData<StoragePath>> versions) override {
    std::string line = absl::StrCat(name, ":");
    for (const ServableData<StoragePath>& version : versions) {
      absl::StrAppend(&line, " ", version.id().version,
                      version.ok()           ? "=" + version.data()
                      : version.is_awaited() ? "?"
                                             : "!");
    }
    std::lock_guard<std::mutex> lock(mu_);
    lines_.push_back(line);
    changed_.notify_all();
  }

 private:
  mutable std::mutex mu_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_TESTING_FAKE_TARGET_H_
