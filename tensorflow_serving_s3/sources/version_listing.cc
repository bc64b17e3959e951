// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/version_listing.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace tfs3 {
namespace {

bool IsDecimalNumber(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) {
      return false;
    }
  }
  return !text.empty();
}

// Orders names with fewer leading zeros first.
struct ShorterFirst {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};

}  // namespace

VersionListing ListVersions(const std::vector<std::string>& child_names) {
  std::map<int64_t, std::set<std::string, ShorterFirst>, std::greater<int64_t>>
      names_by_number;
  std::set<std::string> problems;
  for (const std::string& child_name : child_names) {
    absl::string_view name = child_name;
    while (absl::ConsumeSuffix(&name, "/")) {
    }
    if (!IsDecimalNumber(name)) {
      continue;
    }
    int64_t number;
    if (absl::SimpleAtoi(name, &number)) {
      names_by_number[number].emplace(name);
    } else {
      problems.insert(absl::StrCat(
          "\"", name,
          "\" is ignored: a version number is at most 9223372036854775807"));
    }
  }

  VersionListing listing;
  for (const auto& [number, names] : names_by_number) {
    const std::string& used = *names.begin();
    listing.versions.push_back({number, used});
    for (const std::string& name : names) {
      if (name == used) {
        continue;
      }
      problems.insert(absl::StrCat("\"", name, "\" is ignored: \"", used,
                                   "\" is version ", number,
                                   " too; delete one of them"));
    }
  }
  listing.problems.assign(problems.begin(), problems.end());
  return listing;
}

}  // namespace tfs3
