// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/kernels/batching_util/batch_scheduler.h"
#include "tensorflow/core/kernels/batching_util/shared_batch_scheduler.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batch_task.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batch_tensors.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_metrics.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using SteadyTime = std::chrono::steady_clock::time_point;

using Batch = tensorflow::serving::Batch<BatchTask>;
using Scheduler = tensorflow::serving::SharedBatchScheduler<BatchTask>;
using TaskQueue = tensorflow::serving::BatchScheduler<BatchTask>;

void FinishAll(const BatchTasks& tasks, const absl::Status& status) {
  for (const auto& task : tasks) {
    Finish(*task, status, {});
  }
}

// Returns whether the values of one request, or batching, may cause the error.
bool MayBeOfOneRequest(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsOutOfRange(status);
}

class BatchQueueImpl final : public BatchQueue {
 public:
  BatchQueueImpl(absl::string_view name, const BatchingOptions& options,
                 tensorflow::monitoring::SamplerCell* queuing_latency,
                 RunBatch run)
      : name_(name),
        options_(options),
        queuing_latency_(queuing_latency),
        run_(std::move(run)) {}

  // Destroys queue_ first, which waits for the running batches.
  ~BatchQueueImpl() override = default;

  absl::Status Start(Scheduler& scheduler) {
    Scheduler::QueueOptions options;
    options.input_batch_size_limit = options_.max_batch_size;
    options.max_execution_batch_size = options_.max_execution_batch_size;
    options.batch_timeout_micros =
        absl::ToInt64Microseconds(options_.batch_timeout);
    options.max_enqueued_batches = options_.max_enqueued_batches;
    options.enable_large_batch_splitting =
        options_.enable_large_batch_splitting;
    if (options_.enable_large_batch_splitting) {
      options.split_input_task_func = SplitTask;
    }
    return scheduler.AddQueue(options,
                              std::function<void(std::unique_ptr<Batch>)>(
                                  [this](std::unique_ptr<Batch> batch) {
                                    Process(batch->RemoveAllTasks());
                                  }),
                              &queue_);
  }

  absl::Status Run(const std::vector<Tensor>& inputs, absl::Time deadline,
                   const std::function<bool()>& cancelled,
                   std::vector<Tensor>* outputs) override {
    if (!batchable_.load(std::memory_order_relaxed) || !HaveRows(inputs)) {
      return run_(inputs, deadline, outputs);
    }
    const int64_t rows = inputs.front().dim_size(0);
    if (rows > options_.max_batch_size) {
      return TooManyRowsError(rows);
    }
    if (deadline <= absl::Now()) {
      return DeadlineError();
    }

    auto request = std::make_shared<BatchRequest>();
    request->deadline = deadline;
    request->cancelled = &cancelled;
    if (absl::Status status = Enqueue(request, inputs, rows); !status.ok()) {
      return status;
    }
    if (absl::Status status = Wait(*request); !status.ok()) {
      return status;
    }
    if (!request->alone) {
      if (request->outputs.size() == 1) {
        *outputs = std::move(request->outputs.front());
        return absl::OkStatus();
      }
      if (Join(request->outputs, outputs)) {
        return absl::OkStatus();
      }
    }
    if (cancelled && cancelled()) {
      return CancelledError();
    }
    absl::Status status = run_(inputs, deadline, outputs);
    if (request->failed_batch != nullptr) {
      Conclude(*request->failed_batch, status);
    }
    return status;
  }

 private:
  absl::Status DeadlineError() const {
    return absl::DeadlineExceededError(
        absl::StrCat("the request's deadline passed while it waited for its "
                     "batch of the signature \"",
                     name_, "\""));
  }

  absl::Status CancelledError() const {
    return absl::CancelledError(
        absl::StrCat("the request was cancelled while it waited for its batch "
                     "of the signature \"",
                     name_, "\""));
  }

  // Makes all later requests run alone.
  void StopBatching(absl::string_view reason) const {
    if (!batchable_.exchange(false)) {
      return;
    }
    ABSL_LOG(WARNING) << "Requests for the signature \"" << name_
                      << "\" are no longer batched: " << reason;
  }

  // Records the result of one request of a failed batch that ran alone. Stops
  // batching if all of them succeeded.
  void Conclude(FailedBatch& batch, const absl::Status& alone) const {
    if (!alone.ok()) {
      batch.one_failed_alone = true;
    }
    if (--batch.not_tried > 0 || batch.one_failed_alone) {
      return;
    }
    StopBatching(absl::StrCat(
        "a batch failed, but each of its requests succeeded alone; "
        "the error of the batch: ",
        batch.status.message()));
  }

  // Returns whether the inputs have the same number of rows, at least one, and
  // can be concatenated. A request without rows would stay in the queue, and an
  // input without elements may have a huge shape.
  static bool HaveRows(const std::vector<Tensor>& inputs) {
    return std::all_of(
        inputs.begin(), inputs.end(), [&inputs](const Tensor& input) {
          return input.dims() > 0 && input.NumElements() > 0 &&
                 input.dim_size(0) == inputs.front().dim_size(0) &&
                 CanConcatRows(input.dtype());
        });
  }

  absl::Status TooManyRowsError(int64_t rows) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "the request has ", rows, " rows for the signature \"", name_,
        "\"; the limit is max_batch_size, which is ", options_.max_batch_size,
        "; send several smaller requests"));
  }

  absl::Status Enqueue(std::shared_ptr<BatchRequest> request,
                       const std::vector<Tensor>& inputs, int64_t rows) {
    auto task = std::make_unique<BatchTask>();
    task->request = std::move(request);
    task->inputs = inputs;
    task->rows = rows;
    task->enqueued = std::chrono::steady_clock::now();
    RecordInputBatchSize(rows);
    const absl::Status status = queue_->Schedule(&task);
    if (absl::IsUnavailable(status)) {
      return absl::UnavailableError(absl::StrCat(
          "the batching queue of the signature \"", name_,
          "\" is full: the limit is max_enqueued_batches, which is ",
          options_.max_enqueued_batches,
          "; try again later, or add batch threads or servers"));
    }
    return status;
  }

  // Waits until the request ends. After OK, no batch thread writes to `alone`,
  // `failed_batch` or, if not `alone`, `outputs`.
  absl::Status Wait(BatchRequest& request) const {
    std::unique_lock<std::mutex> lock(request.mu);
    const auto ended = [&request] {
      return request.pending == 0 || request.alone || !request.status.ok();
    };
    while (!ended()) {
      if (request.deadline == absl::InfiniteFuture()) {
        request.changed.wait(lock);
        continue;
      }
      const absl::Duration left = request.deadline - absl::Now();
      if (left <= absl::ZeroDuration()) {
        request.left = true;
        return DeadlineError();
      }
      request.changed.wait_for(
          lock, absl::ToChronoNanoseconds(std::min(left, absl::Hours(1))));
    }
    request.left = true;
    return request.status;
  }

  // Concatenates the outputs of a request's parts. Returns false if their
  // shapes differ beyond dimension 0.
  static bool Join(const std::vector<std::vector<Tensor>>& parts,
                   std::vector<Tensor>* outputs) {
    outputs->clear();
    for (size_t i = 0; i < parts.front().size(); ++i) {
      std::vector<const Tensor*> rows;
      TensorShape shape = parts.front()[i].shape();
      shape.set_dim(0, 0);
      for (const std::vector<Tensor>& part : parts) {
        if (!SameRowShape(part[i].shape(), shape)) {
          return false;
        }
        rows.push_back(&part[i]);
        shape.set_dim(0, shape.dim_size(0) + part[i].dim_size(0));
      }
      outputs->push_back(ConcatRows(rows, shape));
    }
    return true;
  }

  // Splits a task: `first` rows (may be 0) for the open batch, then parts of
  // `batch_size` rows.
  static absl::Status SplitTask(std::unique_ptr<BatchTask>* task, int first,
                                int batch_size, BatchTasks* parts) {
    const std::unique_ptr<BatchTask> whole = std::move(*task);
    int64_t begin = 0;
    for (int64_t rows = first; begin < whole->rows; rows = batch_size) {
      rows = std::min(rows, whole->rows - begin);
      if (rows == 0) {
        continue;
      }
      auto part = std::make_unique<BatchTask>();
      part->request = whole->request;
      part->part = parts->size();
      part->rows = rows;
      part->enqueued = whole->enqueued;
      for (const Tensor& input : whole->inputs) {
        // Shares the memory even if it is not aligned: most parts are copied
        // into a batch later.
        part->inputs.push_back(input.Slice(begin, begin + rows));
      }
      begin += rows;
      parts->push_back(std::move(part));
    }
    for (const std::unique_ptr<BatchTask>& part : *parts) {
      part->is_part = parts->size() > 1;
    }
    std::lock_guard<std::mutex> lock(whole->request->mu);
    whole->request->pending = parts->size();
    whole->request->outputs.resize(parts->size());
    return absl::OkStatus();
  }

  // Returns OK if the caller still waits for the outputs.
  absl::Status StillWanted(const BatchTask& task) const {
    BatchRequest& request = *task.request;
    std::lock_guard<std::mutex> lock(request.mu);
    if (request.left || request.alone || !request.status.ok()) {
      return absl::CancelledError("the caller no longer waits");
    }
    if (request.deadline <= absl::Now()) {
      return DeadlineError();
    }
    if (*request.cancelled && (*request.cancelled)()) {
      return CancelledError();
    }
    return absl::OkStatus();
  }

  // Returns the tasks whose callers still wait, and finishes the others.
  BatchTasks Wanted(BatchTasks tasks) const {
    BatchTasks wanted;
    wanted.reserve(tasks.size());
    for (auto& task : tasks) {
      if (absl::Status status = StillWanted(*task); !status.ok()) {
        Finish(*task, status, {});
      } else {
        wanted.push_back(std::move(task));
      }
    }
    return wanted;
  }

  // Runs a batch, in several runs if its requests cannot share one.
  void Process(BatchTasks tasks) const {
    const SteadyTime now = std::chrono::steady_clock::now();
    for (const auto& task : tasks) {
      queuing_latency_->Add(
          std::chrono::duration<double, std::micro>(now - task->enqueued)
              .count());
    }
    tasks = Wanted(std::move(tasks));
    while (!tasks.empty()) {
      BatchGroup group(*tasks.front(), options_.pad_variable_length_inputs);
      BatchTasks together;
      BatchTasks others;
      for (std::unique_ptr<BatchTask>& task : tasks) {
        (group.Join(*task) ? together : others).push_back(std::move(task));
      }
      tasks = std::move(others);
      RunTogether(std::move(together));
    }
  }

  // Returns the size to which a batch of `rows` is padded.
  int64_t AllowedSize(int64_t rows) const {
    const auto allowed =
        std::lower_bound(options_.allowed_batch_sizes.begin(),
                         options_.allowed_batch_sizes.end(), rows);
    return allowed == options_.allowed_batch_sizes.end() ? rows : *allowed;
  }

  void RunTogether(BatchTasks tasks) const {
    int64_t rows = 0;
    absl::Time deadline = absl::InfinitePast();
    for (const auto& task : tasks) {
      rows += task->rows;
      deadline = std::max(deadline, task->request->deadline);
    }
    const int64_t size = AllowedSize(rows);
    std::vector<Tensor> inputs;
    inputs.reserve(tasks.front()->inputs.size());
    for (size_t i = 0; i < tasks.front()->inputs.size(); ++i) {
      inputs.push_back(tasks.size() == 1 && size == rows
                           ? SliceRows(tasks.front()->inputs[i], 0, rows)
                           : ConcatInput(tasks, i, size));
    }

    RecordBatch(size, size - rows);
    std::vector<Tensor> outputs;
    const absl::Status status = run_(inputs, deadline, &outputs);
    // Whether this was one unchanged request.
    const bool alone =
        tasks.size() == 1 && size == rows && !tasks.front()->is_part;
    if (!status.ok() && (alone || !MayBeOfOneRequest(status))) {
      FinishAll(tasks, status);
      return;
    }
    if (!status.ok()) {
      RunEachAlone(std::move(tasks), status);
      return;
    }
    if (!CheckOutputs(outputs, size)) {
      if (alone) {
        Finish(*tasks.front(), absl::OkStatus(), std::move(outputs));
        return;
      }
      for (const auto& task : Wanted(std::move(tasks))) {
        FinishAlone(*task, nullptr);
      }
      return;
    }
    int64_t begin = 0;
    for (const auto& task : tasks) {
      std::vector<Tensor> own;
      own.reserve(outputs.size());
      for (const Tensor& output : outputs) {
        own.push_back(SliceRows(output, begin, task->rows));
      }
      begin += task->rows;
      Finish(*task, absl::OkStatus(), std::move(own));
    }
  }

  // Makes the requests of a failed batch run alone.
  void RunEachAlone(BatchTasks tasks, const absl::Status& status) const {
    // If shapes differ, padding may have caused the error. Batches of requests
    // with equal shapes may still work.
    const bool one_shape = std::all_of(
        tasks.begin(), tasks.end(),
        [&tasks](const std::unique_ptr<BatchTask>& task) {
          return std::equal(task->inputs.begin(), task->inputs.end(),
                            tasks.front()->inputs.begin(),
                            [](const Tensor& a, const Tensor& b) {
                              return SameRowShape(a.shape(), b.shape());
                            });
        });
    std::shared_ptr<FailedBatch> failed;
    if (one_shape) {
      failed = std::make_shared<FailedBatch>(tasks.size(), status);
    }
    for (const auto& task : Wanted(std::move(tasks))) {
      FinishAlone(*task, failed);
    }
  }

  // Returns whether all outputs have one row for each row of the inputs. If
  // not, stops batching.
  bool CheckOutputs(const std::vector<Tensor>& outputs, int64_t size) const {
    for (const Tensor& output : outputs) {
      if (output.dims() > 0 && output.dim_size(0) == size) {
        continue;
      }
      StopBatching(absl::StrCat("a batch of ", size,
                                " rows returned an output of shape ",
                                output.shape().DebugString()));
      return false;
    }
    return true;
  }

  const std::string name_;
  const BatchingOptions options_;
  tensorflow::monitoring::SamplerCell* const queuing_latency_;
  const RunBatch run_;
  mutable std::atomic<bool> batchable_{true};
  std::unique_ptr<TaskQueue> queue_;
};

class BatchSchedulerImpl final : public BatchScheduler {
 public:
  BatchSchedulerImpl(const BatchingOptions& options,
                     std::shared_ptr<Scheduler> scheduler)
      : options_(options),
        queuing_latency_(QueuingLatency(options.thread_pool_name)),
        scheduler_(std::move(scheduler)) {}

  const BatchingOptions& options() const override { return options_; }

  absl::StatusOr<std::unique_ptr<BatchQueue>> AddQueue(
      absl::string_view name, const BatchingOptions& options,
      BatchQueue::RunBatch run) override {
    auto queue = std::make_unique<BatchQueueImpl>(
        name, options, queuing_latency_, std::move(run));
    if (absl::Status status = queue->Start(*scheduler_); !status.ok()) {
      return status;
    }
    return queue;
  }

 private:
  const BatchingOptions options_;
  tensorflow::monitoring::SamplerCell* const queuing_latency_;
  // The queues share it.
  const std::shared_ptr<Scheduler> scheduler_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<BatchScheduler>> BatchScheduler::Create(
    const BatchingOptions& options) {
  Scheduler::Options scheduler_options;
  scheduler_options.num_batch_threads = options.num_batch_threads;
  scheduler_options.thread_pool_name = options.thread_pool_name;
  std::shared_ptr<Scheduler> scheduler;
  if (absl::Status status = Scheduler::Create(scheduler_options, &scheduler);
      !status.ok()) {
    return status;
  }
  return std::make_shared<BatchSchedulerImpl>(options, std::move(scheduler));
}

absl::Status CheckBatchable(const std::vector<TensorSpec>& inputs,
                            const std::vector<TensorSpec>& outputs) {
  if (inputs.empty()) {
    return absl::FailedPreconditionError("the signature has no input");
  }
  const auto check = [](absl::string_view what,
                        const TensorSpec& spec) -> absl::Status {
    if (!CanConcatRows(spec.dtype)) {
      return absl::FailedPreconditionError(absl::StrCat(
          what, " \"", spec.alias, "\" has neither numbers nor strings"));
    }
    return absl::OkStatus();
  };
  for (const TensorSpec& spec : inputs) {
    if (absl::Status status = check("input", spec); !status.ok()) {
      return status;
    }
  }
  for (const TensorSpec& spec : outputs) {
    if (absl::Status status = check("output", spec); !status.ok()) {
      return status;
    }
    if (spec.shape.dims() > 0 && spec.shape.dim_size(0) >= 0 &&
        spec.shape.dim_size(0) != 1) {
      return absl::FailedPreconditionError(absl::StrCat(
          "output \"", spec.alias, "\" is declared with the shape ",
          spec.shape.DebugString(),
          ", so its rows may not match those of the inputs"));
    }
  }
  return absl::OkStatus();
}

}  // namespace tfs3
