// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/api/model_path.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace tfs3::rest {
namespace {

bool ConsumePrefixIgnoringCase(absl::string_view* text,
                               absl::string_view prefix) {
  if (!absl::StartsWithIgnoreCase(*text, prefix)) {
    return false;
  }
  text->remove_prefix(prefix.size());
  return true;
}

// Removes the action from the end of `path` and returns it.
std::optional<ModelAction> ConsumeAction(absl::string_view method,
                                         absl::string_view* path) {
  if (method == "POST") {
    const size_t colon = path->rfind(':');
    if (colon == path->npos) {
      return std::nullopt;
    }
    const absl::string_view verb = path->substr(colon + 1);
    *path = path->substr(0, colon);
    if (verb == "predict") {
      return ModelAction::kPredict;
    }
    if (verb == "classify") {
      return ModelAction::kClassify;
    }
    if (verb == "regress") {
      return ModelAction::kRegress;
    }
    return std::nullopt;
  }
  if (method != "GET" && method != "HEAD") {
    return std::nullopt;
  }
  if (absl::ConsumeSuffix(path, "/metadata")) {
    return ModelAction::kMetadata;
  }
  // As in TensorFlow Serving, "/Metadata" in another case is ignored.
  constexpr absl::string_view kMetadata = "/metadata";
  if (absl::EndsWithIgnoreCase(*path, kMetadata)) {
    path->remove_suffix(kMetadata.size());
  }
  return ModelAction::kStatus;
}

// Removes the part before the next slash from the start of `path` and returns
// it.
absl::string_view ConsumePart(absl::string_view* path) {
  const size_t end = std::min(path->find('/'), path->size());
  const absl::string_view part = path->substr(0, end);
  path->remove_prefix(end);
  return part;
}

// Returns the value of a hexadecimal digit, or -1.
int HexDigit(char c) {
  if (absl::ascii_isdigit(c)) {
    return c - '0';
  }
  if (absl::ascii_isxdigit(c)) {
    return absl::ascii_tolower(c) - 'a' + 10;
  }
  return -1;
}

// Percent-decodes a name or label. Returns nothing if it is empty, has a colon,
// or has an invalid "%XX".
std::optional<std::string> DecodePart(absl::string_view part) {
  if (part.empty() || absl::StrContains(part, ':')) {
    return std::nullopt;
  }
  std::string decoded;
  decoded.reserve(part.size());
  while (!part.empty()) {
    const size_t plain = std::min(part.find('%'), part.size());
    decoded.append(part.data(), plain);
    part.remove_prefix(plain);
    if (part.empty()) {
      break;
    }
    const int high = part.size() < 3 ? -1 : HexDigit(part[1]);
    const int low = part.size() < 3 ? -1 : HexDigit(part[2]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    decoded.push_back(static_cast<char>(high * 16 + low));
    part.remove_prefix(3);
  }
  return decoded;
}

// Parses a number that consists only of decimal digits.
std::optional<int64_t> ParseVersion(absl::string_view text) {
  int64_t version;
  if (!std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &version)) {
    return std::nullopt;
  }
  return version;
}

}  // namespace

std::optional<ModelPath> ParseModelPath(absl::string_view method,
                                        absl::string_view path) {
  if (!ConsumePrefixIgnoringCase(&path, kModelsPrefix)) {
    return std::nullopt;
  }
  const std::optional<ModelAction> action = ConsumeAction(method, &path);
  if (!action.has_value()) {
    return std::nullopt;
  }
  std::optional<std::string> name = DecodePart(ConsumePart(&path));
  if (!name.has_value()) {
    return std::nullopt;
  }
  ModelPath parsed;
  parsed.action = *action;
  parsed.spec.set_name(*std::move(name));
  if (path.empty()) {
    return parsed;
  }

  if (ConsumePrefixIgnoringCase(&path, "/versions/")) {
    const std::optional<int64_t> version = ParseVersion(path);
    if (!version.has_value()) {
      return std::nullopt;
    }
    parsed.spec.mutable_version()->set_value(*version);
    return parsed;
  }
  if (ConsumePrefixIgnoringCase(&path, "/labels/")) {
    std::optional<std::string> label = DecodePart(ConsumePart(&path));
    if (!path.empty() || !label.has_value()) {
      return std::nullopt;
    }
    parsed.spec.set_version_label(*std::move(label));
    return parsed;
  }
  return std::nullopt;
}

}  // namespace tfs3::rest
