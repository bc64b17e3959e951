// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3 {

// Batches requests: concatenates the rows of their inputs, so that the graph
// runs once for all of them. A row is all elements with the same index in
// dimension 0.
//
// A BatchScheduler has the threads for all models. A BatchQueue batches
// requests of one signature that fetch the same outputs:
//
//   absl::StatusOr<std::shared_ptr<BatchScheduler>> scheduler =
//       BatchScheduler::Create(options);
//   absl::StatusOr<std::unique_ptr<BatchQueue>> queue =
//       (*scheduler)->AddQueue("serving_default", options, run);
//   absl::Status status = (*queue)->Run({x}, deadline, cancelled, &outputs);
//
// Uses TensorFlow's SharedBatchScheduler, whose threads serve the queues in
// turn. Records TensorFlow Serving's metrics (batching_metrics.h).
class BatchQueue {
 public:
  // Computes the outputs of a batch, if possible before `deadline`. Every input
  // has the same number of rows. Must be thread-safe.
  using RunBatch = std::function<absl::Status(
      const std::vector<tensorflow::Tensor>& inputs, absl::Time deadline,
      std::vector<tensorflow::Tensor>* outputs)>;

  // Waits until the last batch of this queue ends. No other thread may be in
  // Run.
  virtual ~BatchQueue() = default;

  // Runs `inputs` in a batch with other requests and sets `outputs` to the rows
  // of this request. Blocks until the outputs are computed. A request that
  // succeeds alone also succeeds in a batch: it runs alone, on the caller's
  // thread, in these cases:
  //   - An input is a scalar, has no elements, has a type that cannot be
  //     concatenated, or has another number of rows than the first input.
  //   - The batch failed with an error that one request may have caused
  //     (INVALID_ARGUMENT, OUT_OF_RANGE).
  //   - An output of the batch did not have one row for each row of the inputs,
  //     or the outputs of a split request's parts cannot be concatenated.
  //   - An earlier batch has shown that the signature cannot be batched: it had
  //     such an output, or it failed and each of its requests succeeded alone.
  //
  // Errors:
  //   - DEADLINE_EXCEEDED: `deadline` has passed. Does not stop a running
  //     batch.
  //   - CANCELLED: `cancelled` (may be null, must be fast) returned true before
  //     the batch ran.
  //   - INVALID_ARGUMENT: there are more rows than max_batch_size.
  //   - UNAVAILABLE: max_enqueued_batches already wait.
  //   - Otherwise the errors of RunBatch.
  //
  // Thread-safe.
  virtual absl::Status Run(const std::vector<tensorflow::Tensor>& inputs,
                           absl::Time deadline,
                           const std::function<bool()>& cancelled,
                           std::vector<tensorflow::Tensor>* outputs) = 0;
};

// Runs the batches of all its queues on its threads. Thread-safe. Its queues
// keep its threads alive.
class BatchScheduler {
 public:
  // Starts options.num_batch_threads threads.
  static absl::StatusOr<std::shared_ptr<BatchScheduler>> Create(
      const BatchingOptions& options);

  virtual ~BatchScheduler() = default;

  virtual const BatchingOptions& options() const = 0;

  // Creates a queue. Ignores the number and the name of threads in `options`.
  // `name` is the name of the signature, for errors.
  virtual absl::StatusOr<std::unique_ptr<BatchQueue>> AddQueue(
      absl::string_view name, const BatchingOptions& options,
      BatchQueue::RunBatch run) = 0;
};

// How to batch the requests of one model.
struct BatchingConfig {
  std::shared_ptr<BatchScheduler> scheduler;
  BatchingOptions options;
};

// Checks whether batching may work for a signature. It must have an input, its
// inputs and outputs must be numbers or strings, and no output may be declared
// with a fixed dimension 0 other than 1. Such an output may be a constant, and
// a batch with the same number of rows would split the constant. Other declared
// shapes do not matter: BatchQueue detects graphs that do not compute row by
// row. Otherwise returns FAILED_PRECONDITION that names the input or output.
absl::Status CheckBatchable(const std::vector<TensorSpec>& inputs,
                            const std::vector<TensorSpec>& outputs);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_H_
