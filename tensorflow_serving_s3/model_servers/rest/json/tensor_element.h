// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses one JSON value to one element of a tensor.
//
//   float element;
//   const char* end;
//   if (ParseElement(token, &element, &end) != Outcome::kStored) ...
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSOR_ELEMENT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSOR_ELEMENT_H_

#include <cstdint>
#include <string_view>

#include "tensorflow/core/framework/types.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::rest {

enum class Outcome : uint8_t {
  kStored,
  kWrongType,
  kNotWhole,
  kOutOfRange,
  kNotBase64,
  kNotAlone,  // {"b64": ...} with another key
  kNotJson,   // the text of the value is not valid JSON
};

inline Outcome OutcomeOf(NumberError error) {
  if (error == NumberError::kNone) {
    return Outcome::kStored;
  }
  if (error == NumberError::kNotWhole) {
    return Outcome::kNotWhole;
  }
  return error == NumberError::kRange ? Outcome::kOutOfRange
                                      : Outcome::kWrongType;
}

// Parses the value at `token` and sets `*end` to the position after it. T is a
// built-in number type, bool, Eigen::half or tensorflow::bfloat16. The last two
// are rounded only once, from the written number.
template <typename T>
[[gnu::always_inline]] inline Outcome ParseElement(const char* token,
                                                   T* element,
                                                   const char** end) {
  return OutcomeOf(ParseJsonNumber(token, element, end));
}

template <>
inline Outcome ParseElement(const char* token, bool* element,
                            const char** end) {
  *element = *token == 't';
  const std::string_view word = *element ? "true" : "false";
  *end = token + word.size();
  return IsJsonWord(token, word) ? Outcome::kStored : Outcome::kWrongType;
}

Outcome ParseNarrowFloat(const char* token, Eigen::half* element,
                         const char** end);
Outcome ParseNarrowFloat(const char* token, tensorflow::bfloat16* element,
                         const char** end);

template <>
inline Outcome ParseElement(const char* token, Eigen::half* element,
                            const char** end) {
  return ParseNarrowFloat(token, element, end);
}

template <>
inline Outcome ParseElement(const char* token, tensorflow::bfloat16* element,
                            const char** end) {
  return ParseNarrowFloat(token, element, end);
}

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSOR_ELEMENT_H_
