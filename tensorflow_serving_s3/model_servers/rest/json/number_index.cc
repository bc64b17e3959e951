// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/json/number_index.h"

#ifdef __x86_64__

#include <emmintrin.h>

#include <algorithm>

namespace tfs3::rest {
namespace {

// Returns the bits of the 16 characters at `p` that are from '-' to '9'.
[[gnu::always_inline]] inline uint64_t BitsOfNumbers(const char* p) {
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const __m128i moved = _mm_sub_epi8(text, _mm_set1_epi8('-'));
  const __m128i last = _mm_set1_epi8('9' - '-');
  return static_cast<uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(moved, last), moved)));
}

// Returns the position of the lowest bit and clears it. If no bit is set, the
// position has no meaning.
[[gnu::always_inline]] inline const char* TakeEnd(const char* block,
                                                  uint64_t* bits) {
  constexpr uint64_t kNotZero = uint64_t{1} << 63;
  const int at = __builtin_ctzll(*bits | kNotZero);
  *bits &= *bits - 1;
  return block + static_cast<uint32_t>(at);
}

// Writes six ends, also if fewer bits are set.
[[gnu::always_inline]] inline void TakeGroup(const char* block, uint64_t* bits,
                                             const char** ends) {
  ends[0] = TakeEnd(block, bits);
  ends[1] = TakeEnd(block, bits);
  ends[2] = TakeEnd(block, bits);
  ends[3] = TakeEnd(block, bits);
  ends[4] = TakeEnd(block, bits);
  ends[5] = TakeEnd(block, bits);
}

}  // namespace

// popcnt and AVX: TensorFlow's published libraries need a processor with both.
[[gnu::target("avx,popcnt")]] const char* const* NumberIndex::Fill(
    const char* token) {
  const int64_t skipped = token - window_end_;
  const bool continues = skipped > -kBlock && skipped < kBlock;
  window_ = continues ? std::min(2 * window_, kMaxWindow) : kMinWindow;
  // Whole blocks. The character after the text may be the end of a number.
  const int64_t size = std::min(window_, (text_end_ + 1 - token) & -kBlock);
  window_end_ = token + std::max<int64_t>(size, 0);
  const char** out = ends_;
  uint64_t before = 0;  // whether the last character belongs to a number
  for (const char* block = token; block < window_end_; block += kBlock) {
    const uint64_t low = BitsOfNumbers(block) | BitsOfNumbers(block + 16) << 16;
    const uint64_t high = BitsOfNumbers(block + 32) | BitsOfNumbers(block + 48)
                                                          << 16;
    const uint64_t numbers = low | high << 32;
    uint64_t bits = ~numbers & (numbers << 1 | before);
    before = numbers >> 63;
    // Most blocks have one group. A loop over single ends would be predicted
    // wrongly at the end of most blocks.
    const int count = __builtin_popcountll(bits);
    TakeGroup(block, &bits, out);
    for (int done = kGroup; __builtin_expect(done < count, 0); done += kGroup) {
      TakeGroup(block, &bits, out + done);
    }
    out += count;
  }
  *out = nullptr;
  return ends_;
}

}  // namespace tfs3::rest

#endif  // __x86_64__
