// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads {"b64": "..."}, the representation of a binary string in JSON.
//
//   if (*token == '{' && OpensBase64Object(&text, token)) {
//     Base64Object object = ReadBase64Object(&text, token);
//     if (object.error == BytesError::kNone) Use(object.bytes);
//   }
//
// Thread-safe for different texts.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_BASE64_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_BASE64_H_

#include <cstdint>
#include <string>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::rest {

enum class BytesError : uint8_t {
  kNone,
  kNotBase64,
  kNotAlone,  // {"b64": ...} with another key
  kNotJson,   // a parse error; see the status of the text
};

struct Base64Object {
  explicit Base64Object(RequestMemory::Charge* charge) : charge(charge) {}

  BytesError error = BytesError::kNone;
  std::string bytes;
  RequestMemory::Part charge;  // of `bytes`, if they are large
  // The position after the object, if there is no error.
  const char* end = nullptr;
};

// Returns whether the first member of the object at `token` is a string with
// the key b64.
bool OpensBase64Object(JsonText* text, const char* token);

// Reads an object for which OpensBase64Object is true.
Base64Object ReadBase64Object(JsonText* text, const char* token);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_BASE64_H_
