// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/batching_test_util.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(BatchingErrorTest, RefusesARequestAfterItsDeadline) {
  Doubler doubler;
  const auto queue = MakeQueue(ImmediateBatchesOf(4), doubler.run());

  EXPECT_EQ(RunOne(*queue, Vector({1}), absl::InfinitePast()).status,
            absl::DeadlineExceededError(
                "the request's deadline passed while it waited for its batch "
                "of the signature \"double\""));
  EXPECT_THAT(doubler.sizes(), IsEmpty());
}

TEST(BatchingErrorTest, DoesNotRunARequestWhoseDeadlinePassesInTheQueue) {
  BatchingOptions options = ImmediateBatchesOf(1);
  options.num_batch_threads = 1;
  Gate running;
  Gate gate;
  Doubler doubler;
  const auto queue = MakeQueue(
      options, [&, run = doubler.run()](const std::vector<Tensor>& inputs,
                                        absl::Time deadline,
                                        std::vector<Tensor>* outputs) {
        running.Open();
        gate.Wait();
        return run(inputs, deadline, outputs);
      });
  std::thread first([&] { RunOne(*queue, Vector({1})); });
  running.Wait();

  const RunResult left =
      RunOne(*queue, Vector({2}), absl::Now() + absl::Milliseconds(5));
  gate.Open();
  first.join();
  const RunResult other = RunOne(*queue, Vector({3}));

  EXPECT_EQ(left.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(other.values, ElementsAre(6));
  for (const Tensor& batch : doubler.batches()) {
    EXPECT_NE(Values(batch)[0], 2);
  }
}

TEST(BatchingErrorTest, DoesNotRunACancelledRequest) {
  Doubler doubler;
  const auto queue = MakeQueue(FullBatchesOf(2), doubler.run());

  RunResult cancelled;
  std::thread client([&] {
    cancelled = RunOne(*queue, Vector({1}), absl::InfiniteFuture(),
                       [] { return true; });
  });
  const RunResult other = RunOne(*queue, Vector({2}));
  client.join();

  EXPECT_EQ(cancelled.status,
            absl::CancelledError("the request was cancelled while it waited "
                                 "for its batch of the signature \"double\""));
  EXPECT_THAT(other.values, ElementsAre(4));
  EXPECT_THAT(doubler.sizes(), ElementsAre(1));
}

TEST(BatchingErrorTest, RefusesRequestsIfTheQueueIsFull) {
  BatchingOptions options = ImmediateBatchesOf(1);
  options.num_batch_threads = 1;
  options.max_enqueued_batches = 1;
  Gate running;
  Gate gate;
  const auto queue =
      MakeQueue(options, [&](const std::vector<Tensor>& inputs, absl::Time,
                             std::vector<Tensor>* outputs) {
        running.Open();
        gate.Wait();
        *outputs = inputs;
        return absl::OkStatus();
      });
  std::thread first([&] { RunOne(*queue, Vector({0})); });
  running.Wait();

  // The queue has room for one of three requests.
  std::mutex mu;
  std::condition_variable changed;
  std::vector<absl::Status> refused;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      const RunResult result = RunOne(*queue, Vector({1}));
      if (result.status.ok()) {
        ++answered;
        return;
      }
      std::lock_guard<std::mutex> lock(mu);
      refused.push_back(result.status);
      changed.notify_one();
    });
  }
  {
    std::unique_lock<std::mutex> lock(mu);
    changed.wait(lock, [&] { return refused.size() == 2; });
  }
  gate.Open();
  first.join();
  for (std::thread& client : clients) {
    client.join();
  }

  EXPECT_EQ(answered, 1);
  EXPECT_THAT(
      refused,
      Each(absl::UnavailableError(
          "the batching queue of the signature \"double\" is full: "
          "the limit is max_enqueued_batches, which is 1; try again later, or "
          "add batch threads or servers")));
}

TEST(BatchingErrorTest, AFailingRequestDoesNotFailTheOthers) {
  const auto queue =
      MakeQueue(FullBatchesOf(3), [](const std::vector<Tensor>& inputs,
                                     absl::Time, std::vector<Tensor>* outputs) {
        for (const float value : Values(inputs[0])) {
          if (value < 0) {
            return absl::InvalidArgumentError("negative");
          }
        }
        *outputs = inputs;
        return absl::OkStatus();
      });

  const auto results =
      RunConcurrently(*queue, {Vector({1}), Vector({-1}), Vector({2})});

  EXPECT_THAT(results[0].values, ElementsAre(1));
  EXPECT_EQ(results[1].status, absl::InvalidArgumentError("negative"));
  EXPECT_THAT(results[2].values, ElementsAre(2));
}

TEST(BatchingErrorTest, AFailingRequestDoesNotStopBatching) {
  Doubler doubler;
  const auto queue = MakeQueue(
      FullBatchesOf(2),
      [run = doubler.run()](const std::vector<Tensor>& inputs,
                            absl::Time deadline, std::vector<Tensor>* outputs) {
        for (const float value : Values(inputs[0])) {
          if (value < 0) {
            return absl::InvalidArgumentError("negative");
          }
        }
        return run(inputs, deadline, outputs);
      });
  RunConcurrently(*queue, {Vector({1}), Vector({-1})});

  RunConcurrently(*queue, {Vector({2}), Vector({3})});

  EXPECT_THAT(doubler.sizes(), ElementsAre(1, 2));
}

// The graph accepts only one row.
TEST(BatchingErrorTest, StopsBatchingIfABatchFailsAndItsRequestsSucceedAlone) {
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

  const auto results = RunConcurrently(*queue, {Vector({1}), Vector({2})});
  // A batch would wait for another row.
  const RunResult later = RunOne(*queue, Vector({3}));

  EXPECT_THAT(results[0].values, ElementsAre(2));
  EXPECT_THAT(results[1].values, ElementsAre(4));
  EXPECT_THAT(later.values, ElementsAre(6));
  EXPECT_EQ(refused, 1);
}

TEST(BatchingErrorTest, AFailureWithPaddedInputsDoesNotStopBatching) {
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
  const auto results =
      RunConcurrently(*queue, {Floats(TensorShape({1, 1}), {1}),
                               Floats(TensorShape({1, 3}), {2, 3, 4})});

  RunConcurrently(*queue, {Floats(TensorShape({1, 1}), {5}),
                           Floats(TensorShape({1, 1}), {6})});

  EXPECT_THAT(results[0].values, ElementsAre(2));
  EXPECT_THAT(results[1].values, ElementsAre(4, 6, 8));
  EXPECT_THAT(doubler.sizes(), ElementsAre(1, 1, 2));
}

TEST(BatchingErrorTest, RunsARequestWithoutPaddingIfThePaddedBatchFails) {
  BatchingOptions options = ImmediateBatchesOf(4);
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

  EXPECT_THAT(RunOne(*queue, Vector({1, 2, 3})).values, ElementsAre(2, 4, 6));
  EXPECT_EQ(RunOne(*queue, Vector({1, 2})).status,
            absl::InvalidArgumentError("takes three rows"));
}

TEST(BatchingErrorTest, RunsASplitRequestAloneIfAPartFails) {
  BatchingOptions options = ImmediateBatchesOf(4);
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

  EXPECT_THAT(RunOne(*queue, Vector({1, 2, 3, 4})).values,
              ElementsAre(2, 4, 6, 8));
}

TEST(BatchingErrorTest, DoesNotRunACancelledRequestAfterItsBatchHasFailed) {
  std::atomic<bool> gone = false;
  std::atomic<int> runs = 0;
  BatchingOptions options = ImmediateBatchesOf(4);
  options.allowed_batch_sizes = {4};
  const auto queue = MakeQueue(options, [&](const std::vector<Tensor>&,
                                            absl::Time, std::vector<Tensor>*) {
    ++runs;
    gone = true;
    return absl::InvalidArgumentError("no");
  });

  EXPECT_EQ(RunOne(*queue, Vector({1}), absl::InfiniteFuture(),
                   [&gone] { return gone.load(); })
                .status.code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(runs, 1);
}

TEST(BatchingErrorTest, DoesNotRetryAfterAnErrorOfTheModel) {
  std::atomic<int> runs = 0;
  const auto queue = MakeQueue(
      FullBatchesOf(2),
      [&runs](const std::vector<Tensor>&, absl::Time, std::vector<Tensor>*) {
        ++runs;
        return absl::ResourceExhaustedError("out of memory");
      });

  const auto results = RunConcurrently(*queue, {Vector({1}), Vector({2})});

  for (const RunResult& result : results) {
    EXPECT_EQ(result.status, absl::ResourceExhaustedError("out of memory"));
  }
  EXPECT_EQ(runs, 1);
}

TEST(BatchingErrorTest, AnErrorOfOnePartFailsASplitRequest) {
  BatchingOptions options = ImmediateBatchesOf(4);
  options.enable_large_batch_splitting = true;
  options.max_execution_batch_size = 1;
  const auto queue =
      MakeQueue(options, [](const std::vector<Tensor>& inputs, absl::Time,
                            std::vector<Tensor>* outputs) {
        if (Values(inputs[0])[0] == 3) {
          return absl::InternalError("three");
        }
        *outputs = inputs;
        return absl::OkStatus();
      });

  EXPECT_EQ(RunOne(*queue, Vector({1, 2, 3, 4})).status,
            absl::InternalError("three"));
}

// Returns a graph whose output is the sum of its input in a fixed shape.
BatchQueue::RunBatch Sum(const TensorShape& shape) {
  return [shape](const std::vector<Tensor>& inputs, absl::Time,
                 std::vector<Tensor>* outputs) {
    Tensor sum(tensorflow::DT_FLOAT, shape);
    float total = 0;
    for (const float value : Values(inputs[0])) {
      total += value;
    }
    sum.flat<float>().setConstant(total);
    *outputs = {sum};
    return absl::OkStatus();
  };
}

TEST(BatchingErrorTest, StopsBatchingIfAnOutputDoesNotHaveARowForEachRow) {
  for (const TensorShape& shape : {TensorShape({}), TensorShape({1})}) {
    const auto queue = MakeQueue(FullBatchesOf(3), Sum(shape));

    const auto results = RunConcurrently(*queue, {Vector({1}), Vector({2, 3})});
    // A batch would wait for another row.
    const RunResult later = RunOne(*queue, Vector({4, 5}));

    EXPECT_THAT(results[0].values, ElementsAre(1));
    EXPECT_THAT(results[1].values, ElementsAre(5));
    EXPECT_EQ(results[1].shape, shape);
    EXPECT_THAT(later.values, ElementsAre(9));
  }
}

TEST(BatchingErrorTest, ReturnsAnyOutputOfASingleRequest) {
  for (const bool pad : {false, true}) {
    BatchingOptions options = ImmediateBatchesOf(4);
    if (pad) {
      options.allowed_batch_sizes = {4};
    }
    const auto queue = MakeQueue(options, Sum(TensorShape({})));

    const RunResult result = RunOne(*queue, Vector({1, 2}));

    EXPECT_THAT(result.values, ElementsAre(3));
    EXPECT_EQ(result.shape, TensorShape({}));
  }
}

TEST(BatchingErrorTest,
     RunsASplitRequestAloneIfItsOutputsCannotBeConcatenated) {
  BatchingOptions options = ImmediateBatchesOf(2);
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

  const RunResult result = RunOne(*queue, Vector({1, 2}));

  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.shape, TensorShape({2, 2}));
}

TEST(BatchingErrorTest, RefusesTooLargeRequests) {
  Doubler doubler;
  const auto queue = MakeQueue(ImmediateBatchesOf(2), doubler.run());

  EXPECT_EQ(
      RunOne(*queue, Vector({1, 2, 3})).status,
      absl::InvalidArgumentError(
          "the request has 3 rows for the signature \"double\"; the limit "
          "is max_batch_size, which is 2; send several smaller "
          "requests"));
}

}  // namespace
}  // namespace tfs3
