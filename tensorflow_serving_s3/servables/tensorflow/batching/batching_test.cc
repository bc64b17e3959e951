// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Tensor Floats(const TensorShape& shape, const std::vector<float>& values) {
  Tensor tensor(tensorflow::DT_FLOAT, shape);
  std::copy(values.begin(), values.end(), tensor.flat<float>().data());
  return tensor;
}

Tensor Vector(const std::vector<float>& values) {
  return Floats(TensorShape({static_cast<int64_t>(values.size())}), values);
}

std::vector<float> Values(const Tensor& tensor) {
  const auto flat = tensor.flat<float>();
  return {flat.data(), flat.data() + flat.size()};
}

// Holds threads back until it is opened.
class Gate {
 public:
  void Open() {
    std::lock_guard<std::mutex> lock(mu_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  bool open_ = false;
};

// A graph that doubles its first input, and remembers what it was run with.
class Doubler {
 public:
  BatchQueue::RunBatch run() {
    return [this](const std::vector<Tensor>& inputs, absl::Time deadline,
                  std::vector<Tensor>* outputs) {
      {
        std::lock_guard<std::mutex> lock(mu_);
        batches_.push_back(inputs.front());
        deadlines_.push_back(deadline);
      }
      Tensor doubled(tensorflow::DT_FLOAT, inputs.front().shape());
      doubled.flat<float>() = inputs.front().flat<float>() * 2.f;
      *outputs = {doubled};
      return absl::OkStatus();
    };
  }

  std::vector<Tensor> batches() const {
    std::lock_guard<std::mutex> lock(mu_);
    return batches_;
  }
  std::vector<int64_t> sizes() const {
    std::vector<int64_t> sizes;
    for (const Tensor& batch : batches()) sizes.push_back(batch.dim_size(0));
    return sizes;
  }
  std::vector<absl::Time> deadlines() const {
    std::lock_guard<std::mutex> lock(mu_);
    return deadlines_;
  }

 private:
  mutable std::mutex mu_;
  std::vector<Tensor> batches_;
  std::vector<absl::Time> deadlines_;
};

// The options of most tests: a batch is run as soon as it is full, and only
// then.
BatchingOptions FullBatchesOf(int32_t rows) {
  BatchingOptions options;
  options.num_batch_threads = 2;
  options.thread_pool_name = "test_threads";
  options.max_batch_size = rows;
  options.max_execution_batch_size = rows;
  options.batch_timeout = absl::Hours(10);
  options.max_enqueued_batches = 1000;
  return options;
}

// A batch is run as soon as a thread is free.
BatchingOptions BatchesAtOnceOf(int32_t rows) {
  BatchingOptions options = FullBatchesOf(rows);
  options.batch_timeout = absl::ZeroDuration();
  return options;
}

std::unique_ptr<BatchQueue> MakeQueue(const BatchingOptions& options,
                                      BatchQueue::RunBatch run) {
  auto scheduler = BatchScheduler::Create(options);
  EXPECT_TRUE(scheduler.ok()) << scheduler.status();
  auto queue = (*scheduler)->AddQueue("double", options, std::move(run));
  EXPECT_TRUE(queue.ok()) << queue.status();
  return *std::move(queue);
}

// What one request got: the values of its only output, or an error.
struct Answer {
  absl::Status status;
  std::vector<float> values;
  TensorShape shape;
};

Answer Ask(BatchQueue& queue, const Tensor& input,
           absl::Time deadline = absl::InfiniteFuture(),
           const std::function<bool()>& cancelled = nullptr) {
  std::vector<Tensor> outputs;
  const absl::Status status = queue.Run({input}, deadline, cancelled, &outputs);
  if (!status.ok()) return {status, {}, {}};
  return {status, Values(outputs.at(0)), outputs.at(0).shape()};
}

// All at the same time; the answers in the order of `inputs`.
std::vector<Answer> AskTogether(BatchQueue& queue,
                                const std::vector<Tensor>& inputs) {
  std::vector<Answer> answers(inputs.size());
  std::vector<std::thread> clients;
  for (size_t i = 0; i < inputs.size(); ++i) {
    clients.emplace_back([&, i] { answers[i] = Ask(queue, inputs[i]); });
  }
  for (std::thread& client : clients) client.join();
  return answers;
}

// The value of a counter, or the number of samples and their sum.
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
  if (found == metrics->point_set_map.end()) return metric;
  for (const auto& point : found->second->points) {
    if (!label.empty() && point->labels.at(0).value != label) continue;
    metric.count +=
        point->int64_value + static_cast<int64_t>(point->histogram_value.num());
    metric.sum += point->histogram_value.sum();
  }
  return metric;
}

TEST(BatchingTest, PutsRequestsTogether) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());

  const auto answers =
      AskTogether(*queue, {Vector({1}), Vector({2, 3}), Vector({4})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(4));
  EXPECT_THAT(answers[0].values, ElementsAre(2));
  EXPECT_THAT(answers[1].values, ElementsAre(4, 6));
  EXPECT_THAT(answers[2].values, ElementsAre(8));
}

TEST(BatchingTest, DoesNotWaitWithoutATimeout) {
  Doubler doubler;
  const auto queue = MakeQueue(BatchesAtOnceOf(1000), doubler.run());

  EXPECT_THAT(Ask(*queue, Vector({1})).values, ElementsAre(2));
  EXPECT_THAT(doubler.sizes(), ElementsAre(1));
}

TEST(BatchingTest, RunsARequestWithoutRowsAtOnce) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());

  const Answer answer = Ask(*queue, Vector({}));

  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_THAT(answer.values, IsEmpty());
}

TEST(BatchingTest, FillsBatchesUpToAnAllowedSize) {
  BatchingOptions options = BatchesAtOnceOf(8);
  options.allowed_batch_sizes = {2, 4, 8};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const Answer answer = Ask(*queue, Vector({7, 8, 9}));

  EXPECT_THAT(answer.values, ElementsAre(14, 16, 18));
  ASSERT_EQ(doubler.batches().size(), 1u);
  EXPECT_THAT(Values(doubler.batches()[0]), ElementsAre(7, 8, 9, 7));
}

TEST(BatchingTest, LeavesABatchOfAnAllowedSizeAlone) {
  BatchingOptions options = BatchesAtOnceOf(8);
  options.allowed_batch_sizes = {2, 4, 8};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  EXPECT_THAT(Ask(*queue, Vector({7, 8})).values, ElementsAre(14, 16));
  EXPECT_THAT(doubler.sizes(), ElementsAre(2));
}

TEST(BatchingTest, SplitsLargeRequests) {
  BatchingOptions options = BatchesAtOnceOf(10);
  options.enable_large_batch_splitting = true;
  options.max_execution_batch_size = 4;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const Answer answer = Ask(*queue, Vector({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));

  EXPECT_THAT(answer.values, ElementsAre(2, 4, 6, 8, 10, 12, 14, 16, 18, 20));
  EXPECT_THAT(doubler.sizes(), UnorderedElementsAre(4, 4, 2));
}

TEST(BatchingTest, SplitsARequestToFillABatch) {
  BatchingOptions options = FullBatchesOf(4);
  options.enable_large_batch_splitting = true;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto answers = AskTogether(
      *queue, {Vector({1, 2, 3}), Vector({4, 5, 6}), Vector({7, 8})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(4, 4));
  EXPECT_THAT(answers[0].values, ElementsAre(2, 4, 6));
  EXPECT_THAT(answers[1].values, ElementsAre(8, 10, 12));
  EXPECT_THAT(answers[2].values, ElementsAre(14, 16));
}

TEST(BatchingTest, PadsInputsOfVariableLength) {
  BatchingOptions options = FullBatchesOf(2);
  options.pad_variable_length_inputs = true;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto answers =
      AskTogether(*queue, {Floats(TensorShape({1, 1}), {1}),
                           Floats(TensorShape({1, 3}), {2, 3, 4})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(2));
  EXPECT_THAT(answers[0].values, ElementsAre(2, 0, 0));
  EXPECT_THAT(answers[1].values, ElementsAre(4, 6, 8));
}

TEST(BatchingTest, RunsShapesThatDoNotFitOneByOne) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(3), doubler.run());

  const auto answers =
      AskTogether(*queue, {Floats(TensorShape({1, 1}), {1}),
                           Floats(TensorShape({1, 3}), {2, 3, 4}),
                           Floats(TensorShape({1, 1}), {5})});

  EXPECT_THAT(doubler.sizes(), UnorderedElementsAre(1, 2));
  EXPECT_THAT(answers[0].values, ElementsAre(2));
  EXPECT_THAT(answers[1].values, ElementsAre(4, 6, 8));
  EXPECT_THAT(answers[2].values, ElementsAre(10));
}

TEST(BatchingTest, DoesNotPadToAnotherRank) {
  BatchingOptions options = FullBatchesOf(2);
  options.pad_variable_length_inputs = true;
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto answers =
      AskTogether(*queue, {Vector({1}), Floats(TensorShape({1, 2}), {2, 3})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(1, 1));
  EXPECT_THAT(answers[0].values, ElementsAre(2));
  EXPECT_THAT(answers[1].values, ElementsAre(4, 6));
}

// Padded to each other they would take 2^48 elements.
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

  AskTogether(*queue, {small, tall, wide});

  EXPECT_THAT(doubler.sizes(), UnorderedElementsAre(1, 2));
}

// Such a shape may be of any size, and its batch of more than there can be.
TEST(BatchingTest, RunsAnInputWithoutElementsAlone) {
  BatchingOptions options = FullBatchesOf(2);
  options.allowed_batch_sizes = {2};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  const auto answers = AskTogether(
      *queue,
      {Tensor(tensorflow::DT_FLOAT, TensorShape({1, int64_t{1} << 62, 0}))});

  EXPECT_THAT(doubler.sizes(), ElementsAre(1));
  EXPECT_THAT(answers[0].values, IsEmpty());
}

TEST(BatchingTest, RunsABatchUntilItsLastDeadline) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(2), doubler.run());
  const absl::Time soon = absl::Now() + absl::Hours(1);
  const absl::Time late = absl::Now() + absl::Hours(2);

  std::thread other([&] { Ask(*queue, Vector({1}), late); });
  Ask(*queue, Vector({2}), soon);
  other.join();

  EXPECT_THAT(doubler.deadlines(), ElementsAre(late));
}

TEST(BatchingTest, DoesNotTakeARequestAfterItsDeadline) {
  Doubler doubler;
  const auto queue = MakeQueue(BatchesAtOnceOf(4), doubler.run());

  EXPECT_EQ(Ask(*queue, Vector({1}), absl::InfinitePast()).status,
            absl::DeadlineExceededError(
                "the request's deadline passed while it waited for its batch "
                "of the signature \"double\""));
  EXPECT_THAT(doubler.sizes(), IsEmpty());
}

TEST(BatchingTest, LeavesAtTheDeadlineAndDoesNotRunTheRequest) {
  BatchingOptions options = BatchesAtOnceOf(1);
  options.num_batch_threads = 1;
  Gate running;
  Gate gate;
  Doubler doubler;
  const auto queue = MakeQueue(
      options, [&, run = doubler.run()](const std::vector<Tensor>& inputs,
                                        absl::Time deadline,
                                        std::vector<Tensor>* outputs) {
        running.Open();
        gate.Pass();
        return run(inputs, deadline, outputs);
      });
  std::thread first([&] { Ask(*queue, Vector({1})); });
  running.Pass();

  const Answer left =
      Ask(*queue, Vector({2}), absl::Now() + absl::Milliseconds(5));
  gate.Open();
  first.join();
  const Answer other = Ask(*queue, Vector({3}));

  EXPECT_EQ(left.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(other.values, ElementsAre(6));
  for (const Tensor& batch : doubler.batches()) {
    EXPECT_NE(Values(batch)[0], 2);
  }
}

TEST(BatchingTest, DoesNotRunACancelledRequest) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(2), doubler.run());

  Answer cancelled;
  std::thread client([&] {
    cancelled =
        Ask(*queue, Vector({1}), absl::InfiniteFuture(), [] { return true; });
  });
  const Answer other = Ask(*queue, Vector({2}));
  client.join();

  EXPECT_EQ(cancelled.status,
            absl::CancelledError("the request was cancelled while it waited "
                                 "for its batch of the signature \"double\""));
  EXPECT_THAT(other.values, ElementsAre(4));
  EXPECT_THAT(doubler.sizes(), ElementsAre(1));
}

TEST(BatchingTest, RefusesWhatAFullQueueCannotTake) {
  BatchingOptions options = BatchesAtOnceOf(1);
  options.num_batch_threads = 1;
  options.max_enqueued_batches = 1;
  Gate running;
  Gate gate;
  const auto queue =
      MakeQueue(options, [&](const std::vector<Tensor>& inputs, absl::Time,
                             std::vector<Tensor>* outputs) {
        running.Open();
        gate.Pass();
        *outputs = inputs;
        return absl::OkStatus();
      });
  std::thread first([&] { Ask(*queue, Vector({0})); });
  running.Pass();

  // One of three can wait; the other two come back.
  std::mutex mu;
  std::condition_variable changed;
  std::vector<absl::Status> refused;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      const Answer answer = Ask(*queue, Vector({1}));
      if (answer.status.ok()) {
        ++answered;
        return;
      }
      std::lock_guard<std::mutex> lock(mu);
      refused.push_back(answer.status);
      changed.notify_one();
    });
  }
  {
    std::unique_lock<std::mutex> lock(mu);
    changed.wait(lock, [&] { return refused.size() == 2; });
  }
  gate.Open();
  first.join();
  for (std::thread& client : clients) client.join();

  EXPECT_EQ(answered, 1);
  EXPECT_THAT(
      refused,
      Each(absl::UnavailableError(
          "the batching queue of the signature \"double\" is full: "
          "max_enqueued_batches, which is 1, wait already; try again later, "
          "or serve it with more threads or servers")));
}

TEST(BatchingTest, OneWrongRequestDoesNotFailTheOthers) {
  const auto queue =
      MakeQueue(FullBatchesOf(3), [](const std::vector<Tensor>& inputs,
                                     absl::Time, std::vector<Tensor>* outputs) {
        for (const float value : Values(inputs[0])) {
          if (value < 0) return absl::InvalidArgumentError("negative");
        }
        *outputs = inputs;
        return absl::OkStatus();
      });

  const auto answers =
      AskTogether(*queue, {Vector({1}), Vector({-1}), Vector({2})});

  EXPECT_THAT(answers[0].values, ElementsAre(1));
  EXPECT_EQ(answers[1].status, absl::InvalidArgumentError("negative"));
  EXPECT_THAT(answers[2].values, ElementsAre(2));
}

TEST(BatchingTest, OneWrongRequestDoesNotStopBatching) {
  Doubler doubler;
  const auto queue = MakeQueue(
      FullBatchesOf(2),
      [run = doubler.run()](const std::vector<Tensor>& inputs,
                            absl::Time deadline, std::vector<Tensor>* outputs) {
        for (const float value : Values(inputs[0])) {
          if (value < 0) return absl::InvalidArgumentError("negative");
        }
        return run(inputs, deadline, outputs);
      });
  AskTogether(*queue, {Vector({1}), Vector({-1})});

  AskTogether(*queue, {Vector({2}), Vector({3})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(1, 2));
}

// A graph that takes one shape only, as those exported for one row do.
TEST(BatchingTest, StopsIfABatchFailsAndAllItsRequestsSucceedAlone) {
  Doubler doubler;
  std::atomic<int> refused = 0;
  const auto queue = MakeQueue(
      FullBatchesOf(2), [&refused, run = doubler.run()](
                            const std::vector<Tensor>& inputs,
                            absl::Time deadline, std::vector<Tensor>* outputs) {
        if (inputs[0].dim_size(0) != 1) {
          ++refused;
          return absl::InvalidArgumentError("takes one row");
        }
        return run(inputs, deadline, outputs);
      });

  const auto answers = AskTogether(*queue, {Vector({1}), Vector({2})});
  // In a batch, this would wait for another row.
  const Answer later = Ask(*queue, Vector({3}));

  EXPECT_THAT(answers[0].values, ElementsAre(2));
  EXPECT_THAT(answers[1].values, ElementsAre(4));
  EXPECT_THAT(later.values, ElementsAre(6));
  EXPECT_EQ(refused, 1);
}

TEST(BatchingTest, ABatchThatFailsBecauseOfPaddingDoesNotStopBatching) {
  BatchingOptions options = FullBatchesOf(2);
  options.pad_variable_length_inputs = true;
  Doubler doubler;
  const auto queue = MakeQueue(
      options,
      [run = doubler.run()](const std::vector<Tensor>& inputs,
                            absl::Time deadline, std::vector<Tensor>* outputs) {
        if (inputs[0].shape() == TensorShape({2, 3})) {
          return absl::InvalidArgumentError("too long");
        }
        return run(inputs, deadline, outputs);
      });
  const auto answers =
      AskTogether(*queue, {Floats(TensorShape({1, 1}), {1}),
                           Floats(TensorShape({1, 3}), {2, 3, 4})});

  AskTogether(*queue, {Floats(TensorShape({1, 1}), {5}),
                       Floats(TensorShape({1, 1}), {6})});

  EXPECT_THAT(answers[0].values, ElementsAre(2));
  EXPECT_THAT(answers[1].values, ElementsAre(4, 6, 8));
  EXPECT_THAT(doubler.sizes(), ElementsAre(1, 1, 2));
}

TEST(BatchingTest, RunsARequestAsItIsIfItFailsInABatchOfAnAllowedSize) {
  BatchingOptions options = BatchesAtOnceOf(4);
  options.allowed_batch_sizes = {4};
  Doubler doubler;
  const auto queue = MakeQueue(
      options,
      [run = doubler.run()](const std::vector<Tensor>& inputs,
                            absl::Time deadline, std::vector<Tensor>* outputs) {
        if (inputs[0].dim_size(0) != 3) {
          return absl::InvalidArgumentError("takes three rows");
        }
        return run(inputs, deadline, outputs);
      });

  EXPECT_THAT(Ask(*queue, Vector({1, 2, 3})).values, ElementsAre(2, 4, 6));
  EXPECT_EQ(Ask(*queue, Vector({1, 2})).status,
            absl::InvalidArgumentError("takes three rows"));
}

TEST(BatchingTest, RunsASplitRequestAsItIsIfAPartFails) {
  BatchingOptions options = BatchesAtOnceOf(4);
  options.enable_large_batch_splitting = true;
  options.max_execution_batch_size = 1;
  Doubler doubler;
  const auto queue = MakeQueue(
      options,
      [run = doubler.run()](const std::vector<Tensor>& inputs,
                            absl::Time deadline, std::vector<Tensor>* outputs) {
        if (inputs[0].dim_size(0) != 4) {
          return absl::InvalidArgumentError("takes four rows");
        }
        return run(inputs, deadline, outputs);
      });

  EXPECT_THAT(Ask(*queue, Vector({1, 2, 3, 4})).values,
              ElementsAre(2, 4, 6, 8));
}

TEST(BatchingTest, DoesNotRunACancelledRequestAfterItsBatchHasFailed) {
  std::atomic<bool> gone = false;
  std::atomic<int> runs = 0;
  BatchingOptions options = BatchesAtOnceOf(4);
  options.allowed_batch_sizes = {4};
  const auto queue = MakeQueue(options, [&](const std::vector<Tensor>&,
                                            absl::Time, std::vector<Tensor>*) {
    ++runs;
    gone = true;
    return absl::InvalidArgumentError("no");
  });

  EXPECT_EQ(Ask(*queue, Vector({1}), absl::InfiniteFuture(),
                [&gone] { return gone.load(); })
                .status.code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(runs, 1);
}

TEST(BatchingTest, AnErrorOfTheModelFailsTheBatchAndIsNotTriedAgain) {
  std::atomic<int> runs = 0;
  const auto queue = MakeQueue(
      FullBatchesOf(2),
      [&runs](const std::vector<Tensor>&, absl::Time, std::vector<Tensor>*) {
        ++runs;
        return absl::ResourceExhaustedError("out of memory");
      });

  const auto answers = AskTogether(*queue, {Vector({1}), Vector({2})});

  for (const Answer& answer : answers) {
    EXPECT_EQ(answer.status, absl::ResourceExhaustedError("out of memory"));
  }
  EXPECT_EQ(runs, 1);
}

TEST(BatchingTest, AnErrorOfOnePartFailsASplitRequest) {
  BatchingOptions options = BatchesAtOnceOf(4);
  options.enable_large_batch_splitting = true;
  options.max_execution_batch_size = 1;
  const auto queue =
      MakeQueue(options, [](const std::vector<Tensor>& inputs, absl::Time,
                            std::vector<Tensor>* outputs) {
        if (Values(inputs[0])[0] == 3) return absl::InternalError("three");
        *outputs = inputs;
        return absl::OkStatus();
      });

  EXPECT_EQ(Ask(*queue, Vector({1, 2, 3, 4})).status,
            absl::InternalError("three"));
}

// A graph whose output is the sum of its input, in a shape that has nothing to
// do with the input's.
BatchQueue::RunBatch Sum(const TensorShape& shape) {
  return [shape](const std::vector<Tensor>& inputs, absl::Time,
                 std::vector<Tensor>* outputs) {
    Tensor sum(tensorflow::DT_FLOAT, shape);
    float total = 0;
    for (const float value : Values(inputs[0])) total += value;
    sum.flat<float>().setConstant(total);
    *outputs = {sum};
    return absl::OkStatus();
  };
}

TEST(BatchingTest, StopsIfAnOutputHasNotARowForEachRow) {
  for (const TensorShape& shape : {TensorShape({}), TensorShape({1})}) {
    const auto queue = MakeQueue(FullBatchesOf(3), Sum(shape));

    const auto answers = AskTogether(*queue, {Vector({1}), Vector({2, 3})});
    // In a batch, this would wait for another row.
    const Answer later = Ask(*queue, Vector({4, 5}));

    EXPECT_THAT(answers[0].values, ElementsAre(1));
    EXPECT_THAT(answers[1].values, ElementsAre(5));
    EXPECT_EQ(answers[1].shape, shape);
    EXPECT_THAT(later.values, ElementsAre(9));
  }
}

TEST(BatchingTest, AnswersAnOnlyRequestWhoseOutputHasNotARowForEachRow) {
  for (const bool pad : {false, true}) {
    BatchingOptions options = BatchesAtOnceOf(4);
    if (pad) options.allowed_batch_sizes = {4};
    const auto queue = MakeQueue(options, Sum(TensorShape({})));

    const Answer answer = Ask(*queue, Vector({1, 2}));

    EXPECT_THAT(answer.values, ElementsAre(3));
    EXPECT_EQ(answer.shape, TensorShape({}));
  }
}

TEST(BatchingTest, RunsASplitRequestAsItIsIfItsOutputsDoNotFitTogether) {
  BatchingOptions options = BatchesAtOnceOf(2);
  options.enable_large_batch_splitting = true;
  options.max_execution_batch_size = 1;
  const auto queue =
      MakeQueue(options, [](const std::vector<Tensor>& inputs, absl::Time,
                            std::vector<Tensor>* outputs) {
        const auto length = static_cast<int64_t>(Values(inputs[0]).back());
        Tensor output(tensorflow::DT_FLOAT,
                      TensorShape({inputs[0].dim_size(0), length}));
        output.flat<float>().setConstant(7);
        *outputs = {output};
        return absl::OkStatus();
      });

  const Answer answer = Ask(*queue, Vector({1, 2}));

  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_EQ(answer.shape, TensorShape({2, 2}));
}

TEST(BatchingTest, RunsInputsWithoutRowsAlone) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());
  Tensor scalar(tensorflow::DT_FLOAT, TensorShape({}));
  scalar.scalar<float>()() = 3;

  const Answer answer = Ask(*queue, scalar);

  EXPECT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_THAT(answer.values, ElementsAre(6));
  EXPECT_EQ(answer.shape, TensorShape({}));
}

TEST(BatchingTest, RunsInputsOfDifferentNumbersOfRowsAlone) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(4), doubler.run());
  std::vector<Tensor> outputs;

  const absl::Status status = queue->Run(
      {Vector({1, 2}), Vector({1})}, absl::InfiniteFuture(), nullptr, &outputs);

  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(outputs.at(0)), ElementsAre(2, 4));
}

TEST(BatchingTest, DoesNotPutDifferentTypesTogether) {
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

  const std::vector<Answer> answers = AskTogether(*queue, {Vector({1}), text});

  EXPECT_TRUE(answers[0].status.ok()) << answers[0].status;
  EXPECT_TRUE(answers[1].status.ok()) << answers[1].status;
  EXPECT_THAT(dtypes, testing::UnorderedElementsAre(tensorflow::DT_FLOAT,
                                                    tensorflow::DT_STRING));
}

TEST(BatchingTest, RefusesRequestsThatAreTooLarge) {
  Doubler doubler;
  const auto queue = MakeQueue(BatchesAtOnceOf(2), doubler.run());

  EXPECT_EQ(Ask(*queue, Vector({1, 2, 3})).status,
            absl::InvalidArgumentError(
                "the request has 3 rows for the signature \"double\", and a "
                "request may have at most max_batch_size, which is 2; send "
                "several smaller ones"));
}

TEST(BatchingTest, EndsOnlyWhenItsBatchesHaveEnded) {
  std::atomic<bool> started = false;
  Gate gate;
  std::atomic<bool> ended = false;
  auto queue = MakeQueue(BatchesAtOnceOf(4),
                         [&](const std::vector<Tensor>& inputs, absl::Time,
                             std::vector<Tensor>* outputs) {
                           started = true;
                           gate.Pass();
                           ended = true;
                           *outputs = inputs;
                           return absl::OkStatus();
                         });
  // Until a caller has left a batch that runs.
  while (!started) {
    Ask(*queue, Vector({1}), absl::Now() + absl::Milliseconds(1));
  }
  std::thread opener([&gate] { gate.Open(); });

  queue.reset();

  EXPECT_TRUE(ended);
  opener.join();
}

TEST(BatchingTest, QueuesShareTheThreadsOfAScheduler) {
  BatchingOptions options = BatchesAtOnceOf(4);
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

  EXPECT_THAT(Ask(**one, Vector({1})).values, ElementsAre(1));
  EXPECT_THAT(Ask(**two, Vector({2})).values, ElementsAre(2));
  ASSERT_EQ(threads.size(), 2u);
  EXPECT_EQ(threads[0], threads[1]);
}

TEST(BatchingTest, CountsWhatItDoes) {
  BatchingOptions options = FullBatchesOf(3);
  options.thread_pool_name = "counted_threads";
  options.allowed_batch_sizes = {3};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());
  const Metric runs = ReadMetric("wrapped_run_count");
  const Metric inputs = ReadMetric("input_batch_size");
  const Metric processed = ReadMetric("processed_batch_size");

  AskTogether(*queue, {Vector({1}), Vector({2, 3})});

  EXPECT_EQ(ReadMetric("wrapped_run_count").count - runs.count, 1);
  EXPECT_EQ(ReadMetric("input_batch_size").count - inputs.count, 2);
  EXPECT_EQ(ReadMetric("input_batch_size").sum - inputs.sum, 3);
  EXPECT_EQ(ReadMetric("processed_batch_size").sum - processed.sum, 3);
  EXPECT_EQ(ReadMetric("queuing_latency", "counted_threads").count, 2);
}

TEST(BatchingTest, CountsPaddingByTheSizeOfTheBatch) {
  BatchingOptions options = BatchesAtOnceOf(77);
  options.allowed_batch_sizes = {77};
  Doubler doubler;
  const auto queue = MakeQueue(options, doubler.run());

  Ask(*queue, Vector({1, 2}));

  EXPECT_EQ(ReadMetric("padding_size", "77").sum, 75);
}

TEST(BatchingTest, AnswersManyClientsRowByRow) {
  BatchingOptions options = BatchesAtOnceOf(16);
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
        for (float& value : doubled) value *= 2;
        if (Ask(*queue, Vector(values)).values == doubled) ++right[client];
      }
    });
  }
  for (std::thread& client : clients) client.join();

  EXPECT_THAT(right, Each(kRequests));
  EXPECT_THAT(doubler.sizes(), Each(testing::AnyOf(1, 3, 4)));
}

TEST(CheckBatchableTest, AsksForInputsAndOutputsThatMayHaveRows) {
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
