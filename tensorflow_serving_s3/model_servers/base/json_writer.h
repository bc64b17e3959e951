// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Functions that append JSON to a string, for responses and logs.
//
//   std::string body = "{\"error\": ";
//   AppendJsonString(status.message(), &body);
//   body += '}';
//
// All functions are thread-safe. They append valid UTF-8 for any input.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_JSON_WRITER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace tfs3 {

// Returns whether `text` is well-formed UTF-8: no overlong forms, no
// surrogates, nothing above U+10FFFF.
bool IsValidUtf8(std::string_view text);

// Appends `text` as a JSON string with quotes. Replaces each byte outside a
// well-formed character by U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

// As AppendJsonString, for logs. Also escapes characters that end a line or
// control a terminal: DEL, U+0080 to U+009F, the line and paragraph separators,
// and the marks that change the direction of text.
void AppendJsonLogString(std::string_view text, std::string* out);

// Appends `text` with the escapes of AppendJsonLogString, but without quotes
// and without escapes for quotes, backslashes and tabs.
void AppendLogText(std::string_view text, std::string* out);

// Appends `{"b64": "..."}`, the form for bytes in TensorFlow Serving's REST
// API.
void AppendJsonBase64(std::string_view bytes, std::string* out);

// Appends the shortest decimal number that parses to exactly `value`. It always
// has a fraction or an exponent, so that parsers read a float: 3.0, not 3.
// Writes NaN, Infinity and -Infinity without quotes, as TensorFlow Serving
// does.
void AppendJsonNumber(float value, std::string* out);
void AppendJsonNumber(double value, std::string* out);

void AppendJsonNumber(int64_t value, std::string* out);
void AppendJsonNumber(uint64_t value, std::string* out);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_JSON_WRITER_H_
