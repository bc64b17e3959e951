// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/batching_test_util.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// The value of a counter, or the number and the sum of samples.
struct Metric {
  int64_t count = 0;
  double sum = 0;
};

Metric ReadMetric(const std::string& name, const std::string& label = "") {
  const auto metrics =
      tensorflow::monitoring::CollectionRegistry::Default()->CollectMetrics({});
  const auto found = metrics->point_set_map.find(
      "/tensorflow/serving/batching_session/" + name);
  Metric metric;
  if (found == metrics->point_set_map.end()) {
    return metric;
  }
  for (const auto& point : found->second->points) {
    if (!label.empty() && point->labels.at(0).value != label) {
      continue;
    }
    metric.count +=
        point->int64_value + static_cast<int64_t>(point->histogram_value.num());
    metric.sum += point->histogram_value.sum();
  }
  return metric;
}

TEST(BatchingTest, RunsRequestsInOneBatch) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());

  const auto results =
      RunConcurrently(*queue, {Vector({1}), Vector({2, 3}), Vector({4})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(4));
  EXPECT_THAT(results[0].values, ElementsAre(2));
  EXPECT_THAT(results[1].values, ElementsAre(4, 6));
  EXPECT_THAT(results[2].values, ElementsAre(8));
}

TEST(BatchingTest, DoesNotWaitWithoutATimeout) {
  Doubler doubler;
  const auto queue = MakeQueue(ImmediateBatchesOf(1000), doubler.run());

  EXPECT_THAT(RunOne(*queue, Vector({1})).values, ElementsAre(2));
  EXPECT_THAT(doubler.sizes(), ElementsAre(1));
}

TEST(BatchingTest, RunsARequestWithoutRowsImmediately) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());

  const RunResult result = RunOne(*queue, Vector({}));

  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.values, IsEmpty());
}

TEST(BatchingTest, PadsBatchesToAnAllowedSize) {
  BatchingOptions options = ImmediateBatchesOf(8);
  options.allowed_batch_sizes = {2, 4, 8};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const RunResult result = RunOne(*queue, Vector({7, 8, 9}));

  EXPECT_THAT(result.values, ElementsAre(14, 16, 18));
  ASSERT_EQ(doubler.batches().size(), 1u);
  EXPECT_THAT(Values(doubler.batches()[0]), ElementsAre(7, 8, 9, 7));
}

TEST(BatchingTest, DoesNotPadABatchOfAnAllowedSize) {
  BatchingOptions options = ImmediateBatchesOf(8);
  options.allowed_batch_sizes = {2, 4, 8};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  EXPECT_THAT(RunOne(*queue, Vector({7, 8})).values, ElementsAre(14, 16));
  EXPECT_THAT(doubler.sizes(), ElementsAre(2));
}

TEST(BatchingTest, SplitsLargeRequests) {
  BatchingOptions options = ImmediateBatchesOf(10);
  options.enable_large_batch_splitting = true;
  options.max_execution_batch_size = 4;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const RunResult result =
      RunOne(*queue, Vector({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));

  EXPECT_THAT(result.values, ElementsAre(2, 4, 6, 8, 10, 12, 14, 16, 18, 20));
  EXPECT_THAT(doubler.sizes(), UnorderedElementsAre(4, 4, 2));
}

TEST(BatchingTest, SplitsARequestToFillABatch) {
  BatchingOptions options = FullBatchesOf(4);
  options.enable_large_batch_splitting = true;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto results = RunConcurrently(
      *queue, {Vector({1, 2, 3}), Vector({4, 5, 6}), Vector({7, 8})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(4, 4));
  EXPECT_THAT(results[0].values, ElementsAre(2, 4, 6));
  EXPECT_THAT(results[1].values, ElementsAre(8, 10, 12));
  EXPECT_THAT(results[2].values, ElementsAre(14, 16));
}

TEST(BatchingTest, PadsInputsOfVariableLength) {
  BatchingOptions options = FullBatchesOf(2);
  options.pad_variable_length_inputs = true;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto results =
      RunConcurrently(*queue, {Floats(TensorShape({1, 1}), {1}),
                               Floats(TensorShape({1, 3}), {2, 3, 4})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(2));
  EXPECT_THAT(results[0].values, ElementsAre(2, 0, 0));
  EXPECT_THAT(results[1].values, ElementsAre(4, 6, 8));
}

TEST(BatchingTest, RunsEachShapeSeparately) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(3), doubler.run());

  const auto results =
      RunConcurrently(*queue, {Floats(TensorShape({1, 1}), {1}),
                               Floats(TensorShape({1, 3}), {2, 3, 4}),
                               Floats(TensorShape({1, 1}), {5})});

  EXPECT_THAT(doubler.sizes(), UnorderedElementsAre(1, 2));
  EXPECT_THAT(results[0].values, ElementsAre(2));
  EXPECT_THAT(results[1].values, ElementsAre(4, 6, 8));
  EXPECT_THAT(results[2].values, ElementsAre(10));
}

TEST(BatchingTest, DoesNotPadToAnotherRank) {
  BatchingOptions options = FullBatchesOf(2);
  options.pad_variable_length_inputs = true;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto results = RunConcurrently(
      *queue, {Vector({1}), Floats(TensorShape({1, 2}), {2, 3})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(1, 1));
  EXPECT_THAT(results[0].values, ElementsAre(2));
  EXPECT_THAT(results[1].values, ElementsAre(4, 6));
}

// With padding to the largest shape, a batch would have 2^48 elements.
TEST(BatchingTest, DoesNotPadShapesThatAreLongInDifferentDimensions) {
  BatchingOptions options = FullBatchesOf(3);
  options.pad_variable_length_inputs = true;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());
  constexpr int64_t kLong = int64_t{1} << 24;
  const Tensor small = Floats(TensorShape({1, 1, 1}), {1});
  Tensor tall(tensorflow::DT_FLOAT, TensorShape({1, kLong, 1}));
  tall.flat<float>().setZero();
  Tensor wide(tensorflow::DT_FLOAT, TensorShape({1, 1, kLong}));
  wide.flat<float>().setZero();

  RunConcurrently(*queue, {small, tall, wide});

  EXPECT_THAT(doubler.sizes(), UnorderedElementsAre(1, 2));
}

// Such a shape may be huge, and the number of elements of a batch may overflow.
TEST(BatchingTest, RunsAnInputWithoutElementsAlone) {
  BatchingOptions options = FullBatchesOf(2);
  options.allowed_batch_sizes = {2};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto results = RunConcurrently(
      *queue,
      {Tensor(tensorflow::DT_FLOAT, TensorShape({1, int64_t{1} << 62, 0}))});

  EXPECT_THAT(doubler.sizes(), ElementsAre(1));
  EXPECT_THAT(results[0].values, IsEmpty());
}

TEST(BatchingTest, RunsABatchUntilTheLastDeadlineOfItsRequests) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(2), doubler.run());
  const absl::Time soon = absl::Now() + absl::Hours(1);
  const absl::Time late = absl::Now() + absl::Hours(2);

  std::thread other([&] { RunOne(*queue, Vector({1}), late); });
  RunOne(*queue, Vector({2}), soon);
  other.join();

  EXPECT_THAT(doubler.deadlines(), ElementsAre(late));
}

TEST(BatchingTest, RunsInputsWithoutRowsAlone) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());
  Tensor scalar(tensorflow::DT_FLOAT, TensorShape({}));
  scalar.scalar<float>()() = 3;

  const RunResult result = RunOne(*queue, scalar);

  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.values, ElementsAre(6));
  EXPECT_EQ(result.shape, TensorShape({}));
}

TEST(BatchingTest, RunsInputsWithDifferentNumbersOfRowsAlone) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());
  std::vector<Tensor> outputs;

  const absl::Status status = queue->Run(
      {Vector({1, 2}), Vector({1})}, absl::InfiniteFuture(), nullptr, &outputs);

  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(outputs.at(0)), ElementsAre(2, 4));
}

TEST(BatchingTest, DoesNotBatchDifferentTypes) {
  std::mutex mu;
  std::vector<tensorflow::DataType> dtypes;
  const auto queue =
      MakeQueue(FullBatchesOf(2),
                [&](const std::vector<Tensor>& inputs, absl::Time,
                    std::vector<Tensor>* outputs) -> absl::Status {
                  std::lock_guard<std::mutex> lock(mu);
                  dtypes.push_back(inputs.at(0).dtype());
                  EXPECT_EQ(inputs.at(0).dim_size(0), 1);
                  *outputs = {Vector({1})};
                  return absl::OkStatus();
                });
  Tensor text(tensorflow::DT_STRING, TensorShape({1}));

  const std::vector<RunResult> results =
      RunConcurrently(*queue, {Vector({1}), text});

  EXPECT_TRUE(results[0].status.ok()) << results[0].status;
  EXPECT_TRUE(results[1].status.ok()) << results[1].status;
  EXPECT_THAT(dtypes, testing::UnorderedElementsAre(tensorflow::DT_FLOAT,
                                                    tensorflow::DT_STRING));
}

TEST(BatchingTest, DestructorWaitsForRunningBatches) {
  std::atomic<bool> started = false;
  Gate gate;
  std::atomic<bool> ended = false;
  auto queue = MakeQueue(ImmediateBatchesOf(4),
                         [&](const std::vector<Tensor>& inputs, absl::Time,
                             std::vector<Tensor>* outputs) {
                           started = true;
                           gate.Wait();
                           ended = true;
                           *outputs = inputs;
                           return absl::OkStatus();
                         });
  // Repeats until a caller has stopped waiting for a running batch.
  while (!started) {
    RunOne(*queue, Vector({1}), absl::Now() + absl::Milliseconds(1));
  }
  std::thread opener([&gate] { gate.Open(); });

  queue.reset();

  EXPECT_TRUE(ended);
  opener.join();
}

TEST(BatchingTest, QueuesShareTheThreadsOfTheScheduler) {
  BatchingOptions options = ImmediateBatchesOf(4);
  options.num_batch_threads = 1;
  auto scheduler = BatchScheduler::Create(options);
  ASSERT_TRUE(scheduler.ok()) << scheduler.status();
  std::mutex mu;
  std::vector<std::thread::id> threads;
  const auto run = [&](const std::vector<Tensor>& inputs, absl::Time,
                       std::vector<Tensor>* outputs) {
    std::lock_guard<std::mutex> lock(mu);
    threads.push_back(std::this_thread::get_id());
    *outputs = inputs;
    return absl::OkStatus();
  };
  const auto one = (*scheduler)->AddQueue("one", options, run);
  const auto two = (*scheduler)->AddQueue("two", options, run);

  EXPECT_THAT(RunOne(**one, Vector({1})).values, ElementsAre(1));
  EXPECT_THAT(RunOne(**two, Vector({2})).values, ElementsAre(2));
  ASSERT_EQ(threads.size(), 2u);
  EXPECT_EQ(threads[0], threads[1]);
}

TEST(BatchingTest, RecordsMetrics) {
  BatchingOptions options = FullBatchesOf(3);
  options.thread_pool_name = "counted_threads";
  options.allowed_batch_sizes = {3};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());
  const Metric runs = ReadMetric("wrapped_run_count");
  const Metric inputs = ReadMetric("input_batch_size");
  const Metric processed = ReadMetric("processed_batch_size");

  RunConcurrently(*queue, {Vector({1}), Vector({2, 3})});

  EXPECT_EQ(ReadMetric("wrapped_run_count").count - runs.count, 1);
  EXPECT_EQ(ReadMetric("input_batch_size").count - inputs.count, 2);
  EXPECT_EQ(ReadMetric("input_batch_size").sum - inputs.sum, 3);
  EXPECT_EQ(ReadMetric("processed_batch_size").sum - processed.sum, 3);
  EXPECT_EQ(ReadMetric("queuing_latency", "counted_threads").count, 2);
}

TEST(BatchingTest, RecordsPaddingByBatchSize) {
  BatchingOptions options = ImmediateBatchesOf(77);
  options.allowed_batch_sizes = {77};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  RunOne(*queue, Vector({1, 2}));

  EXPECT_EQ(ReadMetric("padding_size", "77").sum, 75);
}

TEST(BatchingTest, ReturnsTheRightRowsToManyClients) {
  BatchingOptions options = ImmediateBatchesOf(16);
  options.enable_large_batch_splitting = true;
  options.max_execution_batch_size = 4;
  options.allowed_batch_sizes = {1, 3, 4};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());
  constexpr int kClients = 8;
  constexpr int kRequests = 300;
  std::vector<int> right(kClients);

  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      for (int request = 0; request < kRequests; ++request) {
        std::vector<float> values(1 + (client + request) % 9);
        for (size_t i = 0; i < values.size(); ++i) {
          values[i] = client * 10000.f + request * 10.f + i;
        }
        std::vector<float> doubled = values;
        for (float& value : doubled) {
          value *= 2;
        }
        if (RunOne(*queue, Vector(values)).values == doubled) {
          ++right[client];
        }
      }
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }

  EXPECT_THAT(right, Each(kRequests));
  EXPECT_THAT(doubler.sizes(), Each(testing::AnyOf(1, 3, 4)));
}

TEST(CheckBatchableTest, RequiresInputsAndOutputsThatMayHaveRows) {
  const auto spec = [](const std::vector<int64_t>& dims,
                       tensorflow::DataType dtype) {
    TensorSpec spec{"x", dtype, {}};
    EXPECT_TRUE(tensorflow::PartialTensorShape::MakePartialShape(
                    dims.data(), static_cast<int>(dims.size()), &spec.shape)
                    .ok());
    return spec;
  };
  const TensorSpec open = spec({-1, 3}, tensorflow::DT_FLOAT);
  const TensorSpec any{"x", tensorflow::DT_STRING, {}};
  const TensorSpec scalar = spec({}, tensorflow::DT_FLOAT);
  const TensorSpec one = spec({1, 3}, tensorflow::DT_FLOAT);
  const TensorSpec fixed = spec({1000}, tensorflow::DT_STRING);
  const TensorSpec variant = spec({-1}, tensorflow::DT_VARIANT);

  for (const TensorSpec& spec : {open, any, scalar, one}) {
    EXPECT_TRUE(CheckBatchable({open, spec}, {spec, open}).ok());
  }
  EXPECT_TRUE(CheckBatchable({fixed}, {open}).ok());
  EXPECT_FALSE(CheckBatchable({open}, {open, fixed}).ok());
  EXPECT_FALSE(CheckBatchable({open, variant}, {open}).ok());
  EXPECT_FALSE(CheckBatchable({open}, {open, variant}).ok());
  EXPECT_FALSE(CheckBatchable({}, {open}).ok());
}

}  // namespace
}  // namespace tfs3
