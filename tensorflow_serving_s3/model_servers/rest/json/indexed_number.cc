// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/json/indexed_number.h"

#ifdef __x86_64__

namespace tfs3::rest::indexed_number_internal {
namespace {

constexpr Constants MakeConstants() {
  Constants made{};
  for (int i = 0; i < 16; ++i) {
    made.zeros[i] = '0';
    made.points[i] = '.' ^ '0';
    made.nines[i] = 9;
    made.pairs[i] = i % 2 == 0 ? 10 : 1;
  }
  for (int i = 0; i < 8; ++i) {
    made.fours[i] = i % 2 == 0 ? 100 : 1;
    made.eights[i] = i % 2 == 0 ? 10000 : 1;
  }
  made.sixteens[0] = 1e8;
  made.sixteens[1] = 1;
  for (int i = 16; i < 48; ++i) {
    made.last_bytes[i] = -1;
  }
  for (int point = 0; point <= 16; ++point) {
    for (int i = 0; i < 16; ++i) {
      // The digits before the point move towards the end. A point without
      // digits after it stays, and is then not a digit. -1 gives 0.
      const bool stays = point >= 15 || i > point;
      made.without_point[point][i] = static_cast<char>(stays ? i : i - 1);
    }
    const int digits = point == 16 ? 0 : 15 - point;
    made.factor[point][0] = json_number_internal::kInversePowersOfTen[digits];
    made.factor[point][1] = -made.factor[point][0];
    made.divisor[point][0] = json_number_internal::kExactPowersOfTen[digits];
    made.divisor[point][1] = -made.divisor[point][0];
  }
  return made;
}

constexpr Constants kMade = MakeConstants();

}  // namespace

const Constants kConstants = kMade;

}  // namespace tfs3::rest::indexed_number_internal

#endif  // __x86_64__
