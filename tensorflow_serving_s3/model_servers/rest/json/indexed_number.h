// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses a usual JSON number whose end is known, in few instructions.
//
//   float value;
//   if (!ReadIndexedNumber(token, end, &value)) {
//     // not a number, or an unusual one: see json_number.h
//   }
//
// Usual numbers have no exponent. They have up to 16 characters with the sign,
// or up to 24 without it, a point and at most 18 digits after leading zeros.
// ReadIndexedNumber checks all characters of [token, end); the caller checks
// that IsAfterJsonValue(*end). The value is the one of ParseJsonNumber.
//
// Only on x86, for functions with the attribute TFS3_AVX. TensorFlow's
// published libraries need a processor with AVX. kIndexedNumberReach bytes
// before `end` must be readable. T is float or double. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_INDEXED_NUMBER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_INDEXED_NUMBER_H_

#ifdef __x86_64__

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"

#define TFS3_AVX [[gnu::target("avx,popcnt")]]

namespace tfs3::rest {

inline constexpr int64_t kIndexedNumberReach = 33;

namespace indexed_number_internal {

// Not in the header, so that compilers load the constants from memory and do
// not build them in registers for each number.
struct Constants {
  // Shuffles that remove the point, by its position in 16 characters; 16: there
  // is none.
  alignas(64) char without_point[17][16];
  // [n .. n + 15]: the last n of 16 bytes. In one cache line.
  alignas(64) char last_bytes[48];
  alignas(16) char zeros[16];
  alignas(16) char points[16];  // A point as a digit: '.' ^ '0'.
  alignas(16) char nines[16];
  alignas(16) char pairs[16];      // 10, 1, ...
  alignas(16) int16_t fours[8];    // 100, 1, ...
  alignas(16) int16_t eights[8];   // 10000, 1, ...
  alignas(16) double sixteens[2];  // 1e8, 1
  // By the position of the point and by the sign: 0 is positive, 1 is negative.
  double factor[17][2];
  double divisor[17][2];
};
extern const Constants kConstants;

TFS3_AVX [[gnu::always_inline]] inline __m128i Load(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}

TFS3_AVX [[gnu::always_inline]] inline __m128i LastBytes(int64_t count) {
  return Load(kConstants.last_bytes + count);
}

TFS3_AVX [[gnu::always_inline]] inline bool AreDigits(__m128i digits) {
  const __m128i above = _mm_subs_epu8(digits, Load(kConstants.nines));
  return _mm_testz_si128(above, above) != 0;
}

// Returns the values of each four of 16 digits.
TFS3_AVX [[gnu::always_inline]] inline __m128i CombineToFours(__m128i digits) {
  return _mm_madd_epi16(_mm_maddubs_epi16(digits, Load(kConstants.pairs)),
                        Load(kConstants.fours));
}

// Returns the values of each eight of the 32 digits in `first` and `second`,
// which have the values of each four.
TFS3_AVX [[gnu::always_inline]] inline __m128i CombineToEights(__m128i first,
                                                               __m128i second) {
  return _mm_madd_epi16(_mm_packs_epi32(first, second),
                        Load(kConstants.eights));
}

// Reads a number of at most 16 characters: the 16 that end at `end`, without
// the point and what is before the number.
template <typename T>
TFS3_AVX [[gnu::always_inline]] inline bool ReadShort(const char* token,
                                                      const char* end,
                                                      T* value) {
  const int64_t negative = *token == '-';
  const int64_t size = end - token - negative;
  __m128i digits = _mm_xor_si128(Load(end - 16), Load(kConstants.zeros));
  digits = _mm_and_si128(digits, LastBytes(size));
  const int points =
      _mm_movemask_epi8(_mm_cmpeq_epi8(digits, Load(kConstants.points)));
  const auto point = static_cast<uint32_t>(
      __builtin_ctz(static_cast<uint32_t>(points) | 1u << 16));
  digits = _mm_shuffle_epi8(digits, Load(kConstants.without_point[point]));
  if (__builtin_expect(!AreDigits(digits), 0)) {
    return false;
  }
  // One digit before the point, or several, of which the first is not 0.
  if (static_cast<int64_t>(point) + size != 17) {
    const auto first = static_cast<uint8_t>(token[negative] - '1');
    if (__builtin_expect(first >= 9, 0)) {
      return false;
    }
  }
  const __m128i fours = CombineToFours(digits);
  __m128d number = _mm_cvtepi32_pd(CombineToEights(fours, fours));
  number = _mm_mul_pd(number, _mm_load_pd(kConstants.sixteens));
  number = _mm_add_sd(number, _mm_unpackhi_pd(number, number));
  if constexpr (std::is_same_v<T, float>) {
    number =
        _mm_mul_sd(number, _mm_load_sd(&kConstants.factor[point][negative]));
    // The last bits of a double between two floats. As in Scale, but the
    // distance to the middle is a power of two: 16.
    constexpr uint32_t kMiddle = uint32_t{1} << 28;
    constexpr uint32_t kNotNear = (uint32_t{1} << 29) - 32;
    const auto bits =
        static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_castpd_si128(number)));
    if (__builtin_expect(((bits - (kMiddle - 16)) & kNotNear) == 0, 0)) {
      return false;
    }
    *value = static_cast<float>(_mm_cvtsd_f64(number));
  } else {
    // As in Scale: both operands must be exact.
    constexpr double kExact = 9007199254740992.0;  // 2^53
    const double mantissa = _mm_cvtsd_f64(number);
    if (__builtin_expect(mantissa >= kExact, 0)) {
      return false;
    }
    *value = mantissa / kConstants.divisor[point][negative];
  }
  return true;
}

// Returns the bits of the points in 16 characters.
TFS3_AVX [[gnu::always_inline]] inline uint32_t PointsIn(__m128i text) {
  return static_cast<uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('.'))));
}

// Reads a number of 16 to 24 characters and perhaps a sign, with a point: the
// last 16 digits, and the digits before them.
template <typename T>
TFS3_AVX [[gnu::always_inline]] inline bool ReadLong(const char* token,
                                                     const char* end,
                                                     T* value) {
  const bool negative = *token == '-';
  const int64_t size = end - token - static_cast<int64_t>(negative);
  if (size > 24) {
    return false;
  }
  const __m128i last_text = Load(end - 16);
  const __m128i first_text = Load(end - 32);
  const uint32_t within = ~uint32_t{0} << (32 - size);
  const uint32_t points =
      (PointsIn(first_text) | PointsIn(last_text) << 16) & within;
  if (points == 0) {
    return false;
  }
  const int64_t after_point = 31 - __builtin_ctz(points);
  const int64_t digits = size - 1;
  // See ReadShort.
  const int64_t whole_digits = digits - after_point;
  if (after_point == 0 || whole_digits == 0 ||
      (whole_digits != 1 && token[negative] == '0')) {
    return false;
  }
  // The digits before the point move one place towards the end.
  const auto before_last = [](int64_t n) { return n < 16 ? 0 : n - 16; };
  const __m128i stay = LastBytes(after_point);
  const __m128i stay_first = LastBytes(before_last(after_point));
  __m128i last = _mm_or_si128(_mm_and_si128(stay, last_text),
                              _mm_andnot_si128(stay, Load(end - 17)));
  __m128i first = _mm_or_si128(_mm_and_si128(stay_first, first_text),
                               _mm_andnot_si128(stay_first, Load(end - 33)));
  const __m128i zeros = Load(kConstants.zeros);
  last = _mm_and_si128(_mm_xor_si128(last, zeros), LastBytes(digits));
  first = _mm_and_si128(_mm_xor_si128(first, zeros),
                        LastBytes(before_last(digits)));
  if (!AreDigits(_mm_max_epu8(first, last))) {
    return false;
  }
  const __m128i eights =
      CombineToEights(CombineToFours(last), CombineToFours(first));
  const auto last_sixteen = static_cast<uint64_t>(_mm_cvtsi128_si64(eights));
  const auto others = static_cast<uint32_t>(_mm_extract_epi32(eights, 3));
  if (others > 99) {
    return false;  // More than 18 digits.
  }
  const uint64_t mantissa = others * uint64_t{10'000'000'000'000'000} +
                            (last_sixteen & 0xffffffff) * 100'000'000 +
                            (last_sixteen >> 32);
  using json_number_internal::ParseGeneral;
  using json_number_internal::Scale;
  return Scale(mantissa, -after_point, negative, value) ||
         ParseGeneral(token, end, 1, value) == NumberError::kNone;
}

}  // namespace indexed_number_internal

template <typename T>
TFS3_AVX [[gnu::always_inline]] inline bool ReadIndexedNumber(const char* token,
                                                              const char* end,
                                                              T* value) {
  // Wraps around if `end` is not after `token`.
  const auto more = static_cast<size_t>(end - token) - 1;
  if (__builtin_expect(more < 16, 1)) {
    return indexed_number_internal::ReadShort(token, end, value);
  }
  return more < 32 && indexed_number_internal::ReadLong(token, end, value);
}

}  // namespace tfs3::rest

#endif  // __x86_64__

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_INDEXED_NUMBER_H_
