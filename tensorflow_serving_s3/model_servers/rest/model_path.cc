// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/model_path.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace tfs3::rest {
namespace {

bool ConsumePrefixIgnoringCase(absl::string_view* text,
                               absl::string_view prefix) {
  if (!absl::StartsWithIgnoreCase(*text, prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// Takes off the end of `path` what is asked for.
std::optional<ModelAction> ConsumeAction(absl::string_view method,
                                         absl::string_view* path) {
  if (method == "POST") {
    const size_t colon = path->rfind(':');
    if (colon == path->npos) return std::nullopt;
    const absl::string_view verb = path->substr(colon + 1);
    *path = path->substr(0, colon);
    if (verb == "predict") return ModelAction::kPredict;
    if (verb == "classify") return ModelAction::kClassify;
    if (verb == "regress") return ModelAction::kRegress;
    return std::nullopt;
  }
  if (method != "GET" && method != "HEAD") return std::nullopt;
  return absl::ConsumeSuffix(path, "/metadata") ? ModelAction::kMetadata
                                                : ModelAction::kStatus;
}

// Takes the part up to the next slash off the start of `path`.
absl::string_view ConsumePart(absl::string_view* path) {
  const size_t end = std::min(path->find('/'), path->size());
  const absl::string_view part = path->substr(0, end);
  path->remove_prefix(end);
  return part;
}

bool IsName(absl::string_view text) {
  return !text.empty() && !absl::StrContains(text, ':');
}

}  // namespace

std::optional<ModelPath> ParseModelPath(absl::string_view method,
                                        absl::string_view path) {
  if (!ConsumePrefixIgnoringCase(&path, kModelsPrefix)) return std::nullopt;
  const std::optional<ModelAction> action = ConsumeAction(method, &path);
  if (!action.has_value()) return std::nullopt;
  const absl::string_view name = ConsumePart(&path);
  if (!IsName(name)) return std::nullopt;
  ModelPath parsed;
  parsed.action = *action;
  parsed.spec.set_name(std::string(name));
  if (path.empty()) return parsed;

  if (ConsumePrefixIgnoringCase(&path, "/versions/")) {
    int64_t version;
    if (!absl::SimpleAtoi(path, &version) || version < 0) return std::nullopt;
    parsed.spec.mutable_version()->set_value(version);
    return parsed;
  }
  if (ConsumePrefixIgnoringCase(&path, "/labels/")) {
    const absl::string_view label = ConsumePart(&path);
    if (!path.empty() || !IsName(label)) return std::nullopt;
    parsed.spec.set_version_label(std::string(label));
    return parsed;
  }
  return std::nullopt;
}

}  // namespace tfs3::rest
