// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Finds the ends of the numbers in a window of JSON text.
//
//   NumberIndex index(text_begin, text_end);
//   for (const char* const* end = index.Fill(token); *end != nullptr; ++end)
//   ...
//
// An end is the position after a run of the characters from '-' to '9'. Strings
// and exponents contain ends too, so an end is only a guess where the number
// before it ends. A parser that knows the ends can begin with the next number
// before it has read the current one.
//
// Only on x86. Not thread-safe. The character after the text must be readable.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NUMBER_INDEX_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NUMBER_INDEX_H_

#ifdef __x86_64__

#include <cstdint>

namespace tfs3::rest {

class NumberIndex {
 public:
  NumberIndex(const char* text_begin, const char* text_end)
      : text_end_(text_end), window_end_(text_begin) {}
  NumberIndex(const NumberIndex&) = delete;
  NumberIndex& operator=(const NumberIndex&) = delete;

  // Returns the ends in the text from `token` on, with null after the last one.
  // They are valid until the next call. The window is small at first and grows
  // while each call continues near the end of the window before.
  const char* const* Fill(const char* token);

 private:
  static constexpr int64_t kBlock = 64;
  static constexpr int64_t kMinWindow = 2 * kBlock;
  static constexpr int64_t kMaxWindow = 8 * kBlock;
  // The ends of a block are written in groups of this size.
  static constexpr int kGroup = 6;

  const char* const text_end_;
  const char* window_end_;
  int64_t window_ = kMinWindow / 2;
  // Every second character is an end at most.
  const char* ends_[kMaxWindow / 2 + kGroup];
};

}  // namespace tfs3::rest

#endif  // __x86_64__

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NUMBER_INDEX_H_
