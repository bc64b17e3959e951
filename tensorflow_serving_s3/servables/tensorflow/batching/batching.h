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

// Puts requests together into batches, so that a graph runs once for many of
// them. A batch is the rows (what has the same index in dimension 0) of all its
// requests, input by input.
//
// A BatchScheduler has the threads, for all models; a BatchQueue is what the
// requests of one signature that want the same outputs wait in:
//
//   absl::StatusOr<std::shared_ptr<BatchScheduler>> scheduler =
//       BatchScheduler::Create(options);
//   absl::StatusOr<std::unique_ptr<BatchQueue>> queue =
//       (*scheduler)->AddQueue("serving_default", options, run);
//   absl::Status status = (*queue)->Run({x}, deadline, cancelled, &outputs);
//
// On top of TensorFlow's SharedBatchScheduler, whose threads serve the queues
// in turn. The metrics are those of TensorFlow Serving:
// /tensorflow/serving/batching_session/{queuing_latency,wrapped_run_count,
// padding_size,input_batch_size,processed_batch_size}.
class BatchQueue {
 public:
  // Computes the outputs for a batch, before `deadline` if it can. Is called on
  // several threads at once. Every input has the same number of rows.
  using RunBatch = std::function<absl::Status(
      const std::vector<tensorflow::Tensor>& inputs, absl::Time deadline,
      std::vector<tensorflow::Tensor>* outputs)>;

  // Waits until no batch of this queue runs any more. No Run may be under way.
  virtual ~BatchQueue() = default;

  // Gets the outputs for the rows of `inputs`, computed in a batch with others.
  // Blocks until they are there. A request that succeeds alone succeeds in a
  // batch too. It runs alone, on the caller's thread, if
  // - an input is a scalar, has no elements, has a type that cannot be put
  //   together or has another number of rows than the first;
  // - its batch failed with an error that one request may have caused
  //   (INVALID_ARGUMENT, OUT_OF_RANGE);
  // - an output of its batch had not a row for each row of the inputs, or
  //   outputs of the parts of a split request do not fit together;
  // - an earlier batch has shown that requests cannot be put together: it had
  //   such an output, or it failed and each of its requests succeeded alone.
  //
  // Once `deadline` has passed, returns DEADLINE_EXCEEDED; `cancelled` (may be
  // null, must be quick) is asked before the batch runs, for CANCELLED. Neither
  // stops a batch that runs already. INVALID_ARGUMENT if there are more rows
  // than max_batch_size; UNAVAILABLE if max_enqueued_batches wait already.
  // Otherwise the errors of RunBatch.
  //
  // Thread-safe.
  virtual absl::Status Run(const std::vector<tensorflow::Tensor>& inputs,
                           absl::Time deadline,
                           const std::function<bool()>& cancelled,
                           std::vector<tensorflow::Tensor>* outputs) = 0;
};

// Thread-safe. Lives as long as somebody holds it or one of its queues.
class BatchScheduler {
 public:
  // Starts options.num_batch_threads threads.
  static absl::StatusOr<std::shared_ptr<BatchScheduler>> Create(
      const BatchingOptions& options);

  // Only the last holder may destroy it; waits for its threads.
  virtual ~BatchScheduler() = default;

  // What the scheduler was made with.
  virtual const BatchingOptions& options() const = 0;

  // A queue with sizes and times of its own; the threads' number and name in
  // `options` are not looked at. `name` is the signature's, for errors.
  virtual absl::StatusOr<std::unique_ptr<BatchQueue>> AddQueue(
      absl::string_view name, const BatchingOptions& options,
      BatchQueue::RunBatch run) = 0;
};

// Where and how the requests of a model are put together.
struct BatchingConfig {
  std::shared_ptr<BatchScheduler> scheduler;
  BatchingOptions options;
};

// Whether batches of a signature can be tried: OK if it has inputs, all inputs
// and outputs are of numbers or strings, and no output is declared with a fixed
// dimension 0 other than 1. Such an output may be a constant, of which a batch
// with as many rows would give each request a piece. Other declared shapes do
// not matter: BatchQueue finds out whether the graph computes row by row.
// Otherwise FAILED_PRECONDITION naming the input or output.
absl::Status CheckBatchable(const std::vector<TensorSpec>& inputs,
                            const std::vector<TensorSpec>& outputs);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_H_
