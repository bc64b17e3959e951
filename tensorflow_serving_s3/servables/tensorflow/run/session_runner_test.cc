// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/session_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/public/session.h"
#include "tensorflow/core/public/session_options.h"

namespace tfs3 {
namespace {

using tensorflow::NodeDef;
using tensorflow::Tensor;
using testing::HasSubstr;
using Choice = SessionRunner::Choice;
using Options = SessionRunner::Options;

Tensor Scalar(float value) {
  Tensor tensor(tensorflow::DT_FLOAT, tensorflow::TensorShape({}));
  tensor.scalar<float>()() = value;
  return tensor;
}

// Runs a graph with two placeholders, "a" and "b", and "sub" = a - b.
class SessionRunnerTest : public testing::Test {
 protected:
  SessionRunnerTest() {
    tensorflow::GraphDef graph;
    for (const char* name : {"a", "b"}) {
      NodeDef* node = graph.add_node();
      node->set_name(name);
      node->set_op("Placeholder");
      (*node->mutable_attr())["dtype"].set_type(tensorflow::DT_FLOAT);
    }
    NodeDef* node = graph.add_node();
    node->set_name("sub");
    node->set_op("Sub");
    node->add_input("a");
    node->add_input("b");
    (*node->mutable_attr())["T"].set_type(tensorflow::DT_FLOAT);
    session_.reset(tensorflow::NewSession(tensorflow::SessionOptions()));
    EXPECT_TRUE(session_->Create(graph).ok());
    runner_ = std::make_unique<SessionRunner>(session_.get());
  }

  std::vector<float> RunValues(const Choice& choice,
                               const std::vector<float>& feeds,
                               const Options& options = Options()) {
    std::vector<Tensor> tensors;
    for (const float feed : feeds) {
      tensors.push_back(Scalar(feed));
    }
    const absl::StatusOr<std::vector<Tensor>> outputs =
        runner_->Run(choice, tensors, options);
    EXPECT_TRUE(outputs.ok()) << outputs.status();
    std::vector<float> values;
    if (!outputs.ok()) {
      return values;
    }
    for (const Tensor& output : *outputs) {
      values.push_back(output.scalar<float>()());
    }
    return values;
  }

  absl::Status ErrorOf(const Choice& choice, size_t feeds,
                       const Options& options = Options()) {
    return runner_->Run(choice, std::vector<Tensor>(feeds, Scalar(1)), options)
        .status();
  }

  std::unique_ptr<tensorflow::Session> session_;
  std::unique_ptr<SessionRunner> runner_;
};

TEST_F(SessionRunnerTest, FeedsAndFetchesInTheOrderGiven) {
  EXPECT_THAT(RunValues({{"a:0", "b:0"}, {"sub:0"}, {}}, {5, 2}),
              testing::ElementsAre(3));
  EXPECT_THAT(RunValues({{"b:0", "a:0"}, {"sub:0"}, {}}, {5, 2}),
              testing::ElementsAre(-3));
}

TEST_F(SessionRunnerTest, RunsOnTheThreadOfTheCaller) {
  Options options;
  options.run_thread = RunThread::kCaller;

  EXPECT_THAT(RunValues({{"a", "b"}, {"sub"}, {}}, {5, 2}, options),
              testing::ElementsAre(3));
}

TEST_F(SessionRunnerTest, FetchesFedTensorsAndDuplicates) {
  EXPECT_THAT(RunValues({{"b", "a"}, {"sub", "a", "sub:0", "b:0"}, {}}, {2, 5}),
              testing::ElementsAre(3, 5, 3, 2));
}

TEST_F(SessionRunnerTest, RunsTargets) {
  EXPECT_THAT(RunValues({{"a", "b"}, {}, {"sub"}}, {1, 1}), testing::IsEmpty());
}

TEST_F(SessionRunnerTest, RefusesATensorThatIsFedTwice) {
  const absl::Status status = ErrorOf({{"a", "a:0", "b"}, {"sub"}, {}}, 3);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "tensor \"a:0\" is fed more than once");
}

TEST_F(SessionRunnerTest, RefusesTooFewTensors) {
  EXPECT_EQ(ErrorOf({{"a", "b"}, {"sub"}, {}}, 1).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SessionRunnerTest, UnknownNamesAreInvalidArguments) {
  for (const Choice& choice :
       {Choice{{"nowhere"}, {"a"}, {}}, Choice{{"a"}, {"nowhere"}, {}},
        Choice{{"a"}, {}, {"nowhere"}}, Choice{{"a"}, {"sub:7"}, {}},
        Choice{{"a"}, {""}, {}}, Choice{{"a"}, {"^sub"}, {}},
        Choice{{"a"}, {"sub:x"}, {}}}) {
    const absl::Status status = ErrorOf(choice, 1);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_FALSE(status.message().empty());
  }
}

TEST_F(SessionRunnerTest, ChecksNamesOfFeedsThatAreOnlyFetched) {
  EXPECT_THAT(RunValues({{"a", "b:0"}, {"b", "a"}, {}}, {5, 2}),
              testing::ElementsAre(2, 5));
  for (const std::string name : {"nowhere", "nowhere:0", "a:7"}) {
    const absl::Status status = ErrorOf({{name}, {name}, {}}, 1);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST_F(SessionRunnerTest, AMissingFeedIsAnInvalidArgument) {
  const absl::Status status = ErrorOf({{"a"}, {"sub"}, {}}, 1);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("'b'"));
}

TEST_F(SessionRunnerTest, RefusesToRunAfterTheDeadline) {
  Options options;
  options.deadline = absl::InfinitePast();

  EXPECT_EQ(ErrorOf({{"a", "b"}, {"sub"}, {}}, 2, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(SessionRunnerLimitTest, LimitsTheNumberOfChoices) {
  tensorflow::GraphDef graph;
  for (size_t i = 0; i <= SessionRunner::kMaxChoices; ++i) {
    NodeDef* node = graph.add_node();
    node->set_name(absl::StrCat("n", i));
    node->set_op("NoOp");
  }
  std::unique_ptr<tensorflow::Session> session(
      tensorflow::NewSession(tensorflow::SessionOptions()));
  ASSERT_TRUE(session->Create(graph).ok());
  const SessionRunner runner(session.get());
  const auto run = [&](const std::string& target) {
    return runner.Run({{}, {}, {target}}, {}, Options()).status();
  };
  for (size_t i = 0; i < SessionRunner::kMaxChoices; ++i) {
    EXPECT_FALSE(runner.full());
    ASSERT_TRUE(run(absl::StrCat("n", i)).ok());
    // Unknown names and repeated choices do not count.
    ASSERT_FALSE(run("nowhere").ok());
    ASSERT_TRUE(run(absl::StrCat("n", i)).ok());
  }

  EXPECT_TRUE(runner.full());
  const absl::Status status =
      run(absl::StrCat("n", SessionRunner::kMaxChoices));

  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("256 different choices"));
  EXPECT_TRUE(run("n0").ok());
}

}  // namespace
}  // namespace tfs3
