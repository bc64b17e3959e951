// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Builds the JSON text of a response and charges its memory to the request.
//
//   JsonOutput out(request.charge, /*expected_bytes=*/1000);
//   out.MakeRoom(kMaxBytesOfNumber);
//   AppendJsonNumber(3.5, &out.text());
//   return std::move(out).Take();
//
// Throws RequestMemoryExceeded if the budget is exceeded. Not thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_OUTPUT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_OUTPUT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

namespace tfs3::rest {

class JsonOutput {
 public:
  // The largest number of bytes that AppendJsonNumber appends, and a separator.
  static constexpr size_t kMaxBytesOfNumber = 32;

  // `charge` may be null.
  JsonOutput(RequestMemory::Charge* charge, size_t expected_bytes)
      : charge_(charge) {
    MakeRoom(expected_bytes);
  }

  std::string& text() { return text_; }

  // Reserves memory for the next `bytes`.
  void MakeRoom(size_t bytes) {
    if (text_.capacity() - text_.size() < bytes) {
      Grow(bytes);
    }
  }

  // Appends a JSON string, or {"b64": "..."} if `as_bytes` or if `text` is not
  // valid UTF-8.
  void AppendString(std::string_view text, bool as_bytes);

  // Returns the text. Its charge ends with the request.
  std::string Take() && {
    charge_.Keep();
    return std::move(text_);
  }

 private:
  void Grow(size_t bytes);

  RequestMemory::Part charge_;  // of text_
  std::string text_;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_OUTPUT_H_
