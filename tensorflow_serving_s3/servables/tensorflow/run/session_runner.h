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

// Runs any part of a model's graph, not only its signatures:
//
//   SessionRunner runner(session);
//   absl::StatusOr<std::vector<tensorflow::Tensor>> outputs =
//       runner.Run({{"x:0"}, {"y:0"}, {}}, {x}, SessionRunner::Options());
//
// A session compiles each new choice of feeds, fetches and targets and keeps it
// until the model is unloaded. The number of choices is therefore limited.
//
// Thread-safe. The session must outlive the runner.
class SessionRunner {
 public:
  // The limit of different choices for one model.
  static constexpr size_t kMaxChoices = 256;

  // Feeds and fetches are tensor names of the graph: "node:0" or its short form
  // "node". Targets are node names.
  struct Choice {
    std::vector<std::string> feeds;
    std::vector<std::string> fetches;
    std::vector<std::string> targets;
  };

  struct Options {
    // When the caller stops waiting. A run on the caller's thread does not stop
    // at the deadline once it has started.
    absl::Time deadline = absl::InfiniteFuture();
    RunThread run_thread = RunThread::kPool;
  };

  explicit SessionRunner(tensorflow::Session* session) : session_(session) {}
  SessionRunner(const SessionRunner&) = delete;
  SessionRunner& operator=(const SessionRunner&) = delete;

  // Feeds `feeds`, one tensor for each of choice.feeds, and returns one tensor
  // for each of choice.fetches. Blocks until the run ends. Errors:
  //   - INVALID_ARGUMENT: the graph does not have one of the names, or a tensor
  //     is fed twice.
  //   - RESOURCE_EXHAUSTED: a new choice, and the limit is reached.
  //   - DEADLINE_EXCEEDED: the deadline passed before or during the run.
  //   - Otherwise TensorFlow's error, on one line.
  absl::StatusOr<std::vector<tensorflow::Tensor>> Run(
      const Choice& choice, const std::vector<tensorflow::Tensor>& feeds,
      const Options& options) const;

  // Returns whether the limit of choices is reached.
  bool full() const;

 private:
  struct Plan;

  // Returns the same plan for all orders and forms of the same names.
  static absl::StatusOr<Plan> MakePlan(const Choice& choice);
  absl::Status Admit(const Plan& plan) const;

  tensorflow::Session* const session_;
  mutable std::shared_mutex mu_;
  mutable absl::flat_hash_set<std::string> admitted_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SESSION_RUNNER_H_
