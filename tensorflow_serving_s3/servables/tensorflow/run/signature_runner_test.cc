// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/public/session.h"
#include "tensorflow/core/public/session_options.h"

namespace tfs3 {
namespace {

using tensorflow::SignatureDef;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Tensor Vector(const std::vector<float>& values) {
  Tensor tensor(tensorflow::DT_FLOAT,
                TensorShape({static_cast<int64_t>(values.size())}));
  std::copy(values.begin(), values.end(), tensor.flat<float>().data());
  return tensor;
}

std::vector<float> Values(const Tensor& tensor) {
  const auto flat = tensor.flat<float>();
  return {flat.data(), flat.data() + flat.size()};
}

void AddNode(tensorflow::GraphDef& graph, const std::string& name,
             const std::string& op, const std::vector<std::string>& inputs) {
  tensorflow::NodeDef* node = graph.add_node();
  node->set_name(name);
  node->set_op(op);
  for (const std::string& input : inputs) node->add_input(input);
  (*node->mutable_attr())[op == "Placeholder" ? "dtype" : "T"].set_type(
      tensorflow::DT_FLOAT);
}

void SetVector(tensorflow::TensorInfo& info, const std::string& tensor) {
  info.set_name(tensor);
  info.set_dtype(tensorflow::DT_FLOAT);
  info.mutable_tensor_shape()->add_dim()->set_size(-1);
}

void SetInput(SignatureDef& signature, const std::string& alias,
              const std::string& tensor) {
  SetVector((*signature.mutable_inputs())[alias], tensor);
}

void SetOutput(SignatureDef& signature, const std::string& alias,
               const std::string& tensor) {
  SetVector((*signature.mutable_outputs())[alias], tensor);
}

// Runs against a session with the vectors a, b, sum = a + b, difference = a - b
// and product = a * b.
class SignatureRunnerTest : public testing::TestWithParam<RunThread> {
 protected:
  void SetUp() override {
    tensorflow::GraphDef graph;
    AddNode(graph, "a", "Placeholder", {});
    AddNode(graph, "b", "Placeholder", {});
    AddNode(graph, "sum", "AddV2", {"a", "b"});
    AddNode(graph, "difference", "Sub", {"a", "b"});
    AddNode(graph, "product", "Mul", {"a", "b"});
    session_.reset(tensorflow::NewSession(tensorflow::SessionOptions()));
    ASSERT_NE(session_, nullptr);
    ASSERT_TRUE(session_->Create(graph).ok());
  }

  void TearDown() override { EXPECT_TRUE(session_->Close().ok()); }

  // The signature that most tests use: minuend, subtrahend -> difference.
  static SignatureDef Subtract() {
    SignatureDef signature;
    SetInput(signature, "minuend", "a:0");
    SetInput(signature, "subtrahend", "b:0");
    SetOutput(signature, "difference", "difference:0");
    return signature;
  }

  std::unique_ptr<SignatureRunner> MakeRunner(
      const SignatureDef& signature,
      std::optional<BatchingConfig> batching = std::nullopt) {
    auto runner =
        SignatureRunner::Create(session_.get(), "calculate", signature,
                                GetParam(), std::move(batching));
    EXPECT_TRUE(runner.ok()) << runner.status();
    return runner.ok() ? *std::move(runner) : nullptr;
  }

  // Batches of at most two rows, which wait for nobody.
  static BatchingConfig Batching() {
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

  std::unique_ptr<tensorflow::Session> session_;
};

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

TEST_P(SignatureRunnerTest, KnowsTypeAndShapeOfInputs) {
  const auto runner = MakeRunner(Subtract());

  EXPECT_EQ(runner->inputs()[0].dtype, tensorflow::DT_FLOAT);
  EXPECT_EQ(runner->inputs()[0].shape.DebugString(), "[?]");
}

TEST_P(SignatureRunnerTest, ADeclaredShapeIsNoContract) {
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

TEST_P(SignatureRunnerTest, ADeclaredTypeIsNoContract) {
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

TEST_P(SignatureRunnerTest, TheGraphRefusesATypeAndTheErrorNamesTheInput) {
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

TEST_P(SignatureRunnerTest, TheGraphRefusesAShapeAndTheErrorNamesTheInput) {
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

TEST_P(SignatureRunnerTest, TellsErrorsOfTheGraphOnOneLine) {
  const auto runner = MakeRunner(Subtract());

  const absl::Status status =
      runner->Run({Vector({1, 2}), Vector({1, 2, 3})}, {}).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(status.message()),
            "Incompatible shapes: [2] vs. [3] (input \"minuend\" is float [2], "
            "declared float [?]; input \"subtrahend\" is float [3], declared "
            "float [?])");
}

TEST_P(SignatureRunnerTest, GivesBackAnInputThatIsAnOutput) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "copy", "b:0");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values((*outputs)[0]), ElementsAre(2));
  EXPECT_THAT(Values((*outputs)[1]), ElementsAre(3));
}

TEST_P(SignatureRunnerTest, NeedsNoRunWhereAllOutputsAreInputs) {
  SignatureDef signature;
  SetInput(signature, "x", "a:0");
  SetOutput(signature, "y", "a:0");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(5));
}

TEST_P(SignatureRunnerTest, GivesOneTensorUnderTwoNames) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "again", "difference:0");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values((*outputs)[0]), ElementsAre(3));
  EXPECT_THAT(Values((*outputs)[1]), ElementsAre(3));
}

TEST_P(SignatureRunnerTest, TakesEqualValuesForTwoNamesOfAnInput) {
  SignatureDef signature = Subtract();
  SetInput(signature, "again", "a");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(3));
}

TEST_P(SignatureRunnerTest, RefusesDifferentValuesForTwoNamesOfAnInput) {
  SignatureDef signature = Subtract();
  SetInput(signature, "again", "a");
  const auto runner = MakeRunner(signature);

  EXPECT_EQ(
      runner->Run({Vector({5}), Vector({6}), Vector({2})}, {}).status(),
      absl::InvalidArgumentError(
          "inputs \"again\" and \"minuend\" of signature \"calculate\" are two "
          "names of the same tensor and must have equal values"));
}

TEST_P(SignatureRunnerTest, TakesTheShortNameOfATensor) {
  SignatureDef signature;
  SetInput(signature, "x", "a");
  SetInput(signature, "y", "b");
  SetOutput(signature, "z", "sum");
  const auto runner = MakeRunner(signature);

  const auto outputs = runner->Run({Vector({5}), Vector({2})}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values(outputs->front()), ElementsAre(7));
}

TEST_P(SignatureRunnerTest, ASparseOutputFailsOnlyRunsThatFetchIt) {
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

// More choices than a runner prepares; the rest is picked from all outputs.
TEST_P(SignatureRunnerTest, PicksAnyChoiceOfOutputsBesideASparseOne) {
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
      if ((choice & (1u << i)) != 0) options.fetch->push_back(i + 1);
    }
    const auto outputs = runner->Run({Vector({5}), Vector({2})}, options);

    ASSERT_TRUE(outputs.ok()) << outputs.status();
    for (size_t i = 0; i < outputs->size(); ++i) {
      const bool is_difference = (*options.fetch)[i] == 1;
      EXPECT_THAT(Values((*outputs)[i]), ElementsAre(is_difference ? 3 : 7));
    }
  }
}

TEST_P(SignatureRunnerTest, AnOutputThatIsNotThereFailsOnlyRunsThatFetchIt) {
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

TEST_P(SignatureRunnerTest, RefusesASignatureWithoutOutputs) {
  SignatureDef signature = Subtract();
  signature.mutable_outputs()->clear();
  const auto runner = MakeRunner(signature);

  EXPECT_EQ(runner->Run({Vector({1}), Vector({1})}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(SignatureRunnerTest, ComputesEveryChoiceOfOutputs) {
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
      if ((choice & (1u << i)) == 0) continue;
      options.fetch->push_back(i);
      wanted.push_back(expected[i].second);
    }

    const auto outputs = runner->Run({Vector({5}), Vector({2})}, options);

    ASSERT_TRUE(outputs.ok()) << outputs.status();
    std::vector<float> got;
    for (const Tensor& output : *outputs) got.push_back(Values(output).at(0));
    EXPECT_EQ(got, wanted);
  }
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

TEST_P(SignatureRunnerTest, KnowsDefaultValues) {
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

TEST_P(SignatureRunnerTest, FailsToRunWhatTheGraphDoesNotHave) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "difference", "nowhere:0");
  const auto runner = MakeRunner(signature);

  const absl::Status status =
      runner->Run({Vector({5}), Vector({2})}, {}).status();

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("nowhere"));
}

TEST_P(SignatureRunnerTest, RunsOnManyThreadsAtOnce) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "sum", "sum:0");
  const auto runner = MakeRunner(signature);
  constexpr int kThreads = 8;
  constexpr int kRuns = 200;
  std::vector<int> right(kThreads);

  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int run = 0; run < kRuns; ++run) {
        const float a = 1000.f * thread + run;
        SignatureRunner::RunOptions options;
        if (run % 3 == 0) options.fetch = {1};
        const auto outputs = runner->Run({Vector({a}), Vector({1})}, options);
        if (outputs.ok() && Values(outputs->back()) == std::vector{a + 1}) {
          ++right[thread];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(right, testing::Each(kRuns));
}

TEST_P(SignatureRunnerTest, DoesNotRunForACallerThatHasGone) {
  const auto runner = MakeRunner(Subtract());
  SignatureRunner::RunOptions options;
  options.cancelled = [] { return true; };

  EXPECT_EQ(runner->Run({Vector({5}), Vector({2})}, options).status(),
            absl::CancelledError("the request was cancelled before the "
                                 "signature \"calculate\" ran"));
}

TEST_P(SignatureRunnerTest, RunsForACallerThatIsThere) {
  const auto runner = MakeRunner(Subtract());
  SignatureRunner::RunOptions options;
  options.cancelled = [] { return false; };

  EXPECT_TRUE(runner->Run({Vector({5}), Vector({2})}, options).ok());
}

TEST_P(SignatureRunnerTest, BatchesRunsThatWantTheSameOutputs) {
  SignatureDef signature = Subtract();
  SetOutput(signature, "copy", "b:0");
  SetOutput(signature, "sum", "sum:0");
  const auto runner = MakeRunner(signature, Batching());
  constexpr int kThreads = 8;
  constexpr int kRuns = 100;
  std::vector<int> right(kThreads);

  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int run = 0; run < kRuns; ++run) {
        const float a = 1000.f * thread + run;
        SignatureRunner::RunOptions options;
        if (run % 3 == 0) options.fetch = {0, 2};
        const auto outputs = runner->Run({Vector({a}), Vector({1})}, options);
        if (outputs.ok() && Values(outputs->front()) == std::vector{1.f} &&
            Values(outputs->back()) == std::vector{a + 1}) {
          ++right[thread];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(right, testing::Each(kRuns));
}

TEST_P(SignatureRunnerTest, TakesNoLargerRequestThanABatch) {
  const auto runner = MakeRunner(Subtract(), Batching());

  const absl::Status status =
      runner->Run({Vector({1, 2, 3}), Vector({1, 2, 3})}, {}).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("max_batch_size"));
}

// A request larger than a batch is refused only if it is to be batched.
TEST_P(SignatureRunnerTest, DeclaredShapesDoNotStopBatching) {
  const auto declare = [](tensorflow::TensorInfo& info, int shape) {
    info.clear_tensor_shape();
    if (shape == 0) return;
    info.mutable_tensor_shape();
    if (shape == 2) info.mutable_tensor_shape()->add_dim()->set_size(1);
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

TEST_P(SignatureRunnerTest, BatchingRefusesNoInputsThatTheGraphTakes) {
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

TEST_P(SignatureRunnerTest, ABatchThatTheGraphRefusesNamesTheInput) {
  const auto runner = MakeRunner(Subtract(), Batching());
  const Tensor ints(tensorflow::DT_INT32, TensorShape({1}));

  const absl::Status status = runner->Run({Vector({1}), ints}, {}).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("(input \"subtrahend\" is int32 [1], declared float "
                        "[?])"));
}

TEST_P(SignatureRunnerTest, DoesNotBatchWhatHasNoRows) {
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

TEST_P(SignatureRunnerTest, IsNotQuickWhereARunWaitsForOthers) {
  const auto runner = MakeRunner(Subtract(), Batching());
  ASSERT_TRUE(runner->Run({Vector({5}), Vector({2})}, {}).ok());

  EXPECT_FALSE(runner->quick());
}

TEST_P(SignatureRunnerTest, IsNotKnownToBeQuickBeforeItRan) {
  EXPECT_FALSE(MakeRunner(Subtract())->quick());
}

TEST_F(SignatureRunnerTest, IsNeverQuickOnThePool) {
  const auto runner = SignatureRunner::Create(session_.get(), "calculate",
                                              Subtract(), RunThread::kPool);
  ASSERT_TRUE((*runner)->Run({Vector({5}), Vector({2})}, {}).ok());

  EXPECT_FALSE((*runner)->quick());
}

TEST_F(SignatureRunnerTest, PreparesForTheCallersThread) {
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
