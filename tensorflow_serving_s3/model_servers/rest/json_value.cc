// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json_value.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "tensorflow_serving_s3/model_servers/rest/json_source.h"

namespace tfs3::rest {

bool OpensBase64Object(const char* token) {
  const char* p = SkipSpace(token + 1);
  if (std::memcmp(p, "\"b64\"", 5) != 0) return false;
  p = SkipSpace(p + 5);
  return *p == ':' && *SkipSpace(p + 1) == '"';
}

BytesError ReadBase64Object(simdjson::ondemand::value& value,
                            std::string* bytes) {
  simdjson::ondemand::object object;
  if (value.get_object().get(object)) return BytesError::kParserSays;
  bool first = true;
  for (auto field : object) {
    if (field.error()) return BytesError::kParserSays;
    if (!std::exchange(first, false)) return BytesError::kNotAlone;
    std::string_view encoded;
    if (field.value().get_string().get(encoded)) return BytesError::kParserSays;
    if (!absl::Base64Unescape(encoded, bytes)) return BytesError::kNotBase64;
  }
  return BytesError::kNone;
}

bool LooksLikeJson(const char* token) {
  double number;
  return *token == '"' || *token == '[' || *token == '{' ||
         IsJsonWord(token, "true") || IsJsonWord(token, "false") ||
         IsJsonWord(token, "null") ||
         ParseJsonNumber(token, &number) != NumberError::kSyntax;
}

std::string ExcerptOfJson(const char* token, const char* end) {
  constexpr int kLongest = 48;
  if (*token == '[') return "a list";
  if (*token == '{') return "an object";
  const char* p = token + 1;
  const char* const stop = std::min(end, token + kLongest);
  const bool quoted = *token == '"';
  while (p < stop && (quoted ? *p != '"' : !EndsJsonValue(*p)))
    p += quoted && *p == '\\' ? 2 : 1;
  p = std::min(p, stop);
  std::string excerpt(token, p);
  if (p == stop && stop != end) {
    excerpt += "...";
  } else if (quoted) {
    excerpt += '"';
  }
  return excerpt;
}

}  // namespace tfs3::rest
