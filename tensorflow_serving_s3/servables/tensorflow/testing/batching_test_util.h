// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_BATCHING_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_BATCHING_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving_s3/core/testing/gate.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_tensors.h"

namespace tfs3 {

// A graph that doubles its first input and records its batches.
class Doubler {
 public:
  BatchQueue::RunBatch run() {
    return [this](const std::vector<tensorflow::Tensor>& inputs,
                  absl::Time deadline,
                  std::vector<tensorflow::Tensor>* outputs) {
      {
        std::lock_guard<std::mutex> lock(mu_);
        batches_.push_back(inputs.front());
        deadlines_.push_back(deadline);
      }
      tensorflow::Tensor doubled(tensorflow::DT_FLOAT, inputs.front().shape());
      doubled.flat<float>() = inputs.front().flat<float>() * 2.f;
      *outputs = {doubled};
      return absl::OkStatus();
    };
  }

  std::vector<tensorflow::Tensor> batches() const {
    std::lock_guard<std::mutex> lock(mu_);
    return batches_;
  }
  std::vector<int64_t> sizes() const {
    std::vector<int64_t> sizes;
    for (const tensorflow::Tensor& batch : batches()) {
      sizes.push_back(batch.dim_size(0));
    }
    return sizes;
  }
  std::vector<absl::Time> deadlines() const {
    std::lock_guard<std::mutex> lock(mu_);
    return deadlines_;
  }

 private:
  mutable std::mutex mu_;
  std::vector<tensorflow::Tensor> batches_;
  std::vector<absl::Time> deadlines_;
};

// Returns options with which a batch runs only when it is full.
inline BatchingOptions FullBatchesOf(int32_t rows) {
  BatchingOptions options;
  options.num_batch_threads = 2;
  options.thread_pool_name = "test_threads";
  options.max_batch_size = rows;
  options.max_execution_batch_size = rows;
  options.batch_timeout = absl::Hours(10);
  options.max_enqueued_batches = 1000;
  return options;
}

// Returns options with which a batch runs as soon as a thread is free.
inline BatchingOptions ImmediateBatchesOf(int32_t rows) {
  BatchingOptions options = FullBatchesOf(rows);
  options.batch_timeout = absl::ZeroDuration();
  return options;
}

inline std::unique_ptr<BatchQueue> MakeQueue(const BatchingOptions& options,
                                             BatchQueue::RunBatch run) {
  auto scheduler = BatchScheduler::Create(options);
  EXPECT_TRUE(scheduler.ok()) << scheduler.status();
  auto queue = (*scheduler)->AddQueue("double", options, std::move(run));
  EXPECT_TRUE(queue.ok()) << queue.status();
  return *std::move(queue);
}

// The response to a request: the values and shape of its only output, or an
// error.
struct RunResult {
  absl::Status status;
  std::vector<float> values;
  tensorflow::TensorShape shape;
};

// Runs one request.
inline RunResult RunOne(BatchQueue& queue, const tensorflow::Tensor& input,
                        absl::Time deadline = absl::InfiniteFuture(),
                        const std::function<bool()>& cancelled = nullptr) {
  std::vector<tensorflow::Tensor> outputs;
  const absl::Status status = queue.Run({input}, deadline, cancelled, &outputs);
  if (!status.ok()) {
    return {status, {}, {}};
  }
  return {status, Values(outputs.at(0)), outputs.at(0).shape()};
}

// Runs requests at the same time. Returns the responses in the order of
// `inputs`.
inline std::vector<RunResult> RunConcurrently(
    BatchQueue& queue, const std::vector<tensorflow::Tensor>& inputs) {
  std::vector<RunResult> results(inputs.size());
  std::vector<std::thread> clients;
  for (size_t i = 0; i < inputs.size(); ++i) {
    clients.emplace_back([&, i] { results[i] = RunOne(queue, inputs[i]); });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  return results;
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_BATCHING_TEST_UTIL_H_
