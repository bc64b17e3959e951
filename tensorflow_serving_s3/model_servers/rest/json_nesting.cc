// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json_nesting.h"

#include <cstddef>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tfs3::rest {
namespace {

class Scanner {
 public:
  explicit Scanner(int64_t limit) : limit_(limit) {}

  // Takes in the next character; false when it opens one bracket too many.
  bool Take(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (in_string_) {
      escaped_ = c == '\\';
      in_string_ = c != '"';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '[' || c == '{') {
      return ++depth_ <= limit_;
    } else if (c == ']' || c == '}') {
      --depth_;
    }
    return true;
  }

#ifdef __SSE2__
  // Takes in 16 characters at once, unless the order of those in it matters.
  bool TakeBlock(const char* block) {
    const __m128i text =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
    const auto where = [text](char c) {
      return _mm_cmpeq_epi8(text, _mm_set1_epi8(c));
    };
    const auto any = [](__m128i matches) {
      return _mm_movemask_epi8(matches) != 0;
    };
    if (in_string_) {
      const bool plain =
          !escaped_ && !any(_mm_or_si128(where('"'), where('\\')));
      return plain || TakeEach(block);
    }
    if (any(where('"'))) return TakeEach(block);
    const int opened = Count(_mm_or_si128(where('['), where('{')));
    if (depth_ + opened > limit_) return TakeEach(block);
    depth_ += opened - Count(_mm_or_si128(where(']'), where('}')));
    return true;
  }
#endif

  static constexpr size_t kBlock = 16;

 private:
#ifdef __SSE2__
  // The number of bytes that are all ones; the others must be zero.
  static int Count(__m128i matches) {
    const __m128i ones = _mm_and_si128(matches, _mm_set1_epi8(1));
    const __m128i halves = _mm_sad_epu8(ones, _mm_setzero_si128());
    return _mm_cvtsi128_si32(halves) + _mm_extract_epi16(halves, 4);
  }

  bool TakeEach(const char* block) {
    for (size_t i = 0; i < kBlock; ++i) {
      if (!Take(block[i])) return false;
    }
    return true;
  }
#endif

  const int64_t limit_;
  int64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace

bool NestsDeeperThan(std::string_view json, int64_t limit) {
  Scanner scanner(limit);
  size_t i = 0;
#ifdef __SSE2__
  for (; i + Scanner::kBlock <= json.size(); i += Scanner::kBlock) {
    if (!scanner.TakeBlock(json.data() + i)) return true;
  }
#endif
  for (; i < json.size(); ++i) {
    if (!scanner.Take(json[i])) return true;
  }
  return false;
}

}  // namespace tfs3::rest
