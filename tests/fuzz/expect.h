// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Checks properties that must hold for every input of a fuzz target.
//
//   Expect(tensor.dtype() == spec.dtype, "a tensor has the type declared");
//
// A property that does not hold ends the program, so that libFuzzer saves the
// input.
#ifndef TESTS_FUZZ_EXPECT_H_
#define TESTS_FUZZ_EXPECT_H_

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tfs3::fuzz {

inline void Expect(bool holds, std::string_view what,
                   std::string_view seen = "") {
  if (holds) {
    return;
  }
  std::fprintf(stderr, "does not hold: %.*s\n%.*s\n",
               static_cast<int>(what.size()), what.data(),
               static_cast<int>(seen.size()), seen.data());
  std::abort();
}

}  // namespace tfs3::fuzz

#endif  // TESTS_FUZZ_EXPECT_H_
