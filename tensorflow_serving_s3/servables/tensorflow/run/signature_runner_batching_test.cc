// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/signature_runner_test_util.h"

namespace tfs3 {
namespace {

using tensorflow::SignatureDef;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::ElementsAre;
using testing::HasSubstr;

// Returns options for batches of at most two rows, without a timeout.
BatchingConfig Batching() {
  BatchingConfig batching;
  batching.options.num_batch_threads = 2;
  batching.options.max_batch_size = 2;
  batching.options.max_execution_batch_size = 2;
  batching.options.max_enqueued_batches = 1000;
  auto scheduler = BatchScheduler::Create(batching.options);
  EXPECT_TRUE(scheduler.ok()) << scheduler.status();
  batching.scheduler = *std::move(scheduler);
  return batching;
}

using SignatureRunnerBatchingTest = SignatureRunnerTest;

INSTANTIATE_TEST_SUITE_P(Threads, SignatureRunnerBatchingTest,
                         testing::Values(RunThread::kCaller, RunThread::kPool),
                         [](const testing::TestParamInfo<RunThread>& info) {
                           return info.param == RunThread::kCaller ? "Caller"
                                                                   : "Pool";
                         });

TEST_P(SignatureRunnerBatchingTest, BatchesRunsThatFetchTheSameOutputs) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "copy", "b:0");
  SetOutput(signature, "sum", "sum:0");
  const auto runner = MakeRunner(signature, Batching());

  const int successes = CountSuccesses([&](int number) {
    const auto a = static_cast<float>(number);
    SignatureRunner::RunOptions options;
    if (number % 3 == 0) {
      options.fetch = {0, 2};
    }
    const auto outputs = runner->Run({Vector({a}), Vector({1})}, options);
    return outputs.ok() && Values(outputs->front()) == std::vector{1.f} &&
           Values(outputs->back()) == std::vector{a + 1};
  });

  EXPECT_EQ(successes, kConcurrentRuns);
}

TEST_P(SignatureRunnerBatchingTest, RefusesARequestLargerThanABatch) {
  const auto runner = MakeRunner(Subtract(), Batching());

  const absl::Status status =
      runner->Run({Vector({1, 2, 3}), Vector({1, 2, 3})}, {}).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("max_batch_size"));
}

// The error for a request larger than a batch shows that it was batched.
TEST_P(SignatureRunnerBatchingTest, BatchesWhateverShapeIsDeclared) {
  const auto declare = [](tensorflow::TensorInfo& info, int shape) {
    info.clear_tensor_shape();
    if (shape == 0) {
      return;
    }
    info.mutable_tensor_shape();
    if (shape == 2) {
      info.mutable_tensor_shape()->add_dim()->set_size(1);
    }
  };
  for (int shape = 0; shape < 3; ++shape) {
    SCOPED_TRACE(shape);
    SignatureDef signature = Subtract();
    declare(signature.mutable_inputs()->at("minuend"), shape);
    declare(signature.mutable_outputs()->at("difference"), shape);
    const auto runner = MakeRunner(signature, Batching());

    const auto two = runner->Run({Vector({1, 2}), Vector({1, 1})}, {});
    const absl::Status three =
        runner->Run({Vector({1, 2, 3}), Vector({1, 2, 3})}, {}).status();

    ASSERT_TRUE(two.ok()) << two.status();
    EXPECT_THAT(Values(two->front()), ElementsAre(0, 1));
    EXPECT_THAT(std::string(three.message()), HasSubstr("max_batch_size"));
  }
}

TEST_P(SignatureRunnerBatchingTest, RunsInputsThatCannotBeBatched) {
  const auto runner = MakeRunner(Subtract(), Batching());
  Tensor scalar(tensorflow::DT_FLOAT, TensorShape({}));
  scalar.scalar<float>()() = 1;

  const auto both = runner->Run({scalar, scalar}, {});
  const auto one = runner->Run({Vector({5, 7}), scalar}, {});
  const auto broadcast = runner->Run({Vector({5, 7, 9}), Vector({1})}, {});

  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->front().shape(), TensorShape({}));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT(Values(one->front()), ElementsAre(4, 6));
  ASSERT_TRUE(broadcast.ok()) << broadcast.status();
  EXPECT_THAT(Values(broadcast->front()), ElementsAre(4, 6, 8));
}

TEST_P(SignatureRunnerBatchingTest, NamesAnInputThatTheGraphRefuses) {
  const auto runner = MakeRunner(Subtract(), Batching());
  const Tensor ints(tensorflow::DT_INT32, TensorShape({1}));

  const absl::Status status = runner->Run({Vector({1}), ints}, {}).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("(input \"subtrahend\" is int32 [1], declared float "
                        "[?])"));
}

TEST_P(SignatureRunnerBatchingTest, DoesNotBatchOutputsWithoutRows) {
  SignatureDef signature = Subtract();
  signature.mutable_outputs()
      ->at("difference")
      .mutable_tensor_shape()
      ->mutable_dim(0)
      ->set_size(3);
  const auto runner = MakeRunner(signature, Batching());

  const auto outputs = runner->Run({Vector({1, 2, 3}), Vector({1, 1, 1})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(0, 1, 2));
}

TEST_P(SignatureRunnerBatchingTest, IsNotQuickWithBatching) {
  const auto runner = MakeRunner(Subtract(), Batching());
  ASSERT_TRUE(runner->Run({Vector({5}), Vector({2})}, {}).ok());

  EXPECT_FALSE(runner->quick());
}

}  // namespace
}  // namespace tfs3
