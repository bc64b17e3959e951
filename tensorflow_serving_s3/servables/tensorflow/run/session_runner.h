// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SESSION_RUNNER_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SESSION_RUNNER_H_

#include <cstddef>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/public/session.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

namespace tfs3 {

// Runs any part of a model's graph, where a SignatureRunner runs one that was
// chosen when the model was exported:
//
//   SessionRunner runner(session);
//   absl::StatusOr<std::vector<tensorflow::Tensor>> outputs =
//       runner.Run({{"x:0"}, {"y:0"}, {}}, {x}, SessionRunner::Options());
//
// A session compiles every new choice of feeds, fetches and targets and keeps
// it until the model is unloaded, so there is an end to how many may be chosen.
//
// Thread-safe. The session must outlive the runner.
class SessionRunner {
 public:
  // How many choices one model serves.
  static constexpr size_t kMaxChoices = 256;

  // Names as in the graph: "node:0", or "node" for the same; targets are
  // nodes.
  struct Choice {
    std::vector<std::string> feeds;
    std::vector<std::string> fetches;
    std::vector<std::string> targets;
  };

  struct Options {
    // When the caller stops waiting. As with SignatureRunner, a run on the
    // caller's thread does not stop at it once it has begun.
    absl::Time deadline = absl::InfiniteFuture();
    RunThread run_thread = RunThread::kPool;
  };

  explicit SessionRunner(tensorflow::Session* session) : session_(session) {}
  SessionRunner(const SessionRunner&) = delete;
  SessionRunner& operator=(const SessionRunner&) = delete;

  // Feeds `feeds`, one for each of choice.feeds, and returns one tensor for
  // each of choice.fetches. Blocks until done.
  //
  // INVALID_ARGUMENT if the graph has no tensor or node of a name, or a tensor
  // is fed twice; RESOURCE_EXHAUSTED for a choice that is one too many;
  // DEADLINE_EXCEEDED. Anything else is TensorFlow's error, on one line.
  absl::StatusOr<std::vector<tensorflow::Tensor>> Run(
      const Choice& choice, const std::vector<tensorflow::Tensor>& feeds,
      const Options& options) const;

  // Whether there is no room for a choice that has not been run before.
  bool full() const;

 private:
  struct Plan;

  // The same run for all ways to write it.
  static absl::StatusOr<Plan> MakePlan(const Choice& choice);
  absl::Status Admit(const Plan& plan) const;

  tensorflow::Session* const session_;
  mutable std::shared_mutex mu_;
  mutable absl::flat_hash_set<std::string> admitted_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SESSION_RUNNER_H_
