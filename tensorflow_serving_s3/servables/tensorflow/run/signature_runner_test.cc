// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/signature_runner_test_util.h"

namespace tfs3 {
namespace {

using tensorflow::SignatureDef;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::ElementsAre;
using testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(Threads, SignatureRunnerTest,
                         testing::Values(RunThread::kCaller, RunThread::kPool),
                         [](const testing::TestParamInfo<RunThread>& info) {
                           return info.param == RunThread::kCaller ? "Caller"
                                                                   : "Pool";
                         });

TEST_P(SignatureRunnerTest, ComputesOutputsFromInputsInOrder) {
  const auto runner = MakeRunner(Subtract());

  const auto outputs = runner->Run({Vector({5, 7}), Vector({1, 2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  ASSERT_EQ(outputs->size(), 1u);
  EXPECT_THAT(Values(outputs->front()), ElementsAre(4, 5));
}

TEST_P(SignatureRunnerTest, ListsInputsAndOutputsByAlias) {
  SignatureDef signature;
  for (const std::string alias : {"z", "m", "a"}) {
    SetInput(signature, alias, "a:0");
    SetOutput(signature, alias, "sum:0");
  }
  const auto runner = MakeRunner(signature);

  for (size_t i = 0; i < 3; ++i) {
    const std::string alias = std::vector<std::string>{"a", "m", "z"}[i];
    EXPECT_EQ(runner->inputs()[i].alias, alias);
    EXPECT_EQ(runner->outputs()[i].alias, alias);
    EXPECT_EQ(runner->FindInput(alias), i);
    EXPECT_EQ(runner->FindOutput(alias), i);
  }
  EXPECT_EQ(runner->FindInput("b"), std::nullopt);
  EXPECT_EQ(runner->FindOutput("zz"), std::nullopt);
}

TEST_P(SignatureRunnerTest, ReturnsTypeAndShapeOfInputs) {
  const auto runner = MakeRunner(Subtract());

  EXPECT_EQ(runner->inputs()[0].dtype, tensorflow::DT_FLOAT);
  EXPECT_EQ(runner->inputs()[0].shape.DebugString(), "[?]");
}

TEST_P(SignatureRunnerTest, DoesNotEnforceDeclaredShapes) {
  for (const std::vector<int64_t>& declared :
       {std::vector<int64_t>{}, {1}, {-1, 1}, {4}, {0}, {-1, 2, 2}}) {
    SignatureDef signature = Subtract();
    for (auto& [alias, info] : *signature.mutable_inputs()) {
      info.mutable_tensor_shape()->Clear();
      for (const int64_t size : declared) {
        info.mutable_tensor_shape()->add_dim()->set_size(size);
      }
    }
    const auto runner = MakeRunner(signature);

    for (const TensorShape& shape :
         {TensorShape({}), TensorShape({3}), TensorShape({2, 1})}) {
      Tensor five(tensorflow::DT_FLOAT, shape);
      five.flat<float>().setConstant(5);
      Tensor two(tensorflow::DT_FLOAT, shape);
      two.flat<float>().setConstant(2);
      const auto outputs = runner->Run({five, two}, {});
      ASSERT_TRUE(outputs.ok()) << outputs.status();
      EXPECT_EQ(outputs->front().shape(), shape);
      EXPECT_EQ(Values(outputs->front()).front(), 3);
    }
  }
}

TEST_P(SignatureRunnerTest, DoesNotEnforceDeclaredTypes) {
  SignatureDef signature = Subtract();
  for (auto& [alias, info] : *signature.mutable_inputs()) {
    info.set_dtype(tensorflow::DT_INT32);
  }
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(3));
}

TEST_P(SignatureRunnerTest, AnUndeclaredShapeIsOfUnknownRank) {
  SignatureDef signature = Subtract();
  (*signature.mutable_inputs())["minuend"].clear_tensor_shape();
  (*signature.mutable_outputs())["difference"].clear_tensor_shape();

  const auto runner = MakeRunner(signature);

  EXPECT_TRUE(runner->inputs()[0].shape.unknown_rank());
  EXPECT_TRUE(runner->outputs()[0].shape.unknown_rank());
}

TEST_P(SignatureRunnerTest, NamesAnInputWhoseTypeTheGraphRefuses) {
  const auto runner = MakeRunner(Subtract());
  for (const tensorflow::DataType dtype :
       {tensorflow::DT_INT32, tensorflow::DT_STRING, tensorflow::DT_DOUBLE,
        tensorflow::DT_BOOL}) {
    const absl::Status status =
        runner->Run({Vector({1}), Tensor(dtype, TensorShape({1}))}, {})
            .status();

    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("(input \"subtrahend\" is " +
                          tensorflow::DataTypeString(dtype) +
                          " [1], declared float [?])"));
  }
}

TEST_P(SignatureRunnerTest, NamesAnInputWhoseShapeTheGraphRefuses) {
  const auto runner = MakeRunner(Subtract());
  const Tensor matrix(tensorflow::DT_FLOAT, TensorShape({2, 3}));

  EXPECT_EQ(runner->Run({matrix, Vector({1, 2})}, {}).status(),
            absl::InvalidArgumentError(
                "Incompatible shapes: [2,3] vs. [2] (input \"minuend\" is "
                "float [2,3], declared float [?])"));
}

TEST_P(SignatureRunnerTest, RefusesAWrongNumberOfInputs) {
  const auto runner = MakeRunner(Subtract());

  EXPECT_EQ(runner->Run({Vector({1})}, {}).status(),
            absl::InvalidArgumentError(
                "signature \"calculate\" takes 2 inputs, got 1"));
}

TEST_P(SignatureRunnerTest, ReturnsErrorsOfTheGraphOnOneLine) {
  const auto runner = MakeRunner(Subtract());

  const absl::Status status =
      runner->Run({Vector({1, 2}), Vector({1, 2, 3})}, {}).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()),
            "Incompatible shapes: [2] vs. [3] (input \"minuend\" is float [2], "
            "declared float [?]; input \"subtrahend\" is float [3], declared "
            "float [?])");
}

TEST_P(SignatureRunnerTest, AcceptsEqualValuesForTwoInputsOfOneTensor) {
  SignatureDef signature = Subtract();
  SetInput(signature, "again", "a");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(3));
}

TEST_P(SignatureRunnerTest, RefusesDifferentValuesForTwoInputsOfOneTensor) {
  SignatureDef signature = Subtract();
  SetInput(signature, "again", "a");
  const auto runner = MakeRunner(signature);

  EXPECT_EQ(
      runner->Run({Vector({5}), Vector({6}), Vector({2})}, {}).status(),
      absl::InvalidArgumentError(
          "inputs \"again\" and \"minuend\" of signature \"calculate\" are two "
          "names of the same tensor and must have equal values"));
}

TEST_P(SignatureRunnerTest, AcceptsShortTensorNames) {
  SignatureDef signature;
  SetInput(signature, "x", "a");
  SetInput(signature, "y", "b");
  SetOutput(signature, "z", "sum");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(7));
}

TEST_P(SignatureRunnerTest, DoesNotStartAfterTheDeadline) {
  const auto runner = MakeRunner(Subtract());
  SignatureRunner::RunOptions options;
  options.deadline = absl::InfinitePast();

  EXPECT_EQ(runner->Run({Vector({5}), Vector({2})}, options).status(),
            absl::DeadlineExceededError("the request's deadline passed before "
                                        "the signature \"calculate\" ran"));
}

TEST_P(SignatureRunnerTest, RunsBeforeTheDeadline) {
  const auto runner = MakeRunner(Subtract());
  SignatureRunner::RunOptions options;
  options.deadline = absl::Now() + absl::Hours(1);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, options);

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(3));
}

TEST_P(SignatureRunnerTest, ReturnsDefaultValues) {
  SignatureDef signature = Subtract();
  Vector({4}).AsProtoField(&(*signature.mutable_defaults())["subtrahend"]);
  const auto runner = MakeRunner(signature);

  EXPECT_EQ(runner->default_input(0), nullptr);
  ASSERT_NE(runner->default_input(1), nullptr);
  EXPECT_THAT(Values(*runner->default_input(1)), ElementsAre(4));
}

TEST_P(SignatureRunnerTest, RefusesSparseInputs) {
  SignatureDef signature = Subtract();
  (*signature.mutable_inputs())["minuend"]
      .mutable_coo_sparse()
      ->set_values_tensor_name("a:0");

  const absl::Status status =
      SignatureRunner::Create(session_.get(), "calculate", signature,
                              GetParam())
          .status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("signature \"calculate\": input \"minuend\" is a "
                        "sparse tensor"));
}

TEST_P(SignatureRunnerTest, RunsOnManyThreads) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "sum", "sum:0");
  const auto runner = MakeRunner(signature);

  const int successes = CountSuccesses([&](int number) {
    const auto a = static_cast<float>(number);
    SignatureRunner::RunOptions options;
    if (number % 3 == 0) {
      options.fetch = {1};
    }
    const auto outputs = runner->Run({Vector({a}), Vector({1})}, options);
    return outputs.ok() && Values(outputs->back()) == std::vector{a + 1};
  });

  EXPECT_EQ(successes, kConcurrentRuns);
}

TEST_P(SignatureRunnerTest, DoesNotRunACancelledRequest) {
  const auto runner = MakeRunner(Subtract());
  SignatureRunner::RunOptions options;
  options.cancelled = [] { return true; };

  EXPECT_EQ(runner->Run({Vector({5}), Vector({2})}, options).status(),
            absl::CancelledError("the request was cancelled before the "
                                 "signature \"calculate\" ran"));
}

TEST_P(SignatureRunnerTest, RunsARequestThatIsNotCancelled) {
  const auto runner = MakeRunner(Subtract());
  SignatureRunner::RunOptions options;
  options.cancelled = [] { return false; };

  EXPECT_TRUE(runner->Run({Vector({5}), Vector({2})}, options).ok());
}

TEST_P(SignatureRunnerTest, IsNotQuickBeforeTheFirstRun) {
  EXPECT_FALSE(MakeRunner(Subtract())->quick());
}

TEST_F(SignatureRunnerTest, IsNotQuickOnThePool) {
  const auto runner = SignatureRunner::Create(session_.get(), "calculate",
                                              Subtract(), RunThread::kPool);
  ASSERT_TRUE((*runner)->Run({Vector({5}), Vector({2})}, {}).ok());

  EXPECT_FALSE((*runner)->quick());
}

TEST_F(SignatureRunnerTest, PrepareReportsMissingTensors) {
  SignatureDef signature = Subtract();
  const auto good = SignatureRunner::Create(session_.get(), "calculate",
                                            signature, RunThread::kCaller);
  SetOutput(signature, "difference", "nowhere:0");
  const auto bad = SignatureRunner::Create(session_.get(), "calculate",
                                           signature, RunThread::kCaller);

  EXPECT_TRUE((*good)->Prepare().ok());
  EXPECT_FALSE((*bad)->Prepare().ok());
}

}  // namespace
}  // namespace tfs3
