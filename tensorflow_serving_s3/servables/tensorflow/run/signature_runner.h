// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_RUNNER_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_RUNNER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
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
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3 {

// On which threads the nodes of a graph run. The work inside a node is spread
// over TensorFlow's intra-op threads either way.
enum class RunThread {
  // All on the thread that calls Run: no hand-over between threads, three times
  // as many runs a second for a small graph. A run that has begun does not stop
  // at its deadline.
  kCaller,
  // On TensorFlow's inter-op threads: branches of the graph in parallel, and a
  // run that meets its deadline is cancelled.
  kPool,
};

// Runs one signature of a loaded model: inputs in, outputs out, with the names
// of tensors looked up once, when the runner is made.
//
//   absl::StatusOr<std::unique_ptr<SignatureRunner>> runner =
//       SignatureRunner::Create(session, "serving_default", signature_def,
//                               RunThread::kCaller);
//   absl::StatusOr<std::vector<tensorflow::Tensor>> outputs =
//       (*runner)->Run({x}, {});  // one tensor for each of inputs()
//
// Thread-safe. The session must outlive the runner and must not be closed
// before. Inputs that a signature gives two names must get equal values under
// both; outputs that are inputs, or have two names, cost nothing.
class SignatureRunner {
 public:
  struct RunOptions {
    // When the caller stops waiting; see RunThread for how it is kept.
    absl::Time deadline = absl::InfiniteFuture();
    // Whether the caller has gone away: asked before the graph runs, and not
    // any more once it does. Must be quick. May be null.
    std::function<bool()> cancelled;
    // Which outputs to compute, as indices into outputs(), each at most once;
    // all of them if absent.
    std::optional<std::vector<size_t>> fetch;
  };

  // Looks the signature over without touching the session. INVALID_ARGUMENT
  // naming the input if one of them is not a dense tensor or has an unusable
  // default value. An output that is not a dense tensor only fails the runs
  // that fetch it.
  //
  // With `batching`, runs that want the same outputs are put together into
  // batches, if inputs and outputs have rows; see CheckBatchable.
  static absl::StatusOr<std::unique_ptr<SignatureRunner>> Create(
      tensorflow::Session* session, absl::string_view signature_name,
      const tensorflow::SignatureDef& signature, RunThread run_thread,
      std::optional<BatchingConfig> batching = std::nullopt);

  SignatureRunner(const SignatureRunner&) = delete;
  SignatureRunner& operator=(const SignatureRunner&) = delete;
  // No Run may be under way.
  ~SignatureRunner();

  const std::string& signature_name() const { return signature_name_; }

  // What goes in and what comes out as the signature declares it, sorted by
  // alias. The shape is of unknown rank if none is declared.
  const std::vector<TensorSpec>& inputs() const { return inputs_; }
  const std::vector<TensorSpec>& outputs() const { return outputs_; }

  // The place of an alias in inputs() or outputs().
  std::optional<size_t> FindInput(absl::string_view alias) const;
  std::optional<size_t> FindOutput(absl::string_view alias) const;

  // The value that the model gives inputs()[index] where a caller has none, or
  // null.
  const tensorflow::Tensor* default_input(size_t index) const;

  // INVALID_ARGUMENT if one of `outputs`, indices into outputs(), is not a
  // dense tensor. Run checks it too.
  absl::Status CheckFetchable(const std::vector<size_t>& outputs) const;

  RunThread run_thread() const { return run_thread_; }

  // Whether a run is over so soon (some 200 microseconds, measured while
  // serving) that it may take place where threads should not be held up. Never
  // for RunThread::kPool, nor with batching, where a run waits for others.
  bool quick() const;

  // Has the session prepare what a Run that fetches everything needs, so that
  // the first one need not wait for it. The error is also that of every such
  // Run; runs that fetch fewer outputs may succeed. With RunThread::kPool the
  // first Run prepares, and this only finds outputs that are not dense.
  absl::Status Prepare() const;

  // Runs the signature on `inputs`, given in the order of inputs(), and returns
  // the outputs asked for, in that order. Blocks until done.
  //
  // Types and shapes are the graph's business: none is compared with what the
  // signature declares, which many models get wrong. INVALID_ARGUMENT if the
  // graph refuses the inputs; the error names inputs, their types and shapes
  // and the declared ones. INVALID_ARGUMENT too for another number of inputs
  // than inputs() has, for a signature without outputs, and if an output to be
  // fetched is not a dense tensor. DEADLINE_EXCEEDED as RunThread says.
  // CANCELLED if options.cancelled says so. With batching also what
  // BatchQueue::Run returns. Anything else is TensorFlow's error, on one line.
  absl::StatusOr<std::vector<tensorflow::Tensor>> Run(
      std::vector<tensorflow::Tensor> inputs, const RunOptions& options) const;

 private:
  struct Fetches;

  SignatureRunner(tensorflow::Session* session,
                  absl::string_view signature_name, RunThread run_thread,
                  std::optional<BatchingConfig> batching);

  absl::Status Init(const tensorflow::SignatureDef& signature);
  // One tensor for each of feed_names_, out of one for each of inputs().
  absl::StatusOr<std::vector<tensorflow::Tensor>> Feeds(
      const std::vector<tensorflow::Tensor>& inputs) const;

  // ExplainRefusal of tensors fed, one for each of feed_names_.
  absl::Status ExplainFeeds(const absl::Status& error,
                            const std::vector<tensorflow::Tensor>& feeds) const;

  std::unique_ptr<Fetches> MakeFetches(const std::vector<size_t>& wanted) const;
  // The prepared form of a choice of outputs, or null if too many choices have
  // been asked for already.
  const Fetches* FindFetches(const std::vector<size_t>& wanted) const;
  // Makes the callable of `fetches` unless that is done; OK for kPool.
  absl::Status PrepareFetches(const Fetches& fetches) const;

  // The queue for `fetches`, made by the first who needs it.
  absl::StatusOr<BatchQueue*> QueueOf(const Fetches& fetches) const;

  absl::Status RunFetches(const Fetches& fetches,
                          const std::vector<tensorflow::Tensor>& feeds,
                          absl::Time deadline,
                          std::vector<tensorflow::Tensor>* fetched) const;
  void RecordRun(int64_t nanoseconds) const;

  tensorflow::Session* const session_;
  const std::string signature_name_;
  const RunThread run_thread_;
  const std::optional<BatchingConfig> batching_;

  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<std::optional<tensorflow::Tensor>> default_inputs_;

  // Names in the graph of what is fed, each once, and for each input which of
  // them it feeds.
  std::vector<std::string> feed_names_;
  std::vector<size_t> feed_of_input_;
  // Names in the graph of outputs(), empty for an output that is not a dense
  // tensor.
  std::vector<std::string> output_names_;
  // The error of a run that fetches everything whatever the inputs; OK if it
  // can succeed.
  absl::Status cannot_fetch_all_;
  // For each output, why it cannot be fetched; empty if all can.
  std::vector<absl::Status> cannot_fetch_;

  std::unique_ptr<Fetches> all_;
  mutable std::shared_mutex choices_mu_;
  mutable std::map<std::vector<size_t>, std::unique_ptr<Fetches>> choices_;

  // What a run takes, in nanoseconds: falls at once, rises slowly, so that a
  // thread that had to wait for a processor does not count. Zero: no run yet.
  mutable std::atomic<int64_t> typical_run_{0};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_RUNNER_H_
