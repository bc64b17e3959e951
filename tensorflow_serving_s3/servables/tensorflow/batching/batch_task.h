// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TASK_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TASK_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/kernels/batching_util/batch_scheduler.h"

// What is in a BatchQueue: requests, the tasks of the batch threads, and which
// tasks go together.
namespace tfs3 {

// A batch of requests that failed with an error that one of them may have
// caused. Each runs alone; if all succeed, it was the batch that failed.
struct FailedBatch {
  FailedBatch(size_t requests, absl::Status error)
      : not_tried(requests), status(std::move(error)) {}

  // Requests that have not run alone yet.
  std::atomic<size_t> not_tried;
  std::atomic<bool> one_failed_alone{false};
  const absl::Status status;
};

// What a caller waits for. The batch threads share it, because the caller may
// leave before them.
struct BatchRequest {
  absl::Time deadline;
  // Only to be called while the caller has not left.
  const std::function<bool()>* cancelled;

  std::mutex mu;
  std::condition_variable changed;
  // The rest is guarded by mu.
  bool left = false;
  // The first error of a part; no other part need run after it.
  absl::Status status;
  // Set if the caller is to run the whole request alone.
  bool alone = false;
  // If that is because of a failed batch: the batch.
  std::shared_ptr<FailedBatch> failed_batch;
  // How many parts have no end yet.
  size_t pending = 1;
  // For each part its outputs. There are several parts if the request was
  // split.
  std::vector<std::vector<tensorflow::Tensor>> outputs{1};
};

// A request, or a part of it, on its way through the queue.
struct BatchTask final : tensorflow::serving::BatchTask {
  size_t size() const override { return static_cast<size_t>(rows); }

  std::shared_ptr<BatchRequest> request;
  size_t part = 0;
  // Whether the request has other parts.
  bool is_part = false;
  std::vector<tensorflow::Tensor> inputs;
  int64_t rows = 0;
  std::chrono::steady_clock::time_point enqueued;
};

using BatchTasks = std::vector<std::unique_ptr<BatchTask>>;

// Ends a task with an error or outputs. Wakes the caller.
void Finish(const BatchTask& task, const absl::Status& status,
            std::vector<tensorflow::Tensor> outputs);

// Makes the caller run the whole request of `task` alone.
void FinishAlone(const BatchTask& task,
                 std::shared_ptr<FailedBatch> failed_batch);

// Which tasks can be put together: those of the same types and of one shape
// beyond dimension 0, or, with padding, of one rank. Padded rows are no larger
// than some times the largest that a task brings: shapes that are long in
// different dimensions would make a batch that no memory holds.
class BatchGroup {
 public:
  BatchGroup(const BatchTask& first, bool pad);

  // Whether `task` can join, which it has done then.
  bool Join(const BatchTask& task);

 private:
  using Dims = std::vector<int64_t>;

  // In elements.
  static constexpr int64_t kSmallRow = int64_t{1} << 16;
  static constexpr int64_t kMostGrowth = 8;

  const bool pad_;
  // One for each input.
  std::vector<tensorflow::DataType> dtypes_;
  // For each input, the sizes of a padded tensor (that of dimension 0 means
  // nothing), and the elements of the largest row.
  std::vector<Dims> padded_;
  std::vector<int64_t> largest_;
};

// One input of all tasks in one tensor of `size` rows.
tensorflow::Tensor ConcatInput(const BatchTasks& tasks, size_t input,
                               int64_t size);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TASK_H_
