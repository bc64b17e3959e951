// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tensorflow/cc/saved_model/constants.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/graph_size.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/load_error.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_config.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/variables.h"

namespace tfs3 {
namespace {

// RunThreadPolicy::kAuto chooses the pool for more nodes.
constexpr int64_t kMaxNodesOnCaller = 256;

// The prefix of TensorFlow's internal signatures, such as the initializer.
// Clients cannot call them.
constexpr absl::string_view kInternalSignaturePrefix = "__saved_model_";

RunThread ChooseThread(RunThreadPolicy policy, const GraphSize& size) {
  switch (policy) {
    case RunThreadPolicy::kCaller:
      return RunThread::kCaller;
    case RunThreadPolicy::kPool:
      return RunThread::kPool;
    case RunThreadPolicy::kAuto:
      break;
  }
  return size.nodes <= kMaxNodesOnCaller && !size.has_loop ? RunThread::kCaller
                                                           : RunThread::kPool;
}

// Checks the ops of a signature. TensorFlow itself checks the ops of functions
// only when they run for the first time.
absl::Status CheckOpsAreKnown(const std::string& signature_name,
                              const GraphSize& size) {
  if (size.unknown_op.empty()) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("Op type not registered '", size.unknown_op,
                   "' in binary, which the signature \"", signature_name,
                   "\" needs; load its library with --custom_op_libraries"));
}

// Checks that a model with variables has a checkpoint. TensorFlow loads a model
// without its variables folder and fails at the first request. TensorFlow 2,
// which writes an object graph, always saves a checkpoint with the variables.
absl::Status CheckVariablesWereRestored(
    const std::string& path, const tensorflow::SavedModelBundle& model) {
  if (!model.meta_graph_def.has_object_graph_def() ||
      !HasUnrestoredVariables(*model.session,
                              model.meta_graph_def.graph_def())) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat(
      tensorflow::io::JoinPath(
          path, tensorflow::kSavedModelVariablesDirectory,
          absl::StrCat(tensorflow::kSavedModelVariablesFilename, ".index")),
      ": not found, but the model has variables; copy the whole SavedModel "
      "with its variables folder"));
}

// Returns how to batch the signatures of the model at `path`; nothing if they
// are not batched.
absl::StatusOr<std::optional<BatchingConfig>> BatchingOf(
    const std::string& path, const SavedModelOptions& options) {
  if (options.batch_scheduler == nullptr) {
    return std::nullopt;
  }
  if (!options.enable_per_model_batching_parameters) {
    return BatchingConfig{options.batch_scheduler,
                          options.batch_scheduler->options()};
  }
  const std::string own_path =
      tensorflow::io::JoinPath(path, kBatchingParametersFilename);
  absl::StatusOr<BatchingOptions> own = ReadBatchingOptions(own_path);
  if (absl::IsNotFound(own.status())) {
    return std::nullopt;
  }
  if (!own.ok()) {
    return own.status();
  }
  const BatchingOptions& shared = options.batch_scheduler->options();
  const BatchingOptions unset;
  if ((own->num_batch_threads != shared.num_batch_threads &&
       own->num_batch_threads != unset.num_batch_threads) ||
      (own->thread_pool_name != shared.thread_pool_name &&
       own->thread_pool_name != unset.thread_pool_name)) {
    ABSL_LOG(WARNING) << own_path
                      << ": num_batch_threads and thread_pool_name have no "
                         "effect: the batches of all models share the "
                      << shared.num_batch_threads
                      << " threads of --batching_parameters_file";
  }
  return BatchingConfig{options.batch_scheduler, *std::move(own)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<SavedModelBundle>> SavedModelBundle::Load(
    const std::string& path, const SavedModelOptions& options) {
  absl::StatusOr<tensorflow::SessionOptions> own_options =
      ApplySavedModelConfig(path, options.session_options);
  if (!own_options.ok()) {
    return own_options.status();
  }
  tensorflow::SessionOptions session_options = *std::move(own_options);
  // Nothing extends or reads the graph after the load, so the session does not
  // need to keep copies of it.
  auto* experimental = session_options.config.mutable_experimental();
  experimental->set_optimize_for_static_graph(true);
  experimental->set_disable_output_partition_graphs(true);

  absl::StatusOr<std::optional<BatchingConfig>> batching =
      BatchingOf(path, options);
  if (!batching.ok()) {
    return batching.status();
  }

  tensorflow::SavedModelBundle loaded;
  if (absl::Status status = tensorflow::LoadSavedModel(
          session_options, tensorflow::RunOptions(), path,
          {options.tags.begin(), options.tags.end()}, &loaded);
      !status.ok()) {
    return ExplainLoadError(path, options.tags, status);
  }
  if (absl::Status status = CheckVariablesWereRestored(path, loaded);
      !status.ok()) {
    return status;
  }
  tensorflow::MetaGraphDef& meta_graph = loaded.meta_graph_def;

  std::unique_ptr<SavedModelBundle> bundle(new SavedModelBundle());
  size_t usable = 0;
  absl::Status unknown_op;
  GraphSizer sizer(meta_graph.graph_def());
  for (const auto& [name, signature] : meta_graph.signature_def()) {
    if (absl::StartsWith(name, kInternalSignaturePrefix)) {
      continue;
    }
    const GraphSize size = sizer.SizeOf(signature);
    absl::StatusOr<std::unique_ptr<SignatureRunner>> runner =
        SignatureRunner::Create(loaded.session.get(), name, signature,
                                ChooseThread(options.run_thread_policy, size),
                                *batching);
    if (runner.ok()) {
      if (absl::Status status = CheckOpsAreKnown(name, size); !status.ok()) {
        unknown_op = status;
        runner = std::move(status);
      }
    }
    if (!runner.ok()) {
      ABSL_LOG(WARNING) << path << ": requests for the signature \"" << name
                        << "\" are refused: " << runner.status().message();
    } else {
      ++usable;
      if (absl::Status status = (*runner)->Prepare(); !status.ok()) {
        ABSL_LOG(WARNING) << path
                          << ": requests for all outputs of the signature \""
                          << name << "\" are refused: " << status.message();
      }
    }
    bundle->runners_.emplace(name, std::move(runner));
  }
  // The operator can add a missing library of custom ops. Other faults of all
  // signatures do not fail the load, because nobody can fix them on the server.
  if (usable == 0 && !unknown_op.ok()) {
    return ExplainLoadError(path, options.tags, unknown_op);
  }
  bundle->session_runner_ =
      std::make_unique<SessionRunner>(loaded.session.get());
  bundle->model_ = tensorflow::SavedModelBundleLite(
      std::move(loaded.session),
      std::move(*meta_graph.mutable_signature_def()));
  return bundle;
}

absl::StatusOr<const SignatureRunner*> SavedModelBundle::GetSignature(
    absl::string_view signature_name) const {
  if (signature_name.empty()) {
    signature_name = kDefaultSignatureName;
  }
  const auto found = runners_.find(signature_name);
  if (found == runners_.end()) {
    constexpr size_t kMaxShown = 256;
    return absl::FailedPreconditionError(absl::StrCat(
        "the model has no signature \"", signature_name.substr(0, kMaxShown),
        signature_name.size() > kMaxShown ? "..." : "", "\"; it has: ",
        runners_.empty()
            ? "none"
            : absl::StrJoin(runners_, ", ",
                            [](std::string* out, const auto& runner) {
                              absl::StrAppend(out, runner.first);
                            })));
  }
  if (!found->second.ok()) {
    return found->second.status();
  }
  return found->second->get();
}

}  // namespace tfs3
