// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The pieces of JSON text that answers and logs are made of, appended to one
// string.
//
//   std::string body = "{\"error\": ";
//   AppendJsonString(status.message(), &body);
//   body += '}';
//
// All functions are thread-safe. What they append is valid UTF-8, whatever they
// are given.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_JSON_WRITER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace tfs3 {

// True when `text` is well-formed UTF-8 (no overlong forms, no surrogates,
// nothing above U+10FFFF).
bool IsValidUtf8(std::string_view text);

// Appends `text` as a JSON string, quotes included. Each byte that belongs to
// no well-formed character becomes U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

// Appends `{"b64": "..."}`, the form in which TensorFlow Serving's REST API
// carries bytes.
void AppendJsonBase64(std::string_view bytes, std::string* out);

// Appends the shortest decimal number that reads back as exactly `value`. It
// always has a fraction or an exponent, so that readers take it for a float: 3
// is written 3.0. NaN, Infinity and -Infinity stand bare, as TensorFlow Serving
// writes them.
void AppendJsonNumber(float value, std::string* out);
void AppendJsonNumber(double value, std::string* out);

void AppendJsonNumber(int64_t value, std::string* out);
void AppendJsonNumber(uint64_t value, std::string* out);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_JSON_WRITER_H_
