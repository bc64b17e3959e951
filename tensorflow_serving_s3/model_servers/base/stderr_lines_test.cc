// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/stderr_lines.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

void Bracket(absl::string_view line) {
  WriteToStderr(absl::StrCat("[", line, "]\n"));
}

// One test, because a process has only one stderr.
TEST(StderrLinesTest, PassesOnEveryLineAndRestoresStderr) {
  ::testing::internal::CaptureStderr();
  RedirectStderr();
  std::fprintf(stderr, "held\n");
  WriteToStderr("past it\n");
  CaptureStderr(Bracket);
  std::fprintf(stderr, "two\n\nlines\n");
  EXPECT_EQ(std::system("echo child >&2"), 0);
  EXPECT_EQ(write(STDERR_FILENO, "no end", 6), 6);
  ReleaseStderr();
  std::fprintf(stderr, "after\n");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "past it\n[held]\n[two]\n[lines]\n[child]\n[no end]\nafter\n");
}

TEST(StderrLinesDeathTest, PassesOnTheLinesBeforeAnAbort) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        CaptureStderr(Bracket);
        std::fprintf(stderr, "why it aborts\n");
        std::abort();
      },
      "\\[why it aborts\\]");
}

}  // namespace
}  // namespace tfs3
