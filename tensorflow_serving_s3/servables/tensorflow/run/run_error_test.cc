// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/run_error.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

namespace tfs3 {
namespace {

struct Case {
  std::string name;
  std::string message;
  std::string line;
};

class FirstMeaningfulLineTest : public testing::TestWithParam<Case> {};

TEST_P(FirstMeaningfulLineTest, ReturnsOnlyTheCause) {
  EXPECT_EQ(FirstMeaningfulLine(GetParam().message), GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    Messages, FirstMeaningfulLineTest,
    testing::Values(
        Case{"OneLine", "Read less bytes than requested",
             "Read less bytes than requested"},
        Case{"NodeOnTheNextLine",
             "indices = 7 is not in [0, 3)\n\t [[{{function_node f}}{{node "
             "GatherV2}}]]",
             "indices = 7 is not in [0, 3)"},
        Case{"NodeOnTheSameLine", "bad value [[{{node x}}]]", "bad value"},
        Case{"SeveralErrors",
             "2 root error(s) found.\n  (0) INVALID_ARGUMENT: Incompatible "
             "shapes: [2] vs. [3]\n\t [[{{node add}}]]\n  (1) "
             "INVALID_ARGUMENT: other\n0 successful operations.\n0 derived "
             "errors ignored.",
             "Incompatible shapes: [2] vs. [3]"},
        Case{"PythonStackTrace",
             "Graph execution error:\n\nDetected at node add defined at (most "
             "recent call last):\n  File \"train.py\", line 3, in "
             "<module>\n\nOOM when allocating\n\t [[{{node add}}]]",
             "OOM when allocating"},
        Case{"Empty", "", "TensorFlow gave no reason"},
        Case{"NodesOnly", "\n\t [[{{node add}}]]",
             "TensorFlow gave no reason"}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(CleanRunErrorTest, KeepsTheCode) {
  EXPECT_EQ(CleanRunError(absl::AbortedError("a\n\t [[{{node x}}]]")),
            absl::AbortedError("a"));
}

TEST(CleanRunErrorTest, KeepsOk) {
  EXPECT_EQ(CleanRunError(absl::OkStatus()), absl::OkStatus());
}

}  // namespace
}  // namespace tfs3
