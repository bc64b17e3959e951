// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/signature_runner_test_util.h"

namespace tfs3 {
namespace {

using tensorflow::SignatureDef;
using tensorflow::Tensor;
using testing::ElementsAre;
using testing::HasSubstr;

using SignatureRunnerOutputsTest = SignatureRunnerTest;

INSTANTIATE_TEST_SUITE_P(Threads, SignatureRunnerOutputsTest,
                         testing::Values(RunThread::kCaller, RunThread::kPool),
                         [](const testing::TestParamInfo<RunThread>& info) {
                           return info.param == RunThread::kCaller ? "Caller"
                                                                   : "Pool";
                         });

TEST_P(SignatureRunnerOutputsTest, ReturnsAnInputThatIsAnOutput) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "copy", "b:0");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values((*outputs)[0]), ElementsAre(2));
  EXPECT_THAT(Values((*outputs)[1]), ElementsAre(3));
}

TEST_P(SignatureRunnerOutputsTest, NeedsNoRunIfAllOutputsAreInputs) {
  SignatureDef signature;
  SetInput(signature, "x", "a:0");
  SetOutput(signature, "y", "a:0");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(5));
}

TEST_P(SignatureRunnerOutputsTest, ReturnsOneTensorForTwoOutputs) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "again", "difference:0");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values((*outputs)[0]), ElementsAre(3));
  EXPECT_THAT(Values((*outputs)[1]), ElementsAre(3));
}

TEST_P(SignatureRunnerOutputsTest, ASparseOutputFailsOnlyRunsThatFetchIt) {
  SignatureDef signature = Subtract();
  (*signature.mutable_outputs())["edges"]
      .mutable_coo_sparse()
      ->set_values_tensor_name("sum:0");
  SetOutput(signature, "total", "sum:0");
  const auto runner = MakeRunner(signature);
  ASSERT_EQ(runner->outputs()[1].alias, "edges");
  const std::vector<Tensor> inputs = {Vector({5}), Vector({2})};
  const auto run = [&](const std::vector<size_t>& fetch) {
    SignatureRunner::RunOptions options;
    options.fetch = fetch;
    return runner->Run(inputs, options);
  };

  for (const absl::Status& refused :
       {runner->Prepare(), runner->Run(inputs, {}).status(), run({1}).status(),
        run({0, 1}).status()}) {
    EXPECT_EQ(refused,
              absl::InvalidArgumentError(
                  "signature \"calculate\": output \"edges\" is a sparse "
                  "tensor, and only dense tensors can be served; leave it out "
                  "with an output_filter, or export the model with a signature "
                  "of dense tensors"));
  }
  const auto outputs = run({0, 2});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values((*outputs)[0]), ElementsAre(3));
  EXPECT_THAT(Values((*outputs)[1]), ElementsAre(7));
}

// There are more choices than a runner compiles: it picks the others from all
// outputs.
TEST_P(SignatureRunnerOutputsTest, FetchesAnyChoiceOfDenseOutputs) {
  SignatureDef signature = Subtract();
  (*signature.mutable_outputs())["a_sparse"]
      .mutable_coo_sparse()
      ->set_values_tensor_name("sum:0");
  for (int i = 0; i < 5; ++i) {
    SetOutput(signature, absl::StrCat("sum", i), "sum:0");
  }
  const auto runner = MakeRunner(signature);

  for (unsigned choice = 1; choice < 64; ++choice) {
    SignatureRunner::RunOptions options;
    options.fetch.emplace();
    for (size_t i = 0; i < 6; ++i) {
      if ((choice & (1u << i)) != 0) {
        options.fetch->push_back(i + 1);
      }
    }
    const auto outputs = runner->Run({Vector({5}), Vector({2})}, options);

    ASSERT_TRUE(outputs.ok()) << outputs.status();
    for (size_t i = 0; i < outputs->size(); ++i) {
      const bool is_difference = (*options.fetch)[i] == 1;
      EXPECT_THAT(Values((*outputs)[i]), ElementsAre(is_difference ? 3 : 7));
    }
  }
}

TEST_P(SignatureRunnerOutputsTest, AMissingOutputFailsOnlyRunsThatFetchIt) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "lost", "lost:0");
  const auto runner = MakeRunner(signature);
  SignatureRunner::RunOptions options;
  options.fetch = {0};

  const absl::Status refused =
      runner->Run({Vector({5}), Vector({2})}, {}).status();
  const auto outputs = runner->Run({Vector({5}), Vector({2})}, options);

  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("lost:0"));
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(3));
}

TEST_P(SignatureRunnerOutputsTest, RefusesASignatureWithoutOutputs) {
  SignatureDef signature = Subtract();
  signature.mutable_outputs()->clear();
  const auto runner = MakeRunner(signature);

  EXPECT_EQ(runner->Run({Vector({1}), Vector({1})}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(SignatureRunnerOutputsTest, ComputesEveryChoiceOfOutputs) {
  SignatureDef signature;
  SetInput(signature, "a", "a:0");
  SetInput(signature, "b", "b:0");
  const std::vector<std::pair<std::string, float>> expected = {
      {"difference:0", 3},
      {"product:0", 10},
      {"sum:0", 7},
      {"b:0", 2},
      {"sum:0", 7}};
  for (size_t i = 0; i < expected.size(); ++i) {
    SetOutput(signature, absl::StrCat("output", i), expected[i].first);
  }
  const auto runner = MakeRunner(signature);

  for (unsigned choice = 0; choice < (1u << expected.size()); ++choice) {
    SCOPED_TRACE(choice);
    SignatureRunner::RunOptions options;
    options.fetch.emplace();
    std::vector<float> wanted;
    for (size_t i = 0; i < expected.size(); ++i) {
      if ((choice & (1u << i)) == 0) {
        continue;
      }
      options.fetch->push_back(i);
      wanted.push_back(expected[i].second);
    }

    const auto outputs = runner->Run({Vector({5}), Vector({2})}, options);

    ASSERT_TRUE(outputs.ok()) << outputs.status();
    std::vector<float> got;
    for (const Tensor& output : *outputs) {
      got.push_back(Values(output).at(0));
    }
    EXPECT_EQ(got, wanted);
  }
}

TEST_P(SignatureRunnerOutputsTest, FailsIfTheGraphDoesNotHaveTheTensor) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "difference", "nowhere:0");
  const auto runner = MakeRunner(signature);

  const absl::Status status =
      runner->Run({Vector({5}), Vector({2})}, {}).status();

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace tfs3
