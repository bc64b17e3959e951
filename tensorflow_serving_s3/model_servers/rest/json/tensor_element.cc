// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/json/tensor_element.h"

#include <cfenv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace tfs3::rest {
namespace {

// Rounds `wide` towards zero to a float, and sets the last bit if this was not
// exact ("round to odd"). Rounding the result to a type with fewer bits then
// gives the same value as rounding `wide` directly. `wide` is not NaN.
float RoundToOdd(double wide) {
  auto narrow = static_cast<float>(wide);
  if (static_cast<double>(narrow) == wide) {
    return narrow;
  }
  uint32_t bits;
  std::memcpy(&bits, &narrow, sizeof bits);
  if (std::abs(static_cast<double>(narrow)) > std::abs(wide)) {
    --bits;
  }
  bits |= 1;
  std::memcpy(&narrow, &bits, sizeof bits);
  return narrow;
}

// Parses the valid number at `token` to a double, rounded to odd: if no double
// is equal to the number, returns the neighbour whose last bit is set.
[[gnu::noinline]] double ReadRoundedToOdd(const char* token) {
  const auto read = [token](int rounding) {
    const int before = std::fegetround();
    std::fesetround(rounding);
    const double number = std::strtod(token, nullptr);
    std::fesetround(before);
    return number;
  };
  const double below = read(FE_DOWNWARD);
  uint64_t bits;
  std::memcpy(&bits, &below, sizeof bits);
  return (bits & 1) != 0 ? below : read(FE_UPWARD);
}

// Returns `wide`, rounded to the nearest value of T, as a float.
template <typename T>
float Narrowed(double wide) {
  return static_cast<float>(static_cast<T>(RoundToOdd(wide)));
}

template <typename T>
Outcome Parse(const char* token, T* element, const char** end) {
  double wide;
  const Outcome outcome = ParseElement(token, &wide, end);
  if (outcome != Outcome::kStored) {
    return outcome;
  }
  if (!std::isfinite(wide)) {
    *element = static_cast<T>(static_cast<float>(wide));
    const bool is_written_out = json_number_internal::IsDigit((*end)[-1]);
    return is_written_out ? Outcome::kOutOfRange : Outcome::kStored;
  }
  // `wide` is already rounded. This matters only if its neighbours round to
  // different values of T: the exact number may then round to the other one.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (Narrowed<T>(std::nextafter(wide, -kInfinity)) !=
      Narrowed<T>(std::nextafter(wide, kInfinity))) {
    wide = ReadRoundedToOdd(token);
  }
  *element = static_cast<T>(RoundToOdd(wide));
  return std::isinf(static_cast<float>(*element)) ? Outcome::kOutOfRange
                                                  : Outcome::kStored;
}

}  // namespace

Outcome ParseNarrowFloat(const char* token, Eigen::half* element,
                         const char** end) {
  return Parse(token, element, end);
}

Outcome ParseNarrowFloat(const char* token, tensorflow::bfloat16* element,
                         const char** end) {
  return Parse(token, element, end);
}

}  // namespace tfs3::rest
