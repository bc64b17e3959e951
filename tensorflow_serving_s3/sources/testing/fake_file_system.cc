// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/testing/fake_file_system.h"

#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/null_file_system.h"

namespace tfs3 {
namespace {

struct Contents {
  std::mutex mu;
  std::set<std::string> files;
  std::map<std::string, absl::Status> errors;
  std::map<std::string, std::function<void()>> hooks;
  std::vector<std::string> listings;
};

Contents& GetContents() {
  static Contents* const contents = new Contents;
  return *contents;
}

class ListingFileSystem : public tensorflow::NullFileSystem {
 public:
  using tensorflow::NullFileSystem::GetChildren;

  absl::Status GetChildren(const std::string& directory,
                           tensorflow::TransactionToken* /*token*/,
                           std::vector<std::string>* result) override {
    Contents& contents = GetContents();
    std::function<void()> hook;
    {
      std::lock_guard<std::mutex> lock(contents.mu);
      contents.listings.push_back(directory);
      const auto found = contents.hooks.find(directory);
      if (found != contents.hooks.end()) {
        hook = found->second;
      }
    }
    if (hook) {
      hook();
    }
    std::lock_guard<std::mutex> lock(contents.mu);
    const auto error = contents.errors.find(directory);
    if (error != contents.errors.end() && !error->second.ok()) {
      return error->second;
    }
    const std::string prefix = absl::StrCat(directory, "/");
    std::set<std::string> names;
    for (const std::string& file : contents.files) {
      if (!absl::StartsWith(file, prefix)) {
        continue;
      }
      const std::string rest = file.substr(prefix.size());
      const size_t slash = rest.find('/');
      names.insert(slash == std::string::npos ? rest
                                              : rest.substr(0, slash + 1));
    }
    if (names.empty()) {
      return absl::NotFoundError(absl::StrCat(directory, " does not exist"));
    }
    result->assign(names.begin(), names.end());
    return absl::OkStatus();
  }
};

REGISTER_FILE_SYSTEM("fake", ListingFileSystem);

}  // namespace

void FakeFileSystem::Reset() {
  Contents& contents = GetContents();
  std::lock_guard<std::mutex> lock(contents.mu);
  contents.files.clear();
  contents.errors.clear();
  contents.hooks.clear();
  contents.listings.clear();
}

void FakeFileSystem::Add(const std::string& file) {
  Contents& contents = GetContents();
  std::lock_guard<std::mutex> lock(contents.mu);
  contents.files.insert(file);
}

void FakeFileSystem::Remove(const std::string& path) {
  Contents& contents = GetContents();
  std::lock_guard<std::mutex> lock(contents.mu);
  for (auto it = contents.files.begin(); it != contents.files.end();) {
    const bool gone = *it == path || absl::StartsWith(*it, path + "/");
    it = gone ? contents.files.erase(it) : std::next(it);
  }
}

void FakeFileSystem::Fail(const std::string& directory,
                          const absl::Status& error) {
  Contents& contents = GetContents();
  std::lock_guard<std::mutex> lock(contents.mu);
  contents.errors[directory] = error;
}

void FakeFileSystem::OnListing(const std::string& directory,
                               std::function<void()> hook) {
  Contents& contents = GetContents();
  std::lock_guard<std::mutex> lock(contents.mu);
  contents.hooks[directory] = std::move(hook);
}

std::vector<std::string> FakeFileSystem::TakeListings() {
  Contents& contents = GetContents();
  std::lock_guard<std::mutex> lock(contents.mu);
  return std::exchange(contents.listings, {});
}

}  // namespace tfs3
