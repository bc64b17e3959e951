// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What tensors and features have in common when their values are read: words,
// bytes in base64, and how a value is shown in an error message.
//
//   const char* token = TokenOf(value);
//   if (*token == '{' && OpensBase64Object(token)) {
//     std::string bytes;
//     if (ReadBase64Object(value, &bytes) != BytesError::kNone) ...
//   }
//
// A token is the first character of a value in a body, with its padding behind
// it. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_VALUE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_VALUE_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "simdjson.h"
#include "tensorflow_serving_s3/model_servers/rest/json_number.h"

namespace tfs3::rest {

enum class BytesError : uint8_t {
  kNone,
  kNotBase64,
  kNotAlone,    // {"b64": ...} with another key
  kParserSays,  // simdjson has an error to report
};

// True when a `{` at `token` opens {"b64": "..."}, the form in which JSON
// carries the bytes of one string.
bool OpensBase64Object(const char* token);

// Reads an object that OpensBase64Object has seen.
BytesError ReadBase64Object(simdjson::ondemand::value& value,
                            std::string* bytes);

// True when the value at `token` is `word`: true, false or null.
inline bool IsJsonWord(const char* token, std::string_view word) {
  return std::memcmp(token, word.data(), word.size()) == 0 &&
         EndsJsonValue(token[word.size()]);
}

// True when `token` starts a value of any JSON type, or one of the bare names
// of the special floats.
bool LooksLikeJson(const char* token);

// The text of the value at `token` as an error message shows it; `end` is the
// end of the body.
std::string ExcerptOfJson(const char* token, const char* end);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_VALUE_H_
