// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/tree/glob.h"

#include <fnmatch.h>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/parallel.h"
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/list_pages.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kSpecial[] = "*?[\\";
constexpr size_t kMaxParallelLists = 16;

std::vector<std::string> Split(const std::string& key) {
  std::vector<std::string> names(1);
  for (const char c : key) {
    if (c == '/') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  return names;
}

bool IsPattern(const std::string& name) {
  return name.find_first_of(kSpecial) != std::string::npos;
}

// Returns the matching names directly after `prefix` (a directory, or ""); with
// `directories_only` without files.
Result<std::vector<std::string>> MatchNames(Client& client, const S3Uri& bucket,
                                            const std::string& prefix,
                                            const std::string& pattern,
                                            bool directories_only) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() &&
        fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0) {
      names.push_back(name);
    }
  };
  const S3Uri listed = WithKey(
      bucket, prefix + pattern.substr(0, pattern.find_first_of(kSpecial)));
  ListRequest request;
  request.delimit = true;
  const Status status = ForEachPage(
      client, listed, request, [&](const Listing& page) -> Result<bool> {
        for (const std::string& common : page.common_prefixes) {
          add(common.substr(prefix.size(), common.size() - prefix.size() - 1));
        }
        if (directories_only) {
          return true;
        }
        for (const ListedObject& object : page.objects) {
          add(object.key.substr(prefix.size()));
        }
        return true;
      });
  if (!status.ok()) {
    return status;
  }
  return names;
}

}  // namespace

Result<std::vector<std::string>> MatchPaths(Client& client,
                                            const std::string& pattern) {
  Result<S3Uri> uri = ParseUri(pattern);
  if (!uri.ok()) {
    return uri.status();
  }
  const std::vector<std::string> levels = Split(uri->key);
  // The keys that match the levels so far: directories with a slash at the end
  // and, after the last level, files too.
  std::vector<std::string> matched = {""};
  std::string literal;  // The levels since the last listing.
  for (size_t level = 0; level < levels.size(); ++level) {
    const bool last = level + 1 == levels.size();
    if (!IsPattern(levels[level])) {
      literal += levels[level] + (last ? "" : "/");
      continue;
    }
    std::mutex mutex;
    std::vector<std::string> deeper;
    const Status status = ForEachInParallel(
        matched.size(), kMaxParallelLists, [&](size_t i) -> Status {
          const std::string prefix = matched[i] + literal;
          Result<std::vector<std::string>> names =
              MatchNames(client, *uri, prefix, levels[level], !last);
          if (!names.ok()) {
            return names.status();
          }
          std::lock_guard<std::mutex> lock(mutex);
          for (const std::string& name : *names) {
            deeper.push_back(prefix + name + (last ? "" : "/"));
          }
          return {};
        });
    if (!status.ok()) {
      return status;
    }
    matched = std::move(deeper);
    literal.clear();
  }
  std::vector<std::string> paths;
  std::mutex mutex;
  const Status status = ForEachInParallel(
      matched.size(), kMaxParallelLists, [&](size_t i) -> Status {
        const S3Uri path = WithKey(*uri, matched[i] + literal);
        // The listing has shown that it exists.
        if (IsPattern(levels.back())) {
          std::lock_guard<std::mutex> lock(mutex);
          paths.push_back(path.ToString());
          return {};
        }
        Result<std::optional<PathInfo>> found = FindPath(client, path);
        if (!found.ok()) {
          return found.status();
        }
        std::lock_guard<std::mutex> lock(mutex);
        if (found->has_value()) {
          paths.push_back(path.ToString());
        }
        return {};
      });
  if (!status.ok()) {
    return status;
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace s3
}  // namespace tfs3
