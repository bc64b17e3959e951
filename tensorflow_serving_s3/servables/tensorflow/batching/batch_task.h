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

// The contents of a BatchQueue: requests, the tasks of the batch threads, and
// the groups of tasks that can share a run.
namespace tfs3 {

// A batch that failed with an error that one of its requests may have caused.
// Each request then runs alone. If all succeed, batching caused the error.
struct FailedBatch {
  FailedBatch(size_t requests, absl::Status error)
      : not_tried(requests), status(std::move(error)) {}

  // Requests that have not run alone yet.
  std::atomic<size_t> not_tried;
  std::atomic<bool> one_failed_alone{false};
  const absl::Status status;
};

// A request whose caller waits. Shared with the batch threads, because the
// caller may stop waiting before they finish.
struct BatchRequest {
  absl::Time deadline;
  // Valid only until the caller stops waiting.
  const std::function<bool()>* cancelled;

  std::mutex mu;
  std::condition_variable changed;
  // mu guards all following fields.
  // Whether the caller has stopped waiting.
  bool left = false;
  // The first error of a part. The other parts then do not run.
  absl::Status status;
  // Whether the caller must run the whole request alone.
  bool alone = false;
  // The batch that failed, if this is the reason for `alone`.
  std::shared_ptr<FailedBatch> failed_batch;
  // The number of parts that have not finished.
  size_t pending = 1;
  // The outputs of each part. A split request has several parts.
  std::vector<std::vector<tensorflow::Tensor>> outputs{1};
};

// A request in the queue, or a part of a split request.
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

// Finishes a task with an error or outputs, and wakes the caller.
void Finish(const BatchTask& task, const absl::Status& status,
            std::vector<tensorflow::Tensor> outputs);

// Makes the caller run the whole request of `task` alone.
void MakeCallerRunAlone(const BatchTask& task,
                        std::shared_ptr<FailedBatch> failed_batch);

// Splits a task: `first` rows (may be 0) for the open batch, then parts of
// `batch_size` rows.
absl::Status SplitTask(std::unique_ptr<BatchTask>* task, int first,
                       int batch_size, BatchTasks* parts);

// Concatenates the outputs of a request's parts. Returns false if their
// shapes differ beyond dimension 0.
bool JoinParts(const std::vector<std::vector<tensorflow::Tensor>>& parts,
               std::vector<tensorflow::Tensor>* outputs);

// A group of tasks that can share a run. Their inputs have the same types and
// the same shape beyond dimension 0; with padding, only the same rank. Limits
// the size of padded rows to a multiple of the largest row: without a limit,
// shapes that are long in different dimensions would need too much memory.
class BatchGroup {
 public:
  BatchGroup(const BatchTask& first, bool pad);

  // Adds `task` to the group and returns true, or returns false if the task
  // does not fit.
  bool Join(const BatchTask& task);

 private:
  using Dims = std::vector<int64_t>;

  // Rows of up to kSmallRow elements are not limited. Larger rows are at most
  // kMaxGrowth times as large as the largest row before padding.
  static constexpr int64_t kSmallRow = int64_t{1} << 16;
  static constexpr int64_t kMaxGrowth = 8;

  const bool pad_;
  // The type of each input.
  std::vector<tensorflow::DataType> dtypes_;
  // For each input, the dimensions of the padded tensor (dimension 0 has no
  // meaning) and the number of elements of the largest row.
  std::vector<Dims> padded_;
  std::vector<int64_t> largest_;
};

// Concatenates one input of all tasks to a tensor of `size` rows.
tensorflow::Tensor ConcatInput(const BatchTasks& tasks, size_t input,
                               int64_t size);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TASK_H_
