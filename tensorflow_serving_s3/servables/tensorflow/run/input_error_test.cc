// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/input_error.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/status/status.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;

const absl::Status& kGraphError =
    *new absl::Status(absl::InvalidArgumentError("refused"));

// Returns x, float [?], and k, string of any shape.
std::vector<TensorSpec> Declared() {
  return {{"k", tensorflow::DT_STRING, {}},
          {"x", tensorflow::DT_FLOAT, tensorflow::PartialTensorShape({-1})}};
}

std::vector<Tensor> Inputs(const TensorShape& x) {
  return {Tensor(tensorflow::DT_STRING, TensorShape({})),
          Tensor(tensorflow::DT_FLOAT, x)};
}

TEST(ExplainInputErrorTest, NamesTheInputThatIsNotAsDeclared) {
  EXPECT_EQ(
      ExplainInputError(kGraphError, Declared(), Inputs(TensorShape({2, 1}))),
      absl::InvalidArgumentError(
          "refused (input \"x\" is float [2,1], declared float [?])"));
}

TEST(ExplainInputErrorTest, NamesAllInputsIfAllAreAsDeclared) {
  EXPECT_EQ(
      ExplainInputError(kGraphError, Declared(), Inputs(TensorShape({2}))),
      absl::InvalidArgumentError(
          "refused (input \"k\" is string [], declared string of any "
          "shape; input \"x\" is float [2], declared float [?])"));
}

TEST(ExplainInputErrorTest, KeepsAnErrorWithoutInputs) {
  EXPECT_EQ(ExplainInputError(kGraphError, {}, {}), kGraphError);
}

TEST(ExplainInputErrorTest, ExplainsOtherErrorsOnlyIfAnInputIsNotAsDeclared) {
  const absl::Status internal = absl::InternalError("broken");

  EXPECT_EQ(ExplainInputError(internal, Declared(), Inputs(TensorShape({2}))),
            internal);
  EXPECT_EQ(
      ExplainInputError(internal, Declared(), Inputs(TensorShape({2, 1}))),
      absl::InternalError(
          "broken (input \"x\" is float [2,1], declared float [?])"));
}

TEST(ExplainInputErrorTest, KeepsErrorsOfTimeAndResources) {
  for (const absl::Status& error :
       {absl::CancelledError("gone"), absl::DeadlineExceededError("late"),
        absl::ResourceExhaustedError("full"), absl::UnavailableError("busy")}) {
    EXPECT_EQ(ExplainInputError(error, Declared(), Inputs(TensorShape({2, 1}))),
              error);
  }
}

TEST(ExplainInputErrorTest, NamesAtMostFourInputs) {
  const TensorSpec spec{"x", tensorflow::DT_FLOAT, {}};
  const Tensor scalar(tensorflow::DT_FLOAT, TensorShape({}));

  EXPECT_EQ(ExplainInputError(kGraphError, std::vector<TensorSpec>(9, spec),
                              std::vector<Tensor>(9, scalar)),
            ExplainInputError(kGraphError, std::vector<TensorSpec>(4, spec),
                              std::vector<Tensor>(4, scalar)));
}

}  // namespace
}  // namespace tfs3
