// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/path_hiding/path_hider.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tfs3 {
namespace {

constexpr absl::string_view kHidden = "[path]";

bool IsWordCharacter(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Returns whether a path may begin after `c`.
bool IsBeforePath(char c) {
  return absl::ascii_isspace(c) ||
         absl::StrContains("\"'`([{<=,;:|", absl::string_view(&c, 1));
}

// Returns whether `c` ends a path that is not a known path. A backslash does,
// because the text may be escaped for JSON.
bool EndsPath(char c) {
  return absl::ascii_isspace(c) ||
         absl::StrContains("\"'`,;)]}>|\\", absl::string_view(&c, 1));
}

// Returns the length of a path that begins with `known` bytes of any kind.
size_t PathLength(absl::string_view text, size_t known) {
  size_t length = known;
  while (length < text.size() && !EndsPath(text[length])) {
    ++length;
  }
  // A colon or period at the end is punctuation.
  while (length > known &&
         (text[length - 1] == ':' || text[length - 1] == '.')) {
    --length;
  }
  return length;
}

// Returns the length of "scheme://" at the beginning of `text`, or 0.
size_t SchemeLength(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(text[0])) {
    return 0;
  }
  size_t length = 1;
  while (length < text.size() &&
         (absl::ascii_isalnum(text[length]) || text[length] == '+' ||
          text[length] == '-' || text[length] == '.')) {
    ++length;
  }
  constexpr absl::string_view kMark = "://";
  return absl::StartsWith(text.substr(length), kMark) ? length + kMark.size()
                                                      : 0;
}

// Returns the length of a path at the beginning of `text`, or 0. `before` is
// the character before it.
size_t MatchPath(absl::string_view text, char before,
                 const std::vector<std::string>& known) {
  if (IsWordCharacter(before)) {
    return 0;
  }
  for (const std::string& path : known) {
    if (absl::StartsWith(text, path)) {
      return PathLength(text, path.size());
    }
  }
  if (const size_t scheme = SchemeLength(text); scheme > 0) {
    return PathLength(text, scheme);
  }
  if (text.size() < 2 || text[0] != '/' || !IsBeforePath(before)) {
    return 0;
  }
  if (EndsPath(text[1]) || text[1] == '/') {
    return 0;
  }
  return PathLength(text, 1);
}

size_t MatchKept(absl::string_view text,
                 absl::Span<const absl::string_view> keep) {
  size_t length = 0;
  for (const absl::string_view kept : keep) {
    if (absl::StartsWith(text, kept)) {
      length = std::max(length, kept.size());
    }
  }
  return length;
}

}  // namespace

PathHider::PathHider() : known_(std::make_unique<std::vector<std::string>>()) {}

void PathHider::SetKnownPaths(std::vector<std::string> paths) {
  // Every absolute path begins with the root.
  paths.erase(std::remove_if(paths.begin(), paths.end(),
                             [](const std::string& path) {
                               return path.find_first_not_of('/') ==
                                      std::string::npos;
                             }),
              paths.end());
  std::sort(paths.begin(), paths.end(),
            [](const std::string& a, const std::string& b) {
              return a.size() > b.size();
            });
  known_.Publish(
      std::make_unique<const std::vector<std::string>>(std::move(paths)));
}

std::string PathHider::Hide(absl::string_view text,
                            absl::Span<const absl::string_view> keep) const {
  return known_.Read([&](const std::vector<std::string>& known) {
    std::string result;
    char before = ' ';
    while (!text.empty()) {
      size_t length = MatchKept(text, keep);
      if (length > 0) {
        absl::StrAppend(&result, text.substr(0, length));
      } else if (length = MatchPath(text, before, known); length > 0) {
        absl::StrAppend(&result, kHidden);
      } else {
        length = 1;
        result += text[0];
      }
      before = text[length - 1];
      text.remove_prefix(length);
    }
    return result;
  });
}

}  // namespace tfs3
