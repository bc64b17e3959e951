// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses JSON numbers to the types of tensor elements.
//
//   float value;
//   if (ParseJsonNumber(token, &value) != NumberError::kNone) ...
//
// `token` is the position of a JSON value. The value must end with a comma, a
// closing bracket or white space, and at least 64 bytes after it must be
// readable. Accepts the same numbers as TensorFlow Serving (RapidJSON 1.1.0
// with NaN and Inf):
//   - NaN, Inf and Infinity, also with a minus sign, are floating-point
//     numbers. RapidJSON has two bugs here: it accepts NInf, and reads NaNe2 as
//     0. Here, both are errors.
//   - float and double are correctly rounded. A number out of range is
//     infinite, unless RapidJSON refuses it: 1e39 is an infinite float, 2e308
//     is an infinite double, and 1e309 is kRange.
//   - Integers have no fraction and no exponent, and must be in the range of
//     their type.
//
// Thread-safe. Does not allocate memory.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_NUMBER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_NUMBER_H_

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <system_error>
#include <type_traits>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tfs3::rest {

enum class NumberError : uint8_t {
  kNone,
  kSyntax,    // not a JSON number
  kNotWhole,  // an integer type, but the number has a fraction or an exponent
  kRange,     // out of the range of the type
};

// Returns whether `c` may follow a number, true, false or null.
inline bool IsAfterJsonValue(char c) {
  return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' ||
         c == '\r' || c == '\t';
}

namespace json_number_internal {

inline constexpr double kExactPowersOfTen[] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};
inline constexpr double kInversePowersOfTen[] = {
    1e0,   1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7,
    1e-8,  1e-9,  1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15,
    1e-16, 1e-17, 1e-18, 1e-19, 1e-20, 1e-21, 1e-22,
};
inline constexpr int kMaxExactPower = 22;

inline bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

inline constexpr uint64_t kSmallPowersOfTen[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000,
};

// Returns the value of eight digits from 0 to 9, the first in the lowest byte.
[[gnu::always_inline]] inline uint64_t CombineDigits(uint64_t digits) {
  // To pairs, pairs to groups of four, and these to eight.
  digits = digits * 10 + (digits >> 8);
  constexpr uint64_t kPairs = 0x000000ff000000ffu;
  digits = ((digits & kPairs) * 0x000f424000000064u +
            ((digits >> 16) & kPairs) * 0x0000271000000001u) >>
           32;
  return static_cast<uint32_t>(digits);
}

// Returns the value of the `count` digits, 0 to 8, at `p`.
[[gnu::always_inline]] inline uint64_t ValueOfDigits(const char* p, int count) {
  uint64_t digits;
  std::memcpy(&digits, p, sizeof digits);
  digits ^= 0x3030303030303030u;
  // In two steps, because a shift by 64 is undefined.
  digits = digits << (4 * (8 - count)) << (4 * (8 - count));
  return CombineDigits(digits);
}

// Appends the decimal digits at `p` to `*mantissa` and returns the position
// after the last digit. Reads up to eight digits in one step, without a loop
// over single digits: the numbers of a list differ in length, so the processor
// would predict the end of such a loop wrongly for most numbers.
[[gnu::always_inline]] inline const char* AppendDigits(const char* p,
                                                       uint64_t* mantissa) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
                "the first digit must be in the lowest byte");
  while (true) {
    uint64_t digits;
    std::memcpy(&digits, p, sizeof digits);
    digits ^= 0x3030303030303030u;
    // The lowest byte with a bit set is the first character that is not a
    // digit. Higher bytes have no meaning.
    const uint64_t others =
        ((digits + 0x0606060606060606u) | digits) & 0xf0f0f0f0f0f0f0f0u;
    const int count = others == 0 ? 8 : __builtin_ctzll(others) / 8;
    if (count == 0) {
      return p;
    }
    // Moves the digits to the high bytes, after leading zeros.
    digits <<= 64 - 8 * count;
    const uint64_t value = CombineDigits(digits);
    p += count;
    if (count == 8) {
      *mantissa = *mantissa * 100000000 + value;
      continue;
    }
    *mantissa = *mantissa * kSmallPowersOfTen[count] + value;
    return p;
  }
}

#ifdef __SSE2__
// A number with one digit before the point, and up to 13 after it.
struct ShortFraction {
  uint64_t mantissa;
  int digits;  // After the point.
  int size;    // The number of characters; 0: it is another number, or none.
};

// Reads a number such as -0.837575436. Its size depends on few operations, so
// the processor begins with the next number of a list before it has this value.
[[gnu::always_inline]] inline ShortFraction ReadShortFraction(const char* token,
                                                              bool negative) {
  const int whole = negative ? 1 : 0;
  if (token[whole + 1] != '.') {
    return {0, 0, 0};
  }
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(token));
  // Returns the bits of the characters from `first` to '9'.
  const auto up_to_nine = [text](char first) {
    const __m128i moved = _mm_sub_epi8(text, _mm_set1_epi8(first));
    const __m128i last = _mm_set1_epi8(static_cast<char>('9' - first));
    return static_cast<uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(moved, last), moved)));
  };
  // A sign, the point and digits are between '-' and '9'.
  const int size = __builtin_ctz(~up_to_nine('-'));
  const int fraction = whole + 2;
  const int count = size - fraction;
  const uint32_t within = (1u << size) - 1;
  const uint32_t digits = (within & ~((1u << fraction) - 1)) | (1u << whole);
  if (size > 15 || count < 1 || (up_to_nine('0') & within) != digits ||
      !IsAfterJsonValue(token[size])) {
    return {0, 0, 0};
  }
  const auto before = static_cast<uint64_t>(token[whole] - '0');
  const char* const p = token + fraction;
  if (count < 8) {
    return {before * kSmallPowersOfTen[count] + ValueOfDigits(p, count), count,
            size};
  }
  const uint64_t first = before * 100000000 + ValueOfDigits(p, 8);
  return {
      first * kSmallPowersOfTen[count - 8] + ValueOfDigits(p + 8, count - 8),
      count, size};
}
#endif

// Scales a number of at most 18 digits. Returns false if the result may be
// rounded wrongly.
template <typename T>
[[gnu::always_inline]] inline bool Scale(uint64_t mantissa, int64_t exponent,
                                         bool negative, T* value) {
  const auto written = static_cast<double>(static_cast<int64_t>(mantissa));
  if constexpr (std::is_same_v<T, double>) {
    // Both operands are exact, so the result is rounded only once.
    if (mantissa > uint64_t{1} << 53) {
      return false;
    }
    const double scaled = exponent < 0 ? written / kExactPowersOfTen[-exponent]
                                       : written * kExactPowersOfTen[exponent];
    *value = negative ? -scaled : scaled;
    return true;
  } else {
    const double scaled =
        written * (exponent < 0 ? kInversePowersOfTen[-exponent]
                                : kExactPowersOfTen[exponent]);
    // The error of `scaled` is at most two units in the last place. Unless
    // `scaled` is that close to the middle between two floats, rounding it
    // gives the float that is nearest to the number.
    uint64_t bits;
    std::memcpy(&bits, &scaled, sizeof bits);
    constexpr uint32_t kDropped = (uint32_t{1} << 29) - 1;
    constexpr uint32_t kMiddle = uint32_t{1} << 28;
    if ((static_cast<uint32_t>(bits) & kDropped) - (kMiddle - 8) <= 16u) {
      return false;
    }
    *value = static_cast<float>(negative ? -scaled : scaled);
    return true;
  }
}

// Returns by how much the fraction [begin, end) lowers the exponent in
// RapidJSON, which counts digits until its mantissa is full. `whole_digits` is
// the number of digits at `whole`, before the point.
inline int64_t CountFractionDigits(const char* whole, int64_t whole_digits,
                                   const char* begin, const char* end) {
  if (whole_digits > 18) {
    return 0;
  }
  uint64_t mantissa = 0;
  AppendDigits(whole, &mantissa);
  int64_t significant = whole_digits - 1;
  int64_t counted = 0;
  constexpr uint64_t kFull = (uint64_t{1} << 53) - 1;
  const char* p = begin;
  for (; p < end && mantissa <= kFull; ++p) {
    mantissa = mantissa * 10 + static_cast<uint64_t>(*p - '0');
    ++counted;
    if (mantissa != 0) {
      ++significant;
    }
  }
  return counted + std::clamp<int64_t>(17 - significant, 0, end - p);
}

// Returns whether RapidJSON refuses the valid number at `whole` as too big.
// RapidJSON looks at the written exponent, not at the value: it refuses 0e309
// but not 0.0e309.
[[gnu::noinline]] inline bool IsTooBig(const char* whole) {
  // A tenth of the largest double.
  constexpr double kMaxTenth = 1.7976931348623157e307;
  constexpr int64_t kMaxExponent = 308;
  const char* p = whole;
  while (IsDigit(*p)) {
    ++p;
  }
  const int64_t whole_digits = p - whole;
  if (whole_digits > kMaxExponent + 1) {
    return true;
  }
  if (whole_digits == kMaxExponent + 1) {
    double tenth;
    std::from_chars(whole, p - 1, tenth);
    if (tenth >= kMaxTenth) {
      return true;
    }
  }
  int64_t counted = 0;
  if (*p == '.') {
    const char* const fraction = ++p;
    while (IsDigit(*p)) {
      ++p;
    }
    counted = CountFractionDigits(whole, whole_digits, fraction, p);
  }
  if ((*p != 'e' && *p != 'E') || p[1] == '-') {
    return false;
  }
  p += p[1] == '+' ? 2 : 1;
  int64_t exponent = 0;
  for (; IsDigit(*p); ++p) {
    exponent = exponent * 10 + (*p - '0');
    if (exponent > kMaxExponent + counted) {
      return true;
    }
  }
  return false;
}

// Parses the valid number [begin, end) with the standard library, correctly
// rounded. `magnitude` is the number of digits before the point after the
// exponent is applied.
template <typename T>
[[gnu::noinline]] NumberError ParseGeneral(const char* begin, const char* end,
                                           int64_t magnitude, T* value) {
  const bool negative = *begin == '-';
  constexpr int64_t kAlwaysInRange = 308;
  if ((end - begin > kAlwaysInRange || magnitude > kAlwaysInRange) &&
      IsTooBig(begin + negative)) {
    return NumberError::kRange;
  }
  const auto [rest, error] = std::from_chars(begin, end, *value);
  if (error == std::errc()) {
    return NumberError::kNone;
  }
  // Out of range. The library does not report whether the number is too large
  // or too small.
  const char* digit = begin + negative;
  if (*digit == '0') {
    --magnitude;
    if (*++digit == '.') {
      while (*++digit == '0') {
        --magnitude;
      }
    }
  }
  const bool is_large = magnitude > 0 && IsDigit(*digit);
  const T size = is_large ? std::numeric_limits<T>::infinity() : T(0);
  *value = negative ? -size : size;
  return NumberError::kNone;
}

template <typename T>
[[gnu::noinline]] NumberError ParseNamed(const char* token, T* value,
                                         const char** end) {
  const bool negative = *token == '-';
  const char* p = token + negative;
  if (std::memcmp(p, "NaN", 3) == 0) {
    *value = std::numeric_limits<T>::quiet_NaN();
    p += 3;
  } else {
    if (std::memcmp(p, "Inf", 3) != 0) {
      return NumberError::kSyntax;
    }
    p += 3;
    if (std::memcmp(p, "inity", 5) == 0) {
      p += 5;
    }
    *value = negative ? -std::numeric_limits<T>::infinity()
                      : std::numeric_limits<T>::infinity();
  }
  if (!IsAfterJsonValue(*p)) {
    return NumberError::kSyntax;
  }
  *end = p;
  return NumberError::kNone;
}

template <typename T>
[[gnu::always_inline]] inline NumberError ParseFloating(const char* token,
                                                        T* value,
                                                        const char** end) {
  const bool negative = *token == '-';
#ifdef __SSE2__
  const ShortFraction number = ReadShortFraction(token, negative);
  if (number.size > 0 &&
      Scale(number.mantissa, -number.digits, negative, value)) {
    *end = token + number.size;
    return NumberError::kNone;
  }
#endif
  const char* const whole = token + negative;
  if (!IsDigit(*whole)) {
    return ParseNamed(token, value, end);
  }
  // Handles the first digit separately: most numbers have only one before the
  // point.
  auto mantissa = static_cast<uint64_t>(*whole - '0');
  const char* p = whole + 1;
  if (IsDigit(*p)) {
    p = AppendDigits(p, &mantissa);
  }
  if (*whole == '0' && p - whole > 1) {
    return NumberError::kSyntax;
  }
  int64_t digits = p - whole;
  int64_t magnitude = digits;
  int64_t exponent = 0;
  if (*p == '.') {
    const char* const fraction = ++p;
    p = AppendDigits(p, &mantissa);
    if (p == fraction) {
      return NumberError::kSyntax;
    }
    exponent = fraction - p;
    digits -= exponent;
  }
  if (*p == 'e' || *p == 'E') {
    ++p;
    const bool down = *p == '-';
    if (*p == '-' || *p == '+') {
      ++p;
    }
    if (!IsDigit(*p)) {
      return NumberError::kSyntax;
    }
    int64_t written = 0;
    for (; IsDigit(*p); ++p) {
      if (written < 1'000'000'000'000) {
        written = written * 10 + (*p - '0');
      }
    }
    exponent += down ? -written : written;
    magnitude += down ? -written : written;
  }
  if (!IsAfterJsonValue(*p)) {
    return NumberError::kSyntax;
  }
  *end = p;
  if (digits > 18) {
    // Does not count leading zeros.
    for (const char* zero = whole; *zero == '0' || *zero == '.'; ++zero) {
      digits -= *zero == '0';
    }
  }
  if (digits <= 18 && exponent >= -kMaxExactPower &&
      exponent <= kMaxExactPower &&
      Scale(mantissa, exponent, negative, value)) {
    return NumberError::kNone;
  }
  return ParseGeneral(token, p, magnitude, value);
}

template <typename T>
NumberError ParseInteger(const char* token, T* value, const char** end) {
  const bool negative = *token == '-';
  const char* const whole = token + negative;
  uint64_t magnitude = 0;
  const char* p = AppendDigits(whole, &magnitude);
  if (p == whole || (*whole == '0' && p - whole > 1)) {
    return NumberError::kSyntax;
  }
  if (!IsAfterJsonValue(*p)) {
    double number;
    const NumberError error = ParseFloating(token, &number, end);
    return error == NumberError::kNone ? NumberError::kNotWhole : error;
  }
  *end = p;
  if (p - whole > 19) {
    if (std::from_chars(whole, p, magnitude).ec != std::errc()) {
      return NumberError::kRange;
    }
  }
  using Limits = std::numeric_limits<T>;
  if (negative) {
    constexpr uint64_t kLowest =
        std::is_signed_v<T> ? static_cast<uint64_t>(Limits::max()) + 1 : 0;
    if (magnitude > kLowest) {
      return NumberError::kRange;
    }
    *value = static_cast<T>(0 - magnitude);
  } else {
    if (magnitude > static_cast<uint64_t>(Limits::max())) {
      return NumberError::kRange;
    }
    *value = static_cast<T>(magnitude);
  }
  return NumberError::kNone;
}

}  // namespace json_number_internal

// Parses the number at `token` and sets `*end` to the position after it. After
// an error, `*end` has no meaning. T is float, double or a built-in integer
// type of 8 to 64 bits.
template <typename T>
[[gnu::always_inline]] inline NumberError ParseJsonNumber(const char* token,
                                                          T* value,
                                                          const char** end) {
  if constexpr (std::is_floating_point_v<T>) {
    return json_number_internal::ParseFloating(token, value, end);
  } else {
    static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>);
    return json_number_internal::ParseInteger(token, value, end);
  }
}

template <typename T>
inline NumberError ParseJsonNumber(const char* token, T* value) {
  const char* end;
  return ParseJsonNumber(token, value, &end);
}

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_NUMBER_H_
