// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_base64.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"

namespace tfs3::rest {

bool OpensBase64Object(JsonText* text, const char* token) {
  const char* p = SkipSpace(token + 1);
  if (*p != '"') {
    return false;
  }
  const JsonText::String name = text->ReadString(p);
  if (name.end == nullptr || name.text != "b64") {
    return false;
  }
  p = SkipSpace(name.end);
  return *p == ':' && *SkipSpace(p + 1) == '"';
}

Base64Object ReadBase64Object(JsonText* text, const char* token) {
  constexpr size_t kMaxUncharged = 16 << 10;
  Base64Object object(text->charge());
  bool is_first = true;
  object.end = text->ReadObject(
      token, [&](std::string_view /*name*/, const char* p) -> const char* {
        if (!std::exchange(is_first, false)) {
          object.error = BytesError::kNotAlone;
          return nullptr;
        }
        const JsonText::String encoded = text->ReadString(p);
        if (encoded.text.size() > kMaxUncharged) {
          object.charge.Grow(static_cast<int64_t>(encoded.text.size()));
        }
        if (encoded.end != nullptr &&
            !absl::Base64Unescape(encoded.text, &object.bytes)) {
          object.error = BytesError::kNotBase64;
        }
        return encoded.end;
      });
  if (object.end == nullptr && object.error == BytesError::kNone) {
    object.error = BytesError::kNotJson;
  }
  return object;
}

}  // namespace tfs3::rest
