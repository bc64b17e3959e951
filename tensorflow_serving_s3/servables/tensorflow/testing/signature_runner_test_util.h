// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_SIGNATURE_RUNNER_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_SIGNATURE_RUNNER_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/public/session.h"
#include "tensorflow/core/public/session_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_tensors.h"

namespace tfs3 {

// Adds a float node.
inline void AddNode(tensorflow::GraphDef& graph, const std::string& name,
                    const std::string& op,
                    const std::vector<std::string>& inputs) {
  tensorflow::NodeDef* node = graph.add_node();
  node->set_name(name);
  node->set_op(op);
  for (const std::string& input : inputs) {
    node->add_input(input);
  }
  (*node->mutable_attr())[op == "Placeholder" ? "dtype" : "T"].set_type(
      tensorflow::DT_FLOAT);
}

// Declares `tensor` as a float vector.
inline void SetVector(tensorflow::TensorInfo& info, const std::string& tensor) {
  info.set_name(tensor);
  info.set_dtype(tensorflow::DT_FLOAT);
  info.mutable_tensor_shape()->add_dim()->set_size(-1);
}

// Declares an input or output of a signature as a float vector.
inline void SetInput(tensorflow::SignatureDef& signature,
                     const std::string& alias, const std::string& tensor) {
  SetVector((*signature.mutable_inputs())[alias], tensor);
}

inline void SetOutput(tensorflow::SignatureDef& signature,
                      const std::string& alias, const std::string& tensor) {
  SetVector((*signature.mutable_outputs())[alias], tensor);
}

// Calls `run` a hundred times on each of eight threads, each time with another
// number. Returns how often it returned true; kConcurrentRuns if always.
inline constexpr int kConcurrentRuns = 800;
inline int CountSuccesses(const std::function<bool(int number)>& run) {
  std::atomic<int> successes = 0;
  std::vector<std::thread> threads;
  for (int first = 0; first < kConcurrentRuns; first += 100) {
    threads.emplace_back([&, first] {
      for (int number = first; number < first + 100; ++number) {
        successes += run(number) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return successes;
}

// Runs signatures of a graph with the vectors a, b, sum = a + b,
// difference = a - b and product = a * b. The parameter is the RunThread.
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

  // Returns the signature of most tests: minuend, subtrahend -> difference.
  static tensorflow::SignatureDef Subtract() {
    tensorflow::SignatureDef signature;
    SetInput(signature, "minuend", "a:0");
    SetInput(signature, "subtrahend", "b:0");
    SetOutput(signature, "difference", "difference:0");
    return signature;
  }

  std::unique_ptr<SignatureRunner> MakeRunner(
      const tensorflow::SignatureDef& signature,
      std::optional<BatchingConfig> batching = std::nullopt) {
    auto runner =
        SignatureRunner::Create(session_.get(), "calculate", signature,
                                GetParam(), std::move(batching));
    EXPECT_TRUE(runner.ok()) << runner.status();
    return runner.ok() ? *std::move(runner) : nullptr;
  }

  std::unique_ptr<tensorflow::Session> session_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_SIGNATURE_RUNNER_TEST_UTIL_H_
