// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_RUNNER_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_RUNNER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/public/session.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/run_cost.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3 {

// The threads that run the nodes of a graph. The work inside a node uses
// TensorFlow's intra-op threads in both cases.
enum class RunThread {
  // The thread that calls Run. A small graph then does three times as many runs
  // per second, because no work moves between threads. A run does not stop at
  // its deadline once it has started.
  kCaller,
  // TensorFlow's inter-op threads. Branches of the graph run in parallel, and a
  // run is cancelled at its deadline.
  kPool,
};

// Runs one signature of a loaded model. Looks up the names of tensors only
// once, when the runner is created.
//
//   absl::StatusOr<std::unique_ptr<SignatureRunner>> runner =
//       SignatureRunner::Create(session, "serving_default", signature_def,
//                               RunThread::kCaller);
//   absl::StatusOr<std::vector<tensorflow::Tensor>> outputs =
//       (*runner)->Run({x}, {});  // one tensor for each of inputs()
//
// Thread-safe. The session must outlive the runner and stay open until then. If
// two inputs of a signature are the same tensor, their values must be equal.
// Outputs that are inputs or duplicates cost nothing.
class SignatureRunner {
 public:
  struct RunOptions {
    // When the caller stops waiting. For its effect see RunThread.
    absl::Time deadline = absl::InfiniteFuture();
    // Returns whether the caller has cancelled the request. Called before the
    // graph runs, but not during the run. Must be fast. May be null.
    std::function<bool()> cancelled;
    // The outputs to compute, as indices into outputs() without duplicates.
    // Absent: all outputs.
    std::optional<std::vector<size_t>> fetch;
  };

  // Checks the signature without use of the session. Returns INVALID_ARGUMENT
  // with the name of the input if an input is not a dense tensor or has an
  // invalid default value. An output that is not a dense tensor fails only the
  // runs that fetch it.
  //
  // With `batching`, batches runs that fetch the same outputs, if inputs and
  // outputs have rows; see CheckBatchable.
  static absl::StatusOr<std::unique_ptr<SignatureRunner>> Create(
      tensorflow::Session* session, absl::string_view signature_name,
      const tensorflow::SignatureDef& signature, RunThread run_thread,
      std::optional<BatchingConfig> batching = std::nullopt);

  SignatureRunner(const SignatureRunner&) = delete;
  SignatureRunner& operator=(const SignatureRunner&) = delete;
  // No other thread may be in Run.
  ~SignatureRunner();

  const std::string& signature_name() const { return signature_name_; }

  // The declared inputs and outputs, sorted by alias. A shape is of unknown
  // rank if none is declared.
  const std::vector<TensorSpec>& inputs() const { return inputs_; }
  const std::vector<TensorSpec>& outputs() const { return outputs_; }

  // Returns the index of an alias in inputs() or outputs().
  std::optional<size_t> FindInput(absl::string_view alias) const;
  std::optional<size_t> FindOutput(absl::string_view alias) const;

  // Returns the model's default value for inputs()[index], or null.
  const tensorflow::Tensor* default_input(size_t index) const;

  // Returns INVALID_ARGUMENT if one of `outputs`, indices into outputs(), is
  // not a dense tensor. Run checks this too.
  absl::Status CheckFetchable(const std::vector<size_t>& outputs) const;

  RunThread run_thread() const { return run_thread_; }

  // Returns whether a run is quick (see RunCost), so that the caller may run it
  // on a thread that must not block for long. False for RunThread::kPool and
  // with batching.
  bool quick() const;

  // Compiles the graph for runs that fetch all outputs, so that the first run
  // does not need to. If this fails, every such run fails with the same error,
  // but runs that fetch fewer outputs may succeed. With RunThread::kPool, only
  // checks that the outputs are dense; the first run compiles.
  absl::Status Prepare() const;

  // Runs the signature on `inputs`, which are in the order of inputs(), and
  // returns the requested outputs in the requested order. Blocks until the run
  // ends.
  //
  // Does not compare types and shapes with the declared ones, because many
  // models declare wrong ones: the graph itself checks its inputs. Errors:
  //   - INVALID_ARGUMENT: the graph refuses the inputs (the error names their
  //     types and shapes, given and declared), the number of inputs is wrong,
  //     the signature has no outputs, or a requested output is not a dense
  //     tensor.
  //   - DEADLINE_EXCEEDED: see RunThread.
  //   - CANCELLED: options.cancelled returned true.
  //   - With batching: the errors of BatchQueue::Run.
  //   - Otherwise TensorFlow's error, on one line.
  absl::StatusOr<std::vector<tensorflow::Tensor>> Run(
      std::vector<tensorflow::Tensor> inputs, const RunOptions& options) const;

 private:
  struct Fetches;

  SignatureRunner(tensorflow::Session* session,
                  absl::string_view signature_name, RunThread run_thread,
                  std::optional<BatchingConfig> batching);

  absl::Status Init(const tensorflow::SignatureDef& signature);
  // Returns a tensor for each of feed_names_. `inputs` has one for each of
  // inputs().
  absl::StatusOr<std::vector<tensorflow::Tensor>> Feeds(
      const std::vector<tensorflow::Tensor>& inputs) const;

  // Calls ExplainInputError; `feeds` has a tensor for each of feed_names_.
  absl::Status ExplainFeeds(const absl::Status& error,
                            const std::vector<tensorflow::Tensor>& feeds) const;

  std::unique_ptr<Fetches> MakeFetches(const std::vector<size_t>& wanted) const;
  // Returns the Fetches of a choice of outputs, or null if the limit of choices
  // is reached.
  const Fetches* FindFetches(const std::vector<size_t>& wanted) const;
  // Creates the callable of `fetches` if it does not exist. Does nothing for
  // kPool.
  absl::Status PrepareFetches(const Fetches& fetches) const;

  // Returns the queue for `fetches`; the first call creates it.
  absl::StatusOr<BatchQueue*> QueueOf(const Fetches& fetches) const;

  absl::Status RunFetches(const Fetches& fetches,
                          const std::vector<tensorflow::Tensor>& feeds,
                          absl::Time deadline,
                          std::vector<tensorflow::Tensor>* fetched) const;

  tensorflow::Session* const session_;
  const std::string signature_name_;
  const RunThread run_thread_;
  const std::optional<BatchingConfig> batching_;

  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<std::optional<tensorflow::Tensor>> default_inputs_;

  // The graph's names of the fed tensors, without duplicates, and for each
  // input the index of its name.
  std::vector<std::string> feed_names_;
  std::vector<size_t> feed_of_input_;
  // The graph's names of outputs(); empty for an output that is not a dense
  // tensor.
  std::vector<std::string> output_names_;
  // The error of every run that fetches all outputs; OK if such a run can
  // succeed.
  absl::Status cannot_fetch_all_;
  // For each output, the error if a run fetches it. Empty if there are none.
  std::vector<absl::Status> cannot_fetch_;

  std::unique_ptr<Fetches> all_;
  mutable std::shared_mutex choices_mu_;
  mutable std::map<std::vector<size_t>, std::unique_ptr<Fetches>> choices_;

  mutable RunCost cost_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_RUNNER_H_
